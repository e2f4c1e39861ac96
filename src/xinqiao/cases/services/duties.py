"""Giving the chain's duties, doing them, passing them on."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.models import Post
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, Channel, ContactWith, DutyKind, DutyState
from xinqiao.cases.handling import NOBODY, duty_due, locked_duty, locked_person, newer_change, note, tell
from xinqiao.cases.holders import first_holder, line, next_holder
from xinqiao.cases.models import CareDuty, Case, Contact, DutyClimb
from xinqiao.cases.selectors import guardians_of, heirs_of_duty
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation, Person
from xinqiao.people.selectors import current_enrolment, working_time
from xinqiao.signals.models import LevelChange


@transaction.atomic
def give_duties(*, change: LevelChange, at: datetime) -> list[CareDuty]:
    """Everyone's part for a level that now stands. Called again for the same change it gives nothing twice.

    Open duties of the student's earlier levels at this school are lifted: the new level says what is needed now. A
    change that a later one has overtaken gives nothing. Raises Refusal(code="nobody"); the announcement comes again.
    """
    locked_person(change.person_id)
    if newer_change(change):
        return []
    for old in CareDuty.objects.filter(person=change.person, school=change.school, state=DutyState.OPEN):
        if old.change_id != change.pk:
            lift_duty(actor=HOUSE, duty=old, at=at)
    place = _place(change, at)
    given = [_give(change, rule, place, at) for rule in rules.DUTIES[change.level]]
    return [duty for duty in given if duty is not None]


def _place(change: LevelChange, at: datetime) -> Organisation:
    """The student's class at that school today, the school itself for somebody who left it."""
    enrolment = current_enrolment(change.person, localdate(at))
    inside = enrolment is not None and enrolment.school_id == change.school_id
    return enrolment.class_node if enrolment is not None and inside else change.school


def _give(change: LevelChange, rule: rules.DutyRule, place: Organisation, at: datetime) -> CareDuty | None:
    if rule.kind == DutyKind.OPEN_CASE and has_open_case(change.person_id, change.school_id):
        return None
    if rule.post in rules.STAYS_IN_CLASS and place.pk == change.school_id:
        return None
    post = first_holder(rule.post, place, change.school, at, change.set_by_id)
    if post is None:
        raise Refusal(str(NOBODY), code="nobody")
    duty, new = CareDuty.objects.get_or_create(
        change=change,
        kind=rule.kind,
        defaults={
            "person": change.person,
            "school": change.school,
            "class_node": place,
            "holder": post.person,
            "holder_post": post,
            "given_at": at,
            "due_at": duty_due(change.school, change.level, rule.kind, at),
        },
    )
    if not new:
        return None
    note(HOUSE, "duty.given", at, duty, duty.person_id, kind=str(duty.kind), holder=post.person_id)
    announce("duty.given", at=at, duty_id=duty.pk)
    tell(post.person_id, at)
    return duty


def has_open_case(person_id: int, school_id: int) -> bool:
    return Case.objects.filter(person=person_id, school=school_id).exclude(state=CaseState.CLOSED).exists()


@transaction.atomic
def lift_duty(*, actor: Actor, duty: CareDuty, at: datetime) -> CareDuty:
    """It is no longer needed: a new level says something else, or the student left. For the house."""
    if not actor.kind == "house":
        raise PermissionDenied
    duty = locked_duty(duty.pk)
    duty.state = rules.DUTY.after(DutyState(duty.state), "lift")
    duty.save(update_fields=["state"])
    note(actor, "duty.lifted", at, duty, duty.person_id)
    return duty


@transaction.atomic
def finish_duty(*, actor: Actor, duty: CareDuty, words: str, at: datetime) -> CareDuty:
    """``actor`` did what was asked; ``words`` (required) say what was done.

    Raises Refusal when there are no words, or when the duty is to open a case and the student is still at the school:
    that one is done by opening it.
    """
    duty = _mine(actor, duty, at)
    if duty.kind == DutyKind.OPEN_CASE:
        enrolment = current_enrolment(duty.person, localdate(at))
        if enrolment is not None and enrolment.school_id == duty.school_id:
            raise Refusal(_("请直接建立个案，任务会自动完成；您不做个案的话，请转交给心理教师。"), code="open_case")
    if not words.strip():
        raise Refusal(_("请写一句做了什么，例如“已和家长通话，约定周三见面”。"), code="words", field="words")
    return _done(actor, duty, words.strip(), at)


def _mine(actor: Actor, duty: CareDuty, at: datetime) -> CareDuty:
    duty = locked_duty(duty.pk)
    seen = policies.visible_duties(actor, at).filter(pk=duty.pk).exists()
    if not seen or not policies.may_finish_duty(actor, duty):
        raise PermissionDenied
    return duty


def _done(actor: Actor, duty: CareDuty, words: str, at: datetime) -> CareDuty:
    duty.state = rules.DUTY.after(DutyState(duty.state), "finish")
    duty.done_by, duty.done_at, duty.words = actor.person, at, words
    duty.save(update_fields=["state", "done_by", "done_at", "words"])
    note(actor, "duty.done", at, duty, duty.person_id, kind=str(duty.kind), late=at > duty.due_at or duty.climbs > 0)
    announce("duty.done", at=at, duty_id=duty.pk)
    return duty


