"""A bureau makes a plan its own, its schools carry it out, and it is inspected, mended and reported.

One county, one story, in order; each step is a person at a screen. It begins on a Tuesday in September.
"""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.pages import no_violations
from tests.browser.screens import (
    book_cells,
    children,
    confirm,
    downloaded,
    follow,
    hand_in,
    last_look,
    open_task,
    pdf_text,
    photo,
    press,
    said,
    screens_fixture,
    word_text,
)

TITLE = "青禾区心理健康教育实施方案"
LESSON = "开学第一课"
VIEWS = ("", "board/", "tasks/", "calendar/", "timeline/", "units/", "figures/", "calls/", "changes/")
CHANGES = """\
changes:
  set:
    budget.per-student.per_student: 12
    measures.activity-term-start.owners: [psych_teacher]
"""
__all__ = ["last_look"]


screens = screens_fixture("county")


def test_the_officer_reads_p14_and_copies_it(screens, county):
    page = screens.of("officer")
    page.goto("/packs/")
    no_violations(page)
    follow(page, re.compile("^区县中小学心理健康教育"))
    no_violations(page)
    follow(page, "复制")
    no_violations(page)
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=name]").fill("qinghe-year")
    press(page, "建立草稿")
    page.wait_for_url(re.compile(r"/packs/\d+/edit/"))
    no_violations(page)
    county.pack = page.url.removesuffix("edit/")


def test_a_wrong_word_is_named_by_its_line_and_nothing_typed_is_lost(screens, county):
    """The budget becomes 12 yuan and the first lesson is the psychology teacher's; the first try misspells the post."""
    page = screens.of("officer")
    page.goto(county.pack + "edit/")
    area = page.locator("#pack-text")
    written = area.input_value()
    area.fill(written.partition("changes:")[0] + CHANGES.replace("psych_teacher", "psych_techer"))
    fault = page.locator("#pack-problems [data-fault]").first
    expect(fault).to_contain_text("psych_techer")
    line = fault.get_attribute("data-fault")
    assert "psych_techer" in area.input_value().splitlines()[int(line) - 1]
    press(page, "保存草稿")
    assert "还有要改的地方" in said(page)
    assert "psych_techer" in area.input_value()
    no_violations(page)
    page.goto(county.pack)
    assert page.get_by_role("button", name="提交审核").count() == 0
    page.goto(county.pack + "edit/")
    area.fill(area.input_value().replace("psych_techer", "psych_teacher"))
    expect(page.locator("#pack-problems")).to_contain_text("没有要改的地方")
    press(page, "保存并预览")
    assert "每生每年 12 元" in said(page)
    no_violations(page)


def test_a_second_person_publishes_it(screens, county):
    page = screens.of("officer")
    page.goto(county.pack)
    press(page, "提交审核")
    assert "等待没有参与编写的同事审核" in said(page)
    assert page.get_by_role("button", name="审核通过，发布").count() == 0
    leader = screens.of("bureau-leader")
    leader.goto("/packs/?shelf=desk")
    follow(leader, TITLE)
    no_violations(leader)
    leader.goto(county.pack + "compare/")
    assert "12" in said(leader)
    no_violations(leader)
    leader.goto(county.pack)
    press(leader, "审核通过，发布")
    assert "已发布" in said(leader)


def test_the_officer_sees_what_it_sets_in_motion_and_applies_it(screens, county):
    page = screens.of("officer")
    page.goto("/plans/apply/")
    no_violations(page)
    page.locator(".pick-list li", has_text=TITLE).get_by_role("link", name="选这个").click()
    press(page, "看会产生什么")
    no_violations(page)
    shown = said(page)
    assert "“考试前的减压活动”跟着考试走，校历里这段时间还没有考试" in shown
    assert re.search(rf"{LESSON}\s+6\s+3\s+2026-09-11\s+2027-03-04\s+心理教师 6", shown)
    assert "1,080" in shown  # 90 students, 12 yuan each
    press(page, "启用方案")
    page.wait_for_url(re.compile(r"/plans/\d+/$"))
    county.plan = page.url
    assert "方案已启用" in said(page)
    no_violations(page)


