"""Life cycles of plans and tasks, and when a task is late. Plain Python."""

from __future__ import annotations

from datetime import date, timedelta

from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.plans.enums import PlanState as P
from xinqiao.plans.enums import TaskState as T

PLAN: Lifecycle[P] = Lifecycle(
    {
        (P.RUNNING, "pause"): P.PAUSED,
        (P.PAUSED, "resume"): P.RUNNING,
        (P.RUNNING, "end"): P.ENDED,
        (P.PAUSED, "end"): P.ENDED,
        (P.ENDED, "archive"): P.ARCHIVED,
    }
)

TASK: Lifecycle[T] = Lifecycle(
    {
        (T.OPEN, "take"): T.TAKEN,
        (T.OPEN, "hand_in"): T.HANDED_IN,
        (T.TAKEN, "hand_in"): T.HANDED_IN,
        (T.RETURNED, "hand_in"): T.HANDED_IN,
        (T.HANDED_IN, "withdraw"): T.TAKEN,
        (T.HANDED_IN, "accept"): T.ACCEPTED,
        (T.HANDED_IN, "return"): T.RETURNED,
        (T.OPEN, "settle"): T.ACCEPTED,
        (T.TAKEN, "settle"): T.ACCEPTED,
        (T.RETURNED, "settle"): T.ACCEPTED,
        (T.OPEN, "waive"): T.WAIVED,
        (T.TAKEN, "waive"): T.WAIVED,
        (T.HANDED_IN, "waive"): T.WAIVED,
        (T.RETURNED, "waive"): T.WAIVED,
        (T.WAIVED, "reopen"): T.OPEN,
        (T.ACCEPTED, "reopen"): T.RETURNED,
    }
)
"""settle: a measure that nobody accepts is done when handed in, or when its live figure shows it."""

OPEN_STATES = (T.OPEN, T.TAKEN, T.RETURNED)
"""The owner has something to do."""
UNSETTLED = (*OPEN_STATES, T.HANDED_IN)
"""Somebody has something to do."""


def is_late(state: str, due_on: date, on: date) -> bool:
    """After the last day, and the owner has still not handed in."""
    return state in OPEN_STATES and on > due_on


def climbs_on(due_on: date, steps: tuple[int, ...], climbed: int) -> date | None:
    """The day on which the next person up is shown a late task, or None when all steps are taken."""
    return due_on + timedelta(days=steps[climbed]) if climbed < len(steps) else None
