"""The whole line, walked by everybody whose part it is: from a school's workbook to a case that two people close.

One house, one story, in order; each step is a person at a screen. The house's own clock starts on a Tuesday morning, so
that school hours, answering hours and missed dates are those of a real week.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from pypdf import PdfReader

from tests.browser.house import SHANGHAI, House, running_house
from tests.browser.pages import no_violations
from tests.browser.screens import confirm, last_look, screens_fixture

MORNING = datetime(2026, 11, 24, 9, 10, tzinfo=SHANGHAI)
CLASS = "七年级(7)班"
NAMES = [f"林{given}" for given in "安宁晨阳书禾雨桐墨思远嘉言清和诺知行若溪星野沐青云舒景乐天语"]
OFFLINE, DECLINING, WORRYING, CARELESS = 0, 1, 2, 3
"""Which of the thirty students loses the network, stays away, gives a worrying answer, clicks straight through."""
__all__ = ["last_look"]


@pytest.fixture(scope="module")
def school(tmp_path_factory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("journey")
    with running_house(folder, schools=1, students=45, seed=3, history=False, starts_at=MORNING) as house:
        yield house


screens = screens_fixture("school")


def workbook(folder: Path) -> Path:
    """A roster as schools keep them: a title row, full-width digits, dates of three kinds."""
    path = folder / "花名册.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("七年级")
    sheet.merge_range("A1:E1", "2026学年 七年级(7)班 学生名册")
    sheet.write_row(1, 0, ["学号", "姓名", "性别", "出生日期", "班级"])
    for row, name in enumerate(NAMES, start=2):
        number = (
            f"2026{row + 700:04}"
            if row % 3
            else f"2026{row + 700:04}".translate(str.maketrans("0123456789", "０１２３４５６７８９"))
        )
        birth = ["2012.3.5", "20120612", "2012年8月1日"][row % 3]
        sheet.write_row(row, 0, [number, name, "男" if row % 2 else "女", birth, CLASS])
    book.close()
    return path


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


def moment(at: datetime) -> str:
    """As a datetime-local field takes it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def test_the_school_files_and_the_bureau_sends_it_back_then_approves(screens, school):
    """One mistake on purpose: without an interview plan and safety plan the filing cannot be handed in."""
    page, now = screens.of("psych"), school.now()
    page.goto("/screening/filings/new/")
    no_violations(page)
    page.locator("[name=title]").fill("秋季心理健康测评")
    page.locator("[name=purpose]").fill("了解同学们最近的心情，把关心送到需要的地方。")
    page.locator("input[name=uses][value='phq-9|junior:2026']").check()
    page.locator("input[name=uses][value='gad-7|junior:2026']").check()
    page.locator("[name=opens_at]").fill(moment(now))
    page.locator("[name=closes_at]").fill(moment(now + timedelta(days=4)))
    page.locator("[name=interviewers]").fill("2")
    page.locator("[name=duty_post]").select_option(index=1)
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_load_state()
    assert page.get_by_role("button", name="提交教育局").count() == 0 or "安全预案" in page.locator("main").inner_text()
    page.get_by_role("link", name="修改").first.click()
    page.locator("[name=proctors]").fill("由受过培训的心理教师在机房主持，座位错开。")
    page.locator("[name=safety_plan]").fill("值班老师当场见面陪伴，同日通知监护人。")
    page.locator("[name=capacity_plan]").fill("邀请片区心理教师协助访谈。")
    page.get_by_role("button", name="保存草稿").click()
    submit_filing(page)
    filing = page.url

    officer = screens.of("officer")
    officer.goto("/screening/approvals/")
    officer.get_by_role("link", name="秋季心理健康测评").click()
    no_violations(officer)
    officer.locator("form[action$='/return/'] textarea").fill("请写明家长说明会的时间。")
    officer.get_by_role("button", name="退回修改").click()
    officer.wait_for_load_state()

    page.goto(filing)
    assert "请写明家长说明会的时间" in page.locator("main").inner_text()
    page.get_by_role("link", name="修改").first.click()
    page.locator("[name=purpose]").fill("了解同学们最近的心情。家长说明会在周五下午。")
    page.get_by_role("button", name="保存草稿").click()
    submit_filing(page)

    officer.goto("/screening/approvals/")
    officer.get_by_role("link", name="秋季心理健康测评").click()
    officer.get_by_role("button", name="批准").click()
    officer.wait_for_load_state()
    page.goto(filing)
    page.get_by_role("button", name="建立测评").click()
    page.wait_for_url(re.compile(r"/screening/campaigns/"))
    no_violations(page)
    school.campaign = page.url


