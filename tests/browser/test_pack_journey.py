"""An officer writes a small plan from docs/packs.md alone, a second person publishes it, a school finds its task."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.house import ROOT
from tests.browser.pages import no_violations
from tests.browser.screens import follow, last_look, press, said, screens_fixture

TITLE = "春季倾听周"
__all__ = ["last_look"]
screens = screens_fixture("county")


def example() -> str:
    """The small pack of the documentation, as one would copy it from the page."""
    page = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
    return re.search(r"## 3\. .*?```yaml\n(.*?)```", page, re.DOTALL)[1]


def test_the_officer_pastes_the_example_and_mends_one_fault(screens, county):
    """One mistake on purpose: a measure is given to a unit that is not among the units."""
    page = screens.of("officer")
    page.goto("/packs/")
    follow(page, "写一份新的")
    no_violations(page)
    area = page.locator("#pack-text")
    area.fill(example().replace("unit: schools", "unit: school", 2))
    expect(page.locator("#pack-problems")).to_contain_text("处要改")
    no_violations(page)
    press(page, "保存草稿")
    page.wait_for_url(re.compile(r"/packs/\d+/edit/"))
    assert "unit: school\n" in area.input_value()
    area.fill(example())
    expect(page.locator("#pack-problems")).to_contain_text("没有要改的地方")
    press(page, "保存并预览")
    no_violations(page)
    county.small = page.url
    press(page, "提交审核")
    assert "等待没有参与编写的同事审核" in said(page)


def test_a_second_person_publishes_and_the_officer_applies_it(screens, county):
    leader = screens.of("bureau-leader")
    leader.goto(county.small)
    press(leader, "审核通过，发布")
    page = screens.of("officer")
    page.goto(county.small)
    no_violations(page)
    follow(page, "启用方案")
    assert TITLE in said(page)
    assert page.locator("[name=starts_on]").input_value() == "2027-04-07"
    press(page, "看会产生什么")
    assert re.search(r"办一次倾听活动\s+3\s+3\s+2027-04-30\s+心理教师 3", said(page))
    press(page, "启用方案")
    page.wait_for_url(re.compile(r"/plans/\d+/$"))
    no_violations(page)


def test_a_school_finds_its_task_with_its_date(screens, county):
    """As the documentation says: the event by 30 April; the summary shows on 20 April and is due on 10 May."""
    page = screens.of("psych", "phone")
    page.goto("/plans/tasks/?show=later")
    no_violations(page)
    follow(page, re.compile("办一次倾听活动"))
    assert "2027-04-30（周五）" in said(page)
    assert "照片（至少 2 张）" in said(page)
    no_violations(page)
    page = screens.of("moral", "phone")
    page.goto("/plans/tasks/?show=later")
    follow(page, re.compile("交总结和照片"))
    assert "2027-05-10" in said(page)
    assert "2027-04-20" in said(page)
