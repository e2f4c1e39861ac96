"""What the verbs of this room do besides their own move: lock, trail, telling somebody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.outbox.services import announce
from xinqiao.plans.models import Plan, PlanChange, Task

BATCH = 500
"""Rows in one statement, tasks in one announcement."""
CHUNK = 10_000
"""Ids in one query: below what every database takes."""


def locked_task(pk: int) -> Task:
    """The row as it stands, held until the transaction ends."""
    related = ("plan", "asker", "unit", "owner__organisation", "climbed_to")
    return Task.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pk)


def locked_plan(pk: int) -> Plan:
    """The plan, held: whoever works out its tasks does so one after another."""
    return Plan.objects.select_for_update(of=("self",)).select_related("organisation", "edition").get(pk=pk)


def save_alike(tasks: Iterable[Task], names: Sequence[str]) -> None:
    """Save some columns of many tasks: one statement for all that have the same values. Far quicker than row by row
    where the values are few (an owner, a state, who is shown it)."""
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for task in tasks:
        values = (getattr(task, name) for name in names)
        groups[tuple(value.pk if isinstance(value, models.Model) else value for value in values)].append(task.pk)
    for group, ids in groups.items():
        for start in range(0, len(ids), CHUNK):
            Task.objects.filter(pk__in=ids[start : start + CHUNK]).update(**dict(zip(names, group, strict=True)))


def note(actor: Actor, action: str, at: datetime, row: models.Model, owner: int, **facts: Any) -> None:
    """One act into the trail of organisation ``owner``; facts are codes and numbers only."""
    record(account=actor.account, who=actor.who, action=action, at=at, owner=owner, subject=row, **facts)


def tell(person_ids: Iterable[int], at: datetime) -> None:
    """Something waits for these people; each is told once. No title and no reason leave the house."""
    rows = [
        Announcement(topic="person.waits", payload={"person_id": pk}, at=at, due_at=at)
        for pk in sorted(set(person_ids))
    ]
    Announcement.objects.bulk_create(rows, batch_size=BATCH)


def opened(task_ids: Iterable[int], at: datetime) -> None:
    """``task.opened`` (task_ids: at most ``BATCH`` in one)."""
    ids = list(task_ids)
    for start in range(0, len(ids), BATCH):
        announce("task.opened", at=at, task_ids=ids[start : start + BATCH])


def settled(task: Task, at: datetime) -> None:
    """``task.settled`` (task_id, state, origin, subject)."""
    announce("task.settled", at=at, task_id=task.pk, state=task.state, origin=task.origin, subject=task.subject)


def history(actor: Actor, plan: Plan, kind: str, at: datetime, words: str, **more: Any) -> PlanChange:
    """One line in the plan's own history; by whoever applied it when the house acts."""
    by = actor.person or plan.applied_by
    return PlanChange.objects.create(plan=plan, kind=kind, words=words[:300], by=by, at=at, **more)


def reason_of(reason: str) -> str:
    """A reason as it is kept. Raises Refusal("reason") when there is none."""
    clean = reason.strip()
    if not clean:
        raise Refusal(_("请写明原因，例如“学校停课，本月不再要求”。"), code="reason", field="reason")
    return clean[:300]
