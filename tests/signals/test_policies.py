"""Who sees which signal and how deep: truth tables, and that every door counts the same rows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON, a_post, an_actor
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
from xinqiao.access.enums import Depth, PostKind
from xinqiao.access.models import BreakGlass
from xinqiao.signals import policies
from xinqiao.signals.enums import Urgency
from xinqiao.signals.models import Signal
from xinqiao.signals.selectors.lists import listed, rows, tally
from xinqiao.signals.services import triage

pytestmark = pytest.mark.django_db
EVERYBODY = ["lin", "bai", "shen", "wei", "zhou", "shao", "he", "ding", "stranger"]


def sees(world, who, at=NOON):
    actor = world.again(getattr(world, who), at)
    return policies.visible_signals(actor, at).exists()


def depth(world, who, at=NOON):
    actor = world.again(getattr(world, who), at)
    signal = listed(policies.visible_signals(actor, at)).first()
    return policies.depth_in(actor, signal) if signal else Depth.NONE


def climbed_to(world, who):
    """An urgent signal nobody looked at until it reached ``who``; and when that was."""
    signal, at = a_signal(world, urgency=Urgency.URGENT), NOON
    while signal.owner != getattr(world, who).person:
        at += timedelta(minutes=11)
        triage.climb(actor=HOUSE, signal=signal, at=at)
        signal = Signal.objects.get()
    return signal, at


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_fresh_signal_is_seen_by_the_schools_psychology_teachers_only(who):
    world = a_world()
    a_signal(world)
    assert sees(world, who) == (who in {"lin", "bai"})


@pytest.mark.parametrize(
    ("who", "to", "expected"),
    [
        ("shen", "shen", Depth.PLAN),
        ("shen", "wei", Depth.PLAN),
        ("wei", "wei", Depth.PLAN),
        ("wei", "shen", Depth.NONE),
        ("zhou", "zhou", Depth.CARE),
        ("zhou", "shao", Depth.CARE),
        ("shao", "zhou", Depth.NONE),
        ("lin", "shao", Depth.NOTES),
        ("he", "shao", Depth.NONE),
        ("stranger", "shao", Depth.NONE),
    ],
)
def test_what_climbed_is_seen_by_both_and_no_deeper_than_the_table(who, to, expected):
    world = a_world()
    _signal, at = climbed_to(world, to)
    assert depth(world, who, at) == expected


def test_the_bureau_reads_initials_and_the_school_only():
    world = a_world()
    world.children[0].name = "欧阳晓晓"
    world.children[0].save()
    _signal, at = climbed_to(world, "zhou")
    row = rows(world.zhou, listed(policies.visible_signals(world.zhou, at)), at)[0]
    assert (row.name, row.place, row.level) == ("欧某", world.school.name, None)
    assert not policies.named_signals(world.zhou, at).exists()


def test_a_leader_reads_the_name_but_no_words():
    world = a_world()
    _signal, at = climbed_to(world, "wei")
    row = rows(world.wei, listed(policies.visible_signals(world.wei, at)), at)[0]
    assert row.name == world.children[0].name
    assert row.depth == Depth.PLAN


def test_the_class_teacher_on_duty_knows_whom_to_look_after_and_nothing_more():
    world = a_world()
    on_duty(world, post_of(world.he), NOON - HOUR)
    a_signal(world, urgency=Urgency.URGENT)
    row = rows(world.he, listed(policies.visible_signals(world.he, NOON)), NOON)[0]
    assert (row.name, row.depth, row.level) == (world.children[0].name, Depth.CARE, None)


def test_when_it_climbed_away_the_class_teacher_keeps_no_name():
    world = a_world()
    on_duty(world, post_of(world.he), NOON - HOUR)
    signal = a_signal(world, urgency=Urgency.URGENT)
    triage.climb(actor=HOUSE, signal=signal, at=NOON + HOUR)
    row = rows(world.he, listed(policies.visible_signals(world.he, NOON)), NOON)[0]
    assert (row.name, row.depth) == ("", Depth.COUNTS)


def test_who_only_appoints_sees_that_somebody_waits():
    world = a_world(second_teacher=False)
    admin = an_actor(PostKind.SCHOOL_ADMIN, world.school)
    for actor in (world.lin, world.shen, world.wei, world.zhou, world.shao):
        end_posts(actor, NOON)
    signal = a_signal(world)
    row = rows(admin, listed(policies.visible_signals(admin, NOON)), NOON)[0]
    assert (row.name, row.depth, signal.owner) == ("", Depth.COUNTS, admin.person)
    assert not policies.may_take_up(admin, signal)
    assert policies.may_hand_over(admin, signal)


@pytest.mark.parametrize(("level", "seen"), [(1, False), (2, False), (3, True), (4, True)])
def test_leaders_see_signals_of_levels_3_and_4(level, seen):
    world = a_world()
    a_level(world, level)
    assert sees(world, "wei") == sees(world, "shen") == seen
    assert depth(world, "wei") == (Depth.PLAN if seen else Depth.NONE)
    assert not sees(world, "zhou")


def test_a_false_alarm_is_gone_from_everybody_but_the_psychology_teachers():
    world = a_world()
    signal, at = climbed_to(world, "shao")
    signal = taken(world, signal, at=at)
    an_interview(world, signal, at=at)
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="误会", at=at)
    assert {who for who in EVERYBODY if sees(world, who, at)} == {"lin", "bai"}


def test_a_false_alarm_of_a_student_at_level_3_is_not_shown_to_leaders_either():
    world = a_world()
    a_level(world, 3)
    before = policies.visible_signals(world.wei, NOON).count()
    signal = an_interview(world, a_signal(world, at=NOON), at=NOON).signal
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="误会", at=NOON)
    assert policies.visible_signals(world.wei, NOON).count() == before


@pytest.mark.parametrize("who", ["lin", "shen", "wei", "zhou", "shao"])
def test_a_post_that_ended_sees_nothing_the_same_day(who):
    world = a_world()
    _signal, at = climbed_to(world, who)
    assert sees(world, who, at)
    end_posts(getattr(world, who), at)
    assert not sees(world, who, at)


def test_a_later_school_sees_nothing_of_the_earlier_one():
    world, other = a_world(), a_world()
    child = world.children[0]
    an_interview(world, a_signal(world, child))
    child.enrolments.update(ends_on=NOON.date(), left_for="transfer")
    child.enrolments.create(class_node=other.node, school=other.school, student_number="7", starts_on=NOON.date())
    assert not sees(other, "lin")
    assert not policies.visible_interviews(other.lin, NOON).exists()
    assert sees(world, "lin")


def test_a_psychology_teacher_of_one_part_of_the_school_sees_that_part():
    world = a_world()
    grade = world.node.parent
    own = an_actor(PostKind.PSYCH_TEACHER, grade)
    a_signal(world)
    assert policies.visible_signals(own, NOON).count() == 1
    from tests.factories import a_class, a_student

    a_signal(world, a_student(a_class(world.school, entry_year=2024)))
    assert policies.visible_signals(own, NOON).count() == 1
    assert policies.visible_signals(world.lin, NOON).count() == 2


def test_broken_glass_reads_and_does_nothing():
    world = a_world()
    signal = taken(world)
    BreakGlass.objects.create(
        account=world.wei.account,
        reader=world.wei.person,
        person=world.children[0],
        school=world.school,
        told=world.lin.person,
        reason="夜间失联",
        starts_at=NOON,
        ends_at=NOON + HOUR,
    )
    assert depth(world, "wei", NOON) == Depth.NOTES
    wei = world.again(world.wei)
    assert not policies.may_take_up(wei, signal)
    assert not policies.may_interview(wei, signal)
    assert depth(world, "wei", NOON + 2 * HOUR) == Depth.NONE


@pytest.mark.parametrize("who", EVERYBODY)
def test_every_door_counts_the_same_rows(who):
    """List, search, count and home page start from one queryset; what can be found by name is part of it."""
    world = a_world()
    for child in world.children:
        a_signal(world, child, urgency=Urgency.URGENT)
    for signal in Signal.objects.all():
        for minutes in (11, 22, 33, 44):
            triage.climb(actor=HOUSE, signal=signal, at=NOON + timedelta(minutes=minutes))
    actor, at = getattr(world, who), NOON + HOUR
    visible = policies.visible_signals(actor, at)
    ids = list(visible.values_list("pk", flat=True))
    assert len(ids) == len(set(ids))
    assert {row.pk for row in rows(actor, listed(visible), at)} == set(ids)
    assert tally(actor, at).raised == len(ids)
    named = set(policies.named_signals(actor, at).values_list("pk", flat=True))
    shown = {signal.pk for signal in listed(visible) if policies.shows_name(actor, signal)}
    assert named == shown


def test_a_second_person_sees_only_what_they_may_decide():
    world = a_world()
    a_level(world, 3)
    a_level(world, 1, at=NOON + DAY)
    seen = {who for who in EVERYBODY if policies.visible_lowerings(getattr(world, who), NOON + DAY).exists()}
    assert seen == {"bai", "shen", "wei"}


def test_two_posts_are_two_sights_and_no_more():
    world = a_world()
    a_post(world.he.person, PostKind.PSYCH_TEACHER, world.school)
    a_signal(world)
    assert depth(world, "he") == Depth.NOTES
