"""A school asks, the bureau answers."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.factories import NOON, a_class, a_post, a_student, an_actor
from tests.screening.factories import CLOSES, COHORT, OPENS, a_campaign, a_filing, a_world, wanted
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Enrolment
from xinqiao.screening.enums import FilingState
from xinqiao.screening.models import Approval, Campaign, Filing
from xinqiao.screening.policies import visible_filings
from xinqiao.screening.selectors.filings import findings
from xinqiao.screening.services.campaigns import prepare_campaign
from xinqiao.screening.services.filings import (
    approve_filing,
    draft_filing,
    edit_filing,
    return_filing,
    submit_filing,
    take_back_filing,
    withdraw_filing,
)

pytestmark = pytest.mark.django_db


def test_a_draft_keeps_grades_and_questionnaires_and_leaves_a_trace():
    world = a_world()
    filing = a_filing(world, uses={"phq-9": [COHORT], "gad-7": [COHORT]})
    assert filing.grades == [{"stage": "junior", "entry_year": 2025}]
    assert [(i.number, i.instrument_id, i.stage) for i in filing.instruments.all()] == [
        (1, "phq-9", ""),
        (2, "gad-7", ""),
    ]
    assert filing.school_year == 2026
    assert [e.action for e in Entry.objects.all()] == ["filing.drafted"]


def test_a_questionnaire_for_one_grade_of_two_names_it():
    world = a_world()
    a_student(a_class(world.school, entry_year=2026))
    filing = a_filing(world, uses={"phq-9": [COHORT, "junior:2026"], "gad-7": ["junior:2026"]})
    assert [(i.number, i.instrument_id, i.entry_year) for i in filing.instruments.all()] == [
        (1, "phq-9", None),
        (2, "gad-7", 2026),
    ]


def test_only_the_schools_own_psychology_teacher_files():
    world = a_world()
    for actor in (world.stranger, world.teacher, world.officer):
        with pytest.raises(PermissionDenied):
            draft_filing(actor=actor, school=world.school, wanted=wanted(world), at=NOON)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"uses": {}}, "nothing"),
        ({"uses": {"mht": [COHORT]}}, "no_text"),
        ({"duty_post": None}, "duty"),
        ({"day_until": time(22, 0)}, "night"),
        ({"proctors": " "}, "proctors"),
        ({"safety_plan": ""}, "safety_plan"),
        ({"opens_at": OPENS - timedelta(days=40), "closes_at": OPENS - timedelta(days=20)}, "past"),
        ({"closes_at": OPENS + timedelta(days=61)}, "long"),
        ({"uses": {"phq-9": ["junior:2019"]}}, "grade_gone"),
    ],
)
def test_what_stands_against_a_filing_is_said_and_stops_it(changes, code):
    world = a_world()
    filing = a_filing(world, **changes)
    with pytest.raises(Refusal) as refused:
        submit_filing(actor=world.lin, filing=filing, at=NOON - timedelta(days=8))
    assert code in {f.code for f in findings(filing, NOON - timedelta(days=8)) if f.stops}
    assert str(refused.value)
    filing.refresh_from_db()
    assert filing.state == FilingState.DRAFT


def test_primary_pupils_are_not_asked_what_they_are_too_young_for():
    world = a_world()
    a_student(a_class(world.school, stage="primary", entry_year=2023))
    filing = a_filing(world, uses={"phq-9": ["primary:2023"]})
    with pytest.raises(Refusal) as refused:
        submit_filing(actor=world.lin, filing=filing, at=NOON - timedelta(days=8))
    assert refused.value.code == "too_young"
    assert "四年级" in str(refused.value)


def test_too_few_interviewers_need_a_plan():
    world = a_world()
    Enrolment.objects.all().delete()
    for _ in range(250):
        a_student(world.node)
    filing = a_filing(world, interviewers=1)
    with pytest.raises(Refusal) as refused:
        submit_filing(actor=world.lin, filing=filing, at=NOON - timedelta(days=8))
    assert refused.value.code == "capacity"
    edit_filing(actor=world.lin, filing=filing, wanted=wanted(world, interviewers=1, capacity_plan="分两批"), at=NOON)
    assert submit_filing(actor=world.lin, filing=filing, at=NOON).state == FilingState.SUBMITTED


def test_bad_windows_are_refused_with_their_field():
    world = a_world()
    for changes, field in [({"closes_at": OPENS}, "closes_at"), ({"day_until": time(7)}, "day_until")]:
        with pytest.raises(Refusal) as refused:
            a_filing(world, **changes)
        assert refused.value.field == field


def test_return_with_words_edit_and_submit_again():
    world = a_world()
    filing = submit_filing(actor=world.lin, filing=a_filing(world), at=NOON)
    with pytest.raises(Refusal) as refused:
        return_filing(actor=world.officer, filing=filing, said=" ", at=NOON)
    assert refused.value.field == "said"
    filing = return_filing(actor=world.officer, filing=filing, said="请补充访谈安排。", at=NOON)
    assert (filing.state, filing.words, filing.decided_by) == ("returned", "请补充访谈安排。", world.officer.person)
    edit_filing(actor=world.lin, filing=filing, wanted=wanted(world, title="修改后"), at=NOON)
    filing = submit_filing(actor=world.lin, filing=filing, at=NOON)
    approval = approve_filing(actor=world.officer, filing=filing, said="同意", at=NOON)
    assert (approval.filing_id, approval.words) == (filing.pk, "同意")


def test_nobody_decides_their_own_filing_nor_outside_their_bureau():
    world = a_world()
    filing = submit_filing(actor=world.lin, filing=a_filing(world), at=NOON)
    far = an_actor(PostKind.BUREAU_OFFICER, a_world().bureau)
    for actor in (world.lin, world.teacher, world.stranger, far):
        for decide in (approve_filing, return_filing):
            with pytest.raises(PermissionDenied):
                decide(actor=actor, filing=filing, said="好", at=NOON)
    assert world.lin.person is not None
    a_post(world.lin.person, PostKind.BUREAU_EXPERT, world.bureau)
    from xinqiao.access.actor import actor_of

    with pytest.raises(PermissionDenied):
        approve_filing(actor=actor_of(world.lin.person, NOON), filing=filing, said="好", at=NOON)


def test_the_bureau_checks_again_when_it_approves():
    world = a_world()
    filing = submit_filing(actor=world.lin, filing=a_filing(world), at=NOON)
    with pytest.raises(Refusal) as refused:
        approve_filing(actor=world.officer, filing=filing, said="", at=CLOSES + timedelta(days=1))
    assert refused.value.code == "past"
    assert not Approval.objects.exists()


def test_take_back_and_withdraw():
    world = a_world()
    filing = submit_filing(actor=world.lin, filing=a_filing(world), at=NOON)
    for actor in (world.stranger, world.officer):
        with pytest.raises(PermissionDenied):
            take_back_filing(actor=actor, filing=filing, at=NOON)
    assert take_back_filing(actor=world.lin, filing=filing, at=NOON).state == FilingState.DRAFT
    assert withdraw_filing(actor=world.lin, filing=filing, at=NOON).state == FilingState.WITHDRAWN
    with pytest.raises(Refusal):
        submit_filing(actor=world.lin, filing=filing, at=NOON)


def test_drafts_are_out_of_the_bureaus_sight():
    world = a_world()
    filing = a_filing(world)
    assert not visible_filings(world.officer).exists()
    submit_filing(actor=world.lin, filing=filing, at=NOON)
    assert visible_filings(world.officer).get() == filing
    assert visible_filings(world.lin).get() == filing
    for actor in (world.stranger, world.teacher):
        assert not visible_filings(actor).exists()


def test_a_campaign_needs_the_approval():
    world = a_world()
    filing = submit_filing(actor=world.lin, filing=a_filing(world), at=NOON)
    with pytest.raises(Refusal) as refused:
        prepare_campaign(actor=world.lin, filing=filing, at=NOON)
    assert refused.value.code == "approval"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_database_itself_refuses_a_campaign_without_approval():
    world = a_world()
    filing = a_filing(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.create(
            approval_id=filing.pk,
            school=world.school,
            title="无批准",
            consent_mode="both",
            opens_at=OPENS,
            closes_at=CLOSES,
            day_from=time(8),
            day_until=time(18),
            made_at=NOON,
        )
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"closes_at": OPENS}, {"interviewers": 0}, {"state": "approved"}, {"state": "returned"}, {"state": "submitted"}],
)
def test_the_database_refuses_half_written_filings(changes):
    filing = a_filing(a_world())
    with pytest.raises(IntegrityError), transaction.atomic():
        Filing.objects.filter(pk=filing.pk).update(**changes)


def test_every_step_leaves_its_trace():
    world = a_world()
    a_campaign(world)
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "filing.drafted",
        "filing.submitted",
        "filing.approved",
        "campaign.prepared",
        "campaign.opened",
    ]
