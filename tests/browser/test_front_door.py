"""The way in, and the first page behind it, for everybody."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("device", ["desktop", "phone", "dark"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_stranger_finds_the_way_in(tab, healthy, device, language):
    page = tab(device=device, language=language)
    assert page.goto("/").ok
    healthy(page)
    page.goto("/accounts/login/")
    assert page.locator("html").get_attribute("lang").startswith(language[:2])
    assert page.locator("input[name=login]").is_visible()
    healthy(page)


def test_wrong_words_are_answered_kindly_and_name_nobody(tab, server):
    page = tab()
    for username in ("nobody-of-that-name", server.accounts[0].username):
        page.goto("/accounts/login/")
        page.locator("input[name=login]").fill(username)
        page.locator("input[name=password]").fill("not the password")
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_load_state()
        assert "/accounts/login" in page.url
        told = page.locator("[role=alert], .invalid-feedback, .alert").first.inner_text()
        assert username not in told


@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_role_is_at_home(tab, server, healthy, device):
    """Each demo account lands on a page that is its own, healthy, and does not end in an error."""
    accounts = [account for account in server.accounts if account.url == "/accounts/login/"]
    assert accounts
    for account in accounts:
        page = tab(account.username, device=device)
        assert page.locator("main h1, main h2, h1").first.is_visible(), account.username
        healthy(page)
        page.context.close()