def submit_filing(page) -> None:
    page.wait_for_load_state()
    page.get_by_role("button", name=re.compile("提交")).first.click()
    dialog = page.locator("dialog[open]")
    if dialog.count():
        dialog.get_by_role("button", name=re.compile("提交")).click()
    page.wait_for_load_state()


def test_slips_are_printed(screens, school):
    """The codes are read from the PDF, as students read them from paper."""
    page = screens.of("psych")
    page.goto(school.campaign)
    open_now = page.get_by_role("button", name="现在开放")
    if open_now.count():  # the minute's sweep may have opened it already
        open_now.click()
        page.wait_for_load_state()
    page.goto(school.campaign + "slips/")
    no_violations(page)
    with page.expect_download() as waiting:
        page.locator("tr", has_text=CLASS).get_by_role("button").click()
    path = school.home / "slips.pdf"
    waiting.value.save_as(path)
    text = " ".join(part.extract_text() for part in PdfReader(path).pages)
    numbers, codes = re.findall(r"2026\d{4}", text), re.findall(r"[A-Z0-9]{4}-[A-Z0-9]{4}", text)
    school.codes = dict(zip(numbers, codes, strict=True))
    assert sorted(school.codes) == [number_of(place) for place in range(len(NAMES))]


def number_of(place: int) -> str:
    """The student number of the place-th row of the workbook."""
    return f"2026{place + 702:04}"


def let_in(screens, school, place: int, device: str = "phone"):
    """A student types what is on the slip."""
    page = screens.fresh(device)
    page.goto("/enter/student/")
    page.locator("[name=school]").fill("青禾中学")
    page.locator("[name=number]").fill(number_of(place))
    page.locator("[name=code]").fill(school.codes[number_of(place)].replace("-", "").lower())
    page.get_by_role("button", name="进入").click()
    page.wait_for_load_state()
    page.goto("/screening/mine/")
    return page


def begin(page):
    """Read what it is about, agree, and open the next questionnaire."""
    page.get_by_role("link", name="先了解一下").click()
    page.get_by_role("button", name="我读过了，愿意参加").click()
    open_part(page)


def open_part(page):
    page.get_by_role("button", name=re.compile("^(开始|接着答)$")).click()
    page.locator("[data-begin]").click()
    page.locator("[role=radiogroup]").first.wait_for()


def choose(page, item: str, option: int) -> None:
    page.locator(f"[data-item={item}] label").nth(option).click()


def turn_to(page, number: int) -> None:
    """Go on to the page this question stands on."""
    wanted = page.locator(f"[data-item=q{number}]")
    page.wait_for_function("document.querySelectorAll('[data-item]').length > 0")
    if wanted.count() == 0:
        page.locator("[data-next]").click()
    wanted.wait_for()


def hand_in(page, answers: list[int]) -> None:
    """Answer page by page, then hand in."""
    for number, option in enumerate(answers, start=1):
        turn_to(page, number)
        choose(page, f"q{number}", option)
    for _page in range(6):
        if page.locator("[data-review]").is_visible():
            break
        page.locator("[data-next]").click()
    page.locator("[data-next]").click()
    page.wait_for_url(re.compile(r"/mine/\d+/(thanks/)?$"))


def test_a_wrong_code_is_refused_kindly(screens, school):
    page = screens.fresh("phone")
    page.goto("/enter/student/")
    page.locator("[name=school]").fill("青禾中学")
    page.locator("[name=number]").fill(number_of(0))
    page.locator("[name=code]").fill("AAAA-AAAA")
    page.get_by_role("button", name="进入").click()
    page.wait_for_load_state()
    assert "/enter/student" in page.url
    assert page.locator("[name=number]").input_value() == number_of(0)
    no_violations(page)


