"""Counts of the records of a period, as plain values a version keeps. Work, places, money: never a child.

Figures about children come from the release in force (``releasing``), as they stand and not as they moved: from one
period to the next the difference would be single children.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DecimalField, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from xinqiao.budgets.models import Spending
from xinqiao.directory.models import Agreement, ServicePoint
from xinqiao.indicators import shown, words
from xinqiao.indicators.places import first_moment
from xinqiao.indicators.targets import reached
from xinqiao.insight.boards.board import ANYBODY
from xinqiao.insight.numbers import numbers
from xinqiao.insight.rules import Span
from xinqiao.inspections.models import Round
from xinqiao.people.models import Organisation
from xinqiao.plans.enums import Origin, TaskState, Verdict
from xinqiao.plans.models import HandIn, Task
from xinqiao.plans.rules import OPEN_STATES
from xinqiao.plans.selectors.rows import listed, rows_of
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Decision, Meeting

Facts = dict[str, Any]
MOST_UNITS, MOST_ROWS = 80, 12
LOOKED_AHEAD = {"daily": 7, "weekly": 14, "monthly": 31, "term": 60, "year": 60}
"""Days after the period of which the next steps are told."""
_YUAN = DecimalField(max_digits=14, decimal_places=2)


def facts_of(node: Organisation, kind: str, span: Span, at: datetime, *, counts_children: bool) -> Facts:
    """Everything a summary of ``kind`` may tell. A fixed number of queries."""
    ends_on = span[1]
    below = Organisation.objects.filter(path__startswith=node.path or "-").order_by().values("pk")
    work = Task.objects.filter(Q(unit__in=below) | Q(asker=node, plan__isnull=False)).exclude(state=TaskState.WAIVED)
    return {
        "tasks": _tasks(work, span),
        "units": _units(node, work, span),
        "behind": _behind(work, min(ends_on, localdate(at))),
        "meetings": _meetings(node, span),
        "services": _services(below, span),
        "agreements": _agreements(below, span),
        "figures": _figures(node, span, at),
        "checks": _checks(node, below, span),
        "money": _money(node, below, span),
        "numbers": _numbers(node, at) if counts_children else [],
        "next": _next(work, ends_on, LOOKED_AHEAD[kind], localdate(at)),
    }


def _moments(span: Span) -> tuple[datetime, datetime]:
    return first_moment(span[0]), first_moment(span[1] + timedelta(days=1))


def _tasks(work: QuerySet[Task], span: Span) -> Facts:
    since, until = _moments(span)
    found = work.filter(due_on__range=span).aggregate(
        due=Count("pk"), done=Count("pk", filter=Q(state=TaskState.ACCEPTED)),
        waiting=Count("pk", filter=Q(state=TaskState.HANDED_IN)), late=Count("pk", filter=Q(late_on__isnull=False)),
        open=Count("pk", filter=Q(state__in=OPEN_STATES)),
    )  # fmt: skip
    hand_ins = HandIn.objects.filter(task__in=work, at__gte=since, at__lt=until)
    reviewed = HandIn.objects.filter(task__in=work, reviewed_at__gte=since, reviewed_at__lt=until)
    return {
        **found,
        "handed_in": hand_ins.count(),
        "accepted": reviewed.filter(verdict=Verdict.ACCEPTED).count(),
        "returned": reviewed.filter(verdict=Verdict.RETURNED).count(),
    }


def _units(node: Organisation, work: QuerySet[Task], span: Span) -> list[list[Any]]:
    """[name, due, done, late] of each other organisation, in the order of codes."""
    rows = work.filter(due_on__range=span).exclude(unit=node).order_by().values("unit")
    found = rows.annotate(
        due=Count("pk"), done=Count("pk", filter=Q(state=TaskState.ACCEPTED)),
        late=Count("pk", filter=Q(late_on__isnull=False)),
    )  # fmt: skip
    counts = {row["unit"]: [row["due"], row["done"], row["late"]] for row in found}
    units = Organisation.objects.filter(pk__in=list(counts)).exclude(kind__in=["grade", "class"])
    return [[unit.name, *counts[unit.pk]] for unit in units.order_by("code", "path")[:MOST_UNITS]]


def _titled(groups: QuerySet[Task, Any], on: date) -> list[list[Any]]:
    """[last day, title, how many organisations] of groups by day and measure with ``n`` and ``first``."""
    found = [(row["due_on"], row["n"], row["first"]) for row in groups[:MOST_ROWS]]
    firsts = listed(Task.objects.filter(pk__in=[first for _day, _n, first in found]))
    titles = {row.task.pk: row.title for row in rows_of(firsts, on)}
    return [[day.isoformat(), titles[first], n] for day, n, first in found]


def _grouped(work: QuerySet[Task]) -> QuerySet[Task, Any]:
    rows = work.order_by().values("due_on", "plan", "measure")
    return rows.annotate(n=Count("unit", distinct=True), first=Min("pk")).order_by("due_on", "-n", "first")


def _behind(work: QuerySet[Task], on: date) -> list[list[Any]]:
    """What is still not handed in after its last day."""
    return _titled(_grouped(work.filter(state__in=OPEN_STATES, due_on__lt=on)), on)


def _next(work: QuerySet[Task], ends_on: date, days: int, today: date) -> list[list[Any]]:
    since = max(ends_on, today)
    ahead = work.filter(state__in=OPEN_STATES, due_on__gt=since, due_on__lte=since + timedelta(days=days))
    return _titled(_grouped(ahead), since)


def _meetings(node: Organisation, span: Span) -> Facts:
    since, until = _moments(span)
    held = Meeting.objects.filter(
        team__organisation__path__startswith=node.path or "-", state=MeetingState.HELD, held_at__gte=since,
        held_at__lt=until,
    )  # fmt: skip
    own = held.filter(team__organisation=node).select_related("team")
    own = own.annotate(there=Count("attended", distinct=True), decided=Count("decisions", distinct=True))
    decisions = Decision.objects.filter(meeting__in=held)
    return {
        "own": [
            [localdate(meeting.held_at).isoformat(), meeting.team.title, meeting.there, meeting.decided]  # type: ignore[attr-defined]
            for meeting in own.order_by("held_at")[:MOST_ROWS]
        ],
        "all": held.count(),
        "decisions": decisions.count(),
        "settled": decisions.filter(settled_on__isnull=False).count(),
    }


def _services(below: QuerySet[Organisation, Any], span: Span) -> list[list[str]]:
    """[day, organisation, title] of services that opened."""
    rows = ServicePoint.objects.filter(organisation__in=below, opened_on__range=span).select_related("organisation")
    return [
        [row.opened_on.isoformat() if row.opened_on else "", row.organisation.name, row.title]
        for row in rows.order_by("opened_on", "organisation__path", "pk")[: MOST_ROWS * 2]
    ]


def _agreements(below: QuerySet[Organisation, Any], span: Span) -> Facts:
    rows = Agreement.objects.filter(organisation__in=below)
    ending = rows.filter(ends_on__gte=span[1], ends_on__lte=span[1] + timedelta(days=60))
    days = [(row.partner, row.ends_on) for row in ending.order_by("ends_on")[:6]]
    return {
        "signed": rows.filter(signed_on__range=span).count(),
        "ending": [[partner, day.isoformat() if day else ""] for partner, day in days],
    }


def _figures(node: Organisation, span: Span, at: datetime) -> list[list[str]]:
    """[title, before, at the end, target, stands] of figures plans ask for and that do not count children; those that
    moved only."""
    found = []
    for group in shown.overview(ANYBODY, node, at, every=False):
        for line in group.lines:
            past = [value for day, value in line.history if day < span[0]]
            until = [value for day, value in line.history if day <= span[1]]
            before, after = past[-1] if past else None, until[-1] if until else None
            if after is None or (before is not None and abs(after - before) < 1e-9):
                continue
            met = line.target is not None and reached(after, line.target, line.indicator.better)
            found.append(
                [
                    str(line.indicator.title), _measured(line, before), _measured(line, after), line.target_text,
                    "met" if met else "open" if line.target is not None else "",
                ]
            )  # fmt: skip
    return found[: MOST_ROWS * 2]


def _measured(line: shown.Line, value: float | None) -> str:
    return "—" if value is None else words.measured(line.indicator, value)


def _checks(node: Organisation, below: QuerySet[Organisation, Any], span: Span) -> Facts:
    """Inspections this organisation published, and what was mended."""
    since, until = _moments(span)
    rounds = Round.objects.filter(organisation=node, published_at__gte=since, published_at__lt=until)
    rounds = rounds.annotate(checked=Count("sheets", filter=Q(sheets__state="checked")), mean=Avg("sheets__share"))
    mending = Task.objects.filter(Q(unit__in=below) | Q(asker=node), origin=Origin.MENDING)
    mended = mending.filter(state=TaskState.ACCEPTED, settled_at__gte=since, settled_at__lt=until).count()
    return {
        "rounds": [
            [row.title, row.checked, None if row.mean is None else round(float(row.mean), 1)]  # type: ignore[attr-defined]
            for row in rounds.order_by("published_at")
        ],
        "asked": mending.filter(starts_on__range=span).count(),
        "mended": mended,
        "open": mending.filter(state__in=[*OPEN_STATES, TaskState.HANDED_IN]).count(),
    }


def _money(node: Organisation, below: QuerySet[Organisation, Any], span: Span) -> Facts:
    """Yuan spent in the period: own and of those below, with vouchers."""
    rows = Spending.objects.filter(line__organisation__in=below, on__range=span, struck_at=None)
    total = Coalesce(Sum("amount"), 0, output_field=_YUAN)
    own = rows.filter(line__organisation=node).values("line__title").annotate(sum=Sum("amount"), n=Count("pk"))
    sums = rows.aggregate(all=total, payments=Count("pk"))
    return {
        "all": float(sums["all"]),
        "payments": sums["payments"],
        "own": [[row["line__title"], float(row["sum"]), row["n"]] for row in own.order_by("line__title")[:MOST_ROWS]],
    }


def _numbers(node: Organisation, at: datetime) -> list[list[str]]:
    """[what, value as released, —  where it is small] and the day of the release as the last row."""
    figures = numbers(ANYBODY, node, at)
    own = figures.own
    rows: Sequence[tuple[str, str]] = (
        ("students", own.students.words), ("screened", own.screened.words), ("signals", own.signals.words),
        ("in_time", own.in_time.share), ("cases", own.cases.words), ("duties", own.duties.share),
        ("looks", own.looks.share), ("made_on", localdate(figures.made_at).isoformat()),
    )  # fmt: skip
    return [list(row) for row in rows]
