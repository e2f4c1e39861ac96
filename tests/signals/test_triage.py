"""Taking up, handing on, merging, closing, putting off: owner, colleague, stranger, and every state."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON
from tests.signals.factories import (
    DAY,
    HOUR,
    a_level,
    a_signal,
    a_world,
    an_interview,
    end_posts,
    on_duty,
    post_of,
    taken,
)
from xinqiao.access.actor import HOUSE
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.signals.enums import SignalState, Source, Urgency
from xinqiao.signals.models import Climb, LevelChange, Signal
from xinqiao.signals.services import interviews, triage

pytestmark = pytest.mark.django_db
ENDED = [SignalState.CLOSED, SignalState.LEVELLED, SignalState.MERGED]


def in_state(world, state):
    """A signal brought into a state by the verbs themselves."""
    signal = a_signal(world)
    if state == SignalState.TAKEN:
        taken(world, signal)
    elif state == SignalState.INTERVIEWING:
        interviews.start_interview(actor=world.lin, signal=signal, at=NOON)
    elif state == SignalState.INTERVIEWED:
        an_interview(world, signal)
    elif state == SignalState.CLOSED:
        triage.close_as_no_concern(actor=world.lin, signal=taken(world, signal), reason="误会", at=NOON)
    elif state == SignalState.MERGED:
        triage.merge(actor=world.lin, signal=signal, into=a_signal(world, source=Source.PEER), at=NOON)
    elif state == SignalState.LEVELLED:
        signal = a_level(world, 2).interview.signal
    elif state == SignalState.AWAITING:
        a_level(world, 3)
        signal = a_level(world, 1, at=NOON + DAY).interview.signal
    return Signal.objects.get(pk=signal.pk)


def test_taking_up_stamps_who_and_when_and_starts_the_next_clock():
    world = a_world()
    signal = triage.take_up(actor=world.bai, signal=a_signal(world, urgency=Urgency.URGENT), at=NOON)
    assert (signal.state, signal.owner, signal.taken_by, signal.taken_at) == (
        SignalState.TAKEN,
        world.bai.person,
        world.bai.person,
        NOON,
    )
    assert signal.respond_by == NOON + HOUR
    assert [e.action for e in Entry.objects.order_by("number")] == ["signal.raised", "signal.taken_up"]


@pytest.mark.parametrize("who", ["he", "ding", "shen", "wei", "zhou", "stranger"])
def test_who_may_not_take_up_what_was_not_put_into_their_hands(who):
    world = a_world()
    signal = a_signal(world)
    with pytest.raises(PermissionDenied):
        triage.take_up(actor=getattr(world, who), signal=signal, at=NOON)
    assert Signal.objects.get().state == SignalState.RAISED


@pytest.mark.parametrize("who", ["he", "shen", "zhou"])
def test_whoever_owns_it_may_take_it_up(who):
    world = a_world()
    if who == "zhou":
        signal = a_signal(world, urgency=Urgency.URGENT)
        at = NOON
        while Signal.objects.get().owner != world.zhou.person:
            at += timedelta(minutes=11)
            triage.climb(actor=HOUSE, signal=signal, at=at)
    else:
        on_duty(world, post_of(getattr(world, who)), NOON - HOUR)
        signal = a_signal(world, urgency=Urgency.URGENT)
    taken = triage.take_up(actor=getattr(world, who), signal=signal, at=NOON)
    assert taken.owner == getattr(world, who).person


@pytest.mark.parametrize("state", [s for s in SignalState if s != SignalState.RAISED])
def test_only_a_raised_signal_is_taken_up(state):
    world = a_world()
    signal = in_state(world, state)
    with pytest.raises(Refusal):
        triage.take_up(actor=world.bai, signal=signal, at=NOON + DAY)


def test_handing_over_lets_the_next_person_take_it_up():
    world = a_world()
    signal = triage.hand_over(actor=world.lin, signal=taken(world), to=post_of(world.bai), at=NOON)
    assert (signal.state, signal.owner) == (SignalState.RAISED, world.bai.person)
    assert signal.respond_by > NOON


def test_a_talk_that_began_stays_begun_when_handed_over():
    world = a_world()
    signal = triage.hand_over(
        actor=world.lin, signal=in_state(world, SignalState.INTERVIEWING), to=post_of(world.bai), at=NOON
    )
    assert (signal.state, signal.owner) == (SignalState.INTERVIEWING, world.bai.person)


@pytest.mark.parametrize("to", ["he", "stranger", "lin"])
def test_it_can_only_be_given_to_somebody_of_the_chain(to):
    world = a_world()
    signal = taken(world)
    with pytest.raises(Refusal) as refusal:
        triage.hand_over(actor=world.lin, signal=signal, to=post_of(getattr(world, to)), at=NOON)
    assert refusal.value.field == "to"


def test_a_leader_who_got_it_can_give_it_back():
    world = a_world()
    signal = a_signal(world, urgency=Urgency.URGENT)
    at = NOON
    while Signal.objects.get().owner != world.wei.person:
        at += timedelta(minutes=11)
        triage.climb(actor=HOUSE, signal=signal, at=at)
    back = triage.hand_over(actor=world.wei, signal=signal, to=post_of(world.bai), at=at)
    assert back.owner == world.bai.person


@pytest.mark.parametrize("who", ["he", "wei", "zhou", "stranger"])
def test_a_stranger_hands_nothing_over(who):
    world = a_world()
    with pytest.raises(PermissionDenied):
        triage.hand_over(actor=getattr(world, who), signal=taken(world), to=post_of(world.bai), at=NOON)


@pytest.mark.parametrize("state", ENDED)
def test_what_ended_is_not_handed_over(state):
    world = a_world()
    signal = in_state(world, state)
    with pytest.raises(Refusal):
        triage.hand_over(actor=world.lin, signal=signal, to=post_of(world.bai), at=NOON + DAY)


def test_merging_keeps_the_graver_urgency_and_the_earlier_date():
    world = a_world()
    calm = a_signal(world, source=Source.OBSERVATION, urgency=Urgency.ROUTINE)
    urgent = a_signal(world, source=Source.PEER, urgency=Urgency.URGENT)
    kept = triage.merge(actor=world.lin, signal=urgent, into=calm, at=NOON)
    assert (kept.pk, kept.urgency, kept.respond_by) == (calm.pk, Urgency.URGENT, NOON + timedelta(minutes=10))
    urgent.refresh_from_db()
    assert (urgent.state, urgent.merged_into, urgent.respond_by) == (SignalState.MERGED, kept, None)


def test_only_signals_of_one_student_merge():
    world = a_world()
    one, other = a_signal(world), a_signal(world, world.children[1])
    for pair in ((one, other), (one, one)):
        with pytest.raises(Refusal) as refusal:
            triage.merge(actor=world.lin, signal=pair[0], into=pair[1], at=NOON)
        assert refusal.value.code == "subject"


@pytest.mark.parametrize("state", [SignalState.INTERVIEWED, *ENDED])
def test_nothing_merges_into_what_was_decided(state):
    world = a_world()
    into = in_state(world, state)
    signal = a_signal(world, into.subject, source=Source.SCORE)
    with pytest.raises(Refusal):
        triage.merge(actor=world.lin, signal=signal, into=into, at=NOON + DAY)


def test_a_false_alarm_closes_without_a_level():
    world = a_world()
    signal = triage.close_as_no_concern(actor=world.lin, signal=taken(world), reason="同名同学，弄错了", at=NOON)
    assert (signal.state, signal.respond_by, signal.closed_by) == (SignalState.CLOSED, None, world.lin.person)
    assert not LevelChange.objects.exists()
    assert Announcement.objects.get(topic="signal.closed").payload == {"signal_id": signal.pk}
    assert "同名" not in str(Entry.objects.latest("number").facts)


@pytest.mark.parametrize(
    ("source", "urgency"), [(Source.SAFETY, 1), (Source.SELF, 2), (Source.QUICK, 1), (Source.PEER, 1)]
)
def test_some_signals_are_talked_about_before_they_close(source, urgency):
    world = a_world()
    signal = taken(world, a_signal(world, source=source, urgency=urgency))
    with pytest.raises(Refusal) as refusal:
        triage.close_as_no_concern(actor=world.lin, signal=signal, reason="没事", at=NOON)
    assert refusal.value.code == "interview"
    an_interview(world, signal)
    closed = triage.close_as_no_concern(actor=world.lin, signal=signal, reason="谈过，没事", at=NOON)
    assert closed.state == SignalState.CLOSED


def test_closing_needs_a_reason():
    world = a_world()
    signal = taken(world)
    with pytest.raises(Refusal) as refusal:
        triage.close_as_no_concern(actor=world.lin, signal=signal, reason="  ", at=NOON)
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("who", ["he", "wei", "shen", "zhou", "stranger"])
def test_who_may_not_close(who):
    world = a_world()
    signal = taken(world)
    with pytest.raises(PermissionDenied):
        triage.close_as_no_concern(actor=getattr(world, who), signal=signal, reason="x", at=NOON)


def test_an_interview_is_put_off_for_a_listed_reason_twice_at_most():
    world = a_world()
    signal = taken(world)
    for day in (1, 2):
        signal = triage.defer(actor=world.lin, signal=signal, until=NOON + day * DAY, why="absent", at=NOON)
    assert (signal.defers, signal.respond_by) == (2, NOON + 2 * DAY)
    with pytest.raises(Refusal) as refusal:
        triage.defer(actor=world.lin, signal=signal, until=NOON + 3 * DAY, why="absent", at=NOON)
    assert refusal.value.code == "defers"


@pytest.mark.parametrize(("urgency", "hours"), [(1, 25), (2, 24 * 8), (3, 24 * 15), (2, 0), (2, -1)])
def test_it_is_not_put_off_too_far_nor_into_the_past(urgency, hours):
    world = a_world()
    signal = taken(world, a_signal(world, urgency=urgency))
    with pytest.raises(Refusal) as refusal:
        triage.defer(actor=world.lin, signal=signal, until=NOON + hours * HOUR, why="absent", at=NOON)
    assert refusal.value.field == "until"


def test_an_owner_who_left_hands_on_at_once():
    world = a_world(second_teacher=True)
    signal = taken(world)
    end_posts(world.lin, NOON)
    moved = triage.re_own(actor=HOUSE, signal=signal, at=NOON)
    assert moved is not None
    assert (moved.owner, moved.state) == (world.bai.person, SignalState.RAISED)
    assert triage.re_own(actor=HOUSE, signal=signal, at=NOON) is None


def test_climbing_is_done_once_per_missed_date():
    world = a_world()
    signal = a_signal(world, urgency=Urgency.URGENT)
    late = NOON + timedelta(minutes=10, seconds=1)
    assert triage.climb(actor=HOUSE, signal=signal, at=NOON + timedelta(minutes=10)) is None
    log = triage.climb(actor=HOUSE, signal=signal, at=late)
    assert log is not None
    assert (log.from_person, log.to_person, log.missed_at) == (
        world.lin.person,
        world.bai.person,
        NOON + timedelta(minutes=10),
    )
    assert triage.climb(actor=HOUSE, signal=signal, at=late) is None
    assert Climb.objects.count() == 1


def test_at_the_end_of_the_chain_it_stays_and_is_told_again():
    world = a_world()
    signal = a_signal(world, urgency=Urgency.URGENT)
    at, owners = NOON, []
    for _ in range(8):
        at += 2 * HOUR
        triage.climb(actor=HOUSE, signal=signal, at=at)
        signal.refresh_from_db()
        owners.append(signal.owner)
        assert signal.respond_by > at
    chain = [world.bai, world.shen, world.wei, world.zhou, world.shao]
    assert owners == [*(actor.person for actor in chain), *[world.shao.person] * 3]
