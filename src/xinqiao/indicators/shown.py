"""Figures as one reader may see them, shaped for pages, workbooks and commands.

A school's psychology teachers see the figures of their school as they are this moment: they see each student by name
anyway. Everybody else sees what was worked out last, without figures that count few children, and no history of those
that count children at all: from one day to the next the difference would be single children.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.policies import sees_each_child
from xinqiao.indicators import asked, registry, targets, words
from xinqiao.indicators.asked import Asked
from xinqiao.indicators.places import PEOPLE_INSIDE
from xinqiao.indicators.reckoning import Ground, key, reckon
from xinqiao.indicators.registry import Indicator
from xinqiao.indicators.targets import Light
from xinqiao.indicators.values import Figure, Point, as_figure, figures, histories
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of

Parameters = Mapping[str, Any]
SHOWN_BACK = timedelta(days=366)


@dataclass(frozen=True)
class Line:
    """One figure of one organisation with all that stands beside it. history: (day, value), steps; empty where the
    reader may not know it. goals: what asks for it, first the one whose target counts."""

    indicator: Indicator
    node: Organisation
    key: str
    parameters: Parameters
    figure: Figure
    target: float | None
    light: Light
    history: Sequence[tuple[date, float]] = ()
    trend: str = ""
    forecast: str | None = None
    goals: tuple[Asked, ...] = ()

    @property
    def text(self) -> str:
        return words.shown_figure(self.indicator, self.figure)

    @property
    def made_of(self) -> str:
        return words.made_of(self.indicator, self.figure)

    @property
    def why_nothing(self) -> str:
        return words.why_nothing(self.figure)

    @property
    def target_text(self) -> str:
        return "" if self.target is None else words.measured(self.indicator, self.target)

    @property
    def plans(self) -> list[tuple[Asked, str]]:
        """What asks for it, with its targets by year in words: “2020：80%；2025：100%”; "" where one holds always."""
        return [(goal, _path(self.indicator, goal.path)) for goal in self.goals]

    @property
    def source(self) -> dict[str, Any]:
        return words.SOURCES[self.figure.source]

    @property
    def narrowed(self) -> str:
        """The parameters in words: “年级（1–12）：7、8、9”."""
        return "；".join(
            f"{each.title}：{_plain(self.parameters[each.name])}"
            for each in self.indicator.parameters
            if each.name in self.parameters
        )


def _path(indicator: Indicator, path: Mapping[str, float]) -> str:
    if not any(path):
        return ""
    return "；".join(f"{year or '—'}：{words.measured(indicator, value)}" for year, value in sorted(path.items()))


def _plain(value: Any) -> str:
    return "、".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)


@dataclass(frozen=True)
class Group:
    """Lines of one subject."""

    title: str
    lines: list[Line]


def year_for(each: Asked, on: date) -> int:
    return school_year_of(on) if each.by_school_year else on.year


def overview(actor: Actor, node: Organisation, at: datetime, *, every: bool) -> list[Group]:
    """Figures of an organisation by subject: those plans ask for, or every one that is known. A fixed number of
    queries."""
    on = localdate(at)
    goals = _goals(node, on)
    wanted: dict[tuple[str, str], Parameters] = {place: own[0].parameters for place, own in goals.items()}
    if every:
        wanted |= {(code, ""): {} for code in registry.known() if (code, "") not in wanted}
    found = lines(actor, node, wanted, goals, on)
    if every:
        found = [line for line in found if line.goals or line.figure.source != "none"]
    order = list(words.SUBJECTS)
    groups: dict[str, list[Line]] = {}
    for line in sorted(found, key=lambda each: (_place(order, each.indicator.code), each.indicator.code, each.key)):
        groups.setdefault(words.subject(line.indicator.code), []).append(line)
    return [Group(title, members) for title, members in groups.items()]


def _place(order: Sequence[str], code: str) -> int:
    name = code.partition(".")[0]
    return order.index(name) if name in order else len(order)


def _goals(node: Organisation, on: date) -> dict[tuple[str, str], list[Asked]]:
    """What is asked of the organisation by code and key; those with a target first."""
    found: dict[tuple[str, str], list[Asked]] = {}
    known = registry.known()
    for each in asked.of(node, on):
        if each.code in known:
            found.setdefault((each.code, key(known[each.code], each.parameters)), []).append(each)
    return {place: sorted(own, key=lambda each: not each.path) for place, own in found.items()}


def lines(
    actor: Actor,
    node: Organisation,
    wanted: Mapping[tuple[str, str], Parameters],
    goals: Mapping[tuple[str, str], list[Asked]],
    on: date,
) -> list[Line]:
    """The wanted figures of an organisation as the actor may see them."""
    exact = sees_each_child(actor, node)
    kept = figures([node], [(code, given) for (code, _key), given in wanted.items()], on, exact=exact, fresh=False)
    now = _now(node, wanted, on) if exact else {}
    told = [place for place in wanted if exact or not registry.get(place[0]).children]
    past = histories(node, told, on - SHOWN_BACK, on, exact=exact)
    return [
        _line(
            node, place, given, now.get(place) or kept[node.pk, *place], goals.get(place, []), past.get(place, []), on
        )
        for place, given in wanted.items()
    ]


def _now(node: Organisation, wanted: Mapping[tuple[str, str], Parameters], on: date) -> dict[tuple[str, str], Figure]:
    """Figures about children of one organisation, of this moment."""
    ground = Ground(node, on)
    found = {}
    for (code, digest), given in wanted.items():
        indicator = registry.get(code)
        if indicator.children and indicator.live is not None:
            rolled = reckon(ground, indicator, given).get(node.pk)
            if rolled is not None:
                found[code, digest] = as_figure(indicator, rolled, on, exact=True)
    return found


def _line(
    node: Organisation,
    place: tuple[str, str],
    given: Parameters,
    figure: Figure,
    goals: list[Asked],
    past: Sequence[Point],
    on: date,
) -> Line:
    indicator = registry.get(place[0])
    target = targets.target_for(goals[0].path, year_for(goals[0], on)) if goals and goals[0].path else None
    history = [(point.on, point.figure.value) for point in past if point.figure.value is not None]
    if history and figure.value is not None and figure.made_on and figure.made_on > history[-1][0]:
        history.append((figure.made_on, figure.value))
    light = targets.light(figure.value, target, indicator.better)
    if figure.value is None:
        light = Light("unknown", words.why_nothing(figure))
    return Line(
        indicator=indicator, node=node, key=place[1], parameters=given, figure=figure, target=target, light=light,
        history=history, trend=targets.trend_words(history) if history else "",
        forecast=targets.forecast(history, target, indicator.better), goals=tuple(goals),
    )  # fmt: skip


def one(actor: Actor, node: Organisation, indicator: Indicator, digest: str, at: datetime) -> Line | None:
    """One figure; digest names parameters that some plan asks for. None when nobody asks for those."""
    on = localdate(at)
    goals = _goals(node, on)
    place = (indicator.code, digest)
    given: Parameters = goals[place][0].parameters if place in goals else {}
    if digest and place not in goals:
        within = [each for each in asked.within(node, on) if each.code == indicator.code]
        match = next((each for each in within if key(indicator, each.parameters) == digest), None)
        if match is None:
            return None
        given = match.parameters
    return lines(actor, node, {place: given}, goals, on)[0]


def below(actor: Actor, line: Line, nodes: Iterable[Organisation], at: datetime) -> list[Line]:
    """The same figure of the organisations right below, in the order of their codes: there is no ranking. nodes: those
    in the actor's sight. Targets are those asked of each."""
    on = localdate(at)
    indicator, place = line.indicator, (line.indicator.code, line.key)
    wanted = [node for node in nodes if node.kind not in PEOPLE_INSIDE]
    kept = figures(wanted, [(indicator.code, line.parameters)], on, fresh=False) if wanted else {}
    goals: dict[int, list[Asked]] = {}
    for each in asked.within(line.node, on):
        if each.code == indicator.code and key(indicator, each.parameters) == line.key and each.path:
            for pk in each.places:
                goals.setdefault(pk, []).append(each)
    return [
        _line(node, place, line.parameters, kept[node.pk, *place], goals.get(node.pk, []), (), on)
        for node in sorted(wanted, key=lambda node: (node.code, node.path))
    ]


def children_of(node: Organisation, on: date) -> list[Organisation]:
    """Open organisations right below that have figures of their own."""
    rows = node.children.exclude(kind__in=PEOPLE_INSIDE).order_by("code", "path")
    return [child for child in rows if child.closed_on is None or child.closed_on > on]