def test_one_student_loses_the_network_for_a_while(screens, school):
    page = let_in(screens, school, OFFLINE)
    no_violations(page)
    begin(page)
    choose(page, "q1", 1)
    page.locator("[data-saved]", has_text="已保存").wait_for()
    page.context.set_offline(True)
    choose(page, "q2", 0)
    page.locator("[data-banner]", has_text="联网后自动上传").wait_for()
    page.context.set_offline(False)
    page.locator("[data-saved]", has_text="已保存").wait_for()
    hand_in(page, [1, 0, 1, 0, 0, 1, 0])
    open_part(page)
    hand_in(page, [1, 0, 0, 1, 0, 0, 0, 0, 0])
    assert "谢谢" in page.locator("main").inner_text()


def test_one_student_declines_with_one_tap(screens, school):
    page = let_in(screens, school, DECLINING)
    page.get_by_role("link", name="先了解一下").click()
    page.get_by_role("button", name="这次不参加").click()
    page.wait_for_load_state()
    assert "没有任何影响" in page.locator("main").inner_text()


def test_a_worrying_answer_reaches_the_person_on_duty_within_seconds(screens, school):
    duty = screens.of("psych")
    duty.goto("/")
    page = let_in(screens, school, WORRYING)
    begin(page)
    hand_in(page, [2, 2, 1, 2, 1, 2, 2])
    open_part(page)
    for number, option in enumerate([2, 2, 3, 2, 2, 2, 1, 1], start=1):
        turn_to(page, number)
        choose(page, f"q{number}", option)
    turn_to(page, 9)
    choose(page, "q9", 1)
    page.locator("#xq-care[open]").wait_for()
    no_violations(page)
    duty.goto("/signals/")
    duty.locator("tr[data-row]", has_text=NAMES[WORRYING]).wait_for(timeout=8_000)
    page.locator("#xq-care").get_by_role("button", name="我知道了").click()


def quick_answers(page, pattern: list[list[int]]) -> None:
    """The same as a student's browser sends, without drawing every page: twenty-six more would take minutes."""
    page.get_by_role("link", name="先了解一下").click()
    page.get_by_role("button", name="我读过了，愿意参加").click()
    for answers in pattern:
        page.get_by_role("button", name=re.compile("^(开始|接着答)$")).click()
        page.locator("[data-begin]").wait_for()
        setup = json.loads(page.locator("#runner-setup").text_content())
        body = {
            "seq": 3,
            "answers": {f"q{n}": str(option) for n, option in enumerate(answers, start=1)},
            "submit": f"journey-{setup['draft']['name']}",
        }
        answer = page.request.post("/answers/", headers={"Authorization": f"Bearer {setup['token']}"}, data=body)
        assert answer.ok, answer.text()
        page.goto(setup["home"])
        again = page.get_by_role("link", name="接着答")
        if again.count():
            again.click()


def test_the_rest_of_the_class_answers(screens, school):
    for place in range(len(NAMES)):
        if place in {OFFLINE, DECLINING, WORRYING}:
            continue
        page = let_in(screens, school, place)
        mild = [[(place + n) % 2 for n in range(7)], [(place + n) % 2 for n in range(8)] + [0]]
        quick_answers(page, [[3] * 7, [3] * 8 + [0]] if place == CARELESS else mild)
        page.context.close()


def test_progress_shows_numbers_and_no_names_of_who_stayed_away(screens, school):
    page = screens.of("psych")
    page.goto(school.campaign)
    row = page.locator("tr", has_text=CLASS)
    assert "28" in row.inner_text()
    assert NAMES[DECLINING] not in page.locator("main").inner_text()
    page.goto(school.campaign + "results/")
    no_violations(page)
    assert NAMES[CARELESS] in page.locator("main").inner_text()