def test_a_school_hands_in_on_the_phone_and_is_told_what_is_missing(screens, county):
    """First without a photo, then without saying that the people in it agree; the words stay where they are."""
    page = screens.of("psych", "phone")
    page.goto("/plans/tasks/")
    no_violations(page)
    follow(page, re.compile(LESSON))
    no_violations(page)
    words = "九月七日全校各班上了开学第一课，共三十人参加。"
    hand_in(page, words, picture=False)
    assert "照片" in page.locator("main [role=alert], main .invalid-feedback").first.inner_text()
    assert page.locator("[name=text]").input_value() == words
    page.locator("[name=pictures]").set_input_files(photo())
    press(page, "上交")
    assert "都同意" in said(page)
    assert page.locator("[name=text]").input_value() == words
    no_violations(page)
    hand_in(page, words)
    assert "等待审核" in said(page)
    no_violations(page)


def test_two_more_schools_hand_in_two_are_accepted_and_one_returned(screens, county):
    for who, words in {"psych2": "开学第一课上好了。", "psych3": "高一各班上了开学第一课，学生写了心愿卡。"}.items():
        page = screens.of(who, "phone")
        open_task(page, LESSON)
        hand_in(page, words)
        assert "等待审核" in said(page)
    officer = screens.of("officer")
    officer.goto("/plans/review/")
    no_violations(officer)
    for name in ("青禾中学", "临江高级中学"):
        officer.locator("li.task", has_text=name).locator("input[name=task]").check()
    press(officer, "通过勾选的")
    assert "已通过 2 项" in said(officer)
    officer.locator("li.task", has_text="望山小学").get_by_role("link").first.click()
    no_violations(officer)
    press(officer, "退回补充")
    assert officer.get_by_role("button", name="退回补充").count() == 1, "returned without a word of what is missing"
    officer.locator("[name=words]").fill("请写明哪些班级、多少人参加。")
    press(officer, "退回补充")
    assert "已退回" in said(officer)


def test_the_school_reads_why_and_hands_in_again(screens, county):
    page = screens.of("psych2", "phone")
    open_task(page, LESSON)
    assert "请写明哪些班级、多少人参加。" in said(page)
    assert page.locator("[name=text]").input_value() == "开学第一课上好了。"
    no_violations(page)
    hand_in(page, "一至六年级各班上了开学第一课，共三十人参加。")
    officer = screens.of("officer")
    officer.goto("/plans/review/")
    officer.locator("li.task", has_text="望山小学").get_by_role("link").first.click()
    press(officer, "通过")
    assert "没有等您审核的材料" in said(officer)


def test_the_officer_reminds_all_at_once(screens, county):
    officer = screens.of("officer")
    officer.goto("/plans/remind/")
    no_violations(officer)
    officer.locator("select[name=when]").select_option(label="七天内到期")
    officer.wait_for_url(re.compile("when="))
    press(officer, "催办筛选出的全部 13 项")
    assert "已催办 13 项" in said(officer)


def test_a_week_later_a_task_is_late_and_climbs(screens, county):
    """The school's plan was due on Tuesday: the school's leader is shown it after a day, the bureau sees the number."""
    county.pass_time(timedelta(days=9))
    county.command("sweep")
    leader = screens.again("leader", "phone")
    leader.goto("/plans/tasks/?show=shown")
    no_violations(leader)
    assert "制定学校心理健康教育学年计划" in said(leader)
    assert "逾期 2 天" in said(leader)
    officer = screens.again("officer")
    officer.goto("/")
    assert "逾期任务提醒您关注" in said(officer)
    no_violations(officer)
    officer.goto(county.plan + "units/?order=late")
    assert re.search(r"青禾中学[\s\S]*?4", said(officer))


