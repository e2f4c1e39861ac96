"""What happens because time passes, by the worker's own turns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON
from tests.signals.factories import (
    DAY,
    HOUR,
    MINUTE,
    a_level,
    a_signal,
    a_world,
    an_interview,
    end_posts,
    taken,
)
from xinqiao.outbox.models import Announcement
from xinqiao.outbox.services import run_due_sweeps
from xinqiao.people.models import CalendarDay
from xinqiao.signals import sweeps
from xinqiao.signals.enums import NudgeWhy, SignalState, Source, Urgency
from xinqiao.signals.models import Climb, Nudge, Signal
from xinqiao.signals.services import triage

pytestmark = pytest.mark.django_db


def live(start, *, until, step=MINUTE):
    """The worker's turns, minute by minute."""
    at = start
    while at <= until:
        run_due_sweeps(at)
        at += step


def owners():
    return [climb.to_person.name for climb in Climb.objects.order_by("at")]


def test_an_urgent_signal_climbs_every_ten_minutes_to_the_end():
    world = a_world()
    a_signal(world, urgency=Urgency.URGENT)
    live(NOON, until=NOON + HOUR)
    assert owners() == ["白老师", "沈主任", "魏校长", "周教研", "邵专干"]
    assert Signal.objects.get().respond_by > NOON + HOUR


def test_nobody_has_to_be_awake_at_night_for_a_calm_one():
    world = a_world()
    friday_evening = NOON + 4 * DAY + 5 * HOUR
    a_signal(world, urgency=Urgency.SOON, at=friday_evening)
    live(friday_evening, until=friday_evening + 2 * DAY, step=HOUR)
    assert owners() == []
    live(friday_evening + 2 * DAY, until=friday_evening + 3 * DAY, step=HOUR)
    assert owners() != []


def test_holidays_stop_the_school_clock_and_not_the_urgent_one():
    world = a_world()
    for day in range(5):
        CalendarDay.objects.create(
            organisation=world.school, day=(NOON + day * DAY).date(), kind="holiday", name="放假"
        )
    calm = a_signal(world, urgency=Urgency.SOON)
    urgent = a_signal(world, world.children[1], urgency=Urgency.URGENT)
    assert calm.respond_by > NOON + 6 * DAY
    assert urgent.respond_by == NOON + 10 * MINUTE


def test_a_very_long_holiday_does_not_stop_the_care():
    world = a_world()
    for day in range(60):
        CalendarDay.objects.create(
            organisation=world.school, day=(NOON + day * DAY).date(), kind="holiday", name="假期"
        )
    assert a_signal(world, urgency=Urgency.SOON).respond_by == NOON + 10 * DAY


def test_what_was_taken_up_in_time_does_not_climb():
    world = a_world()
    taken(world, a_signal(world, urgency=Urgency.URGENT))
    live(NOON, until=NOON + 59 * MINUTE)
    assert owners() == []
    live(NOON + 60 * MINUTE, until=NOON + 62 * MINUTE)
    assert owners() == ["白老师"]
    assert Signal.objects.get().state == SignalState.RAISED


def test_both_hear_of_a_missed_date():
    world = a_world()
    a_signal(world, urgency=Urgency.URGENT)
    live(NOON, until=NOON + 11 * MINUTE)
    told = {(row.person.name, row.why) for row in Nudge.objects.all()}
    assert {("林岚", NudgeWhy.MISSED), ("白老师", NudgeWhy.CLIMBED)} <= told
    outside = Announcement.objects.filter(topic="person.waits")
    assert {tuple(row.payload) for row in outside} == {("person_id",)}


def test_a_reminder_comes_once_before_each_date():
    world = a_world()
    a_signal(world, urgency=Urgency.URGENT)
    live(NOON, until=NOON + 10 * MINUTE)
    assert Nudge.objects.filter(why=NudgeWhy.DUE).count() == 1
    assert Nudge.objects.get(why=NudgeWhy.DUE).at == NOON + 7 * MINUTE


