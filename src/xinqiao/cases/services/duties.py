"""Giving, finishing and climbing the chain's duties."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.audit.services import record
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, DutyKind, DutyState
from xinqiao.cases.holders import holder_for, next_holder, still_held
from xinqiao.cases.models import CareDuty, Case, DutyClimb
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.selectors import current_enrolment, working_time
from xinqiao.signals.models import LevelChange


@transaction.atomic
def give_duties(*, change: LevelChange, at: datetime) -> list[CareDuty]:
    """Everyone's part for a level that now stands. Called again for the same change it gives nothing twice.

    Open duties of the student's earlier levels are lifted: the new level says what is needed now.
    """
    enrolment = current_enrolment(change.person, localtime(at).date())
    class_node = enrolment.class_node if enrolment else change.school
    _lift_older(change, at)
    working = working_time(change.school)
    given = []
    for rule in rules.DUTIES[change.level]:
        if rule.kind == DutyKind.OPEN_CASE and _has_open_case(change.person_id):
            continue
        post = holder_for(rule.post, class_node, change.school, at)
        duty, new = CareDuty.objects.get_or_create(
            change=change,
            kind=rule.kind,
            defaults={
                "person": change.person,
                "school": change.school,
                "class_node": class_node,
                "holder": post.person,
                "holder_post": post,
                "given_at": at,
                "due_at": rule.clock.due(localtime(at), working),
            },
        )
        if new:
            given.append(duty)
            record(
                account=HOUSE.account,
                who=HOUSE.who,
                action="duty.given",
                at=at,
                owner=change.school_id,
                subject=duty,
                person=change.person_id,
                kind=duty.kind,
                holder=post.person_id,
            )
            announce("duty.given", at=at, duty_id=duty.pk)
    return given


def _has_open_case(person_id: int) -> bool:
    return Case.objects.filter(person=person_id).exclude(state=CaseState.CLOSED).exists()


def _lift_older(change: LevelChange, at: datetime) -> None:
    for duty in CareDuty.objects.filter(person=change.person, state=DutyState.OPEN).exclude(change=change):
        _lift(duty, at, HOUSE)


def _lift(duty: CareDuty, at: datetime, actor: Actor) -> None:
    duty.state = rules.DUTY.after(DutyState(duty.state), "lift")
    duty.save(update_fields=["state"])
    record(
        account=actor.account,
        who=actor.who,
        action="duty.lifted",
        at=at,
        owner=duty.school_id,
        subject=duty,
        person=duty.person_id,
    )


@transaction.atomic
def lift_duty(*, duty: CareDuty, actor: Actor, at: datetime) -> CareDuty:
    """Take a duty away because something else fulfilled it (a case was opened)."""
    duty = CareDuty.objects.select_for_update().get(pk=duty.pk)
    _lift(duty, at, actor)
    return duty


@transaction.atomic
def finish_duty(*, actor: Actor, duty: CareDuty, words: str, at: datetime) -> CareDuty:
    """``actor`` did what was asked; ``words`` (required) say what was done."""
    duty = CareDuty.objects.select_for_update().select_related("school", "class_node").get(pk=duty.pk)
    if not policies.may_finish_duty(actor, duty):
        raise PermissionDenied
    if not words.strip():
        raise Refusal(_("请写一句做了什么，例如“已和家长通话，约定周三见面”。"), code="words", field="words")
    duty.state = rules.DUTY.after(DutyState(duty.state), "finish")
    duty.done_by, duty.done_at, duty.words = actor.person, at, words.strip()
    duty.save(update_fields=["state", "done_by", "done_at", "words"])
    record(
        account=actor.account,
        who=actor.who,
        action="duty.done",
        at=at,
        owner=duty.school_id,
        subject=duty,
        person=duty.person_id,
        kind=duty.kind,
        late=at > duty.due_at,
    )
    announce("duty.done", at=at, duty_id=duty.pk)
    return duty


@transaction.atomic
def climb_duty(*, duty_id: int, at: datetime) -> DutyClimb | None:
    """A time was missed, or the holder lost the post: the next person answers, with the same clock from now.

    Returns the climb, or None when the duty no longer needs one. The last person of the chain keeps it with a new time.
    """
    duty = (
        CareDuty.objects.select_for_update()
        .select_related("school", "class_node", "holder_post", "change")
        .get(pk=duty_id)
    )
    missed, lost = duty.due_at <= at, not still_held(duty.holder_post, at)
    if duty.state != DutyState.OPEN or not (missed or lost):
        return None
    post = next_holder(duty.holder_post, duty.class_node, duty.school, at)
    climb = DutyClimb.objects.create(
        duty=duty, missed_at=duty.due_at, from_person=duty.holder, to_person=post.person, at=at
    )
    if missed:
        duty.due_at = _clock_of(duty).due(localtime(at), working_time(duty.school))
    duty.holder, duty.holder_post, duty.climbs, duty.reminded_at = post.person, post, duty.climbs + 1, None
    duty.save(update_fields=["holder", "holder_post", "due_at", "climbs", "reminded_at"])
    record(
        account=None,
        who=HOUSE.who,
        action="duty.climbed",
        at=at,
        owner=duty.school_id,
        subject=duty,
        person=duty.person_id,
        to=post.person_id,
        missed=missed,
    )
    announce("duty.climbed", at=at, duty_id=duty.pk)
    return climb


def _clock_of(duty: CareDuty) -> rules.Clock:
    return next(rule.clock for rule in rules.DUTIES[duty.change.level] if rule.kind == duty.kind)
