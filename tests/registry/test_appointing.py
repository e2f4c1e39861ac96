"""Posts: who appoints whom to what, and what ends with a post."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON, TODAY, a_person, a_post, a_student, an_actor
from tests.registry.factories import a_world
from xinqiao.access.actor import actor_of
from xinqiao.access.chain import care_chain, next_after, on_duty
from xinqiao.access.enums import PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import OrganisationKind
from xinqiao.people.models import Person
from xinqiao.registry.policies import staff_in_reach
from xinqiao.registry.rules import posts_that_fit
from xinqiao.registry.selectors.staff import gaps, turns
from xinqiao.registry.services.appointing import Particulars, add_staff, appoint, edit_staff, end_post
from xinqiao.registry.services.duty import add_turns, remove_turn

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def appointed(world, person, kind=PostKind.MORAL_HEAD, node=None, **changes):
    asked = {"actor": world.admin, "starts_on": TODAY, "ends_on": None, "at": NOON, **changes}
    return appoint(person=person, kind=kind, organisation=node or world.school, **asked)


# --- staff ----------------------------------------------------------------------------------------------------------
def test_a_new_colleague_is_found_and_has_no_sight_yet():
    world = a_world()
    person = add_staff(
        actor=world.admin, keeper=world.school, particulars=Particulars("赵新", phone="138 0013 8000"), at=NOON
    )
    assert staff_in_reach(world.admin, NOON).filter(pk=person.pk).exists()
    assert not staff_in_reach(world.stranger, NOON).filter(pk=person.pk).exists()
    assert person.phone_fingerprint
    assert Person.objects.get(pk=person.pk).phone.reveal() == "13800138000"


def test_a_namesake_is_asked_about_once():
    world = a_world()
    with pytest.raises(Refusal) as refused:
        add_staff(actor=world.admin, keeper=world.school, particulars=Particulars("林老师"), at=NOON)
    assert refused.value.code == "namesake"
    add_staff(actor=world.admin, keeper=world.school, particulars=Particulars("林老师"), at=NOON, another=True)


@pytest.mark.parametrize("phone", ["12356", "1380013800", "打电话", "+1 212 555 0100"])
def test_a_phone_that_cannot_be_right_is_refused_without_repeating_it(phone):
    world = a_world()
    with pytest.raises(Refusal) as refused:
        add_staff(actor=world.admin, keeper=world.school, particulars=Particulars("赵新", phone=phone), at=NOON)
    assert refused.value.field == "phone"
    assert phone not in str(refused.value)


def test_guardians_and_students_are_no_staff():
    world = a_world()
    found = set(staff_in_reach(world.admin, NOON).values_list("name", flat=True))
    assert {"管老师", "林老师", "方校长", "何老师"} <= found
    assert not any(name.startswith("学生") for name in found)


def test_somebody_who_is_guardian_and_teacher_is_staff():
    world = a_world()
    both = Person.objects.get(wards__child=world.students[0])
    a_post(both, PostKind.SUBJECT_TEACHER, world.school)
    assert staff_in_reach(world.admin, NOON).filter(pk=both.pk).exists()


def test_only_in_reach_may_particulars_be_changed():
    world = a_world()
    renamed = edit_staff(actor=world.admin, person=world.lin.person, particulars=Particulars("林一"), at=NOON)
    assert (renamed.name, renamed.account.name) == ("林一", "林一")
    with pytest.raises(PermissionDenied):
        edit_staff(actor=world.stranger, person=world.lin.person, particulars=Particulars("x"), at=NOON)


# --- appointing -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [*OrganisationKind.values, "a kind of tomorrow"])
@pytest.mark.parametrize("post", PostKind)
def test_only_posts_that_fit_are_given(kind, post):
    """The sight of a post is the subtree of its place: a class teacher of a whole school would see all of it."""
    fits = posts_that_fit(kind)
    if post in {PostKind.CLASS_TEACHER, PostKind.PEER_REP}:
        assert (post in fits) == (kind == "class")
    if post in {PostKind.PSYCH_TEACHER, PostKind.SCHOOL_LEADER, PostKind.MORAL_HEAD, PostKind.SCHOOL_ADMIN}:
        assert (post in fits) == (kind == "school")
    if post.startswith("bureau"):
        assert (post in fits) == (kind == "bureau")


def test_a_post_that_does_not_fit_is_refused():
    world = a_world()
    with pytest.raises(Refusal) as refused:
        appointed(world, world.lin.person, PostKind.CLASS_TEACHER)
    assert refused.value.field == "kind"


def test_sight_begins_with_the_post():
    world = a_world()
    person = a_person(world.school)
    appointed(world, person, PostKind.CLASS_TEACHER, world.other, starts_on=TODAY + DAY)
    assert actor_of(person, NOON).posts == ()
    assert actor_of(person, NOON + DAY).posts[0].organisation_id == world.other.pk
    entry = Entry.objects.get(action="post.appointed")
    assert (entry.person, entry.facts["kind"], entry.chain.owner) == (person.pk, "class_teacher", world.school.pk)


def test_nobody_appoints_themselves():
    """Otherwise whoever keeps the posts could open every file for themselves."""
    world = a_world()
    with pytest.raises(Refusal) as refused:
        appointed(world, world.admin.person, PostKind.PSYCH_TEACHER)
    assert refused.value.code == "self"


@pytest.mark.parametrize("who", ["lin", "leader", "teacher", "officer", "stranger"])
def test_only_who_keeps_posts_there_appoints(who):
    world = a_world()
    with pytest.raises(PermissionDenied):
        appointed(world, a_person(world.school), actor=getattr(world, who))


def test_somebody_of_another_school_is_appointed_only_from_above():
    world = a_world()
    theirs = world.stranger.person
    with pytest.raises(PermissionDenied):
        appointed(world, theirs)
    appointed(world, theirs, actor=world.system)


def test_a_student_can_only_be_peer_rep_of_the_own_class():
    world = a_world()
    child = world.students[0]
    appointed(world, child, PostKind.PEER_REP, world.node, ends_on=TODAY + 200 * DAY)
    with pytest.raises(Refusal):
        appointed(world, child, PostKind.PEER_REP, world.other)
    with pytest.raises(Refusal):
        appointed(world, child, PostKind.PSYCH_TEACHER)
    with pytest.raises(Refusal):
        appointed(world, a_person(world.school), PostKind.PEER_REP, world.node)


def test_the_same_post_is_not_held_twice_at_one_time():
    world = a_world()
    person = a_person(world.school)
    appointed(world, person, ends_on=TODAY + 10 * DAY)
    with pytest.raises(Refusal):
        appointed(world, person, starts_on=TODAY + 9 * DAY)
    appointed(world, person, starts_on=TODAY + 10 * DAY)


# --- ending ---------------------------------------------------------------------------------------------------------
def test_sight_ends_the_same_day_and_the_next_person_answers():
    world = a_world()
    post = Post.objects.get(person=world.lin.person)
    end_post(actor=world.admin, post=post, ends_on=TODAY, at=NOON)
    assert actor_of(world.lin.person, NOON).posts == ()
    assert next_after(world.school, world.lin.person.pk, NOON).person == world.leader.person


def test_the_last_person_who_answers_for_a_school_stays_until_somebody_follows():
    world = a_world()
    end_post(actor=world.admin, post=Post.objects.get(person=world.lin.person), ends_on=TODAY, at=NOON)
    last = Post.objects.get(person=world.leader.person)
    with pytest.raises(Refusal, match="先任命接替"):
        end_post(actor=world.admin, post=last, ends_on=TODAY, at=NOON)
    assert care_chain(world.school, NOON)[0].person == world.leader.person
    appointed(world, a_person(world.school), PostKind.PSYCH_TEACHER)
    end_post(actor=world.admin, post=last, ends_on=TODAY, at=NOON)


def test_a_successor_whose_post_ends_before_does_not_count():
    world = a_world()
    world.lin.person.posts.update(ends_on=TODAY + 5 * DAY)
    last = Post.objects.get(person=world.leader.person)
    with pytest.raises(Refusal):
        end_post(actor=world.admin, post=last, ends_on=TODAY + 5 * DAY, at=NOON)
    end_post(actor=world.admin, post=last, ends_on=TODAY + 4 * DAY, at=NOON)


def test_an_empty_school_may_lose_everybody():
    world = a_world(0)
    for actor in (world.lin, world.leader):
        end_post(actor=world.admin, post=Post.objects.get(person=actor.person), ends_on=TODAY, at=NOON)


def test_a_post_ends_once_and_not_in_the_past():
    world = a_world()
    post = Post.objects.get(person=world.teacher.person)
    with pytest.raises(Refusal):
        end_post(actor=world.admin, post=post, ends_on=TODAY - DAY, at=NOON)
    end_post(actor=world.admin, post=post, ends_on=TODAY, at=NOON)
    with pytest.raises(Refusal):
        end_post(actor=world.admin, post=post, ends_on=TODAY, at=NOON)
    with pytest.raises(PermissionDenied):
        end_post(actor=world.stranger, post=Post.objects.get(person=world.lin.person), ends_on=TODAY, at=NOON)


# --- duty -----------------------------------------------------------------------------------------------------------
def on_call(world, who=None, start=NOON, end=NOON + HOUR, weeks=1, actor=None):
    post = Post.objects.get(person=(who or world.lin).person)
    actor = actor or world.lin
    return add_turns(actor=actor, school=world.school, post=post, starts_at=start, ends_at=end, weeks=weeks, at=NOON)


@pytest.mark.parametrize("who", ["lin", "leader", "admin"])
def test_who_arranges_duty(who):
    world = a_world()
    on_call(world, world.leader, actor=getattr(world, who))
    assert on_duty(world.school, NOON).person == world.leader.person


@pytest.mark.parametrize("who", ["teacher", "officer", "stranger"])
def test_who_does_not_arrange_duty(who):
    world = a_world()
    with pytest.raises(PermissionDenied):
        on_call(world, actor=getattr(world, who))


@pytest.mark.parametrize(
    ("start", "end", "clash"),
    [
        (NOON, NOON + HOUR, True),
        (NOON - HOUR, NOON + HOUR / 2, True),
        (NOON + HOUR / 2, NOON + 2 * HOUR, True),
        (NOON - HOUR, NOON + 2 * HOUR, True),
        (NOON + HOUR, NOON + 2 * HOUR, False),
        (NOON + 7 * DAY, NOON + 7 * DAY + HOUR, False),
    ],
)
def test_two_people_are_never_on_duty_at_once(start, end, clash):
    world = a_world()
    on_call(world)
    if clash:
        with pytest.raises(Refusal, match="林老师"):
            on_call(world, world.leader, start, end)
    else:
        on_call(world, world.leader, start, end)


def test_weekly_turns_come_all_or_none():
    world = a_world()
    on_call(world, world.leader, NOON + 14 * DAY, NOON + 14 * DAY + HOUR)
    with pytest.raises(Refusal):
        on_call(world, weeks=4)
    assert DutyTurn.objects.count() == 1
    assert len(on_call(world, start=NOON + HOUR, end=NOON + 2 * HOUR, weeks=4)) == 4


@pytest.mark.parametrize(
    ("start", "end", "weeks", "field"),
    [
        (NOON, NOON, 1, "ends_at"),
        (NOON - 2 * HOUR, NOON - HOUR, 1, "starts_at"),
        (NOON, NOON + 40 * DAY, 1, "ends_at"),
        (NOON, NOON + 8 * DAY, 2, "ends_at"),
        (NOON, NOON + HOUR, 99, "weeks"),
    ],
)
def test_turns_that_make_no_sense(start, end, weeks, field):
    world = a_world()
    with pytest.raises(Refusal) as refused:
        on_call(world, start=start, end=end, weeks=weeks)
    assert refused.value.field == field


def test_nobody_is_on_duty_beyond_their_post():
    world = a_world()
    Post.objects.filter(person=world.lin.person).update(ends_on=TODAY + 7 * DAY)
    with pytest.raises(Refusal, match="任期"):
        on_call(world, start=NOON + 7 * DAY, end=NOON + 7 * DAY + HOUR)
    on_call(world, start=NOON + 6 * DAY, end=NOON + 6 * DAY + HOUR)


def test_class_teachers_and_neighbours_take_no_duty():
    world = a_world()
    with pytest.raises(Refusal):
        on_call(world, world.teacher)
    with pytest.raises(Refusal):
        on_call(world, an_actor(PostKind.PSYCH_TEACHER, world.next_door))


def test_duty_ends_with_the_post():
    world = a_world()
    on_call(world, weeks=3)
    end_post(actor=world.admin, post=Post.objects.get(person=world.lin.person), ends_on=TODAY, at=NOON + HOUR / 2)
    assert [turn.ends_at for turn in DutyTurn.objects.all()] == [NOON + HOUR / 2]


def test_a_turn_is_removed_ended_or_left_alone():
    world = a_world()
    past, running, coming = on_call(world, weeks=3)
    with pytest.raises(Refusal):
        remove_turn(actor=world.lin, turn=past, at=NOON + 2 * HOUR)
    remove_turn(actor=world.lin, turn=running, at=running.starts_at + HOUR / 2)
    remove_turn(actor=world.lin, turn=coming, at=NOON)
    assert [turn.ends_at for turn in DutyTurn.objects.order_by("starts_at")] == [
        past.ends_at,
        running.starts_at + HOUR / 2,
    ]
    with pytest.raises(PermissionDenied):
        remove_turn(actor=world.stranger, turn=past, at=NOON)


def test_a_new_student_never_becomes_staff():
    world = a_world()
    child = a_student(world.node)
    assert not staff_in_reach(world.admin, NOON).filter(pk=child.pk).exists()


def test_gaps_between_turns_end_with_the_week():
    world = a_world()
    on_call(world, start=NOON + HOUR, end=NOON + 2 * HOUR, weeks=3)
    found = gaps(turns(world.school, NOON, NOON + 30 * DAY), NOON, NOON + 5 * DAY)
    assert [(gap.starts_at, gap.ends_at) for gap in found] == [
        (NOON, NOON + HOUR),
        (NOON + 2 * HOUR, NOON + 5 * DAY),
    ]