def test_the_plan_page_says_clause_by_clause_where_it_stands(screens, county):
    page = screens.of("officer")
    page.goto(county.plan)
    no_violations(page)
    clause = page.locator("#clause-14\\.14")
    assert "进行中" in clause.inner_text()
    assert "现在 1次，目标 4次" in clause.inner_text()
    assert "尚未开始" in page.locator("#clause-14\\.18").inner_text()
    on_the_phone = screens.again("bureau-leader", "phone")
    for view in VIEWS:
        for each in (page, on_the_phone):
            each.goto(county.plan + view)
            no_violations(each)
    of_a_school = screens.of("leader")
    of_a_school.goto(county.plan)
    assert "您看到的是本单位的部分" in said(of_a_school)


def test_the_officer_begins_an_inspection_from_the_plans_form(screens, county):
    page = screens.of("officer")
    page.goto("/inspections/")
    no_violations(page)
    follow(page, "发起督导")
    no_violations(page)
    page.locator("[name=title]").fill("秋季督导")
    page.locator("[name=source]").select_option(label=TITLE)
    press(page, "下一步：评价表")
    no_violations(page)
    press(page, "保存，下一步：单位与抽样")
    page.locator("[name=sampling]").select_option(label="指定单位")
    page.locator("fieldset, div", has=page.locator("[name=chosen]")).last.get_by_label("望山小学").check()
    press(page, "确定")
    no_violations(page)
    press(page, "启动自评")
    assert "可以自评了" in said(page)
    county.round = page.url


def test_the_school_scores_itself(screens, county):
    """One item is left without a word on purpose: it is named, and nothing typed is lost."""
    page = screens.again("psych2", "phone")
    page.goto("/inspections/")
    follow(page, "秋季督导")
    no_violations(page)
    scores, words = page.locator("input[name^=score_]"), page.locator("textarea[name^=words_]")
    for place in range(scores.count()):
        scores.nth(place).fill(scores.nth(place).get_attribute("max"))
        words.nth(place).fill("见学校材料。" if place != 3 else "")
    press(page, "提交自评")
    assert "“辅导室开放和制度执行”请写一句依据" in page.locator("[role=alert]").first.inner_text()
    assert words.nth(4).input_value() == "见学校材料。"
    words.nth(3).fill("门口贴了开放时间。")
    press(page, "提交自评")
    assert "自评已提交" in said(page)


