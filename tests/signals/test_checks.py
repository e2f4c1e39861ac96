"""The doctor finds every planted violation of this room, and nothing in a healthy one."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection

from tests.factories import NOON
from tests.plants import plants
from tests.screening.factories import a_campaign, sitting_of
from tests.screening.factories import a_world as a_screened_world
from tests.signals.factories import DAY, HOUR, a_level, a_signal, a_world, an_interview, end_posts, taken
from xinqiao.outbox.models import Announcement
from xinqiao.people.models import Organisation
from xinqiao.people.services import add_organisation
from xinqiao.signals.checks import violations
from xinqiao.signals.enums import Source, Urgency
from xinqiao.signals.models import Climb, Evidence, Signal
from xinqiao.signals.services import levels, triage

pytestmark = pytest.mark.django_db


@contextmanager
def without_constraints():
    """Rows as no verb would write them: what a hand in the database could do."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while a check of it is pending
            for table in ("signals_signal", "signals_levelchange", "signals_interview"):
                checks = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = %s::regclass"
                cursor.execute(checks, [table])
                for (name,) in cursor.fetchall():
                    cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield


def plant(sql, *facts):
    with without_constraints(), connection.cursor() as cursor:
        cursor.execute(sql, facts)
        assert cursor.rowcount > 0


def codes(at=NOON):
    return {finding.code for finding in violations(at)}


@pytest.fixture
def world():
    """A school in which everything has happened the right way."""
    world = a_world()
    a_level(world, 3, at=NOON - 2 * DAY)
    levels.confirm_lowering(actor=world.bai, change=a_level(world, 1, at=NOON - DAY), at=NOON - HOUR)
    triage.close_as_no_concern(
        actor=world.lin, signal=taken(world, a_signal(world, world.children[1])), reason="误会", at=NOON
    )
    a_signal(world, world.children[2])
    assert not codes()
    return world


def open_signal():
    return Signal.objects.get(state="raised")


@plants("signals.owner")
def test_an_owner_without_a_post(world):
    end_posts(world.lin, NOON)
    end_posts(world.bai, NOON)
    assert codes() == {"owner"}


def test_an_owner_in_the_name_of_somebody_elses_post(world):
    plant("UPDATE signals_signal SET owner_id = %s WHERE state = 'raised'", world.wei.person.pk)
    assert codes() == {"owner"}


@plants("signals.owner_reach")
def test_an_owner_whose_post_lies_elsewhere(world):
    post = world.stranger.person.posts.get()
    plant(
        "UPDATE signals_signal SET owner_id = %s, owner_post_id = %s WHERE state = 'raised'",
        world.stranger.person.pk,
        post.pk,
    )
    assert codes() == {"owner_reach"}


@plants("signals.next_date")
def test_no_next_date(world):
    plant("UPDATE signals_signal SET respond_by = NULL WHERE state = 'raised'")
    assert codes() == {"next_date"}


@plants("signals.climb")
def test_a_missed_date_that_did_not_climb(world):
    late = open_signal().respond_by + timedelta(minutes=6)
    assert codes(late) == {"climb"}
    assert codes(late - timedelta(minutes=2)) == set()


@plants("signals.climb_log")
def test_a_climb_to_nobody_in_particular(world):
    signal = open_signal()
    triage.climb(actor=world.lin, signal=signal, at=signal.respond_by + timedelta(minutes=1))
    plant("UPDATE signals_climb SET to_person_id = %s", world.ding.person.pk)
    assert codes() == {"climb_log"}
    assert Climb.objects.count() == 1


@plants("signals.level_without_interview")
def test_a_level_whose_interview_was_never_finished(world):
    plant("UPDATE signals_interview SET state = 'draft' WHERE id = (SELECT MIN(interview_id) FROM signals_levelchange)")
    assert "level_without_interview" in codes()


@plants("signals.level_of_another")
def test_a_level_from_another_students_interview(world):
    other = an_interview(world, a_signal(world, world.children[1], source=Source.PEER))
    triage.close_as_no_concern(actor=world.lin, signal=other.signal, reason="误会", at=NOON)
    plant("UPDATE signals_levelchange SET interview_id = %s WHERE level = 1", other.pk)
    assert "level_of_another" in codes()


