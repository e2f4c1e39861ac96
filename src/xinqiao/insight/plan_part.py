"""The plan side of a home page: how the plans of one's organisation stand, and what is next for oneself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.insight import policies
from xinqiao.insight.boards.board import plans_of, work_of
from xinqiao.people.models import Organisation
from xinqiao.plans.counting import NONE, Counts, counted
from xinqiao.plans.enums import PlanState, TaskState
from xinqiao.plans.models import Plan
from xinqiao.plans.policies import own_posts
from xinqiao.plans.selectors.mine import to_review, unsettled
from xinqiao.plans.selectors.rows import TaskRow, listed, plan_title, rows_of

MOST_PLANS, MOST_NEXT = 4, 5
NEAR = timedelta(days=31)


@dataclass(frozen=True)
class Brief:
    """One running plan as it stands for an organisation and everything below it."""

    plan: Plan
    title: str
    counts: Counts
    own: bool

    @property
    def paused(self) -> bool:
        return self.plan.state == PlanState.PAUSED


@dataclass(frozen=True)
class PlanPart:
    """node: the organisation the plans are counted for, None for who only has tasks of their own (class teachers).
    next: the actor's own tasks of the coming month. returned: those of them to be handed in again. waiting: what the
    actor has to look at."""

    node: Organisation | None
    plans: list[Brief]
    more: int
    next: list[TaskRow]
    returned: int
    waiting: int

    @property
    def empty(self) -> bool:
        return not (self.plans or self.next or self.returned or self.waiting)


def plan_part(actor: Actor, at: datetime) -> PlanPart | None:
    """For whoever may own tasks; None for all others. Seven queries at most."""
    if not actor.may(Action.DO_TASKS) and not actor.may(Action.SEE_PLANS):
        return None
    on = localdate(at)
    node = next(iter(policies.top_boards(actor)), None) if actor.may(Action.SEE_PLANS) else None
    briefs = _briefs(node, on) if node is not None else []
    own = unsettled(actor) if own_posts(actor) else None
    return PlanPart(
        node=node,
        plans=briefs[:MOST_PLANS],
        more=max(0, len(briefs) - MOST_PLANS),
        next=_next(actor, on) if own is not None else [],
        returned=own.filter(state=TaskState.RETURNED).count() if own is not None else 0,
        waiting=len(to_review(actor)) if actor.may(Action.SEE_PLANS) else 0,
    )


def _briefs(node: Organisation, on: date) -> list[Brief]:
    plans = list(plans_of(node))
    found = counted(work_of(node, plans), "plan", on) if plans else {}
    briefs = [
        Brief(plan, plan_title(plan), found.get(plan.pk, NONE), plan.organisation_id == node.pk) for plan in plans
    ]
    return sorted(briefs, key=lambda brief: (not brief.own, brief.plan.ends_on, brief.plan.pk))


def _next(actor: Actor, on: date) -> list[TaskRow]:
    """Own tasks that are not handed in: late ones, then by their last day."""
    rows = unsettled(actor).exclude(state=TaskState.HANDED_IN).filter(due_on__lte=on + NEAR)
    return rows_of(listed(rows).order_by("due_on", "pk")[:MOST_NEXT], on)
