"""A plan laid out: by state, by day, by month, by call. Few queries each, whatever the number of tasks."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.wording import said
from xinqiao.people.selectors import under
from xinqiao.plans.enums import TaskState
from xinqiao.plans.models import Task
from xinqiao.plans.rules import OPEN_STATES
from xinqiao.plans.selectors.rows import TaskRow, listed, rows_of

COLUMNS = (TaskState.OPEN, TaskState.TAKEN, TaskState.RETURNED, TaskState.HANDED_IN, TaskState.ACCEPTED)
TOP = 12
"""Cards of a column; the rest is in the list."""
SPAN = 12
"""Months of a timeline."""


@dataclass(frozen=True)
class Column:
    state: TaskState
    count: int
    rows: list[TaskRow]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def columns(tasks: QuerySet[Task], on: date) -> list[Column]:
    """By state; in each the nearest last days first, of what is done the latest. Six queries."""
    counts = dict(tasks.order_by().values_list("state").annotate(n=Count("pk")))
    found = []
    for state in COLUMNS:
        order = ("-settled_at", "-pk") if state == TaskState.ACCEPTED else ("due_on", "unit__path", "pk")
        rows = list(listed(tasks.filter(state=state)).order_by(*order)[:TOP]) if counts.get(state) else []
        found.append(Column(state, counts.get(state, 0), rows_of(rows, on)))
    return found


@dataclass(frozen=True)
class Due:
    """What falls due on a day: one measure or one extra task, of how many units. tone: good, bad, warn or neutral."""

    title: str
    measure: str
    total: int
    done: int
    waiting: int
    late: int

    def and_(self, total: int, done: int, waiting: int, late: int) -> Due:
        """With more of the same."""
        return Due(
            self.title, self.measure, self.total + total, self.done + done, self.waiting + waiting, self.late + late
        )

    @property
    def tone(self) -> str:
        if self.done == self.total:
            return "good"
        return "bad" if self.late else "warn" if self.waiting else "neutral"


_COUNTS = {
    "total": Count("pk"),
    "done": Count("pk", filter=Q(state=TaskState.ACCEPTED)),
    "waiting": Count("pk", filter=Q(state=TaskState.HANDED_IN)),
}
_NAMES = ("total", "done", "waiting", "late")


def _counting(tasks: QuerySet[Task], on: date, *by: str) -> list[tuple[Any, ...]]:
    late = Count("pk", filter=Q(state__in=OPEN_STATES, due_on__lt=on))
    asked = tasks.exclude(state=TaskState.WAIVED).order_by()
    return list(asked.values(*by).annotate(**_COUNTS, late=late).values_list(*by, *_NAMES))


def days(tasks: QuerySet[Task], pack: Pack, first: date, last: date, on: date) -> dict[date, list[Due]]:
    """What falls due from a day to a day. One query."""
    found: dict[date, list[Due]] = defaultdict(list)
    rows = _counting(tasks.filter(due_on__range=(first, last)), on, "due_on", "measure", "title")
    merged: dict[tuple[date, str, str], Due] = {}
    for due_on, measure, title, *counts in rows:
        name = _title(pack, str(measure), str(title))
        key: tuple[date, str, str] = (due_on, str(measure), name)
        merged[key] = merged.get(key, Due(name, key[1], 0, 0, 0, 0)).and_(*map(int, counts))
    for (due_on, *_of), due in merged.items():
        found[due_on].append(due)
    return {day: sorted(dues, key=lambda due: due.title) for day, dues in sorted(found.items())}


def weeks(month: date) -> list[list[date]]:
    """The days of a month in weeks that begin on Monday, with the days around it."""
    last = date(month.year, month.month, monthrange(month.year, month.month)[1])
    day = month.replace(day=1) - timedelta(days=month.replace(day=1).weekday())
    found = []
    while day <= last:
        found.append([day + timedelta(days=n) for n in range(7)])
        day += timedelta(days=7)
    return found


def month_after(month: date, count: int) -> date:
    """The first day of the month ``count`` months on (or back)."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


@dataclass(frozen=True)
class Line:
    """One measure along the months: a cell for each, None where nothing falls due."""

    title: str
    measure: str
    clause: str
    cells: list[Due | None]


def timeline(tasks: QuerySet[Task], pack: Pack, months: Sequence[date], on: date) -> list[Line]:
    """Measures in the order of the plan, then what was asked for besides. One query."""
    first, last = months[0], month_after(months[-1], 1) - timedelta(days=1)
    cells: dict[tuple[str, date], Due] = {}
    for measure, due_on, *counts in _counting(tasks.filter(due_on__range=(first, last)), on, "measure", "due_on"):
        key = (str(measure), due_on.replace(day=1))
        cells[key] = cells.get(key, Due("", key[0], 0, 0, 0, 0)).and_(*map(int, counts))
    lines = [
        Line(said(measure.title), measure.id, measure.clause, [cells.get((measure.id, month)) for month in months])
        for measure in pack.measures.values()
    ]
    besides = [cells.get(("", month)) for month in months]
    return lines + ([Line("", "", "", besides)] if any(besides) else [])


# --- calls for contributions --------------------------------------------------------------------------------------


def gathering(actor: Actor, anchor: Task) -> QuerySet[Task]:
    """All tasks that ask the same as ``anchor`` at the same time, of units in sight of whoever asked."""
    rows = Task.objects.filter(under(actor.paths(Action.SEE_PLANS), "asker__path"), asker=anchor.asker_id)
    if anchor.measure:
        return rows.filter(plan=anchor.plan_id, measure=anchor.measure, slot=anchor.slot)
    if anchor.subject:
        return rows.filter(origin=anchor.origin, subject=anchor.subject)
    return rows.filter(pk=anchor.pk)


@dataclass(frozen=True)
class Call:
    """Tasks that ask several units for the same thing. anchor: id of one of them."""

    anchor: int
    title: str
    due_on: date
    total: int
    handed: int
    accepted: int


def calls(tasks: QuerySet[Task], pack: Pack, on: date, limit: int = 60) -> list[Call]:
    """Calls among a plan's tasks that have begun, latest last day first. One query."""
    handed = Count("pk", filter=Q(state__in=[TaskState.HANDED_IN, TaskState.ACCEPTED]))
    accepted = Count("pk", filter=Q(state=TaskState.ACCEPTED))
    asked = tasks.filter(gathers=True, starts_on__lte=on).exclude(state=TaskState.WAIVED).order_by()
    rows = asked.values("plan", "measure", "slot", "origin", "subject", "title", "due_on").annotate(
        anchor=Min("pk"), total=Count("pk"), handed=handed, accepted=accepted
    )
    return [
        Call(
            row["anchor"],
            _title(pack, row["measure"], row["title"]),
            row["due_on"],
            row["total"],
            row["handed"],
            row["accepted"],
        )
        for row in rows.order_by("-due_on", "title")[:limit]
    ]


def _title(pack: Pack, measure: str, otherwise: str) -> str:
    held = pack.measures.get(measure)
    return said(held.title) if held else otherwise
