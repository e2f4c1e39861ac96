"""What a page has to stand, and how one gets in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.house import Account

DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}
# What Chromium prints when a page answers 4xx on purpose (a refusal, a stranger at a door).
EXPECTED = ("Failed to load resource: the server responded with a status of 4",)


class Watch:
    """Notes what goes wrong on a page while a test is looking elsewhere."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(f"script error on {page.url}: {error}"))
        page.on("console", self._console)
        page.on("request", lambda request: self._request(request.url, home))

    def _console(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED):
            self.problems.append(f"console on {self.page.url}: {message.text}")

    def _request(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:", "blob:", "about:")):
            self.problems.append(f"{self.page.url} asked another host: {url}")


def sign_in(page: Page, account: Account) -> None:
    """Through the form, as a person would. Fails when the form comes back."""
    page.goto(account.url)
    page.locator("input[name=login]").fill(account.username)
    page.locator("input[name=password]").fill(account.password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_load_state()
    assert "/accounts/login" not in page.url, (
        f"{account.username} was not let in: {page.locator('body').inner_text()[:500]}"
    )


def no_violations(page: Page) -> None:
    """Zero axe violations (WCAG 2.2 A and AA, and axe's best practices), and nothing to scroll sideways."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    told = [
        f"{fault['id']} ({fault['impact']}): {fault['help']}\n    "
        + "\n    ".join(
            f"{node['target']} {node['html'][:160]} {node.get('failureSummary', '')}" for node in fault["nodes"][:4]
        )
        for fault in found
    ]
    assert not told, f"{page.url}\n" + "\n".join(told)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 1, f"{page.url} scrolls sideways by {wider} px"