@pytest.mark.parametrize("who", ["nobody", "lin"])
@plants("signals.two_persons")
def test_a_lowering_by_one_person(world, who):
    if who == "nobody":
        plant("UPDATE signals_levelchange SET second_by_id = NULL, second_at = NULL WHERE level = 1")
    else:
        plant("UPDATE signals_levelchange SET second_by_id = %s WHERE level = 1", world.lin.person.pk)
    assert codes() == {"two_persons"}


@plants("signals.level_history")
def test_a_level_taken_out_of_the_history(world):
    plant("UPDATE signals_levelchange SET previous = 2 WHERE level = 1")
    assert "level_history" in codes()


def test_a_signal_that_waits_for_a_second_person_who_was_never_asked(world):
    plant("UPDATE signals_signal SET state = 'awaiting' WHERE state = 'raised'")
    assert codes() == {"second_person"}


@plants("signals.second_person")
def test_a_lowering_nobody_will_see(world):
    a_level(world, 4, at=NOON)
    change = a_level(world, 2, at=NOON)
    plant(
        "UPDATE signals_signal SET state = 'closed', respond_by = NULL, closed_at = %s, closed_by_id = %s"
        " WHERE id = %s",
        NOON,
        world.lin.person.pk,
        change.interview.signal_id,
    )
    assert codes() == {"second_person"}


@plants("signals.levelled_without_level")
def test_levelled_without_a_level(world):
    plant(
        "UPDATE signals_signal SET state = 'levelled', respond_by = NULL, closed_at = %s, closed_by_id = %s"
        " WHERE state = 'raised'",
        NOON,
        world.lin.person.pk,
    )
    assert codes() == {"levelled_without_level"}


@plants("signals.mark_of_false_alarm")
def test_a_false_alarm_with_a_mark(world):
    plant("UPDATE signals_signal SET state = 'closed' WHERE state = 'levelled'")
    assert "mark_of_false_alarm" in codes()


@plants("signals.closed_without_talk")
def test_a_safety_answer_closed_without_a_talk(world):
    plant("UPDATE signals_signal SET source = 'safety', urgency = 1 WHERE state = 'closed'")
    assert codes() == {"closed_without_talk"}


@plants("signals.ground")
def test_a_signal_that_rests_on_nothing(world):
    Evidence.objects.filter(signal=open_signal()).delete()
    assert codes() == {"ground"}


@plants("signals.urgent_undelivered")
def test_an_urgent_answer_that_nobody_got(world):
    Announcement.objects.create(
        topic="answer.urgent",
        payload={"sitting_id": 1, "part": 1, "items": ["q9"]},
        at=NOON - HOUR,
        due_at=NOON - HOUR,
    )
    assert codes() == {"urgent_undelivered"}


@plants("signals.urgent_lost")
def test_an_urgent_answer_that_was_delivered_into_nothing(world):
    screened = a_screened_world()
    sitting = sitting_of(a_campaign(screened), screened.students[0])
    Announcement.objects.create(
        topic="answer.urgent",
        payload={"sitting_id": sitting.pk, "part": 1, "items": ["q9"]},
        at=NOON - HOUR,
        due_at=NOON - HOUR,
        done_at=NOON,
    )
    assert codes() == {"urgent_lost"}


@plants("signals.clock")
def test_a_clock_that_is_not_used(world):
    Organisation.objects.filter(pk=world.school.pk).update(options={"clocks": {"urgent": {"look": "3 hours"}}})
    found = list(violations(NOON))
    assert [finding.code for finding in found] == ["clock"]
    assert "urgent.look" in found[0].words


@plants("signals.nobody")
def test_a_school_where_nobody_could_answer(world):
    lonely = add_organisation(parent=None, kind="school", name="独立学校", system="63")
    assert [(finding.code, finding.subject) for finding in violations(NOON)] == [
        ("nobody", f"people.organisation:{lonely.pk}")
    ]


def test_no_finding_names_a_student(world):
    end_posts(world.lin, NOON)
    end_posts(world.bai, NOON)
    names = [child.name for child in world.children]
    assert not [f for f in violations(NOON) if any(name in f.words for name in names)]


def test_urgency_is_the_house_that_is_healthy(world):
    """A busy healthy school stays without findings while time is kept."""
    a_signal(world, world.children[1], source=Source.PEER, urgency=Urgency.URGENT)
    assert not codes(NOON + timedelta(minutes=9))