def test_the_check_survives_a_lost_network(screens, county):
    """On the phone, at the school, half of it without a network; one item loses points and has to be mended."""
    county.pass_time(timedelta(days=22))
    officer = screens.again("officer")
    officer.goto(county.round)
    officer.get_by_role("row", name=re.compile("望山小学")).get_by_role("link", name="安排检查人").click()
    no_violations(officer)
    officer.get_by_label("熊行").check()
    press(officer, "保存")
    press(officer, "开始检查")
    assert "检查开始了" in said(officer)

    page = screens.of("expert", "phone")
    page.goto("/inspections/")
    page.locator("li.task", has_text="秋季督导").get_by_role("link").click()
    no_violations(page)
    items = page.locator("[data-item]:has([data-full])")
    full = items.count() - 1
    for place in range(full // 2):
        items.nth(place).locator("[data-full]").click()
    expect(page.locator("#onsite-state")).to_have_text("已存到服务器")
    page.context.set_offline(True)
    for place in range(full // 2, full):
        items.nth(place).locator("[data-full]").click()
    poor = page.locator("[data-item=room]")
    poor.locator("[data-part=score]").fill("6")
    poor.locator("[data-part=words]").fill("制度没有上墙，开放时间只有两个中午。")
    poor.locator("[data-part=mend]").fill("十月底前制度上墙，每周至少开放五小时。")
    poor.locator("[data-photo-input]").set_input_files(photo())
    items.nth(full).locator("[data-full]").click()
    expect(page.locator("#onsite-state")).to_have_text("已存在手机上，等有网络再传")
    press(page, "完成检查")
    assert "还有内容没传上去" in page.locator("#onsite-state").inner_text()
    page.context.set_offline(False)
    expect(page.locator("#onsite-state")).to_have_text("已存到服务器", timeout=40_000)
    expect(poor.locator("[data-photo-words]")).to_have_text("照片已传")
    press(page, "完成检查")
    page.wait_for_url(re.compile(r"/sheets/\d+/$"))
    assert "检查完成" in said(page)
    county.sheet = page.url
    no_violations(page)


def test_what_was_found_is_published_and_mended(screens, county):
    officer = screens.of("officer")
    officer.goto(county.round)
    no_violations(officer)
    confirm(officer, "发布结果", "发布")
    assert "整改任务已下达" in said(officer)
    no_violations(officer)
    page = screens.of("leader2", "phone")
    page.goto("/inspections/")
    follow(page, "秋季督导")
    assert "96.0%" in said(page)
    assert "参加单位" not in said(page)  # how many take part is for whoever runs it
    no_violations(page)
    page = screens.of("moral2", "phone")
    open_task(page, "整改：辅导室开放和制度执行")
    assert "十月底前制度上墙" in said(page)
    no_violations(page)
    hand_in(page, "制度已上墙，周一至周五中午开放。", picture=False)
    assert "等待审核" in said(page)
    officer.goto(county.round)
    follow(officer, "整改：辅导室开放和制度执行")
    no_violations(officer)
    officer.get_by_label("已整改到位").check()
    officer.locator("[name=words]").fill("到校看过，制度在墙上，值班老师在岗。")
    press(officer, "记录复查结果")
    assert "复查通过" in said(officer)
    no_violations(officer)


def test_the_annual_report_in_three_forms(screens, county):
    page = screens.of("officer")
    page.goto("/inspections/")
    follow(page, "年度评估")
    no_violations(page)
    county.annual = page.url
    assert "整改 1 项，复查通过 1 项" in said(page)
    page.locator("[name=opening]").fill("本学年按方案推进，三所学校都上了开学第一课。")
    press(page, "保存")
    files = {
        name: downloaded(page, page.get_by_role("link", name=name, exact=True)) for name in ("Word", "PDF", "Excel")
    }
    word, pdf, (cells, charts) = word_text(files["Word"]), pdf_text(files["PDF"]), book_cells(files["Excel"])
    for text in (word, re.sub(r"\s", "", pdf)):
        assert "三所学校都上了开学第一课" in text
        assert "秋季督导" in text
    assert charts == 2
    county.papers = [word, pdf, *cells]


def test_the_board_hangs_on_the_wall_without_an_account(screens, county):
    page = screens.of("officer")
    page.goto("/board/")
    no_violations(page)
    assert TITLE in said(page)
    county.papers.append(pdf_text(downloaded(page, page.get_by_role("link", name="打印成一页")), pages=1))
    wall = screens.again("expert")
    wall.goto("/board/")
    confirm(wall, "投屏", "退出账号并投屏")
    wall.wait_for_url(re.compile("/wall/"))
    no_violations(wall)
    assert TITLE in said(wall)
    wall.goto("/plans/")
    assert "/accounts/login/" in wall.url
    screens.pages.pop("expert")


def test_no_child_appears_on_any_of_these_pages(screens, county):
    """The names come from the school's own lists; the bureau's pages, the board and the papers know none of them."""
    names = {name for who in ("psych", "psych2", "psych3") for name in children(screens.again(who))}
    assert len(names) > 80
    officer, leader = screens.of("officer"), screens.of("leader2", "phone")
    round_, plan = county.round, county.plan
    shared = [*(plan + view for view in VIEWS), round_, county.sheet, county.annual, "/board/"]
    own = ["/plans/review/", "/plans/remind/", "/plans/tasks/", "/indicators/", "/teams/", "/directory/", "/budgets/"]
    for page, addresses in ((officer, [*shared, *own]), (leader, [plan, round_, *own[2:]])):
        for address in addresses:
            answer = page.request.get(address)
            assert answer.ok, f"{address} {answer.status}"
            assert not [name for name in names if name in answer.text()], address
    assert not [name for name in names if any(name in text for text in county.papers)]


def test_the_trail_is_whole_and_the_doctor_is_content(county):
    assert "留痕完整" in county.command("audit", "verify")
    assert "体检通过" in county.command("doctor")
