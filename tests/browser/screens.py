"""People at screens: one signed-in page a person, for the journeys that tell one story in order.

A journey module makes its house and ``screens = screens_fixture("house")``, and imports ``last_look``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
import openpyxl
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.browser.conftest import FAILED
from tests.browser.house import ROOT, House
from tests.browser.pages import DEVICES, Watch, sign_in

NOT_EXPECTED = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")
"""What a browser prints while a journey has taken its network away."""


class Screens:
    """Pages of people: one signed-in page a person, opened when first needed."""

    def __init__(self, house: House, chromium: Any) -> None:
        self.house, self.chromium = house, chromium
        self.pages: dict[str, Any] = {}
        self.watches: list[Watch] = []

    def fresh(self, device: str = "desktop"):
        """A stranger's page."""
        context = self.chromium.new_context(
            base_url=self.house.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
            **DEVICES[device],
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        self.watches.append(Watch(page, self.house.url))
        return page

    def of(self, who: str, device: str = "desktop"):
        if who not in self.pages:
            self.pages[who] = self.fresh(device)
            sign_in(self.pages[who], self.house.account(who))
        return self.pages[who]

    def again(self, who: str, device: str = "desktop"):
        """After hours have passed everybody was signed out, or the person takes another device; sign in anew."""
        if who in self.pages:
            self.pages.pop(who).context.close()
        return self.of(who, device)

    def problems(self) -> list[str]:
        """Script errors, refused content and requests to other hosts on any of the pages."""
        return [p for watch in self.watches for p in watch.problems if not any(word in p for word in NOT_EXPECTED)]

    def close(self) -> None:
        for watch in self.watches:
            if not watch.page.is_closed():
                watch.page.context.close()


def screens_fixture(house: str) -> Any:
    """The module's fixture ``screens`` over the fixture of that name, which is a House."""

    @pytest.fixture(scope="module")
    def screens(request, chromium) -> Iterator[Screens]:
        opened = Screens(request.getfixturevalue(house), chromium)
        yield opened
        opened.close()
        assert not opened.problems(), "\n".join(opened.problems())

    return screens


@pytest.fixture(autouse=True)
def last_look(screens, request) -> Iterator[None]:
    """Pictures of every open page when a step fails."""
    yield
    if request.node.stash.get(FAILED, False):
        folder = ROOT / "var" / "failures"
        folder.mkdir(parents=True, exist_ok=True)
        for number, watch in enumerate(screens.watches):
            if not watch.page.is_closed():
                watch.page.screenshot(path=folder / f"{request.node.name}-{number}.png", full_page=True)


def confirm(page, button: str, submit: str | None = None) -> None:
    """Press a button that asks again in a dialog, and agree."""
    page.get_by_role("button", name=button, exact=True).first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name=submit or button, exact=True).click()
    page.wait_for_load_state()


def said(page) -> str:
    """The text of the page's main part, messages included."""
    return page.locator("main").inner_text()


def press(page, name: str) -> None:
    """The button of that name, and what comes of it."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def follow(page, name: str | re.Pattern[str]) -> None:
    """The first link of that name."""
    page.get_by_role("link", name=name).first.click()
    page.wait_for_load_state()


def photo() -> dict[str, object]:
    """A picture of a classroom wall, as a phone would send it."""
    data = io.BytesIO()
    Image.new("RGB", (640, 480), "#3f6b5c").save(data, "JPEG")
    return {"name": "IMG_0911.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def downloaded(page, what) -> io.BytesIO:
    """The file behind a link or button."""
    with page.expect_download() as waiting:
        what.click()
    return io.BytesIO(waiting.value.path().read_bytes())


def open_task(page, title: str) -> None:
    """One of the tasks that are mine now."""
    page.goto("/plans/tasks/")
    follow(page, re.compile(title))


def hand_in(page, text: str, *, picture: bool = True) -> None:
    """Fill the open task's form as a person would, and hand in."""
    page.locator("[name=text]").fill(text)
    if picture:
        page.locator("[name=pictures]").set_input_files(photo())
        page.locator("[name=people_agree]").check()
    press(page, "上交")


def children(page) -> set[str]:
    """Names of the children of the school this page is signed in at, from its class lists."""
    page.goto("/registry/")
    found: set[str] = set()
    for link in [row.get_attribute("href") for row in page.get_by_role("link", name=re.compile("班$")).all()]:
        page.goto(link)
        found |= set(page.locator("main tbody a").all_inner_texts())
    return found


def word_text(file: io.BytesIO) -> str:
    return "\n".join(part.text for part in docx.Document(file).paragraphs)


def pdf_text(file: io.BytesIO, pages: int | None = None) -> str:
    """The words of a PDF; pages: how many it must have."""
    read = PdfReader(file)
    assert pages is None or len(read.pages) == pages
    return "".join(part.extract_text() for part in read.pages)


def book_cells(file: io.BytesIO) -> tuple[list[str], int]:
    """The cells of a workbook, and how many charts it has."""
    book = openpyxl.load_workbook(file)
    cells = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None]
    return cells, sum(len(sheet._charts) for sheet in book)
