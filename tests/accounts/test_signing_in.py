"""Staff and guardians: password, lock, second factor, idle time, open sessions, and pages that keep to the CSP."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import a_class, a_school, an_actor, sign_in
from xinqiao.access.enums import PostKind
from xinqiao.access.middleware import BACKGROUND, SEEN, SEEN_EVERY
from xinqiao.accounts.models import Account
from xinqiao.accounts.templatetags.accounts import browser
from xinqiao.audit.models import Entry

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def teacher():
    return an_actor(PostKind.CLASS_TEACHER, a_class(a_school()), at=timezone.now())


@pytest.fixture
def psych():
    return an_actor(PostKind.PSYCH_TEACHER, a_school(), at=timezone.now())


def log_in(client: Client, account: Account, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": account.username, "password": password})


# --- password and lock ---------------------------------------------------------------------------------------------


def test_a_password_opens_and_leaves_a_line_in_the_trail(client, teacher):
    answer = log_in(client, teacher.account)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert Entry.objects.filter(action="account.signed_in", account=teacher.account).count() == 1


def test_a_wrong_password_is_refused_in_plain_words_and_noted_without_what_was_typed(client, teacher):
    page = log_in(client, teacher.account, "wrong").content.decode()
    assert "用户名或密码不对" in page
    entry = Entry.objects.get(action="account.sign_in_failed")
    assert (entry.account, entry.facts) == (None, {})
    log_in(client, Account(username="my secret password"), "wrong")
    assert Entry.objects.filter(action="account.sign_in_failed").count() == 1


def test_six_wrong_passwords_pause_the_account_and_nobody_elses(client, teacher, psych):
    for _try in range(django_settings.AXES_FAILURE_LIMIT - 1):
        assert log_in(client, teacher.account, "wrong").status_code == 200
    for password in ("wrong", PASSWORD):
        answer = log_in(client, teacher.account, password)
        assert answer.status_code == 429
        assert "暂停登录 30 分钟" in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert log_in(Client(), psych.account).status_code == 302


def test_a_good_password_forgets_earlier_mistakes(client, teacher):
    for _round in range(3):
        for _try in range(django_settings.AXES_FAILURE_LIMIT - 1):
            log_in(client, teacher.account, "wrong")
        assert log_in(client, teacher.account).status_code == 302
        client.logout()


def test_a_school_behind_one_address_is_not_locked_out_by_its_own_size(client):
    room = a_class(a_school())
    for _n in range(25):
        account = an_actor(PostKind.CLASS_TEACHER, room, at=timezone.now()).account
        assert log_in(Client(), account, "wrong").status_code == 200
        assert log_in(Client(), account).status_code == 302


def test_signing_in_never_leads_to_another_site(client, teacher):
    form = {"login": teacher.account.username, "password": PASSWORD, "next": "//evil.example/"}
    assert client.post(reverse("account_login"), form)["Location"] == "/"


def test_nobody_signs_up(client):
    page = client.get(reverse("account_signup")).content.decode()
    assert "学校管理员" in page
    before = Account.objects.count()
    client.post(reverse("account_signup"), {"username": "new", "password1": PASSWORD, "password2": PASSWORD})
    assert Account.objects.count() == before


def test_signing_out_takes_a_button(client, teacher):
    sign_in(client, teacher)
    assert client.get(reverse("account_logout")).status_code == 200
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_weak_passwords_are_refused(client, teacher, password):
    sign_in(client, teacher)
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert client.post(reverse("account_change_password"), form).status_code == 200
    teacher.account.refresh_from_db()
    assert teacher.account.check_password(PASSWORD)


def test_a_new_password_ends_the_other_sessions(client, teacher):
    other = Client()
    log_in(client, teacher.account)
    log_in(other, teacher.account)
    new = "five quiet rivers"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post(reverse("account_change_password"), form).status_code == 302
    assert client.get(reverse("usersessions_list")).status_code == 200
    assert other.get(reverse("usersessions_list")).status_code == 302


def test_other_sessions_are_listed_and_ended(client, teacher):
    other = Client(HTTP_USER_AGENT="Another Browser")
    log_in(other, teacher.account)
    log_in(client, teacher.account)
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Another Browser" in page
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("usersessions_list")).status_code == 302
    assert client.get(reverse("usersessions_list")).status_code == 200


# --- idle time -----------------------------------------------------------------------------------------------------


def rewind(client: Client, seconds: float) -> None:
    session = client.session
    session[SEEN] = time.time() - seconds
    session.save()


def test_a_session_ends_when_nobody_touches_it(client, teacher):
    sign_in(client, teacher)
    rewind(client, django_settings.IDLE_SECONDS["staff"] + 1)
    answer = client.get(reverse("access:consents"), follow=True)
    assert "您有一段时间没有操作" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_touch_keeps_it_alive_and_a_page_asking_by_itself_does_not(client, teacher):
    sign_in(client, teacher)
    page = reverse("usersessions_list")
    rewind(client, SEEN_EVERY + 5)
    client.get(page, headers={BACKGROUND: "1"})
    assert time.time() - client.session[SEEN] > SEEN_EVERY
    client.get(page)
    assert time.time() - client.session[SEEN] < 5


def test_pages_of_the_signed_in_are_not_kept_by_the_browser(client, teacher):
    sign_in(client, teacher)
    assert "no-store" in client.get(reverse("usersessions_list"))["Cache-Control"]


# --- second factor -------------------------------------------------------------------------------------------------


def test_whoever_reaches_results_sets_a_second_factor_first(client, psych, teacher):
    sign_in(client, psych, second_factor=False)
    assert client.get(reverse("access:consents"))["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    sign_in(client, teacher, second_factor=False)
    assert client.get(reverse("access:consents"))["Location"] != reverse("mfa_index")


def test_the_demonstration_may_skip_it_and_says_so(client, psych, settings):
    settings.DEMO = True
    sign_in(client, psych, second_factor=False)
    page = client.get(reverse("access:consents"))
    assert page.status_code == 200
    assert "演示数据" in page.content.decode()
    assert "演示账号可以跳过" in client.get(reverse("mfa_index")).content.decode()


def test_a_code_from_the_phone_is_set_up_and_then_asked_for(client, psych):
    log_in(client, psych.account)
    page = client.get(reverse("mfa_activate_totp"))
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page.content.decode()).group(1)
    counter = next(iter(yield_hotp_counters_from_time()))
    answer = client.post(reverse("mfa_activate_totp"), {"code": format_hotp_value(hotp_value(secret, counter))})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"<li><code>(\w+)</code>", client.get(answer["Location"]).content.decode())
    assert len(codes) == 10
    assert client.get(reverse("access:consents")).status_code in {200, 302}

    later = Client()
    assert log_in(later, psych.account)["Location"].startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in later.session
    assert later.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    later.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert later.session["_auth_user_id"] == str(psych.account.pk)
    third = Client()
    log_in(third, psych.account)
    third.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "_auth_user_id" not in third.session
    assert TOTP(Authenticator.objects.get(user=psych.account, type="totp"))


def test_a_passkey_page_offers_what_the_browser_needs(client, psych):
    log_in(client, psych.account)
    page = client.get(reverse("mfa_add_webauthn")).content.decode()
    assert '"creation_options"' in page
    assert 'src="/static/mfa/js/webauthn.js"' in page
    options = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    client.logout()
    options = client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert options.json()["request_options"]["publicKey"]["userVerification"] == "required"


# --- fresh doors ---------------------------------------------------------------------------------------------------


def test_asking_again_comes_back_to_the_page(client, psych):
    from tests.factories import a_student

    pupil = a_student(a_class(psych.posts[0] and psych.person.keeper))
    sign_in(client, psych, fresh=False)
    page = reverse("access:glass_new", args=[pupil.pk])
    question = client.get(page)["Location"]
    assert question == f"{reverse('account_reauthenticate')}?next={page}"
    assert "再次确认身份" in client.get(question).content.decode()
    assert client.post(question, {"password": "wrong", "next": page}).status_code == 200
    assert client.post(question, {"password": PASSWORD, "next": page})["Location"] == page
    assert client.get(page).status_code == 200


def test_a_page_opened_fresh_may_be_sent_later_and_a_bare_button_may_not(client, psych):
    from tests.factories import a_student

    pupil = a_student(a_class(psych.person.keeper))
    page = reverse("access:glass_new", args=[pupil.pk])
    sign_in(client, psych, fresh=False)
    secret = {"reason": "一段不能留在会话里的文字", "hours": 1}
    answer = client.post(page, secret, headers={"Referer": "http://testserver/from/here/?a=1"})
    assert answer["Location"] == f"{reverse('account_reauthenticate')}?next=/from/here/%3Fa%3D1"
    assert "不能留在会话里" not in str(dict(client.session))
    sign_in(client, psych)
    assert client.get(page).status_code == 200
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    assert client.post(page, secret).status_code == 200


def test_a_fragment_sends_the_whole_page_to_the_question(client, psych):
    from tests.factories import a_student

    pupil = a_student(a_class(psych.person.keeper))
    sign_in(client, psych, fresh=False)
    answer = client.get(reverse("access:glass_new", args=[pupil.pk]), headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith(reverse("account_reauthenticate"))


# --- what a page may do --------------------------------------------------------------------------------------------


class Inline(HTMLParser):
    """Finds scripts and styles a strict CSP forbids, and addresses of other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name, _value in attrs if name == "style" or name.startswith("on")]
        self.found += [
            value
            for name, value in attrs
            if name in {"src", "href", "action"} and re.match(r"(https?:)?//", value or "")
        ]