def test_interview_and_a_level_set_by_a_person(screens, school):
    """One mistake on purpose: an interview without its safety questions is not finished, and nothing typed is lost."""
    page = screens.of("psych")
    page.goto("/signals/")
    page.locator("tr[data-row]", has_text=NAMES[WORRYING]).get_by_role("link").first.click()
    page.get_by_role("button", name="接手").click()
    page.wait_for_load_state()
    no_violations(page)
    page.get_by_role("button", name="开始访谈").click()
    page.wait_for_url(re.compile(r"/interviews/\d+/"))
    no_violations(page)
    page.locator("[name=why]").fill("测评里有需要当面问一问的地方。")
    page.locator("[name=protective]").fill("和同桌要好，愿意和老师聊。")
    page.get_by_role("button", name="完成访谈").click()
    page.wait_for_load_state()
    assert page.locator("[name=protective]").input_value() == "和同桌要好，愿意和老师聊。"
    finish_interview(page, school, ideas="sometimes")
    no_violations(page)
    set_level(page, 3, "有想法、无计划，睡眠差两周，家庭支持在。")


def finish_interview(page, school, *, ideas: str) -> None:
    page.locator("[name=held_at]").fill(moment(school.now()))
    for name, value in {"ideas": ideas, "plan": "none", "means": "no", "acts": "no", "others": "no"}.items():
        page.locator(f"select[name={name}]").select_option(value)
    page.locator("select[name=guardian_told]").select_option("told")
    page.locator("[name=guardian_at]").fill(moment(school.now()))
    page.locator("select[name=guardian_how]").select_option("phone")
    page.locator("[name=guardian_answer]").fill("母亲表示理解，今晚陪伴。")
    page.get_by_role("button", name="完成访谈").click()
    page.wait_for_url(re.compile("/decide/"))


def set_level(page, level: int, reason: str) -> None:
    page.locator(f"input[name=level][value='{level}']").check(force=True)
    page.locator("form:has(input[value=level]) textarea").fill(reason)
    page.get_by_role("button", name="确定等级").click()
    page.wait_for_load_state()


def duty_of(page, kind: str):
    """Open a duty of that kind from the list."""
    page.goto("/cases/duties/")
    link = page.locator("li.task", has_text=NAMES[WORRYING]).filter(has_text=kind).get_by_role("link").first
    for _try in range(10):
        if link.count():
            break
        page.wait_for_timeout(700)
        page.reload()
    link.click()
    page.wait_for_load_state()


def test_everybody_of_the_chain_does_their_part_and_a_missed_one_climbs(screens, school):
    """The grade head sees what to do and no level; the leader lets a date pass, and the next of the chain has it."""
    grade = screens.of("grade")
    duty_of(grade, "年级协调任课教师")
    no_violations(grade)
    shown = grade.locator("main").inner_text()
    assert "预警" not in shown
    assert "PHQ" not in shown
    grade.locator("textarea").fill("已和三位任课老师说好，近两周作业酌情减少。")
    grade.get_by_role("button", name="已完成").click()
    grade.wait_for_load_state()
    assert "年级协调任课教师" not in grade.locator("main").inner_text()

    leader = screens.of("leader")
    leader.goto("/cases/duties/")
    assert "学校领导知情并部署" in leader.locator("main").inner_text()
    school.pass_time(timedelta(hours=25))
    school.command("sweep")
    expert = screens.again("expert")
    expert.goto("/cases/duties/")
    assert "学校领导知情并部署" in expert.locator("main").inner_text()
    assert NAMES[WORRYING] not in expert.locator("main").inner_text()
    leader = screens.again("leader")
    leader.goto("/cases/duties/")
    assert "已转交" in leader.locator("main").inner_text()


