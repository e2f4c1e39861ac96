"""Long work of this room, jobs a worker takes; and what follows when a task is over."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor, actor_for
from xinqiao.accounts.models import Account
from xinqiao.outbox.registry import Progress, job, receiver
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation
from xinqiao.plans.decisions import decision_of
from xinqiao.plans.enums import Origin, PlanState, TaskState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.services import applying, keeping
from xinqiao.teams.models import Decision
from xinqiao.teams.services import settle_decision

log = logging.getLogger("xinqiao.plans")


def _actor(account_id: int | None, at: datetime) -> Actor:
    """Whoever asked, with the posts they hold now."""
    return actor_for(Account.objects.get(pk=account_id), at) if account_id else HOUSE


@job("plans.apply")
def apply(*, at: datetime, progress: Progress, account_id: int | None, **asked: Any) -> dict[str, Any]:
    """Asked again after it is done, it finds the plan that was made."""
    edition = Edition.objects.get(pk=asked["edition_id"])
    organisation = Organisation.objects.get(pk=asked["organisation_id"])
    starts_on = date.fromisoformat(asked["starts_on"])
    made = Plan.objects.filter(
        edition=edition, organisation=organisation, starts_on=starts_on, state=PlanState.RUNNING
    ).first()
    if made is None:
        made = applying.apply_plan(
            actor=_actor(account_id, at),
            edition=edition,
            organisation=organisation,
            starts_on=starts_on,
            ends_on=date.fromisoformat(asked["ends_on"]) if asked["ends_on"] else None,
            named=asked["named"],
            title=asked["title"],
            at=at,
        )
    return {"plan_id": made.pk, "tasks": made.tasks.count(), "next": reverse("plans:plan", args=[made.pk])}


@receiver("task.settled")
def on_task_settled(*, task_id: int, at: datetime, state: str, origin: str, subject: str) -> None:
    """A task that came from a decision of a meeting is over: the decision says how."""
    known = decision_of(subject) if origin == Origin.DECISION else None
    decision = Decision.objects.filter(pk=known, settled_on=None).first() if known is not None else None
    if decision is None:
        return
    task = Task.objects.get(pk=task_id)
    outcome = _("任务已完成") if state == TaskState.ACCEPTED else _("不再要求：%(reason)s") % {"reason": task.reason}
    settle_decision(actor=HOUSE, decision=decision, outcome=outcome, at=at)


@job("plans.roll")
def roll(*, at: datetime, progress: Progress, account_id: int | None) -> dict[str, Any]:
    """Every running plan is brought up to today; one that fails does not hold up the others."""
    plans, made, settled, failed = keeping.to_roll(), 0, 0, 0
    for done, plan_id in enumerate(plans):
        progress(done, len(plans))
        try:
            made += keeping.roll(plan_id=plan_id, at=at)
            settled += keeping.settle_by_records(plan_id=plan_id, at=at)
        except Exception:
            log.exception("rolling plan %s on failed", plan_id)
            failed += 1
    return {"plans": len(plans), "made": made, "settled": settled, "failed": failed}
