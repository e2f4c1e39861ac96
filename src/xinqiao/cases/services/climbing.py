"""What time brings: missed dates climb to the next person, and what lost its holder finds another. For the house."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate, localtime

from xinqiao.access.actor import HOUSE
from xinqiao.access.chain import CARE_CHAIN, care_chain, next_after
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, DutyState, TaskState
from xinqiao.cases.handling import (
    NOBODY,
    duty_due,
    level_number,
    locked_case,
    locked_duty,
    locked_task,
    note,
    tell,
)
from xinqiao.cases.holders import first_holder, next_holder, still_held
from xinqiao.cases.models import CareDuty, Case, CaseClimb, CaseTask, DutyClimb, TaskClimb
from xinqiao.cases.services.duties import climb_now, lift_duty
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation, Person
from xinqiao.people.selectors import current_enrolment, working_time


def _class_of(person: Person, school: Organisation, at: datetime) -> Organisation | None:
    """The student's class at this school today."""
    enrolment = current_enrolment(person, localdate(at))
    return enrolment.class_node if enrolment is not None and enrolment.school_id == school.pk else None


def _reaches(post: Post, place: Organisation | None) -> bool:
    """Whether a post still has to do with the student: posts at a class or grade end with the student's place there."""
    if post.organisation.kind not in policies.NARROW:
        return True
    return place is not None and (place.path or "-").startswith(post.organisation.path or "-")


def _needed(post: Post | None) -> Post:
    if post is None:
        raise Refusal(str(NOBODY), code="nobody")
    return post


# --- duties --------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_duty(*, duty_id: int, at: datetime) -> CareDuty | None:
    """The holder's post ended, or the student moved: whoever answers for the student now holds it. None: all is well.

    What only somebody of the class or grade can do is lifted when the student has left the school.
    """
    duty = locked_duty(duty_id)
    if duty.state != DutyState.OPEN:
        return None
    place, kind = _class_of(duty.person, duty.school, at), policies.duty_post(duty)
    if place is None and kind in rules.STAYS_IN_CLASS:
        return lift_duty(actor=HOUSE, duty=duty, at=at)
    if duty.class_node_id != (place or duty.school).pk:
        duty.class_node = place or duty.school
        duty.save(update_fields=["class_node"])
    if still_held(duty.holder_post, at) and _reaches(duty.holder_post, place):
        return None
    left = duty.holder_id
    post = _needed(first_holder(kind, duty.class_node, duty.school, at, duty.change.set_by_id))
    duty.holder, duty.holder_post, duty.reminded_at = post.person, post, None
    duty.due_at = max(duty.due_at, duty_due(duty.school, duty.change.level, duty.kind, at))
    duty.save(update_fields=["holder", "holder_post", "due_at", "reminded_at"])
    note(HOUSE, "duty.re_owned", at, duty, duty.person_id, from_person=left, to_person=post.person_id)
    tell(post.person_id, at)
    return duty


@transaction.atomic
def climb_duty(*, duty_id: int, at: datetime) -> DutyClimb | None:
    """A time was missed: the next person answers, with the same clock from now. None when none is missed (any more).

    The last person of the chain keeps it with a new time.
    """
    duty = locked_duty(duty_id)
    if duty.state != DutyState.OPEN or duty.due_at > at:
        return None
    return climb_now(duty, at)


@transaction.atomic
def remind_duty(*, duty_id: int, at: datetime) -> bool:
    """Tell the holder, once for each date, that it is near. Whether something was told."""
    duty = locked_duty(duty_id)
    if duty.state != DutyState.OPEN or duty.due_at <= at or duty.reminded_at is not None:
        return False
    duty.reminded_at = at
    duty.save(update_fields=["reminded_at"])
    tell(duty.holder_id, at)
    return True


# --- tasks ---------------------------------------------------------------------------------------------------------


def _heir_of_task(task: CaseTask, at: datetime) -> Post | None:
    """A task goes back to whoever runs the case, then up the school's own chain: no more people learn of it."""
    chain = care_chain(task.school, at)
    inside = [post for post in chain if post.kind in CARE_CHAIN]
    owner = task.case.owner_post
    in_chain = task.holder_id in {post.person_id for post in inside}
    if not in_chain and still_held(owner, at) and owner.kind == PostKind.PSYCH_TEACHER:
        return owner
    return next_holder(inside or chain, task.holder_id)