def test_a_case_is_opened_cared_for_and_followed_up(screens, school):
    page = screens.again("psych")
    page.goto(f"/cases/students/?q={NAMES[WORRYING]}")
    page.get_by_role("link", name=NAMES[WORRYING]).first.click()
    no_violations(page)
    page.get_by_role("link", name="建立个案").first.click()
    page.locator("textarea").fill("访谈后需要一段时间的支持。")
    page.get_by_role("button", name="建立个案").click()
    page.wait_for_url(re.compile("/plan/"))
    page.locator("[name=contact]").select_option(index=1)
    for name, text in {
        "needs": "想睡好，想有人听他说话。",
        "goals": "两周内每天到校，每周至少三晚十一点前睡。",
        "measures": "心理老师每周谈话一次，班主任每天打个招呼。",
        "safety": "难受时先找班主任，再打 12356。",
    }.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=review_on]").fill((school.now() + timedelta(days=14)).strftime("%Y-%m-%d"))
    page.get_by_role("button", name="保存方案").click()
    page.wait_for_url(re.compile(r"/cases/\d+/$"))
    no_violations(page)
    school.case = page.url
    page.get_by_role("link", name="记录联系").click()
    page.locator("[name=held_at]").fill(moment(school.now() - timedelta(minutes=30)))
    page.locator("[name=words]").fill("和母亲通话，说了近况和安排。")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url(school.case)
    for _visit in range(4):
        follow = page.get_by_role("link", name="记录随访").first
        if not follow.count():
            break
        follow.click()
        page.locator("input[name=steady][value='1']").check(force=True)
        page.locator("[name=words]").fill("这周睡得好一些，和同桌一起回家。")
        page.locator("[name=next_at]").fill(moment(school.now() + timedelta(days=2)))
        page.get_by_role("button", name="保存").click()
        page.wait_for_url(school.case)
    assert "这周睡得好一些" in page.locator("main").inner_text()


def ask_closing(page, school, outcome: str, words: str) -> None:
    page.goto(school.case)
    page.get_by_role("link", name="申请结案").click()
    page.locator(f"input[name=outcome][value={outcome}]").check(force=True)
    page.locator("[name=words]").fill(words)
    page.get_by_role("button", name="提交复核").click()
    page.wait_for_load_state()


def test_a_case_does_not_close_while_the_level_stands_high(screens, school):
    page = screens.of("psych")
    ask_closing(page, school, "stable", "目标基本达成。")
    assert "等级" in page.locator("main").inner_text()
    assert page.locator("[name=words]").input_value() == "目标基本达成。"


def test_the_level_is_lowered_by_two(screens, school):
    page = screens.of("psych")
    page.goto(school.case)
    page.get_by_role("link", name="学生档案").click()
    page.get_by_role("button", name="再次访谈与评估").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="开始访谈").click()
    page.wait_for_url(re.compile(r"/interviews/\d+/"))
    finish_interview(page, school, ideas="past")
    set_level(page, 1, "两周来睡眠恢复，没有想法，同伴支持在。")
    leader = screens.of("leader")
    leader.goto("/signals/seconds/")
    leader.get_by_role("link", name=re.compile(NAMES[WORRYING])).first.click()
    no_violations(leader)
    leader.locator("input[name=decision][value=confirm]").check(force=True)
    leader.get_by_role("button", name="提交意见").click()
    leader.wait_for_load_state()


def test_two_people_close_the_case(screens, school):
    page = screens.of("psych")
    ask_closing(page, school, "stable", "目标达成，之后由班主任日常关心。")
    assert page.url == school.case, page.locator("main").inner_text()
    assert page.get_by_role("button", name="同意结案").count() == 0

    leader = screens.of("leader")
    leader.goto(school.case)
    no_violations(leader)
    assert "和母亲通话" not in leader.locator("main").inner_text()
    leader.get_by_role("button", name="同意结案").click()
    leader.wait_for_load_state()
    assert "已结案" in leader.locator("body").inner_text()


def test_school_and_bureau_see_numbers_and_the_bureau_no_child(screens, school):
    leader = screens.of("leader")
    leader.goto("/numbers/")
    no_violations(leader)
    officer = screens.again("officer")
    officer.goto("/numbers/")
    no_violations(officer)
    shown = officer.locator("main").inner_text()
    assert not [name for name in NAMES if name in shown]
    person = re.search(
        r"/cases/students/(\d+)/", screens.of("psych").locator("a[href*='/cases/students/']").last.get_attribute("href")
    )
    assert person
    assert officer.request.get(f"/cases/students/{person[1]}/").status == 403


def test_the_trail_is_whole_and_the_doctor_is_content(school):
    assert "留痕完整" in school.command("audit", "verify")
    assert "体检通过" in school.command("doctor")
