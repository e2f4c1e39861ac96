"""What applying a pack would set in motion, in lines a page can show."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.directory.selectors import open_services
from xinqiao.packs.core.shapes import Pack, Words
from xinqiao.people.models import Organisation, current
from xinqiao.plans import figures, wants
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.workplan import Units, Work

FIRST = 3
"""Dates shown for a measure."""


@dataclass(frozen=True)
class UnitLine:
    key: str
    title: Words
    where: str
    organisations: tuple[Organisation, ...]


@dataclass(frozen=True)
class MeasureLine:
    """count: tasks in all. owners: how many of them each kind of post would own, most first."""

    measure: str
    title: Words
    unit: str
    count: int
    units: int
    first: tuple[date, ...]
    owners: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SeatLine:
    """A position to fill. minimum: seats in each of ``places`` teams. ready: organisations in which enough people hold
    the post it asks for (None when it asks for none)."""

    team: Words
    title: Words
    minimum: int
    post: str
    profession: str
    places: int
    ready: int | None


@dataclass(frozen=True)
class ServiceLine:
    """A place or line that must exist. missing: names of organisations that have none yet."""

    title: Words
    kind: str
    places: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class FigureLine:
    """Where an indicator stands at the start. figure: value, target of the first year, light."""

    title: Words
    code: str
    figure: figures.Shown


@dataclass(frozen=True)
class MoneyLine:
    title: Words
    amount: Decimal
    places: int


@dataclass(frozen=True)
class GapLine:
    """Work that nobody could own: fill one of ``posts`` (words) at ``unit`` first; applying is refused until then."""

    unit: Organisation
    measures: tuple[str, ...]
    posts: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    starts_on: date
    ends_on: date
    units: tuple[UnitLine, ...]
    tasks: tuple[MeasureLine, ...]
    positions: tuple[SeatLine, ...]
    services_missing: tuple[ServiceLine, ...]
    indicators: tuple[FigureLine, ...]
    budget: tuple[MoneyLine, ...]
    gaps: tuple[GapLine, ...]
    warnings: tuple[str, ...] = field(default=())

    @property
    def total(self) -> int:
        """Tasks in all."""
        return sum(line.count for line in self.tasks)

    @property
    def money(self) -> Decimal:
        return sum((line.amount for line in self.budget), Decimal(0))


def previewed(plan: Plan, pack: Pack, units: Units, work: Work, on: date) -> Preview:
    """Lines for an unsaved plan and the work it takes."""
    by_measure: dict[str, list[Task]] = defaultdict(list)
    for task in work.made:
        by_measure[task.measure].append(task)
    return Preview(
        plan.starts_on,
        plan.ends_on,
        tuple(UnitLine(u.id, u.title, u.where, tuple(units.get(u.id, ()))) for u in pack.units.values()),
        tuple(_measure(pack, name, by_measure.get(name, [])) for name in pack.measures),
        _seats(pack, units, on),
        _services(pack, units, on),
        _figures(plan, pack, units, on),
        _money(pack, units, on),
        _gaps(work),
        tuple(_warnings(pack, units, work)),
    )


def _measure(pack: Pack, name: str, tasks: list[Task]) -> MeasureLine:
    measure = pack.measures[name]
    owners = Counter(task.owner.kind for task in tasks if task.owner is not None)
    return MeasureLine(
        name,
        measure.title,
        measure.unit,
        len(tasks),
        len({task.unit_id for task in tasks}),
        tuple(sorted({task.due_on for task in tasks})[:FIRST]),
        tuple(owners.most_common()),
    )


def _seats(pack: Pack, units: Units, on: date) -> tuple[SeatLine, ...]:
    held = _held(pack, units, on)
    found = []
    for team in pack.teams.values():
        places = units.get(team.unit, ())
        for seat in team.positions:
            ready = sum(held[node.pk, seat.post] >= seat.minimum for node in places) if seat.post else None
            found.append(SeatLine(team.title, seat.title, seat.minimum, seat.post, seat.profession, len(places), ready))
    return tuple(found)


def _held(pack: Pack, units: Units, on: date) -> Counter[tuple[int, str]]:
    """How many hold a post that a position asks for, by organisation and kind: there or in a part of it, as the heads
    of grades do. One query."""
    nodes = {node.pk for team in pack.teams.values() for node in units.get(team.unit, ())}
    kinds = {seat.post for team in pack.teams.values() for seat in team.positions if seat.post}
    rows = Post.objects.filter(current(on), kind__in=kinds).values_list("organisation__path", "kind")
    return Counter((int(part), kind) for path, kind in rows for part in path.split("/") if part and int(part) in nodes)


def _services(pack: Pack, units: Units, on: date) -> tuple[ServiceLine, ...]:
    found = []
    for service in pack.services.values():
        places = list(units.get(service.unit, ()))
        there = open_services(places, [service.kind], on)
        missing = tuple(node.name for node in places if not there[node.pk])
        found.append(ServiceLine(service.title, service.kind, len(places), missing))
    return tuple(found)


def _figures(plan: Plan, pack: Pack, units: Units, on: date) -> tuple[FigureLine, ...]:
    wanted = list(pack.targets.values())
    questions = [
        figures.Question(
            each.indicator, each.parameters, units.get(each.unit, ()), figures.goal(each.path, plan, pack, on)
        )
        for each in wanted
    ]
    shown = figures.ask(plan.organisation, questions, on)
    return tuple(FigureLine(each.title, each.indicator, figure) for each, figure in zip(wanted, shown, strict=True))


def _money(pack: Pack, units: Units, on: date) -> tuple[MoneyLine, ...]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    places: Counter[str] = Counter()
    for want in wants.money_wanted(pack, units, on):
        sums[want.money.id] += want.amount
        places[want.money.id] += 1
    return tuple(MoneyLine(money.title, sums[money.id], places[money.id]) for money in pack.budget.values())


def _gaps(work: Work) -> tuple[GapLine, ...]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for gap in work.gaps:
        grouped[gap.unit.pk].append(gap)
    return tuple(
        GapLine(
            rows[0].unit,
            tuple(row.measure.title.zh for row in rows),
            tuple(str(PostKind(kind).label) for kind in dict.fromkeys(k for row in rows for k in row.measure.owners)),
        )
        for rows in grouped.values()
    )


def _warnings(pack: Pack, units: Units, work: Work) -> list[str]:
    words = []
    for unit in pack.units.values():
        if not units.get(unit.id):
            words.append(_("“%(unit)s”里还没有单位，它的任务暂不下达。") % {"unit": unit.title.zh})
    made = {task.measure for task in work.made}
    for measure in pack.measures.values():
        if measure.when.event == "exam" and measure.id not in made and units.get(measure.unit):
            words.append(
                _("“%(measure)s”跟着考试走，校历里这段时间还没有考试；补上以后任务会自动出现。")
                % {"measure": measure.title.zh}
            )
    if work.past:
        words.append(_("有 %(count)d 次任务的日期已经过了，不再补发。") % {"count": work.past})
    if work.gaps:
        count = len({gap.unit.pk for gap in work.gaps})
        words.append(_("有 %(count)d 个单位没有在岗的负责人，任命之后才能启用。") % {"count": count})
    return words
