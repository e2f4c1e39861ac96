"""What time has caught up with: tasks without an owner in post, late ones, those to be reminded of."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from xinqiao.plans.enums import PlanState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.rules import OPEN_STATES, UNSETTLED

ACTIVE = Q(plan=None) | Q(plan__state=PlanState.RUNNING)
"""Tasks whose clock runs: a paused plan's stand still."""


def running() -> QuerySet[Plan]:
    return Plan.objects.filter(state=PlanState.RUNNING).order_by("pk")


def _not_held(post: str, on: date) -> Q:
    return Q(**{f"{post}__ends_on__lte": on}) | Q(**{f"{post}__starts_on__gt": on})


def orphaned(on: date) -> QuerySet[Task]:
    """Unsettled tasks whose owner does not hold the post today; of paused plans as well."""
    return Task.objects.filter(Q(owner=None) | _not_held("owner", on), state__in=UNSETTLED)


def late(on: date) -> QuerySet[Task]:
    """Not handed in after the last day."""
    return Task.objects.filter(ACTIVE, state__in=OPEN_STATES, due_on__lt=on)


def climbing(on: date) -> QuerySet[Task]:
    """Late tasks that may have a step to climb; whether the day has come, ``rules.climbs_on`` says."""
    return late(on).exclude(climb_days=[]).filter(climbed__lt=MOST_STEPS)


MOST_STEPS = 2
"""The unit's leader, the asker's lead: there is nobody beyond."""


def overlooked(on: date) -> QuerySet[Task]:
    """Late tasks that were shown to somebody who holds that post no longer."""
    return late(on).filter(_not_held("climbed_to", on), climbed_to__isnull=False)


def reminding(on: date) -> QuerySet[Task]:
    """The day to remind has come, the last day has not passed, and nobody was reminded yet."""
    return Task.objects.filter(
        ACTIVE, state__in=OPEN_STATES, remind_on__lte=on, due_on__gte=on, starts_on__lte=on, reminded_on=None
    )
