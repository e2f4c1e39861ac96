"""What the verbs of this room do besides their own move: lock, trail, clocks, telling somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.cases import rules
from xinqiao.cases.enums import FollowUpState
from xinqiao.cases.models import CareDuty, Case, CaseTask
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation, Person
from xinqiao.people.selectors import working_time
from xinqiao.signals.models import LevelChange
from xinqiao.signals.selectors import level_at, options_of

NOBODY = gettext_lazy("学校和上级都没有在岗的负责人，请管理员先任命心理教师或学校领导。")


def locked_duty(pk: int) -> CareDuty:
    """The row as it stands, held until the transaction ends."""
    related = ("school", "class_node", "person", "change", "holder", "holder_post__organisation")
    return CareDuty.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)


def locked_case(pk: int) -> Case:
    related = ("school", "person", "owner", "owner_post__organisation")
    return Case.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)


def locked_task(pk: int) -> CaseTask:
    related = ("school", "case__school", "case__person", "case__owner_post", "holder", "holder_post__organisation")
    return CaseTask.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)


def locked_person(pk: int) -> Person:
    """Levels, duties and cases of one student are made one after another."""
    return Person.objects.select_for_update(of=("self",)).get(pk=pk)


def note(actor: Actor, action: str, at: datetime, row: models.Model, person_id: int, **facts: Any) -> None:
    """One act into the school's trail; facts are codes and numbers only."""
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=row.school_id,  # type: ignore[attr-defined]
        subject=row,
        person=person_id,
        **facts,
    )


def tell(person_id: int, at: datetime) -> None:
    """Something waits for somebody. No name and no reason: no more may leave the house."""
    announce("person.waits", at=at, person_id=person_id)


def level_number(case: Case) -> int:
    """The level at which the case's student stands at its school; 0 where none was set."""
    change = level_at(case.person_id, case.school_id)
    return change.level if change else 0


def newer_change(change: LevelChange) -> bool:
    """Whether a later change of the level stands at the same school: what was announced for this one is history."""
    later = LevelChange.objects.filter(person=change.person_id, school=change.school_id, state="standing").exclude(
        level=F("previous")
    )
    rows = later.filter(stands_from__gte=change.stands_from or change.set_at).exclude(pk=change.pk)
    return any((row.stands_from, row.pk) > (change.stands_from, change.pk) for row in rows)


def duty_due(school: Organisation, level: int, kind: str, at: datetime) -> datetime:
    """The last moment of a duty whose clock starts now, by the tenant's clocks and the school's calendar."""
    span = rules.span_of(options_of(school), level, kind)
    return rules.due(span, level, localtime(at), working_time(school))


def next_look(case: Case, wanted: datetime, at: datetime) -> datetime:
    """The next date of a case: the wanted one, or the first planned follow-up when that is earlier."""
    planned = case.follow_ups.filter(state=FollowUpState.DUE, due_at__gt=at).order_by("due_at").first()
    return min(wanted, planned.due_at) if planned else wanted
