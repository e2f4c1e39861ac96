"""Every live figure of the rooms below plans: one record changes it; an empty school; nobody; posts that ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from tests.factories import LONG_AGO, NOON, TODAY, a_class, a_person, a_school, a_student, an_actor
from tests.indicators.records import (
    a_campaign,
    a_case,
    a_follow_up,
    a_holder,
    a_level,
    a_plan,
    a_signal,
    a_sitting,
    closed,
    figure,
    place,
)
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Consent, ConsentText
from xinqiao.audit.services import record
from xinqiao.cases.models import Case
from xinqiao.indicators import registry
from xinqiao.indicators.reckoning import Ground, reckon
from xinqiao.people.models import Enrolment, GroupMembership, PopulationGroup
from xinqiao.screening.models import FilingInstrument
from xinqiao.signals.models import LevelChange, Signal

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ROOMS = ("people", "staff", "access", "screening", "signals", "cases")
MINE = [
    code for code, indicator in registry.known().items() if indicator.live and code.partition(".")[0] in ROOMS
]  # fmt: skip


AGREED = {
    "people.students",
    "people.groups",
    "people.peer_reps",
    "staff.psych_per_1000",
    "staff.psych_any",
    "staff.researcher",
    "screening.coverage",
    "screening.campaigns",
    "screening.unfiled",
    "signals.found",
    "signals.first_contact_hours",
    "signals.clocks_met",
    "signals.sources",
    "signals.level_without_interview",
    "cases.files",
    "cases.plans",
    "cases.high_risk_cared",
    "cases.followups_on_time",
    "cases.reviewed_by_two",
    "access.reads_audited",
    "access.consents",
}
"""Packs name exactly these."""


def test_the_list_is_the_agreed_one():
    assert set(MINE) == AGREED


@pytest.mark.parametrize("code", MINE)
def test_an_empty_school_has_nothing_and_nothing_breaks(code):
    school = a_school()
    found = figure(school, code)
    if code == "staff.researcher":
        assert found is None
        assert figure(school.parent, code) == (0, 1)
    else:
        assert found is not None
        assert found[0] == 0


@pytest.mark.parametrize("code", MINE)
def test_a_tree_without_schools_has_no_figure_of_schools(code):
    bureau = a_school().parent
    bureau.children.update(closed_on=LONG_AGO)
    found = reckon(Ground(bureau, TODAY), registry.get(code), {})
    bears = registry.get(code).bears
    assert (bureau.pk in found) == (not bears or "bureau" in bears)


# --- people and staff ---------------------------------------------------------------------------------------------


def test_students_are_those_on_roll_that_day(world):
    child = a_student(world.rooms[0])
    a_student(world.rooms[1])
    assert figure(world.school, "people.students") == (2, None)
    Enrolment.objects.filter(person=child).update(ends_on=TODAY, left_for="transfer")
    assert figure(world.school, "people.students") == (1, None)
    assert figure(world.school, "people.students", TODAY - DAY) == (2, None)
    assert figure(world.school, "people.students", LONG_AGO - DAY) == (0, None)


def test_groups_count_each_person_once_and_one_group_when_asked(world):
    child, other = a_student(world.rooms[0]), a_student(world.rooms[0])
    left, poor = (PopulationGroup.objects.create(code=f"own-{n}", name=f"群体{n}") for n in (1, 2))
    for group in (left, poor):
        GroupMembership.objects.create(person=child, group=group, source="班主任", starts_on=LONG_AGO)
    assert figure(world.school, "people.groups") == (1, None)
    row = GroupMembership.objects.create(person=other, group=poor, source="班主任", starts_on=LONG_AGO)
    assert figure(world.school, "people.groups") == (2, None)
    assert figure(world.school, "people.groups", group=left.code) == (1, None)
    row.ends_on = TODAY
    row.save()
    assert figure(world.school, "people.groups") == (1, None)


def test_a_person_outside_school_counts_where_their_data_is_kept(world):
    resident = a_person(world.bureau)
    group = PopulationGroup.objects.create(code="own-3", name="群体3")
    GroupMembership.objects.create(person=resident, group=group, source="街道", starts_on=LONG_AGO)
    assert figure(world.bureau, "people.groups") == (1, None)
    assert figure(world.school, "people.groups") == (0, None)


def test_classes_with_a_peer_rep_among_classes_with_students(world):
    for room in world.rooms:
        a_student(room)
    a_class(world.school, number=3)  # nobody in it
    assert figure(world.school, "people.peer_reps") == (0, 2)
    post = a_holder(PostKind.PEER_REP, world.rooms[0])
    assert figure(world.school, "people.peer_reps") == (1, 2)
    post.ends_on = TODAY
    post.save()
    assert figure(world.school, "people.peer_reps") == (0, 2)


def test_psych_teachers_per_thousand_and_at_all(world):
    assert figure(world.school, "staff.psych_per_1000") == (1, 1)
    assert figure(world.other, "staff.psych_any") == (0, 1)
    post = a_holder(PostKind.PSYCH_TEACHER, world.other)
    assert figure(world.bureau, "staff.psych_per_1000") == (2, 2)
    assert figure(world.bureau, "staff.psych_any") == (2, 2)
    post.ends_on = TODAY
    post.save()
    assert figure(world.bureau, "staff.psych_per_1000") == (1, 2)
    assert figure(world.bureau, "staff.psych_any") == (1, 2)
    assert figure(world.bureau, "staff.psych_any", TODAY - DAY) == (2, 2)


def test_above_a_thousand_students_each_counts(world, monkeypatch):
    monkeypatch.setattr("xinqiao.registry.indicators.STUDENTS_AT_LEAST", 2)
    for _ in range(5):
        a_student(world.rooms[0])
    assert figure(world.school, "staff.psych_per_1000") == (1, 2.5)


def test_a_bureau_with_a_researcher(world):
    assert figure(world.bureau, "staff.researcher") == (0, 1)
    a_holder(PostKind.BUREAU_EXPERT, world.bureau)
    assert figure(world.bureau, "staff.researcher") == (1, 1)


# --- access -------------------------------------------------------------------------------------------------------


def test_reads_with_a_trace(world):
    assert figure(world.school, "access.reads_audited") == (0, None)
    with transaction.atomic():
        record(account=None, action="file.read", at=NOON, owner=world.school.pk, reading=True)
        record(account=None, action="file.read", at=NOON - 400 * DAY, owner=world.school.pk, reading=True)
        record(account=None, action="post.given", at=NOON, owner=world.school.pk)
    assert figure(world.school, "access.reads_audited") == (1, None)


def test_consent_is_whole_when_everybody_asked_said_yes(world):
    grown = a_student(world.rooms[0], birth=TODAY.replace(year=TODAY.year - 19))
    a_student(world.rooms[0])
    assert figure(world.school, "access.consents") == (0, 2)
    text = ConsentText.objects.filter(purpose="screening").first() or ConsentText.objects.create(
        purpose="screening", version=99, title="测评", body="说明", made_at=NOON - 90 * DAY
    )
    Consent.objects.create(
        person=grown, organisation=world.school, purpose="screening", text=text, party="self", granted=True,
        form="paper", given_by=grown, given_at=NOON - DAY,
    )  # fmt: skip
    assert figure(world.school, "access.consents") == (1, 2)
    assert figure(world.school, "access.consents", purpose="counselling") == (0, 2)


# --- screening ----------------------------------------------------------------------------------------------------


def test_coverage_is_of_students_on_roll_in_the_grades_that_are_named(world):
    junior = [a_student(world.rooms[0]) for _ in range(3)]  # 八年级
    a_student(a_class(world.school, entry_year=2026))  # 七年级
    campaign = a_campaign(world.school, world.psych)
    a_sitting(campaign, junior[0])
    a_sitting(campaign, junior[1], submitted=False)
    assert figure(world.school, "screening.coverage") == (1, 4)
    assert figure(world.school, "screening.coverage", grades=[8]) == (1, 3)
    assert figure(world.school, "screening.coverage", grades=[7]) == (0, 1)
    a_sitting(campaign, junior[2])
    assert figure(world.school, "screening.coverage") == (2, 4)
    assert figure(world.school, "screening.campaigns") == (1, None)


def test_whoever_answered_twice_counts_once_and_last_year_does_not_count(world):
    child = a_student(world.rooms[0])
    for opened in (NOON, NOON - 5 * DAY, NOON - 300 * DAY):
        a_sitting(a_campaign(world.school, world.psych, opened=opened), child)
    assert figure(world.school, "screening.coverage") == (1, 1)
    assert figure(world.school, "screening.campaigns") == (2, None)


def test_a_screening_before_its_approval_or_with_another_questionnaire_is_seen(world):
    campaign = a_campaign(world.school, world.psych)
    assert figure(world.school, "screening.unfiled") == (0, None)
    FilingInstrument.objects.filter(filing=campaign.approval_id).update(instrument_hash="f" * 64)
    assert figure(world.school, "screening.unfiled") == (1, None)
    a_campaign(world.school, world.psych, decided=NOON + DAY)
    assert figure(world.school, "screening.unfiled") == (2, None)


# --- signals ------------------------------------------------------------------------------------------------------


def test_signals_first_contact_and_clocks(world):
    child = a_student(world.rooms[0])
    signal = a_signal(child, world.psych, at=NOON - 4 * timedelta(hours=1))
    assert figure(world.school, "signals.found") == (1, None)
    assert figure(world.school, "signals.first_contact_hours") == (0, 0)
    assert figure(world.school, "signals.clocks_met") == (1, 1)
    Signal.objects.filter(pk=signal.pk).update(taken_by=world.psych.person, taken_at=NOON, state="taken", climbs=1)
    assert figure(world.school, "signals.first_contact_hours") == (4, 1)
    assert figure(world.school, "signals.clocks_met") == (0, 1)
    other = a_signal(child, world.psych, at=NOON - 2 * timedelta(hours=1), taken_by=world.psych.person, taken_at=NOON)
    assert figure(world.school, "signals.first_contact_hours") == (6, 2)
    Signal.objects.filter(pk=other.pk).update(
        state="merged", merged_into=signal, respond_by=None, closed_by=world.psych.person, closed_at=NOON
    )
    assert figure(world.school, "signals.found") == (1, None)


def test_a_signal_of_last_school_year_is_history(world):
    a_signal(a_student(world.rooms[0]), world.psych, at=NOON.replace(month=8, day=31))
    assert figure(world.school, "signals.found") == (0, None)


def test_ways_in_that_stand_open(world):
    assert figure(world.school, "signals.sources") == (0, 3)
    teacher = a_holder(PostKind.CLASS_TEACHER, world.rooms[0])
    a_holder(PostKind.PEER_REP, world.rooms[1])
    assert figure(world.school, "signals.sources") == (2, 3)
    a_campaign(world.school, world.psych)
    assert figure(world.school, "signals.sources") == (3, 3)
    teacher.ends_on = TODAY
    teacher.save()
    assert figure(world.school, "signals.sources") == (2, 3)


def test_a_level_without_a_finished_interview_is_seen(world):
    child = a_student(world.rooms[0])
    a_level(child, world.psych, 1)
    assert figure(world.school, "signals.level_without_interview") == (0, None)
    a_level(child, world.psych, 2, interview="draft")
    assert figure(world.school, "signals.level_without_interview") == (1, None)


# --- cases --------------------------------------------------------------------------------------------------------


def test_open_files_and_those_with_a_plan(world):
    second = an_actor(PostKind.MORAL_HEAD, world.school)
    case = a_case(a_student(world.rooms[0]), world.psych)
    a_case(a_student(world.rooms[0]), world.psych)
    assert figure(world.school, "cases.files") == (2, None)
    assert figure(world.school, "cases.plans") == (0, 2)
    a_plan(case, world.psych)
    assert figure(world.school, "cases.plans") == (1, 2)
    closed(case, world.psych, second)
    assert figure(world.school, "cases.files") == (1, None)
    assert figure(world.school, "cases.plans") == (0, 1)
    assert figure(world.school, "cases.reviewed_by_two") == (1, 1)


def test_students_at_level_3_and_4_are_cared_for(world):
    second = an_actor(PostKind.MORAL_HEAD, world.school)
    child, other, calm = (a_student(world.rooms[0]) for _ in range(3))
    a_level(child, world.psych, 3)
    a_level(other, world.psych, 4)
    a_level(calm, world.psych, 2)
    assert figure(world.school, "cases.high_risk_cared") == (0, 2)
    case = a_case(child, world.psych)
    assert figure(world.school, "cases.high_risk_cared") == (1, 2)
    closed(case, world.psych, second, at=NOON + timedelta(hours=1))
    assert figure(world.school, "cases.high_risk_cared") == (1, 2)
    Case.objects.filter(pk=case.pk).update(closed_at=NOON - DAY)
    assert figure(world.school, "cases.high_risk_cared") == (0, 2)
    a_level(child, world.psych, 2, at=NOON + timedelta(hours=2))
    assert figure(world.school, "cases.high_risk_cared") == (0, 1)
    Enrolment.objects.filter(pk=place(other).pk).update(ends_on=TODAY, left_for="transfer")
    assert figure(world.school, "cases.high_risk_cared") == (0, 0)
    assert LevelChange.objects.count() == 4


def test_follow_ups_by_their_day(world):
    case = a_case(a_student(world.rooms[0]), world.psych)
    a_follow_up(case, NOON - 3 * DAY, done=NOON - 3 * DAY + timedelta(hours=5), by=world.psych)
    a_follow_up(case, NOON - 3 * DAY, done=NOON - 2 * DAY, by=world.psych)
    a_follow_up(case, NOON - 2 * DAY)
    a_follow_up(case, NOON)  # today is not over
    assert figure(world.school, "cases.followups_on_time") == (1, 3)
    assert figure(world.school, "cases.followups_on_time", TODAY + DAY) == (1, 4)


@pytest.mark.parametrize("code", MINE)
def test_the_same_number_of_questions_for_one_school_and_for_many(code, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    school = a_school()
    bureau = school.parent
    an_actor(PostKind.PSYCH_TEACHER, school)
    a_student(a_class(school))
    with CaptureQueriesContext(
        connection,
    ) as few:
        reckon(Ground(bureau, TODAY), registry.get(code), {})
    for _ in range(4):
        more = a_school(bureau)
        an_actor(PostKind.PSYCH_TEACHER, more)
        a_student(a_class(more))
    with django_assert_num_queries(len(few)):
        reckon(Ground(bureau, TODAY), registry.get(code), {})
