"""Interviews and levels: nothing typed is lost, no level without a talk, no lowering from 3–4 alone."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.factories import NOON
from tests.signals.factories import (
    DAY,
    HOUR,
    a_level,
    a_signal,
    a_world,
    an_interview,
    end_posts,
    post_of,
    taken,
)
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.signals.enums import ChangeState, InterviewState, SignalState, Source
from xinqiao.signals.models import Interview, LevelChange, Signal
from xinqiao.signals.selectors import current_level, current_levels
from xinqiao.signals.services import interviews, levels, triage
from xinqiao.signals.services.interviews import Held

pytestmark = pytest.mark.django_db


def draft_of(world, actor=None):
    return interviews.start_interview(actor=actor or world.lin, signal=a_signal(world), at=NOON)


def announced(topic):
    return [row.payload for row in Announcement.objects.filter(topic=topic).order_by("pk")]


# --- interviews ----------------------------------------------------------------------------------------------------


def test_starting_twice_opens_the_same_draft_also_for_a_colleague():
    world = a_world()
    draft = draft_of(world)
    again = interviews.start_interview(actor=world.bai, signal=draft.signal, at=NOON + HOUR)
    assert again.pk == draft.pk
    assert Signal.objects.get().state == SignalState.INTERVIEWING


@pytest.mark.parametrize("who", ["he", "ding", "shen", "wei", "zhou", "stranger"])
def test_who_may_not_interview(who):
    world = a_world()
    with pytest.raises(PermissionDenied):
        interviews.start_interview(actor=getattr(world, who), signal=a_signal(world), at=NOON)


def test_a_draft_keeps_what_was_typed_sealed():
    world = a_world()
    draft = draft_of(world)
    saved = interviews.save_draft(
        actor=world.lin, interview=draft, content={"mood_words": "夜里醒三次", "plan": ""}, edits=0, at=NOON
    )
    row = Interview.objects.get()
    assert (saved.edits, row.state) == (1, InterviewState.DRAFT)
    assert json.loads(row.content.reveal()) == {"mood_words": "夜里醒三次"}


def test_two_windows_do_not_overwrite_each_other():
    world = a_world()
    draft = draft_of(world)
    interviews.save_draft(actor=world.lin, interview=draft, content={"a": "1"}, edits=0, at=NOON)
    with pytest.raises(Refusal) as refusal:
        interviews.save_draft(actor=world.bai, interview=draft, content={"a": "2"}, edits=0, at=NOON)
    assert refusal.value.code == "edits"
    assert json.loads(Interview.objects.get().content.reveal()) == {"a": "1"}


def test_saves_leave_one_trace_in_five_minutes():
    world = a_world()
    draft = draft_of(world)
    for number in range(40):
        interviews.save_draft(
            actor=world.lin,
            interview=draft,
            content={"a": str(number)},
            edits=number,
            at=NOON + timedelta(seconds=15 * number),
        )
    assert Entry.objects.filter(action="interview.saved").count() == 1


def test_finishing_moves_the_signal_on_and_closes_the_text():
    world = a_world()
    interview = an_interview(world)
    assert interview.state == InterviewState.DONE
    assert interview.signal.state != SignalState.CLOSED
    assert Signal.objects.get().state == SignalState.INTERVIEWED
    with pytest.raises(Refusal):
        interviews.save_draft(actor=world.lin, interview=interview, content={}, edits=interview.edits, at=NOON)


@pytest.mark.parametrize(
    ("held", "field"),
    [
        ({"held_at": NOON + HOUR}, "held_at"),
        ({"held_at": NOON, "guardian_told": "told"}, "guardian_at"),
        ({"held_at": NOON, "guardian_told": "told", "guardian_at": NOON}, "guardian_how"),
        (
            {"held_at": NOON, "guardian_told": "told", "guardian_at": NOON + HOUR, "guardian_how": "phone"},
            "guardian_at",
        ),
        ({"held_at": NOON, "next_on": NOON.date()}, "next_on"),
    ],
)
def test_a_half_written_interview_is_refused_by_field(held, field):
    world = a_world()
    draft = draft_of(world)
    with pytest.raises(Refusal) as refusal:
        interviews.complete_interview(actor=world.lin, interview=draft, content={}, held=Held(**held), edits=0, at=NOON)
    assert refusal.value.field == field
    assert Interview.objects.get().state == InterviewState.DRAFT


def test_the_second_reader_is_somebody_else():
    world = a_world()
    with pytest.raises(Refusal) as refusal:
        an_interview(world, second_reader=world.lin.person)
    assert refusal.value.field == "second_reader"


# --- levels --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_level_stands_after_an_interview_and_is_announced(level):
    world = a_world()
    change = a_level(world, level)
    assert (change.state, change.stands_from, change.previous) == (ChangeState.STANDING, NOON, 0)
    assert announced("level.set") == [{"change_id": change.pk}]
    assert Signal.objects.get().state == SignalState.LEVELLED
    assert current_level(world.children[0].pk) == change
    assert change.review_on is not None


def test_no_level_without_a_finished_interview():
    world = a_world()
    draft = draft_of(world)
    with pytest.raises(Refusal) as refusal:
        levels.set_level(actor=world.lin, interview=draft, level=2, reason="x", at=NOON)
    assert refusal.value.code == "interview"
    assert not LevelChange.objects.exists()


def test_one_interview_sets_one_level():
    world = a_world()
    change = a_level(world, 2)
    with pytest.raises(Refusal):
        levels.set_level(actor=world.lin, interview=change.interview, level=3, reason="再想想", at=NOON)


@pytest.mark.parametrize(("level", "reason", "field"), [(2, " ", "reason"), (5, "x", "level"), (-1, "x", "level")])
def test_a_level_is_0_to_4_with_a_reason(level, reason, field):
    world = a_world()
    with pytest.raises(Refusal) as refusal:
        levels.set_level(actor=world.lin, interview=an_interview(world), level=level, reason=reason, at=NOON)
    assert refusal.value.field == field


def test_level_0_where_there_was_none_is_a_closing_and_leaves_no_mark():
    world = a_world()
    interview = an_interview(world)
    with pytest.raises(Refusal) as refusal:
        levels.set_level(actor=world.lin, interview=interview, level=0, reason="没事", at=NOON)
    assert refusal.value.code == "no_level"
    triage.close_as_no_concern(actor=world.lin, signal=interview.signal, reason="没事", at=NOON)
    assert not LevelChange.objects.exists()
    assert announced("level.set") == []


@pytest.mark.parametrize("who", ["he", "shen", "wei", "zhou", "stranger"])
def test_who_may_not_set_a_level(who):
    world = a_world()
    with pytest.raises(PermissionDenied):
        levels.set_level(actor=getattr(world, who), interview=an_interview(world), level=2, reason="x", at=NOON)


def test_the_same_level_again_is_history_and_not_news():
    world = a_world()
    a_level(world, 2)
    again = a_level(world, 2, at=NOON + DAY)
    assert current_level(world.children[0].pk) == again
    assert len(announced("level.set")) == 1


@pytest.mark.parametrize("previous", range(1, 5))
@pytest.mark.parametrize("level", range(5))
def test_what_stands_at_once(previous, level):
    world = a_world()
    a_level(world, previous)
    change = a_level(world, level, at=NOON + DAY)
    alone = not (previous >= 3 and level < previous)
    assert change.state == (ChangeState.STANDING if alone else ChangeState.AWAITING)
    assert current_level(world.children[0].pk).level == (level if alone else previous)
    assert len(announced("level.set")) == (2 if alone and level != previous else 1)


def lowering(world, *, to=1):
    a_level(world, 3)
    return a_level(world, to, at=NOON + DAY)


def test_a_lowering_waits_with_another_person_who_owns_the_signal():
    world = a_world()
    change = lowering(world)
    signal = Signal.objects.get(pk=change.interview.signal_id)
    assert (signal.state, signal.owner) == (SignalState.AWAITING, world.bai.person)
    assert signal.respond_by is not None


def test_the_second_reader_named_in_the_interview_is_asked_first():
    world = a_world()
    a_level(world, 3)
    signal = a_signal(world, source=Source.REVIEW, at=NOON + DAY)
    interview = an_interview(world, signal, at=NOON + DAY, second_reader=world.wei.person)
    levels.set_level(actor=world.lin, interview=interview, level=2, reason="好转", at=NOON + DAY)
    assert Signal.objects.get(pk=signal.pk).owner == world.wei.person


@pytest.mark.parametrize("who", ["bai", "shen", "wei"])
def test_another_person_confirms(who):
    world = a_world()
    change = levels.confirm_lowering(actor=getattr(world, who), change=lowering(world), at=NOON + 2 * DAY)
    assert (change.state, change.second_by, change.stands_from) == (
        ChangeState.STANDING,
        getattr(world, who).person,
        NOON + 2 * DAY,
    )
    assert current_level(world.children[0].pk).level == 1
    assert announced("level.set")[-1] == {"change_id": change.pk}
    assert Signal.objects.get(pk=change.interview.signal_id).state == SignalState.LEVELLED


@pytest.mark.parametrize("who", ["lin", "he", "zhou", "stranger"])
@pytest.mark.parametrize(
    "verb", [levels.confirm_lowering, partial(levels.refuse_lowering, reason="x")], ids=["confirm", "refuse"]
)
def test_who_may_not_be_the_second(who, verb):
    world = a_world()
    change = lowering(world)
    with pytest.raises(PermissionDenied):
        verb(actor=getattr(world, who), change=change, at=NOON + 2 * DAY)
    assert current_level(world.children[0].pk).level == 3


def test_who_held_the_interview_is_not_the_second_either():
    world = a_world()
    a_level(world, 3)
    signal = a_signal(world, source=Source.REVIEW, at=NOON + DAY)
    interview = an_interview(world, signal, by=world.bai, at=NOON + DAY)
    change = levels.set_level(actor=world.lin, interview=interview, level=1, reason="好转", at=NOON + DAY)
    assert Signal.objects.get(pk=signal.pk).owner == world.shen.person
    with pytest.raises(PermissionDenied):
        levels.confirm_lowering(actor=world.bai, change=change, at=NOON + 2 * DAY)


def test_a_refused_lowering_goes_back_and_the_level_stays():
    world = a_world()
    change = levels.refuse_lowering(actor=world.bai, change=lowering(world), reason="上周还有想法", at=NOON + 2 * DAY)
    signal = Signal.objects.get(pk=change.interview.signal_id)
    assert (change.state, change.stands_from) == (ChangeState.REFUSED, None)
    assert (signal.state, signal.owner) == (SignalState.INTERVIEWED, world.lin.person)
    assert current_level(world.children[0].pk).level == 3
    kept = levels.set_level(actor=world.lin, interview=change.interview, level=3, reason="维持", at=NOON + 2 * DAY)
    assert kept.state == ChangeState.STANDING


def test_a_refusal_needs_words_and_nothing_is_decided_twice():
    world = a_world()
    change = lowering(world)
    with pytest.raises(Refusal) as refusal:
        levels.refuse_lowering(actor=world.bai, change=change, reason="", at=NOON + 2 * DAY)
    assert refusal.value.field == "reason"
    levels.confirm_lowering(actor=world.bai, change=change, at=NOON + 2 * DAY)
    for verb in (
        lambda: levels.confirm_lowering(actor=world.shen, change=change, at=NOON + 2 * DAY),
        lambda: levels.refuse_lowering(actor=world.shen, change=change, reason="x", at=NOON + 2 * DAY),
    ):
        with pytest.raises(Refusal):
            verb()


def test_a_level_that_rose_meanwhile_is_not_lowered():
    world = a_world()
    change = lowering(world)
    raised = an_interview(world, a_signal(world, source=Source.PEER, at=NOON + DAY), at=NOON + DAY)
    levels.set_level(actor=world.lin, interview=raised, level=4, reason="出现计划", at=NOON + DAY)
    with pytest.raises(Refusal) as refusal:
        levels.confirm_lowering(actor=world.bai, change=change, at=NOON + 2 * DAY)
    assert refusal.value.code == "changed"
    assert current_level(world.children[0].pk).level == 4


def test_without_anybody_to_agree_the_level_stays():
    world = a_world(second_teacher=False)
    for actor in (world.shen, world.wei):
        end_posts(actor, NOON)
    a_level(world, 3)
    interview = an_interview(world, a_signal(world, source=Source.REVIEW, at=NOON + DAY), at=NOON + DAY)
    with pytest.raises(Refusal) as refusal:
        levels.set_level(actor=world.lin, interview=interview, level=1, reason="好转", at=NOON + DAY)
    assert refusal.value.code == "no_second"
    assert Signal.objects.get(pk=interview.signal_id).state == SignalState.INTERVIEWED
    assert current_level(world.children[0].pk).level == 3


def test_one_lowering_waits_at_a_time():
    world = a_world()
    lowering(world)
    interview = an_interview(world, a_signal(world, source=Source.PEER, at=NOON + DAY), at=NOON + DAY)
    with pytest.raises(Refusal) as refusal:
        levels.set_level(actor=world.lin, interview=interview, level=0, reason="好转", at=NOON + DAY)
    assert refusal.value.code == "awaits"
    kept = levels.set_level(actor=world.lin, interview=interview, level=3, reason="维持", at=NOON + DAY)
    assert kept.state == ChangeState.STANDING


def test_a_waiting_lowering_is_handed_only_to_who_may_decide_it():
    world = a_world()
    signal = Signal.objects.get(pk=lowering(world).interview.signal_id)
    moved = triage.hand_over(actor=world.bai, signal=signal, to=post_of(world.wei), at=NOON + DAY)
    assert (moved.state, moved.owner) == (SignalState.AWAITING, world.wei.person)
    for to in (world.lin, world.zhou):
        with pytest.raises(Refusal):
            triage.hand_over(actor=world.bai, signal=signal, to=post_of(to), at=NOON + DAY)


def test_current_levels_asks_once(django_assert_num_queries):
    world = a_world()
    a_level(world, 2)
    a_level(world, 1, world.children[1])
    with django_assert_num_queries(1):
        found = current_levels(child.pk for child in world.children)
    assert {pk: row.level for pk, row in found.items()} == {world.children[0].pk: 2, world.children[1].pk: 1}


# --- what the database refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        lambda change: LevelChange.objects.filter(pk=change.pk).update(level=5),
        lambda change: LevelChange.objects.filter(pk=change.pk).update(interview=None),
        lambda change: LevelChange.objects.filter(pk=change.pk).update(stands_from=None),
        lambda change: LevelChange.objects.filter(pk=change.pk).update(previous=4),
        lambda change: LevelChange.objects.filter(pk=change.pk).update(second_by=change.set_by),
        lambda change: LevelChange.objects.filter(pk=change.pk).update(second_by=change.set_by, second_at=NOON),
        lambda change: LevelChange.objects.filter(pk=change.pk).update(state="awaiting", stands_from=None),
        lambda change: Signal.objects.filter(pk=change.interview.signal_id).update(state="raised"),
        lambda change: Signal.objects.filter(pk=change.interview.signal_id).update(respond_by=NOON),
        lambda change: Signal.objects.filter(pk=change.interview.signal_id).update(closed_by=None),
        lambda change: Signal.objects.filter(pk=change.interview.signal_id).update(state="merged"),
        lambda change: Signal.objects.filter(pk=change.interview.signal_id).update(owner=None),
        lambda change: Signal.objects.filter(pk=change.interview.signal_id).update(owner_post=None),
        lambda change: Interview.objects.filter(pk=change.interview_id).update(held_at=None),
        lambda change: Interview.objects.filter(pk=change.interview_id).update(guardian_told="told"),
    ],
)
def test_the_database_refuses_a_half_written_row(damage):
    change = a_level(a_world(), 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        damage(change)


def test_an_open_signal_without_a_date_is_refused():
    signal = taken(a_world())
    with pytest.raises(IntegrityError), transaction.atomic():
        Signal.objects.filter(pk=signal.pk).update(respond_by=None)


def test_every_verb_left_its_trace():
    world = a_world()
    levels.confirm_lowering(actor=world.bai, change=lowering(world), at=NOON + 2 * DAY)
    found = set(Entry.objects.values_list("action", flat=True))
    assert {
        "signal.raised",
        "interview.started",
        "interview.completed",
        "level.set",
        "level.lowering_asked",
    } <= found
    assert Post.objects.filter(kind=PostKind.PSYCH_TEACHER).exists()
