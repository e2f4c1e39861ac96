"""A passkey from first to last, in a house that means it: the browser's own authenticator, our content policy."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

import pytest

from tests.browser.house import SHANGHAI, running_house
from tests.browser.pages import DEVICES, Watch, no_violations

NINE = datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI)  # a Tuesday
FINGERPRINT = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def earnest(tmp_path_factory):
    home = tmp_path_factory.mktemp("earnest")
    with running_house(home, schools=1, students=12, seed=3, history=False, starts_at=NINE, earnest=True) as house:
        yield house


@pytest.fixture
def desk(earnest, chromium):
    """A desktop at the address a browser allows passkeys on: a name, not a number."""
    context = chromium.new_context(
        base_url=earnest.url.replace("127.0.0.1", "localhost"), locale="zh-CN", **DEVICES["desktop"]
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    watch = Watch(page, earnest.url.replace("127.0.0.1", "localhost"))
    yield page
    context.close()
    assert not watch.problems, "\n".join(watch.problems)


def type_password(page, house):
    psych = house.account("psych")
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(psych.username)
    page.locator("input[name=password]").fill(psych.password)
    page.get_by_role("button", name="登录", exact=True).click()


def leave(page):
    page.locator("summary", has=page.locator(".menu-person")).click()
    page.locator("#xq-logout button").click()
    page.locator(".menu-person").wait_for(state="detached")
    page.goto("/accounts/login/")


def somebody(house) -> int:
    with sqlite3.connect(f"file:{house.home / 'xinqiao.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute("SELECT person_id FROM people_enrolment ORDER BY person_id LIMIT 1").fetchone()[0]


def add_it(desk, earnest, browser, finger):
    """Whoever reaches results and notes comes no further than the security page before there is a second factor."""
    type_password(desk, earnest)
    desk.wait_for_url("**/accounts/2fa/")
    assert "请先设置两步验证" in desk.locator("body").inner_text()
    desk.goto("/signals/")
    assert desk.url.endswith("/accounts/2fa/")
    no_violations(desk)

    desk.get_by_role("link", name="添加通行密钥").click()
    desk.wait_for_url("**/webauthn/add/")
    no_violations(desk)
    desk.get_by_label("名称").fill("办公室电脑")
    desk.get_by_role("button", name="添加", exact=True).click()
    desk.wait_for_url("**/recovery-codes/**")
    no_violations(desk)
    kept = browser.send("WebAuthn.getCredentials", {"authenticatorId": finger})["credentials"]
    assert [(key["rpId"], key["isResidentCredential"]) for key in kept] == [("localhost", True)]
    desk.goto("/")
    assert "/accounts/" not in desk.url


def enter_with_it_alone(desk):
    """The passkey alone is enough at the door."""
    leave(desk)
    desk.get_by_role("button", name="用通行密钥登录").click()
    desk.wait_for_url(lambda url: "/accounts/" not in url)
    assert desk.locator(".menu-person").is_visible()


def confirm_with_it(desk, earnest):
    """A quarter of an hour later a door to sensitive things asks again, and the passkey answers."""
    earnest.pass_time(timedelta(minutes=16))
    there = f"/access/glass/open/{somebody(earnest)}/"
    desk.goto(there)
    assert "/reauthenticate/" in desk.url
    no_violations(desk)
    if "webauthn" not in desk.url:
        desk.get_by_role("link", name="用通行密钥").click()
        desk.wait_for_url("**/webauthn/reauthenticate/**")
        no_violations(desk)
    desk.get_by_role("button", name="用通行密钥确认").click()
    desk.wait_for_url(f"**{there}")
    assert desk.locator("textarea[name=reason]").is_visible()


def use_it_as_the_second_step(desk, earnest):
    """After the password it is the second step."""
    leave(desk)
    type_password(desk, earnest)
    desk.wait_for_url("**/2fa/authenticate/")
    no_violations(desk)
    desk.goto("/signals/")
    assert "/accounts/" in desk.url, "half a sign-in opens nothing"
    desk.goto("/accounts/2fa/authenticate/")
    desk.get_by_role("button", name="用通行密钥", exact=True).click()
    desk.wait_for_url(lambda url: "/accounts/" not in url)
    leave(desk)


def be_told_when_the_finger_is_unknown(desk, browser, finger):
    """A finger the device does not know: said on the page, nothing lost; the right one then goes through."""
    browser.send("WebAuthn.setUserVerified", {"authenticatorId": finger, "isUserVerified": False})
    desk.goto("/accounts/login/")
    desk.get_by_role("button", name="用通行密钥登录").click()
    desk.get_by_text("没有用上通行密钥").wait_for()
    no_violations(desk)
    browser.send("WebAuthn.setUserVerified", {"authenticatorId": finger, "isUserVerified": True})
    desk.get_by_role("button", name="用通行密钥登录").click()
    desk.wait_for_url(lambda url: "/accounts/" not in url)


def test_a_psychology_teacher_adds_a_passkey_signs_in_and_confirms_with_it(earnest, desk):
    browser = desk.context.new_cdp_session(desk)
    browser.send("WebAuthn.enable")
    finger = browser.send("WebAuthn.addVirtualAuthenticator", {"options": FINGERPRINT})["authenticatorId"]
    add_it(desk, earnest, browser, finger)
    enter_with_it_alone(desk)
    confirm_with_it(desk, earnest)
    use_it_as_the_second_step(desk, earnest)
    be_told_when_the_finger_is_unknown(desk, browser, finger)

    # The list knows which device it is.
    desk.goto("/accounts/2fa/webauthn/")
    assert "办公室电脑" in desk.locator("main").inner_text()
    no_violations(desk)


def test_where_a_browser_allows_no_passkey_the_page_says_why(earnest, chromium):
    context = chromium.new_context(base_url=earnest.url, locale="zh-CN", **DEVICES["phone"])
    page = context.new_page()
    page.goto("/accounts/login/")
    assert page.get_by_role("button", name="登录", exact=True).is_visible()
    assert not page.locator("#passkey_login").is_visible()
    no_violations(page)
    leader = earnest.account("moral")
    page.locator("input[name=login]").fill(leader.username)
    page.locator("input[name=password]").fill(leader.password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_load_state()
    page.goto("/accounts/2fa/webauthn/add/")
    assert page.get_by_text("要用域名，不能用 IP 地址").is_visible()
    assert page.get_by_role("button", name="添加", exact=True).is_disabled()
    no_violations(page)
    context.close()
