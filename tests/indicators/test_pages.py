"""Pages: who sees which figures, reporting with proof, workbooks, jobs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from tests.factories import a_student, an_actor, sign_in
from tests.indicators.records import a_signal
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.indicators import values
from xinqiao.indicators.asked import Asked
from xinqiao.indicators.models import ReportedFigure
from xinqiao.outbox.models import Job
from xinqiao.outbox.services import run_next_job
from xinqiao.people.services import add_organisation

pytestmark = pytest.mark.django_db


def page(actor, name, *args, **query):
    return sign_in(Client(), actor).get(reverse(f"indicators:{name}", args=args), query)


def test_the_overview_shows_what_plans_ask_with_light_and_words(world, asking):
    asking(
        Asked("staff.psych_any", path={"2020": 80, "2025": 100}, places=frozenset({world.bureau.pk}), title="示例方案")
    )
    values.refresh(world.bureau, at=timezone.now())

    html = page(world.officer, "of", world.bureau.pk).content.decode()

    assert "配有心理教师的学校" in html
    assert "50%" in html
    assert "100%" in html
    assert "还有差距" in html
    assert "每千名学生的心理教师" not in html
    assert "每千名学生的心理教师" in page(world.officer, "of", world.bureau.pk, all=1).content.decode()


def test_before_the_first_night_the_page_says_so(world):
    html = page(world.officer, "of", world.bureau.pk).content.decode()
    assert "还没有统计过" in html


def test_one_figure_shows_formula_clauses_and_those_below(world):
    values.refresh(world.bureau, at=timezone.now())

    html = page(world.officer, "figure", world.bureau.pk, "staff.psych_any").content.decode()

    assert "当天至少有一位在任心理教师的学校 ÷ 学校数" in html
    assert "15.1" in html
    assert world.school.name in html
    assert world.other.name in html
    assert "不排名" in html
    found = page(world.officer, "figure", world.bureau.pk, "staff.psych_any", q=world.other.name).content.decode()
    assert world.school.name not in found


def test_an_index_leads_to_ones_own_organisation(world):
    assert page(world.officer, "index").url == reverse("indicators:of", args=[world.bureau.pk])
    assert page(world.psych, "index").url == reverse("indicators:of", args=[world.school.pk])


def test_another_school_is_not_found(world):
    assert page(world.psych, "of", world.other.pk).status_code == 404
    assert page(world.psych, "figure", world.bureau.pk, "staff.psych_any").status_code == 404
    assert page(world.officer, "figure", world.bureau.pk, "no.such").status_code == 404
    assert page(world.officer, "figure", world.bureau.pk, "staff.psych_any", key="abc").status_code == 404


def report(actor, node, code, **fields):
    given = {"for_on": localdate(timezone.now()).isoformat(), "words": "签到表存心理中心", **fields}
    return sign_in(Client(), actor).post(reverse("indicators:report", args=[node.pk, code]), given)


def test_reporting_a_share_shows_at_once_up_the_tree(world):
    answer = report(
        world.admin, world.school, "training.psych_hours", part="3", whole="4",
        file=SimpleUploadedFile("签到.txt", "名单".encode()),
    )  # fmt: skip

    assert answer.status_code == 302
    row = ReportedFigure.objects.get()
    assert (row.part, row.whole, row.by, row.file_name) == (3, 4, world.admin.person, "签到.txt")
    figure = values.figure(world.bureau, "training.psych_hours", localdate(timezone.now()))
    assert (figure.value, figure.source) == (75, "reported")
    assert Entry.objects.filter(action="figure.reported").count() == 1
    html = page(world.officer, "figure", world.school.pk, "training.psych_hours").content.decode()
    assert "签到表存心理中心" in html
    assert world.admin.name in html
    proof = page(world.officer, "proof", row.pk)
    assert proof.status_code == 200
    assert proof.content == "名单".encode()


def test_has_or_has_not_is_one_question(world):
    assert report(world.admin, world.school, "crisis.protocol", has="1").status_code == 302
    row = ReportedFigure.objects.get()
    assert (row.part, row.whole) == (1, 1)
    assert "有" in page(world.admin, "reports", world.school.pk).content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"part": "5", "whole": "4"}, "不能大于总数"),
        ({"part": "0", "whole": "0"}, "应大于 0"),
        ({"part": "1", "whole": "2", "words": " "}, "必填"),
        ({"part": "1", "whole": "2", "for_on": "2999-01-01"}, "不能晚于今天"),
        ({"part": "1", "whole": "2", "for_on": "2001-01-01"}, "超过一年"),
        ({"part": "1", "whole": "2", "link": "javascript:alert(1)"}, "http"),
        ({"part": "-1", "whole": "2"}, "0"),
    ],
)
def test_what_cannot_be_is_refused_with_words(world, fields, words):
    answer = report(world.admin, world.school, "training.psych_hours", **fields)
    assert answer.status_code in (200, 422)
    assert words in answer.content.decode()
    assert not ReportedFigure.objects.exists()


def test_only_the_organisation_itself_reports(world):
    assert report(world.officer, world.school, "credentials.a", part="1").status_code == 403
    assert not ReportedFigure.objects.exists()


def test_a_live_figure_is_not_reported(world):
    answer = report(world.admin, world.school, "staff.psych_any", has="1")
    assert answer.status_code == 302
    assert not ReportedFigure.objects.exists()


def test_reports_about_children_stay_in_the_school(world):
    report(world.admin, world.school, "referral.returned", part="1", whole="3")
    row = ReportedFigure.objects.get()

    html = page(world.officer, "figure", world.school.pk, "referral.returned").content.decode()

    assert "只由本单位查看" in html
    assert "签到表存心理中心" not in html
    assert "人数太少，不公布" in html
    assert page(world.officer, "proof", row.pk).status_code in (403, 404)
    assert "签到表存心理中心" in page(world.admin, "figure", world.school.pk, "referral.returned").content.decode()


def test_what_a_plan_asks_to_report_stands_first(world, asking):
    asking(Asked("crisis.protocol", path={"": 100}, places=frozenset({world.school.pk}), title="示例方案"))
    html = page(world.admin, "reports", world.school.pk).content.decode()
    assert "方案要求填报" in html
    assert "待填报" in html
    assert "示例方案" in html


def test_workbooks_leave_a_trace(world):
    values.refresh(world.bureau, at=timezone.now())
    for name, args in (("table", [world.bureau.pk]), ("figure_table", [world.bureau.pk, "staff.psych_any"])):
        answer = page(world.officer, name, *args)
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
    assert Entry.objects.filter(action="figures.exported").count() == 2


def test_working_out_again_is_a_job_that_leads_back(world):
    answer = sign_in(Client(), world.officer).post(reverse("indicators:refresh", args=[world.school.pk]))
    assert answer.status_code == 302
    job = Job.objects.get()
    again = sign_in(Client(), world.officer).post(reverse("indicators:refresh", args=[world.school.pk]))
    assert again.url == answer.url

    run_next_job(timezone.now())

    job.refresh_from_db()
    assert job.state == "done"
    assert job.result["next"] == reverse("indicators:of", args=[world.school.pk])
    assert job.total > 50


def test_a_psych_teacher_sees_small_figures_of_the_own_school_and_the_officer_does_not(world):
    a_signal(a_student(world.rooms[0]), world.psych)
    values.refresh(world.bureau, at=timezone.now())

    own = page(world.psych, "figure", world.school.pk, "signals.found").content.decode()
    above = page(world.officer, "figure", world.school.pk, "signals.found").content.decode()

    assert "1 条" in own
    assert "1 条" not in above
    assert "人数太少，不公布" in above


def test_the_overview_asks_the_same_number_of_questions_for_any_number_of_schools(
    world, asking, django_assert_max_num_queries
):
    asking(Asked("staff.psych_any", path={"": 100}, places=frozenset({world.bureau.pk, world.school.pk})))
    for number in range(6):
        add_organisation(parent=world.bureau, kind="school", name=f"第{number}学校", code=f"Q{number}", system="63")
    values.refresh(world.bureau, at=timezone.now())
    client = sign_in(Client(), world.officer)
    for address in (
        reverse("indicators:of", args=[world.bureau.pk]),
        reverse("indicators:figure", args=[world.bureau.pk, "staff.psych_any"]),
    ):
        client.get(address)
        with django_assert_max_num_queries(30):
            assert client.get(address).status_code == 200


def test_a_change_is_drawn(world):
    now = timezone.now()
    values.refresh(world.bureau, at=now - timedelta(days=40))
    before = page(world.officer, "figure", world.bureau.pk, "staff.psych_any").content.decode()
    assert "还没有可以比较的数字" in before
    an_actor(PostKind.PSYCH_TEACHER, world.other)
    values.refresh(world.bureau, at=now)

    after = page(world.officer, "figure", world.bureau.pk, "staff.psych_any").content.decode()

    assert 'class="line-chart"' in after
    assert "在上升" in after


def test_the_rows_behind_are_offered_to_whom_their_page_lets_in(world):
    values.refresh(world.bureau, at=timezone.now())
    own = page(world.admin, "figure", world.school.pk, "staff.psych_any").content.decode()
    above = page(world.officer, "figure", world.school.pk, "staff.psych_any").content.decode()
    assert "看背后的记录" in own
    assert reverse("registry:staff") in own
    assert "看背后的记录" not in above


def test_children_figures_have_no_past_outside_the_school(world):
    values.refresh(world.bureau, at=timezone.now())
    html = page(world.officer, "figure", world.bureau.pk, "signals.found").content.decode()
    assert "前后两天相减" in html