def done_by_opening(actor: Actor, person: Person, school: Organisation, at: datetime) -> None:
    """Opening a case does the duty to open one."""
    rows = CareDuty.objects.filter(person=person, school=school, kind=DutyKind.OPEN_CASE, state=DutyState.OPEN)
    for row in rows:
        _done(actor, locked_duty(row.pk), "", at)


@transaction.atomic
def log_attempt(
    *,
    actor: Actor,
    duty: CareDuty,
    guardian: Person | None,
    channel: str,
    reached: bool,
    words: str,
    at: datetime,
) -> Contact:
    """One try to reach the family. Reached: the duty is done. Not reached: the next try is due by ``rules.RETRY``.

    guardian: one of the student's guardians today, or None for somebody else of the family. Several tries in vain in a
    row (``rules.ATTEMPTS_BEFORE_CLIMB``) make the duty climb: the next person of the chain helps.
    """
    duty = _mine(actor, duty, at)
    rules.DUTY.after(DutyState(duty.state), "finish")
    if duty.kind != DutyKind.GUARDIAN_CONTACT or actor.person is None:
        raise Refusal(_("只有“联系监护人”的任务可以记录联系情况。"), code="kind")
    if guardian is not None and guardian.pk not in {row.guardian_id for row in guardians_of(duty.person, at)}:
        raise Refusal(_("这位不是学生现在的监护人，请重新选择。"), code="guardian", field="guardian")
    if channel not in Channel.values:
        raise Refusal(_("请选择联系方式。"), code="channel", field="channel")
    if reached and not words.strip():
        raise Refusal(_("请写下说了什么、约定了什么。"), code="words", field="words")
    case = Case.objects.filter(person=duty.person, school=duty.school).exclude(state=CaseState.CLOSED).first()
    row = Contact.objects.create(
        case=case,
        duty=duty,
        school=duty.school,
        held_at=at,
        whom=ContactWith.GUARDIAN,
        guardian=guardian,
        channel=channel,
        reached=reached,
        words=words.strip(),
        written_by=actor.person,
        written_at=at,
    )
    note(actor, "contact.noted", at, row, duty.person_id, whom="guardian", reached=reached)
    if reached:
        _done(actor, duty, words.strip(), at)
    else:
        _try_again(duty, at)
    return row


def _try_again(duty: CareDuty, at: datetime) -> None:
    span = rules.RETRY[duty.change.level]
    duty.due_at = rules.due(span, duty.change.level, localtime(at), working_time(duty.school))
    duty.reminded_at = None
    duty.save(update_fields=["due_at", "reminded_at"])
    tries, last = duty.attempts.filter(reached=False), duty.climb_log.order_by("at").last()
    if last is not None:
        tries = tries.filter(written_at__gt=last.at)
    if tries.count() >= rules.ATTEMPTS_BEFORE_CLIMB:
        climb_now(duty, at)


@transaction.atomic
def pass_duty(*, actor: Actor, duty: CareDuty, to: Post, at: datetime) -> CareDuty:
    """Give a duty to somebody else of the school's chain. The date stays: passing it on wins no time."""
    duty = _mine(actor, duty, at)
    if duty.state != DutyState.OPEN:
        rules.DUTY.after(DutyState(duty.state), "lift")
    if to.pk not in {post.pk for post in heirs_of_duty(duty, at)}:
        raise Refusal(_("只能转交给学校里能做这件事的在岗老师。"), code="to", field="to")
    left = duty.holder_id
    duty.holder, duty.holder_post, duty.reminded_at = to.person, to, None
    duty.save(update_fields=["holder", "holder_post", "reminded_at"])
    note(actor, "duty.passed", at, duty, duty.person_id, from_person=left, to_person=to.person_id)
    tell(to.person_id, at)
    return duty


def climb_now(duty: CareDuty, at: datetime) -> DutyClimb:
    """Pass a locked open duty to the next person of its chain."""
    posts = line(policies.duty_post(duty), duty.class_node, at)
    post = next_holder(posts, duty.holder_id)
    if post is None:
        raise Refusal(str(NOBODY), code="nobody")
    climb = DutyClimb.objects.create(
        duty=duty,
        missed_at=min(duty.due_at, at),
        from_person=duty.holder,
        from_post=duty.holder_post,
        to_person=post.person,
        to_post=post,
        at=at,
    )
    duty.due_at = duty_due(duty.school, duty.change.level, duty.kind, at)
    duty.holder, duty.holder_post, duty.climbs, duty.reminded_at = post.person, post, duty.climbs + 1, None
    duty.save(update_fields=["holder", "holder_post", "due_at", "climbs", "reminded_at"])
    note(HOUSE, "duty.climbed", at, duty, duty.person_id, from_person=climb.from_person_id, to_person=post.person_id)
    announce("duty.climbed", at=at, duty_id=duty.pk)
    for person_id in {climb.from_person_id, post.person_id}:
        tell(person_id, at)
    return climb