@transaction.atomic
def keep_task(*, task_id: int, at: datetime) -> CaseTask | None:
    """The holder's post ended, or the student moved away from it. None when all is well."""
    task = locked_task(task_id)
    if task.state != TaskState.OPEN:
        return None
    place = _class_of(task.case.person, task.school, at)
    if still_held(task.holder_post, at) and _reaches(task.holder_post, place):
        return None
    left, post = task.holder_id, _needed(_heir_of_task(task, at))
    task.holder, task.holder_post = post.person, post
    task.due_at = max(task.due_at, working_time(task.school).add_days(localtime(at), 1))
    task.save(update_fields=["holder", "holder_post", "due_at"])
    note(HOUSE, "task.re_owned", at, task, task.case.person_id, from_person=left, to_person=post.person_id)
    tell(post.person_id, at)
    return task


@transaction.atomic
def climb_task(*, task_id: int, at: datetime) -> TaskClimb | None:
    """A task's time was missed: back to the case's owner, then up. None when none is missed (any more)."""
    task = locked_task(task_id)
    if task.state != TaskState.OPEN or task.due_at > at:
        return None
    post = _needed(_heir_of_task(task, at))
    climb = TaskClimb.objects.create(
        task=task,
        missed_at=task.due_at,
        from_person=task.holder,
        from_post=task.holder_post,
        to_person=post.person,
        to_post=post,
        at=at,
    )
    task.due_at = working_time(task.school).add_days(localtime(at), 1)
    task.holder, task.holder_post, task.climbs = post.person, post, task.climbs + 1
    task.save(update_fields=["holder", "holder_post", "due_at", "climbs"])
    note(
        HOUSE, "task.climbed", at, task, task.case.person_id, from_person=climb.from_person_id, to_person=post.person_id
    )
    for person_id in {climb.from_person_id, post.person_id}:
        tell(person_id, at)
    return climb


# --- cases ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def keep_case(*, case_id: int, at: datetime) -> Case | None:
    """The owner's post ended: the school's chain answers, psychology teachers first. None when all is well."""
    case = locked_case(case_id)
    if case.state == CaseState.CLOSED or still_held(case.owner_post, at):
        return None
    left = case.owner_id
    chain = care_chain(case.school, at)
    teachers = [post for post in chain if post.kind == PostKind.PSYCH_TEACHER]
    post = _needed(next(iter([*teachers, *chain]), None))
    case.owner, case.owner_post = post.person, post
    fresh = rules.after_climb(level_number(case), localtime(at), working_time(case.school))
    case.next_at = max(case.next_at or fresh, fresh)
    case.save(update_fields=["owner", "owner_post", "next_at"])
    note(HOUSE, "case.re_owned", at, case, case.person_id, from_person=left, to_person=post.person_id)
    tell(post.person_id, at)
    return case


@transaction.atomic
def climb_case(*, case_id: int, at: datetime) -> CaseClimb | None:
    """The next date passed without a word: the next of the chain answers. None when no date is missed (any more)."""
    case = locked_case(case_id)
    if case.state == CaseState.CLOSED or case.next_at is None or case.next_at > at:
        return None
    post = _needed(next_after(case.school, case.owner_id, at))
    climb = CaseClimb.objects.create(
        case=case,
        missed_at=case.next_at,
        from_person=case.owner,
        from_post=case.owner_post,
        to_person=post.person,
        to_post=post,
        at=at,
    )
    case.next_at = rules.after_climb(level_number(case), localtime(at), working_time(case.school))
    case.owner, case.owner_post, case.climbs = post.person, post, case.climbs + 1
    case.save(update_fields=["owner", "owner_post", "next_at", "climbs"])
    note(HOUSE, "case.climbed", at, case, case.person_id, from_person=climb.from_person_id, to_person=post.person_id)
    announce("case.climbed", at=at, case_id=case.pk)
    for person_id in {climb.from_person_id, post.person_id}:
        tell(person_id, at)
    return climb
