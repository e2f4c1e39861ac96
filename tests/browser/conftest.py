"""A real server on a demonstration district, a real browser, and what every page has to stand.

``server``   the house on a free port with its own data folder (60 students, always the same ones)
``tab``      ``tab("班主任")`` or ``tab("teacher")`` → a page signed in as that demo account; ``tab()`` → a stranger's
``healthy``  ``healthy(page)`` asserts no accessibility violation, no sideways scroll on a phone
``shot``     ``shot(page, "name")`` keeps a picture (XINQIAO_SHOTS, default var/shots)

After each test every page it opened must have asked no other host, broken no content policy and thrown no error.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from scripts import test_services
from tests.browser.house import ROOT, SHANGHAI, House, running_house
from tests.browser.pages import DEVICES, Watch, no_violations, sign_in

FAILED = pytest.StashKey[bool]()
playwright_api = pytest.importorskip("playwright.sync_api")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
        for house in (each for each in item.funcargs.values() if report.failed and isinstance(each, House)):
            report.sections.append(("the server's last words", house.log.read_text(errors="replace")[-4000:]))
    return report


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("house"), schools=1, students=60, seed=7) as house:
        yield house


@pytest.fixture(scope="session")
def county(tmp_path_factory) -> Iterator[House]:
    """A bureau with three schools and no history, for the journeys about plans. Its time runs ahead in test_plan_*."""
    starts_at, folder = datetime(2026, 9, 8, 9, 5, tzinfo=SHANGHAI), tmp_path_factory.mktemp("county")
    with running_house(folder, schools=3, students=90, seed=5, history=False, starts_at=starts_at) as house:
        yield house


@pytest.fixture(scope="session")
def chromium():
    path = test_services.browser()
    if path is None:
        pytest.skip("no browser: run `python scripts/test_services.py ensure`")
    with playwright_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=test_services.BROWSER_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def tab(server, chromium, request) -> Iterator[Callable[..., object]]:
    """Open a page of its own browser context: ``tab(role="", device="desktop", language="zh-CN")``.

    role: a role or user name of ``server.accounts`` to be signed in as; empty for a stranger.
    device: a key of DEVICES. The page's relative addresses start at the server.
    """
    watches: list[Watch] = []

    def open_tab(role: str = "", device: str = "desktop", language: str = "zh-CN"):
        context = chromium.new_context(
            base_url=server.url, locale=language, timezone_id="Asia/Shanghai", **DEVICES[device]
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        watches.append(Watch(page, server.url))
        if role:
            sign_in(page, server.account(role))
        return page

    yield open_tab
    failed = request.node.stash.get(FAILED, False)
    for number, watch in enumerate(watches):
        if failed and not watch.page.is_closed():
            folder = ROOT / "var" / "failures"
            folder.mkdir(parents=True, exist_ok=True)
            watch.page.screenshot(path=folder / f"{request.node.name}-{number}.png", full_page=True)
        watch.page.context.close()
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def healthy() -> Callable[[object], None]:
    return no_violations


@pytest.fixture
def shot() -> Callable[..., Path]:
    folder = Path(os.environ.get("XINQIAO_SHOTS", ROOT / "var" / "shots"))

    def take(page, name: str, *, full: bool = False) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        page.screenshot(path=path, full_page=full, animations="disabled")
        return path

    return take
