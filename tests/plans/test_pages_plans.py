"""The pages of a plan: who sees what of it, how many questions they ask, calls and their package, changes, applying."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import a_class, a_student, an_actor
from tests.plans.factories import DAY, NOON, a_county, a_plan, a_task, agencies, an_edition, handed_in
from tests.plans.pages import a_pdf, a_photo, as_, stand_at, text
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.outbox.models import Job
from xinqiao.outbox.services import settle
from xinqiao.packs.models import Edition
from xinqiao.people.services import add_organisation
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.services import applying

pytestmark = pytest.mark.django_db
OF_A_PLAN = ("plan", "board", "tasks", "calendar", "timeline", "units", "figures", "calls", "changes")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    stand_at(monkeypatch)


@pytest.fixture
def county():
    return a_county()


@pytest.fixture
def plan(county):
    return a_plan(county)


def url(name, *args):
    return reverse(f"plans:{name}", args=args)


# --- looking ------------------------------------------------------------------------------------------------------


def test_every_page_of_a_plan_opens_for_the_officer(county, plan):
    client = as_(county.shao)
    for name in OF_A_PLAN:
        assert client.get(url(name, plan.pk)).status_code == 200, name
    assert client.get(url("unit", plan.pk, county.schools[0].pk)).status_code == 200


def test_the_list_says_how_each_plan_stands(county, plan):
    handed_in(county, a_task(plan))
    page = text(as_(county.shao).get(url("index")))
    assert "县域小方案" in page
    assert "实施中" in page


def test_no_plan_yet_leads_to_the_wizard(county):
    page = text(as_(county.shao).get(url("index")))
    assert "还没有方案" in page
    assert url("apply") in page
    assert url("apply") not in text(as_(county.psychs[0]).get(url("index")))


def test_a_published_pack_leads_to_the_wizard_for_whoever_may_run_it(county):
    edition = an_edition()
    there = reverse("packs:edition", args=[edition.pk])
    assert f"{url('start', edition.pk)}?organisation={county.bureau.pk}" in text(as_(county.shao).get(there))
    assert url("start", edition.pk) not in text(as_(county.psychs[0]).get(there))
    assert url("start", edition.pk) not in text(as_(county.heads[0]).get(there))  # a school is not what it is for


def test_clause_by_clause_with_standing_and_evidence(county, plan):
    page = text(as_(county.shao).get(url("plan", plan.pk)))
    for clause in ("1.1", "1.8"):
        assert f'id="clause-{clause}"' in page
    assert f"{url('tasks', plan.pk)}?measure=summary-month" in page
    assert "人人有人关心" in page


def test_next_steps_lead_to_what_waits(county, plan, monkeypatch):
    handed_in(county, a_task(plan))
    stand_at(monkeypatch, NOON + 9 * DAY)
    page = text(as_(county.shao).get(url("plan", plan.pk)))
    assert "审核交上来的 1 份材料" in page
    assert "催办逾期的" in page


def test_a_school_sees_its_own_part_only(county, plan):
    client = as_(county.heads[0])
    mine, others = county.schools
    for name in ("plan", "board", "tasks", "units", "calendar", "timeline"):
        page = text(client.get(url(name, plan.pk)))
        assert others.name not in page, name
    assert mine.name in text(client.get(url("units", plan.pk)))
    assert client.get(url("unit", plan.pk, others.pk)).status_code == 404
    assert "只对牵头单位开放" in text(client.get(url("figures", plan.pk)))
    assert "只对牵头单位开放" in text(client.get(url("calls", plan.pk)))


def test_a_county_beside_it_finds_nothing(county, plan):
    stranger = an_actor(PostKind.BUREAU_OFFICER, add_organisation(parent=None, kind="bureau", name="邻县教育局"))
    client = as_(stranger)
    for name in OF_A_PLAN:
        assert client.get(url(name, plan.pk)).status_code == 404, name


def test_lists_narrow_by_state_measure_unit_and_day(county, plan):
    client, school = as_(county.shao), county.schools[0]
    handed_in(county, a_task(plan, unit=school))
    waiting = text(client.get(url("tasks", plan.pk) + "?state=handed_in"))
    assert "1 项任务" in waiting
    day = text(client.get(url("tasks", plan.pk) + "?day=2026-11-30"))
    assert "2 项任务" in day
    named = text(client.get(url("tasks", plan.pk) + f"?q={county.schools[1].name}&measure=summary-month&state=open"))
    assert school.name not in named
    assert client.get(url("tasks", plan.pk) + "?state=nonsense&measure=x&day=x&page=x").status_code == 200


def test_the_calendar_counts_by_day_and_the_timeline_by_month(county, plan):
    handed_in(county, a_task(plan, unit=county.schools[0]))
    client = as_(county.shao)
    page = text(client.get(url("calendar", plan.pk) + "?month=2026-11"))
    assert "2026年11月" in page
    assert "measure=summary-month" in page
    assert client.get(url("calendar", plan.pk) + "?month=nonsense").status_code == 200
    line = text(client.get(url("timeline", plan.pk)))
    assert "due-warn" in line
    assert "每月工作小结" in line


def test_units_can_be_found_sorted_and_taken_as_a_workbook(county, plan, monkeypatch):
    stand_at(monkeypatch, NOON + 9 * DAY)
    handed_in(county, a_task(plan, unit=county.schools[0]), at=NOON + 9 * DAY)
    client = as_(county.shao)
    page = text(client.get(url("units", plan.pk) + "?order=late"))
    assert page.index(county.schools[1].name) < page.index(county.schools[0].name)
    book = load_workbook(io.BytesIO(client.get(url("units_table", plan.pk)).content))
    names = [row[0].value for row in book.active.iter_rows(min_row=4)]
    assert names[:3] == [county.bureau.name, *(school.name for school in county.schools)]


def questions(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize("name", ["index", *OF_A_PLAN])
def test_as_many_questions_for_twelve_schools_as_for_two(name):
    counts = []
    for schools in (2, 12):
        world = a_county(schools)
        plan = a_plan(world, an_edition(version=f"1.{schools}"))
        handed_in(world, a_task(plan))
        counts.append(questions(as_(world.shao), url(name) if name == "index" else url(name, plan.pk)))
    assert counts[1] <= counts[0], counts


def test_no_child_is_on_any_page_of_a_plan(county, plan):
    child = a_student(a_class(county.schools[0]), "柳青青")
    for who in (county.shao, county.heads[0], county.psychs[0]):
        client = as_(who)
        for name in OF_A_PLAN:
            assert child.name not in text(client.get(url(name, plan.pk)))


def test_long_names_do_not_break_a_page(county):
    school = county.schools[0]
    school.name = "青禾区人民政府教育局直属实验示范性九年一贯制寄宿学校（东校区）" * 2
    school.save()
    plan = a_plan(county)
    for name in OF_A_PLAN:
        assert as_(county.shao).get(url(name, plan.pk)).status_code == 200


def test_english_pages_say_the_packs_english_titles(county, plan):
    Edition.objects.update(title_en="Small county programme")
    client = as_(county.shao)
    client.cookies["django_language"] = "en"
    assert "Small county programme" in text(client.get(url("index")))
    page = text(client.get(url("tasks", plan.pk)))
    assert "Monthly summary" in page
    assert "每月工作小结" not in page


# --- calls --------------------------------------------------------------------------------------------------------


def a_call(county, plan, **more):
    client = as_(county.shao)
    asked = {
        "origin": "call", "title": "报送十一月活动小结和照片", "words": "一页小结", "due_on": "2026-12-10",
        "whom": "some", "units": [school.pk for school in county.schools], "text": "on",
        "pictures": 1, "files": 0, "accept": "lead",
    }  # fmt: skip
    return client.post(f"{url('ask')}?plan={plan.pk}", {**asked, **more})


def test_a_call_goes_to_the_chosen_units(county, plan):
    answer = a_call(county, plan)
    tasks = Task.objects.filter(origin="call")
    assert answer.status_code == 302
    assert {task.unit_id for task in tasks} == {school.pk for school in county.schools}
    assert all(task.gathers and task.needs["pictures"] == 1 for task in tasks)
    assert tasks[0].title in text(as_(county.shao).get(url("calls", plan.pk)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"units": []}, "请勾选至少一个单位"),
        ({"due_on": "2026-01-01"}, "截止日期不能早于今天"),
        ({"title": ""}, "这个字段是必填项"),
        ({"text": "", "pictures": 0}, "至少要交一样"),
    ],
)
def test_a_call_that_lacks_something_says_what(county, plan, change, words):
    answer = a_call(county, plan, **change)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Task.objects.filter(origin="call").exists()


def test_a_school_cannot_ask_in_the_countys_plan(county, plan):
    assert as_(county.heads[0]).get(f"{url('ask')}?plan={plan.pk}").status_code == 404
    assert as_(county.psychs[0]).get(url("ask")).status_code == 403


def test_without_a_plan_an_office_asks_its_own_tree(county):
    client = as_(county.heads[0])
    page = text(client.get(url("ask")))
    assert county.schools[0].name in page
    assert county.schools[1].name not in page


def test_the_package_holds_an_index_and_a_folder_for_each_school(county, plan):
    a_call(county, plan)
    first = Task.objects.get(origin="call", unit=county.schools[0])
    owner = actor_of(first.owner.person, NOON)
    as_(owner).post(
        url("task", first.pk),
        {"text": "第一行\n第二行", "pictures": [a_photo("../../x.jpg"), a_photo("x.jpg", "red")], "people_agree": "on",
         "files": a_pdf("总结<1>.pdf")},
    )  # fmt: skip
    answer = as_(county.shao).get(url("package", first.pk))
    assert answer.streaming
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    names = archive.namelist()
    assert archive.testzip() is None
    assert names[0] == "00 目录.xlsx"
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {f"01 {county.schools[0].name}"}
    assert len(names) == len(set(names)) == 5
    assert not any(".." in name or "<" in name or name.startswith("/") for name in names)
    book = load_workbook(io.BytesIO(archive.read(names[0])))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=4)]
    assert [row[1] for row in rows] == [school.name for school in county.schools]
    assert rows[0][6:8] == [2, 1]
    assert rows[1][3] is None


def test_the_package_is_for_whoever_sees_the_asking_office(county, plan):
    a_call(county, plan)
    task = Task.objects.get(origin="call", unit=county.schools[0])
    assert as_(county.heads[0]).get(url("package", task.pk)).status_code == 404
    assert as_(county.zhou).get(url("gather", task.pk)).status_code == 200


def test_gathering_a_monthly_measure_takes_one_month(county, plan):
    task = a_task(plan)
    page = text(as_(county.shao).get(url("gather", task.pk)))
    assert "0 / 2" in page


# --- changing -----------------------------------------------------------------------------------------------------


def amending(plan, entry="summary-month", section="measures", **more):
    posted = {
        "title": "每月工作小结", "text": "写一页小结。", "owners": ["psych_teacher", "moral_head"], "accept": "lead",
        "rhythm": "month", "days": "", "by": "", "pictures": 0, "files": 0, "reason": "局里要求",
    }  # fmt: skip
    return url("amend_one", plan.pk, section, entry), {**posted, **more}


def test_an_amendment_is_shown_before_it_is_made(county, plan):
    client = as_(county.shao)
    address, posted = amending(plan, rhythm="quarter")
    before = plan.tasks.exclude(state="waived").count()
    page = text(client.post(address, posted))
    assert "这样改会怎样" in page
    assert "不再要求" in page
    assert plan.tasks.exclude(state="waived").count() == before
    assert client.post(address, {**posted, "apply": "1"}).status_code == 302
    assert plan.tasks.exclude(state="waived").count() < before
    assert "局里要求" in text(client.get(url("changes", plan.pk)))


def test_owners_words_and_dates(county, plan):
    client = as_(county.shao)
    address, posted = amending(
        plan, title="每月一页", owners=["moral_head"], rhythm="on", days="12-15，03-15", apply="1"
    )
    assert client.post(address, posted).status_code == 302
    plan.refresh_from_db()
    entry = next(each for each in plan.data["measures"] if each["id"] == "summary-month")
    assert (entry["title"], entry["owners"], entry["when"]["on"]) == ("每月一页", ["moral_head"], ["12-15", "03-15"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rhythm": "on", "days": "13-45"}, "请写月和日"),
        ({"rhythm": "window", "days": "03-01"}, "请写开始和最后一天"),
        ({"reason": ""}, "必填"),
        ({}, "没有要修改的内容"),
    ],
)
def test_an_amendment_that_cannot_be_says_why(county, plan, change, words):
    address, posted = amending(plan, **change)
    answer = as_(county.shao).post(address, posted)
    assert answer.status_code == 422
    assert words in text(answer)


def test_a_target_year_by_year(county, plan):
    client = as_(county.shao)
    address, _posted = amending(plan, "coverage", "indicators")
    assert "看不懂" in text(client.post(address, {"title": "测评覆盖率", "path": "2026 八十", "reason": "x"}))
    done = client.post(address, {"title": "测评覆盖率", "path": "2026: 80\n2027：95", "reason": "分两年", "apply": "1"})
    assert done.status_code == 302
    plan.refresh_from_db()
    assert plan.data["indicators"][0]["target"] == {"2026": 80.0, "2027": 95.0}


def test_mode_pause_resume_end_archive(county, plan):
    client = as_(county.shao)
    client.post(url("mode", plan.pk), {"mode": "emergency", "reason": "极端天气"})
    plan.refresh_from_db()
    assert plan.mode == "emergency"
    for move, state in (("pause", "paused"), ("resume", "running"), ("end", "ended"), ("archive", "archived")):
        client.post(url("state", plan.pk, move), {"reason": "因为"})
        plan.refresh_from_db()
        assert plan.state == state
    page = text(client.get(url("changes", plan.pk)))
    assert "极端天气" in page
    assert "修改措施或目标" not in page
    assert client.post(url("state", plan.pk, "explode")).status_code == 404


def test_ending_without_a_reason_is_refused(county, plan):
    answer = as_(county.shao).post(url("state", plan.pk, "end"), {"reason": " "}, follow=True)
    assert "请写明原因" in text(answer)
    plan.refresh_from_db()
    assert plan.state == "running"


def test_moving_to_another_edition_by_its_difference(county, plan):
    def shorter(data):
        data["measures"] = [each for each in data["measures"] if each["id"] != "room"]
        data["clauses"].pop("1.3")

    newer = an_edition(version="1.1", change=shorter)
    client = as_(county.shao)
    assert url("move", plan.pk, newer.pk) in text(client.get(url("changes", plan.pk)))
    page = text(client.get(url("move", plan.pk, newer.pk)))
    assert "辅导室常年开放" in page
    assert client.post(url("move", plan.pk, newer.pk)).status_code == 302
    plan.refresh_from_db()
    assert plan.edition_id == newer.pk


def test_schools_change_nothing_of_the_countys_plan(county, plan):
    client = as_(county.heads[0])
    for address in (url("amend", plan.pk), amending(plan)[0], url("set_units", plan.pk)):
        assert client.get(address).status_code == 404
    assert client.post(url("state", plan.pk, "end"), {"reason": "x"}).status_code == 404
    assert client.post(url("mode", plan.pk), {"mode": "emergency", "reason": "x"}).status_code == 404
    assert "修改措施或目标" not in text(client.get(url("changes", plan.pk)))


# --- applying -----------------------------------------------------------------------------------------------------

DATES = {"title": "县域小方案", "starts_on": "2026-09-01", "ends_on": "2027-08-31"}


def test_the_wizard_offers_what_fits_and_previews_before_it_starts(county):
    edition, client = an_edition(), as_(county.shao)
    an_edition("agencies")
    page = text(client.get(url("apply")))
    assert url("start", edition.pk) in page
    assert "其他单位用的方案" in page
    address = url("start", edition.pk)
    assert "2026-09-01" in text(client.get(address))
    shown = text(client.post(address, DATES))
    assert "每月工作小结" in shown
    assert "2026-11-30" in shown
    assert not Plan.objects.exists()
    assert client.post(address, {**DATES, "apply": "1"}).status_code == 302
    assert Plan.objects.get().tasks.count() > 20


def test_wrong_dates_stand_beside_the_field(county):
    answer = as_(county.shao).post(url("start", an_edition().pk), {**DATES, "ends_on": "2026-01-01"})
    assert answer.status_code == 422
    assert "结束日期早于开始日期" in text(answer)


def test_a_school_without_staff_holds_the_start_up(county):
    from xinqiao.access.models import Post

    Post.objects.all().delete()
    officer = an_actor(PostKind.UNIT_OFFICER, agencies().court)
    assert "方案库里没有适合本单位的方案" in text(as_(officer).get(url("apply")))


def test_named_units_are_chosen_and_changed_later():
    world, edition = agencies(), an_edition("agencies")
    client = as_(world.officer)
    health, civil = world.partners
    posted = {"title": "联动", "starts_on": "2026-11-01", "unit-partners": [health.pk], "apply": "1"}
    assert client.post(url("start", edition.pk), posted).status_code == 302
    plan = Plan.objects.get()
    assert set(plan.units.values_list("organisation", flat=True)) == {world.court.pk, health.pk}
    client.post(url("set_units", plan.pk), {"unit-partners": [health.pk, civil.pk], "reason": "民政加入"})
    assert plan.units.filter(organisation=civil, left_on=None).exists()
    assert health.name in text(as_(world.workers[0]).get(url("units", plan.pk)))


def test_big_plans_are_started_by_a_worker(county, monkeypatch):
    monkeypatch.setattr(applying, "BIG", 5)
    edition = an_edition()
    client = as_(county.shao)
    answer = client.post(url("start", edition.pk), {**DATES, "apply": "1"})
    job = Job.objects.get(kind="plans.apply")
    assert answer["Location"] == reverse("jobs:show", args=[job.pk])
    settle(NOON)
    job.refresh_from_db()
    assert job.state == "done"
    assert client.get(answer["Location"])["Location"] == url("plan", Plan.objects.get().pk)


def test_who_may_not_run_plans_does_not_start_one(county):
    client = as_(county.psychs[0])
    assert client.get(url("apply")).status_code == 403
    assert client.get(url("start", an_edition().pk)).status_code == 403


def test_a_plan_over_its_last_day_still_opens(county, plan, monkeypatch):
    stand_at(monkeypatch, NOON + 365 * DAY)
    client = as_(county.shao)
    assert date(2027, 8, 31) == plan.ends_on
    for name in OF_A_PLAN:
        assert client.get(url(name, plan.pk)).status_code == 200