PAGES = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_generate_recovery_codes",
    "usersessions_list",
    "entry:student",
    "entry:guardian",
    "entry:left",
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("kind", ["stranger", "staff"])
def test_account_pages_keep_to_the_csp_and_load_nothing_from_elsewhere(client, psych, name, kind):
    if kind == "staff":
        log_in(client, psych.account)
    answer = client.get(reverse(name))
    assert answer.status_code in {200, 302}
    if answer.status_code == 200:
        page = Inline()
        page.feed(answer.content.decode())
        assert page.found == []
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_headers_and_cookies(client, teacher):
    answer = log_in(client, teacher.account)
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    session = answer.cookies["sessionid"]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


# --- who and with what ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "called"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 13) Chrome/111.0 Mobile Safari/537.36 MicroMessenger/8.0", "微信 · Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) MicroMessenger/3 wxwork/4.1", "企业微信 · macOS"),
        ("", "认不出的浏览器"),
        ("curl/8.0", "认不出的浏览器"),
    ],
)
def test_a_browser_is_called_what_people_call_it(sent, called):
    assert browser(sent) == called


@pytest.mark.parametrize("kind", [PostKind.GRADE_HEAD, PostKind.CLASS_TEACHER, PostKind.PSYCH_TEACHER])
def test_the_bar_names_the_school_whatever_part_of_it_somebody_works_in(kind):
    school = a_school(name="望山小学")
    place = {PostKind.PSYCH_TEACHER: school}.get(kind) or a_class(school)
    place = place.parent if kind == PostKind.GRADE_HEAD else place
    assert an_actor(kind, place, at=timezone.now()).organisation_name == "望山小学"
