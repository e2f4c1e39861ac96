"""Pages: what they show, what they never show, and what they leave in the trail."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.urls import reverse

from tests.factories import NOON, a_class, a_student, an_actor
from tests.screening.factories import COHORT, a_campaign, a_sheet, a_world, says_yes, sitting_of, student_actor
from tests.screening.samples import a_sample
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.outbox.services import run_next_job
from xinqiao.people.models import Organisation
from xinqiao.screening.models import Campaign, Filing, Result, Sitting
from xinqiao.screening.services.files import forget_slips
from xinqiao.screening.services.results import score_sitting

pytestmark = pytest.mark.django_db


def url(name: str, *arguments: object) -> str:
    return reverse(f"screening:{name}", args=arguments)


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def a_form(world, **changes):
    duty = world.lin.person.posts.get()
    return {
        "title": "秋季测评",
        "purpose": "把关心送到需要的地方",
        "uses": [f"phq-9|{COHORT}"],
        "opens_at": "2026-12-01T08:00",
        "closes_at": "2026-12-05T17:00",
        "day_from": "08:00",
        "day_until": "17:00",
        "consent_mode": "both",
        "duty_post": duty.pk,
        "interviewers": 2,
        "proctors": "心理教师主持",
        "safety_plan": "值班人当场见面",
    } | changes


def test_from_the_form_to_the_bureau_and_back(signed_in, at_noon):
    world = a_world()
    lin, officer = signed_in(world.lin), signed_in(world.officer)
    answer = lin.post(url("filing_new"), a_form(world))
    filing = Filing.objects.get()
    assert answer["Location"] == url("filing", filing.pk)
    assert "患者健康问卷" in text_of(lin.get(url("filing", filing.pk)))
    lin.post(url("filing_submit", filing.pk))
    assert "秋季测评" in text_of(officer.get(url("approvals")))
    refused = officer.post(url("filing_return", filing.pk), {"said": ""})
    assert refused.status_code == 422
    officer.post(url("filing_return", filing.pk), {"said": "请写清主试"})
    assert "请写清主试" in text_of(lin.get(url("filing", filing.pk)))
    lin.post(url("filing_edit", filing.pk), a_form(world, proctors="两位受训教师"))
    lin.post(url("filing_submit", filing.pk))
    officer.post(url("filing_approve", filing.pk), {"said": "同意"})
    answer = lin.post(url("filing_prepare", filing.pk))
    campaign = Campaign.objects.get()
    assert answer["Location"] == url("campaign", campaign.pk)
    assert Sitting.objects.count() == 3
    assert "3" in text_of(lin.get(url("campaign_progress", campaign.pk)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"uses": []}, "请至少为一个年级选择一份问卷"),
        ({"closes_at": "2026-11-30T08:00"}, "结束时间要晚于开始时间"),
        ({"day_until": "07:00"}, "每天的截止时刻要晚于开始时刻"),
        ({"title": ""}, "测评名称"),
    ],
)
def test_a_faulty_form_keeps_what_was_typed(signed_in, at_noon, changes, said):
    world = a_world()
    page = text_of(signed_in(world.lin).post(url("filing_new"), a_form(world, **changes)))
    assert said in page
    assert "把关心送到需要的地方" in page
    assert not Filing.objects.exists()


def test_a_key_without_words_cannot_be_ticked_and_says_why(signed_in, at_noon):
    world = a_world()
    page = text_of(signed_in(world.lin).get(url("filing_new")))
    assert 'value="phq-9|junior:2025"' in page
    assert 'value="mht|' not in page
    assert "没有题目文字" in page


def test_class_teachers_see_counts_and_no_names(signed_in, at_noon):
    sample = a_sample()
    world = sample.world
    client = signed_in(world.teacher)
    for name in ("campaign", "campaign_progress"):
        page = text_of(client.get(url(name, sample.campaign.pk)))
        assert "八年级(1)班" in page
        assert not [s.name for s in world.students if s.name in page]
    assert not [s.name for s in world.students if s.name in text_of(client.get(url("index")))]


def test_the_bureau_sees_totals_from_ten_on(signed_in, at_noon):
    world = a_world(students=9)
    campaign = a_campaign(world)
    client = signed_in(world.officer)
    page = text_of(client.get(url("campaign_progress", campaign.pk)))
    assert "八年级" not in page
    assert "&lt;10" in page
    for _ in range(3):
        a_student(world.node)
    bigger = a_campaign(world, title="更多")
    assert "12" in text_of(client.get(url("campaign_progress", bigger.pk)))


def test_reading_results_is_on_record(signed_in, at_noon):
    sample = a_sample()
    client = signed_in(sample.world.lin)
    Entry.objects.filter(reading=True).delete()
    text_of(client.get(url("results", sample.campaign.pk)))
    assert sample.done.person.name in text_of(client.get(url("result", sample.done.pk)))
    text_of(client.get(url("answers", sample.done.pk)))
    assert client.get(url("results_export", sample.campaign.pk)).status_code == 200
    trail = Entry.objects.filter(reading=True).order_by("pk").values_list("action", "person", "account")
    who, person = sample.world.lin.account.pk, sample.done.person_id
    assert list(trail) == [
        ("results.listed", None, who),
        ("result.read", person, who),
        ("answers.read", person, who),
        ("results.exported", None, who),
    ]


def test_a_result_page_speaks_of_leads_and_not_of_levels(signed_in, at_noon):
    sample = a_sample()
    page = text_of(signed_in(sample.world.lin).get(url("result", sample.done.pk)))
    assert "不是诊断，也不是等级" in page
    assert "请当天谈话" in page
    assert "轻度" in page
    answers = text_of(signed_in(sample.world.lin).get(url("answers", sample.done.pk)))
    assert "有几天" in answers


def test_the_list_can_be_narrowed(signed_in, at_noon):
    world = a_world()
    campaign = a_campaign(world)
    calm, grave, hasty = world.students
    for person, answers in ((calm, "0"), (grave, "3"), (hasty, "1")):
        a_sheet(sitting_of(campaign, person), answers)
        score_sitting(actor=HOUSE, sitting_id=sitting_of(campaign, person).pk, at=NOON)
    Result.objects.filter(sitting__person=hasty).update(needs_retest=True)
    Result.objects.filter(sitting__person=calm).update(
        validity={"signs": [], "answered": 9, "skipped": 0, "not_shown": 0}
    )
    client = signed_in(world.lin)
    for query, names in [
        ("", {calm, grave, hasty}),
        ("band=2", {grave}),
        ("band=1", {hasty}),
        ("band=0", {calm}),
        ("care=retest", {hasty}),
        (f"node={world.node.pk}", {calm, grave, hasty}),
        ("band=nonsense", {calm, grave, hasty}),
    ]:
        page = text_of(client.get(url("results", campaign.pk) + "?" + query))
        assert {s for s in world.students if s.name in page} == names, query


def test_the_workbook_holds_scores_and_a_warning(signed_in, at_noon):
    sample = a_sample()
    answer = signed_in(sample.world.lin).get(url("results_export", sample.campaign.pk))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert "不是诊断" in rows[1][0]
    assert rows[2][:4] == ["班级", "学号", "姓名", "性别"]
    number = sample.done.person.enrolments.get().student_number
    assert rows[3][:4] == ["八年级(1)班", number, sample.done.person.name, "女"]
    assert rows[3][5:7] == [9, "轻度"]


@pytest.mark.parametrize("students", [1, 12])
def test_lists_need_as_many_queries_for_one_as_for_many(signed_in, at_noon, students, django_assert_max_num_queries):
    world = a_world(students=students)
    campaign = a_campaign(world, uses={"phq-9": [COHORT], "gad-7": [COHORT]})
    for person in world.students:
        for part in (1, 2):
            a_sheet(sitting_of(campaign, person), part=part)
        score_sitting(actor=HOUSE, sitting_id=sitting_of(campaign, person).pk, at=NOON)
    client = signed_in(world.lin)
    for name, most in [("results", 26), ("campaign", 32), ("campaign_progress", 22), ("results_export", 28)]:
        with django_assert_max_num_queries(most):
            assert client.get(url(name, campaign.pk)).status_code == 200


@pytest.mark.parametrize("rows", [1, 6])
def test_the_index_needs_as_many_queries_for_one_as_for_many(signed_in, at_noon, rows, django_assert_max_num_queries):
    world = a_world()
    for n in range(rows):
        a_campaign(world, title=f"第{n}次")
    client = signed_in(world.lin)
    with django_assert_max_num_queries(18):
        text_of(client.get(url("index")))


def test_slips_of_a_class_and_of_the_school(signed_in, at_noon, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    sample = a_sample()
    client = signed_in(sample.world.lin)
    answer = client.post(url("slips_class", sample.campaign.pk, sample.world.node.pk))
    assert answer.content.startswith(b"%PDF")
    assert answer["Cache-Control"] == "no-store, private"
    client.post(url("slips_all", sample.campaign.pk))
    assert "正在生成登录条" in text_of(client.get(url("slips", sample.campaign.pk)))
    job = run_next_job(NOON)
    assert job is not None
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("done", 6, 6)
    page = text_of(client.get(url("slips", sample.campaign.pk)))
    assert "下载全校登录条" in page
    fetched = client.get(url("slips_file", sample.campaign.pk, job.result["file"]))
    assert fetched.content.startswith(b"%PDF")
    stranger = signed_in(sample.world.stranger)
    assert stranger.get(url("slips_file", sample.campaign.pk, job.result["file"])).status_code == 404
    for path in (tmp_path / "slips").iterdir():
        assert path.stat().st_mode & 0o077 == 0
    assert Entry.objects.filter(action="slips.fetched").count() == 1


def test_files_of_slips_are_deleted_after_a_day(settings, tmp_path):
    import os

    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "slips").mkdir()
    old, new = tmp_path / "slips" / "1-old.pdf", tmp_path / "slips" / "1-new.pdf"
    for path, hours in ((old, 25), (new, 1)):
        path.touch()
        os.utime(path, (NOON.timestamp() - hours * 3600,) * 2)
    assert forget_slips(actor=HOUSE, at=NOON) == 1
    assert not old.exists()
    assert new.exists()


def test_a_student_is_asked_begins_and_reads_words_without_labels(signed_in, at_noon):
    world = a_world()
    campaign = a_campaign(world)
    person = world.students[0]
    client = signed_in(student_actor(person))
    sitting = sitting_of(campaign, person)
    page = text_of(client.get(url("sitting", sitting.pk)))
    assert "参加是自愿的" in page
    assert "这次不参加" in page
    assert "12356" in page
    client.post(url("sitting_agree", sitting.pk))
    assert "开始" in text_of(client.get(url("sitting", sitting.pk)))
    answer = client.post(url("start", sitting.pk, 1))
    assert answer["Location"] == url("answer", sitting.pk, 1)
    a_sheet(sitting, "3")
    assert "已经收到" in text_of(client.get(url("thanks", sitting.pk)))
    score_sitting(actor=HOUSE, sitting_id=sitting.pk, at=NOON)
    page = text_of(client.get(url("thanks", sitting.pk)))
    assert "不是诊断" in page
    assert "建议和老师聊一聊" in page
    for label in ("重度", "PHQ", "抑郁", "总分"):
        assert label not in page, label


def test_the_page_that_asks_names_the_schools_own_help(signed_in, at_noon):
    world = a_world()
    Organisation.objects.filter(pk=world.school.pk).update(
        options={"room": "综合楼 203", "hours": "每天中午", "help_lines": [["校医室", "010-62345678"]]}
    )
    sitting = sitting_of(a_campaign(world), world.students[0])
    client = signed_in(student_actor(sitting.person))
    client.post(url("sitting_agree", sitting.pk))
    client.post(url("start", sitting.pk, 1))
    page = text_of(client.get(url("answer", sitting.pk, 1)))
    for words in ("学校值班老师", "综合楼 203 · 每天中午", "校医室", "010-62345678", "12356"):
        assert words in page, words


def test_a_careless_sheet_gets_thanks_and_nothing_else(signed_in, at_noon):
    sample = a_sample()
    Result.objects.update(needs_retest=True)
    page = text_of(signed_in(student_actor(sample.done.person)).get(url("thanks", sample.done.pk)))
    assert "谢谢你花时间" in page
    assert "不容易" not in page


def test_the_home_page_says_what_waits(at_noon, rf):
    from xinqiao.screening import home

    sample = a_sample()
    world = sample.world

    def waits(actor) -> list[str]:
        request = rf.get("/")
        request.actor = actor
        return [str(row["title"]) for row in home.items(request)]

    assert waits(world.officer) == ["测评申报待审批"]
    assert waits(world.lin) == ["测评进行中"]
    assert waits(world.teacher) == ["秋季心理健康测评"]
    assert waits(student_actor(sample.ready.person)) == ["秋季心理健康测评"]
    assert waits(student_actor(sample.done.person)) == []
    assert waits(world.stranger) == []
    assert waits(an_actor(PostKind.CLASS_TEACHER, a_class(world.school, entry_year=2026))) == []
    says_yes(world.students[2])
    assert waits(student_actor(world.students[2])) == ["秋季心理健康测评"]
