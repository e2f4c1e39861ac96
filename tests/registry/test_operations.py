"""Changes of many people at once: shown first, done as shown or not at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON, SHANGHAI, a_class, a_person, a_post, a_school, a_student, an_actor
from tests.registry.factories import a_world
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.rules import school_year_of
from xinqiao.people.selectors import current_enrolment
from xinqiao.registry.enums import OperationKind, OperationState
from xinqiao.registry.models import Operation
from xinqiao.registry.rules import LIFECYCLE, promotable_years
from xinqiao.registry.services.changing import apply, discard, preview

pytestmark = pytest.mark.django_db
LATE_AUGUST = datetime(2027, 8, 25, 9, tzinfo=SHANGHAI)
MOVES = {"apply": apply, "discard": discard}


def a_preview(world, kind="move", **parameters):
    if kind == "move" and not parameters:
        parameters = {"people": [world.students[0].pk], "target": world.other.pk}
    return preview(actor=world.admin, school=world.school, kind=kind, parameters=parameters, at=NOON)


def title_now(person, at=NOON):
    place = current_enrolment(person, at.date())
    return place.class_node.title_in(school_year_of(at.date()), place.school.system) if place else ""


# --- life -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", OperationState)
@pytest.mark.parametrize("move", MOVES)
def test_every_move_from_every_state(state, move):
    world = a_world()
    operation = a_preview(world)
    if state == OperationState.APPLIED:
        apply(actor=world.admin, operation=operation, at=NOON)
    elif state == OperationState.DISCARDED:
        discard(actor=world.admin, operation=operation, at=NOON)
    if move in LIFECYCLE.offers(state):
        done = MOVES[move](actor=world.admin, operation=operation, at=NOON)
        assert done.state == LIFECYCLE.after(state, move)
    else:
        with pytest.raises(Refusal):
            MOVES[move](actor=world.admin, operation=operation, at=NOON)


def test_a_preview_changes_nothing():
    world = a_world()
    a_preview(world)
    assert title_now(world.students[0]) == "八年级(1)班"
    assert Enrolment.objects.count() == 2


@pytest.mark.parametrize("who", ["lin", "teacher", "officer", "system", "stranger"])
def test_only_who_manages_students_there_runs_operations(who):
    """Who only keeps the tree (system) sees no names and moves nobody; other schools' administrators neither."""
    world = a_world()
    operation = a_preview(world)
    actor = getattr(world, who)
    with pytest.raises(PermissionDenied):
        preview(actor=actor, school=world.school, kind="merge", parameters={}, at=NOON)
    for move in (apply, discard):
        with pytest.raises(PermissionDenied):
            move(actor=actor, operation=operation, at=NOON)


def test_a_colleague_may_apply_what_another_previewed_and_both_are_kept():
    world = a_world()
    operation = a_preview(world)
    colleague = an_actor(PostKind.SCHOOL_ADMIN, world.school)
    done = apply(actor=colleague, operation=operation, at=NOON)
    assert (done.made_by, done.applied_by, done.applied_at) == (world.admin.account, colleague.account, NOON)
    assert Entry.objects.get().action == "people.move"
    assert [a.topic for a in Announcement.objects.all()] == ["people.changed"]


def test_what_changed_since_the_preview_is_not_done():
    world = a_world()
    operation = a_preview(world, "merge", source=world.node.pk, target=world.other.pk)
    a_student(world.node)
    with pytest.raises(Refusal, match="名单有变化"):
        apply(actor=world.admin, operation=operation, at=NOON)
    assert title_now(world.students[0]) == "八年级(1)班"


def test_as_many_students_but_others_are_another_preview():
    world = a_world()
    operation = a_preview(world, "merge", source=world.node.pk, target=world.other.pk)
    Enrolment.objects.filter(person=world.students[0]).update(ends_on=NOON.date(), left_for="other")
    a_student(world.node)
    with pytest.raises(Refusal, match="名单有变化"):
        apply(actor=world.admin, operation=operation, at=NOON)


# --- the yearly promotion -------------------------------------------------------------------------------------------
YEARS = {
    "63": [("primary", 6, "一年级"), ("junior", 3, "七年级"), ("senior", 3, "高一")],
    "54": [("primary", 5, "一年级"), ("junior", 4, "六年级"), ("senior", 3, "高一")],
}


