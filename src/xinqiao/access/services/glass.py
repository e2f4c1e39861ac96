"""Reading one file in an emergency: a reason, an end, a second person told at once, a look back every week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import BreakGlass
from xinqiao.access.policies import visible_students
from xinqiao.access.selectors.glass import second_persons
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Person
from xinqiao.people.selectors import current_enrolment

MOST_HOURS = 24
LEAST_REASON = 10
"""Characters. ``急`` explains nothing to whoever looks back in a week."""


@transaction.atomic
def break_glass(*, actor: Actor, person: Person, reason: str, told: Person, hours: int, at: datetime) -> BreakGlass:
    """Open one student's whole file to the actor for ``hours`` (1–24).

    Raises PermissionDenied when the student is out of the actor's reach; Refusal for a thin reason, a second person who
    does not answer for the school, or a reading that is open already.
    """
    if actor.person is None or actor.account is None:
        raise PermissionDenied
    enrolment = current_enrolment(person, localdate(at))
    if enrolment is None or not visible_students(actor, at, Action.BREAK_GLASS).filter(pk=person.pk).exists():
        raise PermissionDenied
    if len(reason.strip()) < LEAST_REASON:
        raise Refusal(
            _("请写清楚发生了什么、为什么现在要看（至少 %(n)d 个字），复核时要用。") % {"n": LEAST_REASON},
            code="reason",
            field="reason",
        )
    if not 1 <= hours <= MOST_HOURS:
        raise Refusal(_("时限请选 1 到 %(most)d 小时。") % {"most": MOST_HOURS}, code="hours", field="hours")
    if told.pk == actor.person.pk or told not in second_persons(enrolment.school, actor, at):
        raise Refusal(_("请另选一位学校领导、德育主任或心理教师作为知情人。"), code="told", field="told")
    Person.objects.select_for_update(of=("self",)).get(pk=actor.person.pk)
    if BreakGlass.objects.filter(reader=actor.person, person=person, ends_at__gt=at).exists():
        raise Refusal(_("您对这名学生的紧急查阅还没有结束，可以直接打开档案。"), code="open")
    glass = BreakGlass.objects.create(
        account=actor.account,
        reader=actor.person,
        person=person,
        school=enrolment.school,
        reason=reason.strip(),
        told=told,
        starts_at=at,
        ends_at=at + timedelta(hours=hours),
    )
    _note(actor, "glass.broken", glass, at, hours=hours, told=told.pk)
    return glass


@transaction.atomic
def end_glass(*, actor: Actor, glass: BreakGlass, at: datetime) -> BreakGlass:
    """The reader has seen enough; the file closes now."""
    glass = BreakGlass.objects.select_for_update(of=("self",)).get(pk=glass.pk)
    if actor.person is None or glass.reader_id != actor.person.pk:
        raise PermissionDenied
    if glass.ends_at <= at:
        raise Refusal(_("这次紧急查阅已经结束。"), code="ended")
    glass.ends_at = at
    glass.save(update_fields=["ends_at"])
    _note(actor, "glass.ended", glass, at)
    return glass


@transaction.atomic
def confirm_told(*, actor: Actor, glass: BreakGlass, at: datetime) -> BreakGlass:
    """The second person has read that, by whom and why a file was opened."""
    glass = BreakGlass.objects.select_for_update(of=("self",)).get(pk=glass.pk)
    if actor.person is None or glass.told_id != actor.person.pk:
        raise PermissionDenied
    if glass.told_at is None:
        glass.told_at = at
        glass.save(update_fields=["told_at"])
        _note(actor, "glass.told", glass, at)
    return glass


@transaction.atomic
def review_glass(*, actor: Actor, glass: BreakGlass, justified: bool, at: datetime) -> BreakGlass:
    """A look back: was it needed? Nobody looks back at their own."""
    glass = BreakGlass.objects.select_for_update(of=("self",)).select_related("school").get(pk=glass.pk)
    if actor.person is None or not actor.may(Action.REVIEW_GLASS, glass.school.path or "-"):
        raise PermissionDenied
    if glass.reader_id == actor.person.pk:
        raise Refusal(_("自己的紧急查阅要由别人复核。"), code="own")
    if glass.reviewed_at is not None:
        raise Refusal(_("这次紧急查阅已经复核过。"), code="reviewed")
    glass.reviewed_by, glass.reviewed_at, glass.justified = actor.person, at, justified
    glass.save(update_fields=["reviewed_by", "reviewed_at", "justified"])
    _note(actor, "glass.reviewed", glass, at, justified=justified)
    return glass


def _note(actor: Actor, action: str, glass: BreakGlass, at: datetime, **facts: Any) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=glass.school_id,
        subject=glass,
        person=glass.person_id,
        **facts,
    )
