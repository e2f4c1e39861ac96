"""Tasks counted: by measure, by unit. One query each, however many there are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from xinqiao.people.models import Organisation
from xinqiao.plans.enums import TaskState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.rules import OPEN_STATES


@dataclass(frozen=True)
class Counts:
    """total: asked for, waived ones left out. due: of these, last day today or before. accepted; done_due: accepted
    of those due. waiting: handed in. returned. begun: anything done at all. late: not handed in after the last day.
    was_late: late at some time. waived."""

    total: int = 0
    due: int = 0
    accepted: int = 0
    done_due: int = 0
    waiting: int = 0
    returned: int = 0
    begun: int = 0
    late: int = 0
    was_late: int = 0
    waived: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def share(self) -> int | None:
        """Per cent of what is due that is accepted; None when nothing is due."""
        return round(100 * self.done_due / self.due) if self.due else None


NONE = Counts()


def _columns(on: date) -> dict[str, Any]:
    asked, due = ~Q(state=TaskState.WAIVED), Q(due_on__lte=on)
    return {
        "total": Count("pk", filter=asked),
        "due": Count("pk", filter=asked & due),
        "accepted": Count("pk", filter=Q(state=TaskState.ACCEPTED)),
        "done_due": Count("pk", filter=Q(state=TaskState.ACCEPTED) & due),
        "waiting": Count("pk", filter=Q(state=TaskState.HANDED_IN)),
        "returned": Count("pk", filter=Q(state=TaskState.RETURNED)),
        "begun": Count("pk", filter=asked & ~Q(state=TaskState.OPEN)),
        "late": Count("pk", filter=Q(state__in=OPEN_STATES, due_on__lt=on)),
        "was_late": Count("pk", filter=asked & Q(late_on__isnull=False)),
        "waived": Count("pk", filter=Q(state=TaskState.WAIVED)),
    }


def counted(tasks: QuerySet[Task], by: str, on: date) -> dict[Any, Counts]:
    """Counts by a column of the task (``unit``, ``measure``, ``owner__person`` …)."""
    names = [each.name for each in fields(Counts)]
    rows = tasks.order_by().values(by).annotate(**_columns(on)).values_list(by, *names)
    return {row[0]: Counts(*row[1:]) for row in rows}


@dataclass(frozen=True)
class Spread:
    """How the work of a measure lies in time: first start, last day of all that is asked for."""

    first: date | None
    last: date | None


def spreads(plan: Plan) -> dict[str, Spread]:
    rows = plan.tasks.exclude(measure="").exclude(state=TaskState.WAIVED).order_by().values("measure")
    found = rows.annotate(first=Min("starts_on"), last=Max("due_on")).values_list("measure", "first", "last")
    return {measure: Spread(first, last) for measure, first, last in found}


@dataclass(frozen=True)
class UnitProgress:
    """One organisation's part of a plan."""

    organisation: Organisation
    counts: Counts


@dataclass(frozen=True)
class Progress:
    """units: in the order of the tree; those that left are there while they have tasks. total: their sum."""

    units: tuple[UnitProgress, ...]
    total: Counts


def progress(plan: Plan, on: date) -> Progress:
    """The roll-up of a plan: what each unit owes and did. Two queries for any number of units and tasks."""
    found = counted(plan.tasks.all(), "unit", on)
    taking_part = Q(pk__in=plan.units.filter(left_on=None).values("organisation"))
    nodes = Organisation.objects.filter(taking_part | Q(pk__in=list(found))).order_by("path")
    units = tuple(UnitProgress(node, found.get(node.pk, NONE)) for node in nodes)
    return Progress(units, sum(found.values(), NONE))