@pytest.mark.parametrize(
    ("system", "stage", "years", "first"), [(s, *row) for s, rows in YEARS.items() for row in rows]
)
def test_promotion_in_both_systems(system, stage, years, first):
    """Every cohort moves up, the last one leaves with its posts, a new one opens."""
    school = a_school()
    Organisation.objects.filter(pk=school.pk).update(system=system)
    school.refresh_from_db()
    nodes = [a_class(school, stage=stage, entry_year=2026 - n) for n in range(years)]
    people = [a_student(node) for node in nodes]
    last = an_actor(PostKind.CLASS_TEACHER, nodes[-1])
    admin = an_actor(PostKind.SCHOOL_ADMIN, school)
    asked = {"school_year": 2027, "classes": {stage: 2}}
    operation = preview(actor=admin, school=school, kind="new_year", parameters=asked, at=LATE_AUGUST)
    assert [step["kind"] for step in operation.steps].count("promote") == years - 1
    assert [step["count"] for step in operation.steps if step["kind"] == "graduate"] == [1]
    apply(actor=admin, operation=operation, at=LATE_AUGUST)

    september = date(2027, 9, 1)
    opened = Organisation.objects.filter(kind="class", entry_year=2027, stage=stage)
    assert sorted(node.title_in(2027, system) for node in opened) == [f"{first}(1)班", f"{first}(2)班"]
    left = Enrolment.objects.get(person=people[-1])
    assert (left.left_for, left.ends_on) == ("graduated", LATE_AUGUST.date())
    assert Organisation.objects.get(pk=nodes[-1].pk).closed_on == LATE_AUGUST.date()
    assert not Post.objects.filter(current(LATE_AUGUST.date()), person=last.person).exists()
    for before, person in enumerate(people[:-1]):
        title = current_enrolment(person, september).class_node.title_in(2027, system)
        assert title == nodes[before + 1].title_in(2026, system)


def test_a_promotion_done_once_finds_nothing_the_second_time():
    world = a_world()
    asked = {"school_year": 2027, "classes": {"junior": 1}}
    first = preview(actor=world.admin, school=world.school, kind="new_year", parameters=asked, at=LATE_AUGUST)
    apply(actor=world.admin, operation=first, at=LATE_AUGUST)
    with pytest.raises(Refusal, match="已经做过"):
        preview(actor=world.admin, school=world.school, kind="new_year", parameters=asked, at=LATE_AUGUST)


def test_a_cohort_that_a_roster_opened_already_does_not_stop_the_graduates():
    world = a_world()
    old = a_class(world.school, entry_year=2024)
    a_class(world.school, entry_year=2027)
    asked = {"school_year": 2027, "classes": {"junior": 2}}
    plan = preview(actor=world.admin, school=world.school, kind="new_year", parameters=asked, at=LATE_AUGUST)
    apply(actor=world.admin, operation=plan, at=LATE_AUGUST)
    old.refresh_from_db()
    assert old.closed_on
    opened = Organisation.objects.filter(kind="class", entry_year=2027).order_by("number")
    assert [node.number for node in opened] == [1, 2]


def test_nobody_graduates_in_the_middle_of_the_year():
    world = a_world()
    with pytest.raises(Refusal) as refused:
        a_preview(world, "new_year", school_year=2027, classes={})
    assert refused.value.field == "school_year"


@pytest.mark.parametrize(
    ("on", "years"),
    [
        (date(2026, 9, 1), (2026,)),
        (date(2027, 1, 15), (2026,)),
        (date(2027, 5, 31), (2026,)),
        (date(2027, 6, 1), (2026, 2027)),
        (date(2027, 8, 31), (2026, 2027)),
        (date(2027, 9, 1), (2027,)),
    ],
)
def test_which_years_may_be_promoted_into(on, years):
    assert promotable_years(on) == years


# --- one or some students -------------------------------------------------------------------------------------------
def test_a_split_opens_the_next_class_and_takes_the_chosen_along():
    world = a_world(3)
    chosen = [person.pk for person in world.students[:2]]
    operation = a_preview(world, "split", source=world.node.pk, people=chosen)
    apply(actor=world.admin, operation=operation, at=NOON)
    assert [title_now(person) for person in world.students] == ["八年级(3)班", "八年级(3)班", "八年级(1)班"]
    assert Enrolment.objects.filter(person=world.students[0]).count() == 2


def test_a_class_number_that_was_used_before_is_refused():
    world = a_world()
    with pytest.raises(Refusal) as refused:
        a_preview(world, "split", source=world.node.pk, people=[world.students[0].pk], number=2)
    assert refused.value.field == "number"


