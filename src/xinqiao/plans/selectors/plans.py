"""One plan as its pages show it. Whoever sees the organisation that runs it sees the whole; whoever only takes part
sees their own units' share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.budgets.models import Line
from xinqiao.budgets.selectors import with_spent
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.core.shapes import when as when_of
from xinqiao.packs.core.when import occurrences
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.packs.policies import visible_editions
from xinqiao.packs.wording import said
from xinqiao.people.models import Organisation, current
from xinqiao.people.selectors import under
from xinqiao.plans import figures, policies
from xinqiao.plans.calendars import Calendars
from xinqiao.plans.counting import NONE, Counts, UnitProgress, counted
from xinqiao.plans.enums import PlanState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.wants import key_of
from xinqiao.plans.workplan import Units
from xinqiao.teams.models import Position


def sees_whole(actor: Actor, plan: Plan) -> bool:
    """Whether somebody sees every unit's part of a plan, not only their own."""
    return policies.is_house(actor) or actor.may(Action.SEE_PLANS, plan.organisation.path)


def tasks_of(actor: Actor, plan: Plan) -> QuerySet[Task]:
    """The plan's tasks as far as somebody sees them."""
    if sees_whole(actor, plan):
        return plan.tasks.all()
    return policies.visible_tasks(actor).filter(plan=plan)


def units_of(actor: Actor, plan: Plan, on: date) -> list[UnitProgress]:
    """Each unit in sight with its counts, in the order of the tree. Two queries for any number of units and tasks."""
    found = counted(tasks_of(actor, plan), "unit", on)
    part = Q(pk__in=plan.units.filter(left_on=None).values("organisation"))
    if not sees_whole(actor, plan):
        part &= under(actor.paths(Action.SEE_PLANS))
    nodes = Organisation.objects.filter(part | Q(pk__in=list(found))).order_by("path")
    return [UnitProgress(node, found.get(node.pk, NONE)) for node in nodes]


# --- the list -----------------------------------------------------------------------------------------------------


def listed_plans(actor: Actor, text: str, state: str) -> QuerySet[Plan]:
    """Plans in sight, running ones first, newest first; state: "", "all" or a state."""
    rows = policies.visible_plans(actor)
    if state in PlanState.values:
        rows = rows.filter(state=state)
    elif state != "all":
        rows = rows.filter(state__in=[PlanState.RUNNING, PlanState.PAUSED])
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(organisation__name__icontains=text))
    rows = rows.select_related("organisation", "edition").defer("data", "edition__data", "edition__source")
    return rows.order_by("organisation__path", "-starts_on", "-pk")


def counts_of(actor: Actor, plans: Iterable[Plan], on: date) -> dict[int, Counts]:
    """By plan id, of the tasks in sight. One query."""
    rows = policies.visible_tasks(actor).filter(plan__in=[plan.pk for plan in plans])
    return counted(rows, "plan", on)


# --- the parts of one plan ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TeamLine:
    """needed, filled: seats in all its places. places: how many organisations have such a team."""

    key: str
    title: str
    needed: int
    filled: int
    places: int

    @property
    def short(self) -> int:
        return max(0, self.needed - self.filled)


def teams_of(pack: Pack, units: Units, on: date) -> list[TeamLine]:
    """Teams the plan asks for, with seats taken today. One query."""
    keys = {key_of(pack, team.id): team for team in pack.teams.values()}
    if not keys:
        return []
    nodes = {node.pk for group in units.values() for node in group}
    seats = Count("seats", filter=current(on, "seats__"))
    rows = Position.objects.filter(team__key__in=keys, team__organisation__in=nodes, team__closed_on=None)
    filled: dict[str, int] = {}
    for key, least, held in rows.annotate(held=seats).values_list("team__key", "minimum", "held"):
        filled[key] = filled.get(key, 0) + min(least, held)
    return [_team(key, team, len(units.get(team.unit, ())), filled.get(key, 0)) for key, team in keys.items()]


def _team(key: str, team: Any, places: int, filled: int) -> TeamLine:
    needed = places * sum(seat.minimum for seat in team.positions)
    return TeamLine(key, said(team.title), needed, filled, places)


@dataclass(frozen=True)
class FigureRow:
    title: str
    code: str
    shown: figures.Shown
    clause: str


def figures_of(plan: Plan, pack: Pack, units: Units, on: date) -> list[FigureRow]:
    """Every indicator of the plan against what it shall reach in this year. Four queries for those of its own tree."""
    wanted = list(pack.targets.values())
    questions = [
        figures.Question(
            target.indicator, target.parameters, units.get(target.unit, ()), figures.goal(target.path, plan, pack, on)
        )
        for target in wanted
    ]
    answers = figures.ask(plan.organisation, questions, on)
    return [
        FigureRow(said(target.title), target.indicator, shown, target.clause)
        for target, shown in zip(wanted, answers, strict=True)
    ]


@dataclass(frozen=True)
class MoneyRow:
    title: str
    amount: Decimal
    spent: Decimal
    places: int

    @property
    def left(self) -> Decimal:
        return self.amount - self.spent


def money_of(plan: Plan, pack: Pack, units: Units) -> list[MoneyRow]:
    """Budget lines the plan asked for, of all its units together, in the year it began. One query."""
    keys = {key_of(pack, money.id): said(money.title) for money in pack.budget.values()}
    if not keys:
        return []
    nodes = {node.pk for group in units.values() for node in group}
    lines = with_spent(Line.objects.filter(key__in=keys, organisation__in=nodes, year=plan.starts_on.year))
    rows: dict[str, tuple[Decimal, Decimal, int]] = {}
    for line in lines:
        before = rows.get(line.key, (Decimal(0), Decimal(0), 0))
        rows[line.key] = (before[0] + line.amount, before[1] + line.spent, before[2] + 1)  # type: ignore[attr-defined]
    nothing = (Decimal(0), Decimal(0), 0)
    return [MoneyRow(title, *rows.get(key, nothing)) for key, title in keys.items()]


@dataclass(frozen=True)
class DayMark:
    """A day the plan's own calendar marks."""

    on: date
    title: str


def marks_of(plan: Plan, pack: Pack, first: date, last: date) -> list[DayMark]:
    """Entries of the plan's calendar from a day to a day, in order."""
    entries = pack.data.get("calendar", [])
    if not entries:
        return []
    period = Calendars([plan.organisation], plan.starts_on, plan.ends_on).period(plan.organisation)
    found = [
        DayMark(occurrence.due_on, said(entry))
        for entry in entries
        for occurrence in occurrences(when_of(entry["when"]), period)
        if first <= occurrence.due_on <= last
    ]
    return sorted(found, key=lambda mark: (mark.on, mark.title))


def newer_editions(actor: Actor, plan: Plan) -> QuerySet[Edition]:
    """Editions the plan could move to: other versions of its pack, or what is derived from the one it has."""
    rows = visible_editions(actor).filter(Q(pack=plan.edition.pack) | Q(based_on=plan.edition_id))
    rows = rows.filter(state=EditionState.PUBLISHED).exclude(pk=plan.edition_id)
    return rows.defer("data", "source").order_by("-published_at", "-pk")


def spent_share(rows: Iterable[MoneyRow]) -> Mapping[str, Decimal]:
    found = list(rows)
    return {
        "amount": sum((row.amount for row in found), Decimal(0)),
        "spent": sum((row.spent for row in found), Decimal(0)),
    }
