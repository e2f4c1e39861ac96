"""The doctor finds what was planted behind the back of the verbs, and nothing in a house that is well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from tests.cases.factories import (
    DAY,
    HOUR,
    MINUTE,
    a_case,
    a_duty,
    a_task,
    a_world,
    closed_case,
    end_posts,
    levelled,
    moved,
)
from tests.factories import NOON, a_class
from tests.plants import plants
from tests.signals.factories import a_level
from xinqiao.cases import checks
from xinqiao.cases.models import CareDuty, Case, CaseTask, DutyClimb
from xinqiao.cases.services import climbing
from xinqiao.outbox.models import Announcement

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_world()


def found(at=NOON):
    return sorted(
        {(finding.code, finding.subject.split(":")[0].removeprefix("cases.")) for finding in checks.violations(at)}
    )


def sql(statement, *values):
    """Behind the back of models, verbs and constraints; only SQLite can be told to look away."""
    if connection.vendor != "sqlite":
        pytest.skip("the database refuses this row in every case")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(statement, values)
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_a_house_that_is_well(world):
    a_task(world, a_case(world, 4))
    closed_case(a_world())
    assert found(NOON + MINUTE) == []


@plants("cases.owner")
def test_owners_whose_post_ended(world):
    task = a_task(world, a_case(world, 3))
    for actor in (world.lin, world.he):
        end_posts(actor, NOON)
    assert found() == [("owner", "careduty"), ("owner", "case"), ("owner", "casetask")]
    assert task.state == "open"


def test_a_holder_who_is_not_the_person_of_the_post(world):
    duty = a_duty(world, 1, "class_care")
    sql("UPDATE cases_careduty SET holder_id = %s WHERE id = %s", world.wei.person.pk, duty.pk)
    assert found() == [("owner", "careduty")]


def test_a_class_teacher_who_kept_a_student_that_moved(world):
    duty = a_duty(world, 1, "class_care")
    moved(duty.person, a_class(world.school, number=9))
    assert found() == [("owner", "careduty")]


@plants("cases.climb")
def test_dates_that_passed_and_did_not_climb(world):
    a_task(world, a_case(world, 2))
    late = NOON + 60 * DAY
    for model, field in ((CareDuty, "due_at"), (CaseTask, "due_at")):
        model.objects.filter(state="open").update(**{field: late - HOUR})
    Case.objects.update(next_at=late - HOUR)
    assert found(late) == [("climb", "careduty"), ("climb", "case"), ("climb", "casetask")]
    assert found(late - HOUR + MINUTE) == []


def test_an_open_case_without_a_date(world):
    case = a_case(world, 2)
    sql("UPDATE cases_case SET next_at = NULL WHERE id = %s", case.pk)
    assert found() == [("climb", "case")]


@plants("cases.next_date")
def test_a_follow_up_before_the_next_date(world):
    case = a_case(world, 2)
    Case.objects.filter(pk=case.pk).update(next_at=NOON + 20 * DAY)
    assert found() == [("next_date", "case")]


@plants("cases.climb_log")
def test_a_climb_log_whose_people_and_posts_do_not_fit(world):
    duty = a_duty(world, 1, "class_care")
    climbing.climb_duty(duty_id=duty.pk, at=duty.due_at)
    DutyClimb.objects.update(from_person=world.wei.person)
    assert found(NOON) == [("climb_log", "dutyclimb")]


@plants("cases.two_persons")
def test_a_case_closed_by_one(world):
    case = closed_case(world)
    sql("UPDATE cases_case SET closed_by_id = closing_asked_by_id WHERE id = %s", case.pk)
    assert found() == [("two_persons", "case")]


def test_a_case_closed_by_nobody(world):
    case = closed_case(world)
    sql("UPDATE cases_case SET closed_by_id = NULL WHERE id = %s", case.pk)
    assert found() == [("two_persons", "case")]


@plants("cases.left_open")
def test_a_closed_case_with_something_left(world):
    case = a_case(world, 2)
    a_task(world, case)
    sql(
        "UPDATE cases_case SET state = 'closed', outcome = 'referred', next_at = NULL, closing_asked_by_id = %s, "
        "closing_asked_at = %s, closed_by_id = %s, closed_at = %s WHERE id = %s",
        world.lin.person.pk,
        NOON,
        world.bai.person.pk,
        NOON,
        case.pk,
    )
    assert found() == [("left_open", "case")]


@plants("cases.duty_without_level")
def test_a_duty_without_a_standing_level(world):
    duty = a_duty(world, 3, "class_guard")
    other = a_level(world, 2, at=NOON + HOUR)
    assert other.state == "awaiting"
    sql("UPDATE cases_careduty SET change_id = %s WHERE id = %s", other.pk, duty.pk)
    assert ("duty_without_level", "careduty") in found()


@plants("cases.level_without_duties")
def test_a_level_nobody_was_asked_to_act_on(world):
    a_level(world, 3)
    Announcement.objects.all().delete()
    assert found(NOON + MINUTE) == []
    assert found(NOON + HOUR) == [("level_without_duties", "signals.levelchange")]


@plants("cases.old_level")
def test_a_duty_of_a_level_that_no_longer_stands(world):
    duty = a_duty(world, 2, "class_care")
    levelled(world, 1, at=NOON + HOUR)
    CareDuty.objects.filter(pk=duty.pk).update(state="open", due_at=NOON + 9 * DAY)
    assert found(NOON + HOUR + timedelta(minutes=6)) == [("old_level", "careduty")]


@plants("cases.case")
def test_a_case_that_was_promised_and_is_not_there(world):
    duty = a_duty(world, 2, "open_case")
    CareDuty.objects.filter(pk=duty.pk).update(state="done", done_by=world.lin.person, done_at=NOON)
    assert found() == [("case", "careduty")]


@plants("cases.clock")
def test_settings_that_are_not_used(world):
    world.bureau.options = {"duties": {"4": {"crisis_team": "tomorrow"}}}
    world.bureau.save()
    (finding,) = checks.violations(NOON)
    assert (finding.code, "4.crisis_team" in finding.words) == ("clock", True)


def test_no_finding_names_a_student(world):
    child = a_case(world, 4).person
    end_posts(world.lin, NOON)
    assert all(child.name not in finding.words for finding in checks.violations(NOON))
