"""The whole line, walked by everybody whose part it is: from a school's workbook to a case that two people close.

One house, one story, in order; each step is a person at a screen. The house's own clock starts on a Tuesday morning, so
that school hours, answering hours and missed dates are those of a real week.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from tests.browser.house import SHANGHAI, House, running_house
from tests.browser.pages import DEVICES, Watch, no_violations, sign_in

MORNING = datetime(2026, 11, 24, 9, 10, tzinfo=SHANGHAI)
CLASS = "八年级(7)班"
NAMES = [f"林{given}" for given in "安宁晨阳书禾雨桐墨思远嘉言清和诺知行若溪星野沐青云舒景乐天语"]
OFFLINE, DECLINING, WORRYING, CARELESS = 0, 1, 2, 3
"""Which of the thirty students loses the network, stays away, gives a worrying answer, clicks straight through."""
NOT_EXPECTED = ("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")


@pytest.fixture(scope="module")
def school(tmp_path_factory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("journey")
    with running_house(folder, schools=1, students=45, seed=3, history=False, starts_at=MORNING) as house:
        yield house


class Screens:
    """Pages of people: one signed-in page a person, opened when first needed."""

    def __init__(self, house: House, chromium) -> None:
        self.house, self.chromium = house, chromium
        self.pages: dict[str, object] = {}
        self.watches: list[Watch] = []

    def fresh(self, device: str = "desktop"):
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

    def again(self, who: str):
        """After hours have passed everybody was signed out; sign in anew."""
        self.pages.pop(who).context.close()
        return self.of(who)


@pytest.fixture(scope="module")
def screens(school, chromium) -> Iterator[Screens]:
    opened = Screens(school, chromium)
    yield opened
    for watch in opened.watches:
        if not watch.page.is_closed():
            watch.page.context.close()
    problems = [p for watch in opened.watches for p in watch.problems if not any(word in p for word in NOT_EXPECTED)]
    assert not problems, "\n".join(problems)


def workbook(folder: Path) -> Path:
    """A roster as schools keep them: a title row, full-width digits, dates of three kinds."""
    path = folder / "花名册.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("八年级")
    sheet.merge_range("A1:E1", "2026学年 八年级(7)班 学生名册")
    sheet.write_row(1, 0, ["学号", "姓名", "性别", "出生日期", "班级"])
    for row, name in enumerate(NAMES, start=2):
        number = (
            f"2025{row + 700:04}"
            if row % 3
            else f"2025{row + 700:04}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        )
        birth = ["2012.3.5", "20120612", "2012年8月1日"][row % 3]
        sheet.write_row(row, 0, [number, name, "男" if row % 2 else "女", birth, CLASS])
    book.close()
    return path


def confirm(page, button: str, submit: str | None = None) -> None:
    """Press a button that asks again in a dialog, and agree."""
    page.get_by_role("button", name=button, exact=True).first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name=submit or button, exact=True).click()
    page.wait_for_load_state()


def test_the_roster_comes_in(screens, school):
    page = screens.of("admin")
    page.goto("/rosters/upload/")
    no_violations(page)
    page.locator("input[type=file]").set_input_files(workbook(school.home))
    page.get_by_role("button", name="上传并检查").click()
    page.get_by_role("button", name="生成预览").click()
    page.get_by_role("button", name="确认导入").wait_for(timeout=60_000)
    no_violations(page)
    assert "30" in page.locator("main").inner_text()
    confirm(page, "确认导入", "导入")
    page.get_by_role("button", name="撤销导入").wait_for(timeout=60_000)
