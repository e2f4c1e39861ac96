"""A court that is on its own: it is set up, runs the second plan, does one task, and its head accepts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from tests.browser.house import SHANGHAI, Account, House, running_office
from tests.browser.pages import no_violations
from tests.browser.screens import follow, hand_in, last_look, open_task, press, said, screens_fixture

MORNING = datetime(2026, 10, 13, 9, 0, tzinfo=SHANGHAI)
__all__ = ["last_look"]


@pytest.fixture(scope="module")
def court(tmp_path_factory) -> Iterator[House]:
    with running_office(
        tmp_path_factory.mktemp("court"), kind="court", name="青禾区人民法院", starts_at=MORNING
    ) as house:
        yield house


screens = screens_fixture("court")


PASSWORD = "qiao-liang-2026"


def first_sign_in(screens, who: str):
    """With the one-time password; everybody chooses a password of their own before anything else."""
    page, given = screens.of(who), screens.house.account(who)
    page.locator("[name=oldpassword]").fill(given.password)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    press(page, "保存新密码")
    screens.house.accounts.remove(given)
    screens.house.accounts.append(replace(given, password=PASSWORD))
    return page


def test_the_administrator_sets_up_the_court(screens, court):
    """The head and an officer, each with a post and an account; a one-time password is shown once."""
    page = first_sign_in(screens, "admin")
    for name, post, username in (("沈秋", "单位负责人", "head"), ("陶宁", "单位专员", "clerk")):
        page.goto("/registry/staff/new/")
        page.locator("[name=name]").fill(name)
        press(page, "添加")
        no_violations(page)
        follow(page, "任命岗位")
        press(page, "下一步")
        page.get_by_label(post).check()
        press(page, "任命")
        page.locator("[name=username]").fill(username)
        press(page, "开通账号")
        no_violations(page)
        given = page.locator(".password-once").inner_text()
        court.accounts.append(Account(post, username, given))


def test_the_officer_finds_the_plan_for_courts_and_applies_it(screens, court):
    """The calendar year has mostly passed; the officer sees what would be left out and begins today instead."""
    page = first_sign_in(screens, "clerk")
    no_violations(page)
    page.goto("/plans/")
    no_violations(page)
    follow(page, "启用方案")
    no_violations(page)
    (pick,) = page.locator(".pick-list li", has_text="（法院）").all()
    pick.get_by_role("link", name="选这个").click()
    press(page, "看会产生什么")
    assert "有 22 次任务的日期已经过了" in said(page)
    page.locator("[name=starts_on]").fill("2026-10-13")
    press(page, "按新的日期再看")
    no_violations(page)
    assert re.search(r"热线人员上岗前培训与资质核对\s+1\s+1\s+2026-10-27\s+单位专员 1", said(page))
    press(page, "启用方案")
    page.wait_for_url(re.compile(r"/plans/\d+/$"))
    court.plan = page.url
    no_violations(page)


def test_one_task_is_done_with_a_photo(screens, court):
    page = screens.again("clerk", "phone")
    open_task(page, "宣传教育、情绪疏导与危机准备")
    no_violations(page)
    assert "为什么" in said(page)
    assert "02.3" in said(page)
    hand_in(page, "在诉讼服务大厅摆了情绪疏导手册，请心理老师给干警讲了一课，二十六人参加。")
    assert "等待审核" in said(page)
    assert page.get_by_role("button", name="通过").count() == 0


def test_the_head_accepts_and_the_plan_page_tells(screens, court):
    page = first_sign_in(screens, "head")
    page.goto("/")
    no_violations(page)
    page.goto("/plans/review/")
    no_violations(page)
    follow(page, re.compile("宣传教育"))
    no_violations(page)
    press(page, "通过")
    assert "没有等您审核的材料" in said(page)
    page.goto(court.plan)
    no_violations(page)
    assert "还缺" in page.locator("#clause-02\\.4").inner_text()