def test_what_was_seen_a_week_ago_goes_and_what_nobody_saw_stays():
    world = a_world()
    signal = a_signal(world, urgency=Urgency.SOON)
    unseen, seen = Nudge.objects.get(signal=signal), NOON + HOUR

    def told(why, seen_at, due_at=None):
        return Nudge.objects.create(
            signal=signal, person=world.bai.person, why=why, at=NOON, seen_at=seen_at, due_at=due_at
        )

    told(NudgeWhy.HANDED, seen)
    told(NudgeWhy.DUE, seen, NOON + 2 * HOUR)
    still_to_come = told(NudgeWhy.DUE, seen, NOON + 30 * DAY)
    lately = told(NudgeWhy.MORE, seen + MINUTE)

    sweeps.forget_told(seen + 7 * DAY - MINUTE)
    assert Nudge.objects.count() == 5
    sweeps.forget_told(seen + 7 * DAY)
    assert set(Nudge.objects.all()) == {unseen, still_to_come, lately}


def test_a_signal_that_ended_a_week_ago_waits_for_nobody():
    world = a_world()
    interview = an_interview(world)
    signal = interview.signal
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="都好", at=NOON)
    Nudge.objects.update(seen_at=None, at=NOON)
    kept = Nudge.objects.count()
    assert kept
    sweeps.forget_told(NOON + 7 * DAY - MINUTE)
    assert Nudge.objects.count() == kept
    sweeps.forget_told(NOON + 7 * DAY)
    assert not Nudge.objects.exists()
    assert Signal.objects.get(pk=signal.pk).closed_at == NOON


def test_whoever_lost_the_post_is_replaced_within_the_minute_and_before_anything_climbs():
    world = a_world()
    signal = a_signal(world, urgency=Urgency.URGENT)
    end_posts(world.lin, NOON)
    run_due_sweeps(NOON + MINUTE)
    signal.refresh_from_db()
    assert signal.owner == world.bai.person
    assert not Climb.objects.exists()


def test_the_agreed_day_brings_a_signal_once():
    world = a_world()
    interview = an_interview(world, next_on=(NOON + 3 * DAY).date())
    triage.close_as_no_concern(actor=world.lin, signal=interview.signal, reason="再看看", at=NOON)
    live(NOON, until=NOON + 2 * DAY, step=6 * HOUR)
    assert Signal.objects.count() == 1
    live(NOON + 3 * DAY, until=NOON + 5 * DAY, step=6 * HOUR)
    agreed = Signal.objects.get(source=Source.REVIEW)
    assert agreed.raised_at.date() == (NOON + 3 * DAY).date()
    assert Signal.objects.count() == 2


def test_a_second_person_who_is_late_is_followed_by_another_who_may():
    world = a_world()
    a_level(world, 3)
    change = a_level(world, 1, at=NOON + HOUR)
    signal = Signal.objects.get(pk=change.interview.signal_id)
    assert signal.owner == world.bai.person
    live(signal.respond_by, until=signal.respond_by + 2 * MINUTE)
    signal.refresh_from_db()
    assert (signal.state, signal.owner) == (SignalState.AWAITING, world.shen.person)


def test_one_that_fails_does_not_hold_up_the_others(monkeypatch):
    world = a_world()
    first = a_signal(world, urgency=Urgency.URGENT)
    a_signal(world, world.children[1], urgency=Urgency.URGENT)
    real = triage.climb

    def stumbling(*, actor, signal, at):
        if signal.pk == first.pk:
            raise RuntimeError
        return real(actor=actor, signal=signal, at=at)

    monkeypatch.setattr(triage, "climb", stumbling)
    sweeps.climb_overdue(NOON + HOUR)
    assert Climb.objects.count() == 1


def test_a_worker_that_slept_climbs_once_and_not_for_each_hour():
    world = a_world()
    a_signal(world, urgency=Urgency.URGENT)
    run_due_sweeps(NOON + timedelta(hours=9))
    assert Climb.objects.count() == 1