def test_a_merge_closes_the_empty_class_and_ends_its_posts():
    world = a_world()
    apply(
        actor=world.admin,
        operation=a_preview(world, "merge", source=world.node.pk, target=world.other.pk),
        at=NOON,
    )
    world.node.refresh_from_db()
    assert world.node.closed_on == NOON.date()
    assert {title_now(person) for person in world.students} == {"八年级(2)班"}
    assert actor_of(world.teacher.person, NOON).posts == ()


def test_classes_of_different_grades_do_not_merge():
    world = a_world()
    older = a_class(world.school, entry_year=2024)
    with pytest.raises(Refusal, match="同一年级"):
        a_preview(world, "merge", source=world.node.pk, target=older.pk)


def test_a_move_and_back_on_the_same_day_leaves_no_empty_stay():
    world = a_world()
    apply(actor=world.admin, operation=a_preview(world), at=NOON)
    back = {"people": [world.students[0].pk], "target": world.node.pk}
    apply(actor=world.admin, operation=a_preview(world, "move", **back), at=NOON)
    assert title_now(world.students[0]) == "八年级(1)班"
    assert Enrolment.objects.filter(person=world.students[0], ends_on=None).count() == 1


def test_a_peer_rep_who_leaves_the_class_is_no_peer_rep_any_more():
    world = a_world()
    post = a_post(world.students[0], PostKind.PEER_REP, world.node)
    apply(actor=world.admin, operation=a_preview(world), at=NOON)
    post.refresh_from_db()
    assert post.ends_on == NOON.date()


def test_a_transfer_takes_the_student_to_the_other_school_and_both_trails_know():
    world = a_world()
    target = a_class(world.next_door)
    operation = a_preview(world, "transfer", people=[world.students[0].pk], target=target.pk)
    assert operation.steps[0]["after"] == "望山中学 八年级(1)班"
    apply(actor=world.admin, operation=operation, at=NOON)
    place = current_enrolment(world.students[0], NOON.date())
    assert (place.school, place.class_node) == (world.next_door, target)
    old = Enrolment.objects.get(person=world.students[0], ends_on=NOON.date())
    assert old.left_for == "transfer"
    owners = set(Entry.objects.values_list("chain__owner", "action"))
    assert owners == {(world.school.pk, "people.transfer"), (world.next_door.pk, "people.received")}


def test_nobody_is_pushed_into_another_district():
    world = a_world()
    far = a_class(a_school())
    with pytest.raises(Refusal) as refused:
        a_preview(world, "transfer", people=[world.students[0].pk], target=far.pk)
    assert refused.value.field == "target"


def test_a_student_number_that_the_other_school_has_is_named():
    world = a_world()
    target = a_class(world.next_door)
    taken = a_student(target)
    number = Enrolment.objects.get(person=world.students[0]).student_number
    Enrolment.objects.filter(person=taken).update(student_number=number)
    with pytest.raises(Refusal, match=number):
        a_preview(world, "transfer", people=[world.students[0].pk], target=target.pk)


@pytest.mark.parametrize("reason", ["suspended", "transfer", "graduated", "other"])
def test_leaving_keeps_the_reason_and_the_day(reason):
    world = a_world()
    operation = a_preview(world, "leave", people=[world.students[0].pk], reason=reason)
    apply(actor=world.admin, operation=operation, at=NOON)
    left = Enrolment.objects.get(person=world.students[0])
    assert (left.left_for, left.ends_on) == (reason, NOON.date())


@pytest.mark.parametrize("reason", ["", "moved", "missing", "nonsense"])
def test_leaving_asks_for_a_reason_of_the_list(reason):
    world = a_world()
    with pytest.raises(Refusal) as refused:
        a_preview(world, "leave", people=[world.students[0].pk], reason=reason)
    assert refused.value.field == "reason"


@pytest.mark.parametrize("kind", [kind for kind in OperationKind if kind not in {"new_year", "merge"}])
def test_students_of_elsewhere_are_not_touched(kind):
    world = a_world()
    theirs = a_student(a_class(world.next_door))
    asked = {"source": world.node.pk, "target": world.other.pk, "people": [theirs.pk], "reason": "other"}
    with pytest.raises(Refusal):
        a_preview(world, kind, **asked)
    assert not Operation.objects.exists()


def test_a_post_that_has_not_begun_ends_before_it_begins():
    world = a_world()
    later = a_post(
        a_person(world.school), PostKind.CLASS_TEACHER, world.node, starts_on=NOON.date() + timedelta(days=9)
    )
    operation = a_preview(world, "merge", source=world.node.pk, target=world.other.pk)
    apply(actor=world.admin, operation=operation, at=NOON)
    later.refresh_from_db()
    assert later.ends_on == later.starts_on
