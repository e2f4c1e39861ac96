"""Figures as they are kept: looked up, together, over time. What pages show goes through ``shown`` (who sees what)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinqiao.indicators import registry, rules
from xinqiao.indicators.enums import Origin
from xinqiao.indicators.keeping import refresh
from xinqiao.indicators.models import Reckoning, Value
from xinqiao.indicators.reckoning import Ground, Rolled, key, reckon, top_of
from xinqiao.indicators.registry import Indicator
from xinqiao.people.models import Organisation

Parameters = Mapping[str, Any]
Wanted = tuple[str, str]
"""Code and key (``key``)."""


@dataclass(frozen=True)
class Figure:
    """value: in the indicator's unit; None when nobody knows, when there is nothing to divide, or when it is hidden.
    part, whole: what it is made of. source: live (from records), reported (with proof) or none. made_on: day up to
    which it is known; of a reported one the day it is for. hidden: it counts too few children to be shown."""

    value: float | None
    part: float | None
    whole: float | None
    source: str
    made_on: date | None
    hidden: bool = False


NOTHING = Figure(None, None, None, "none", None)


@dataclass(frozen=True)
class Point:
    """A figure from a day on, in a history."""

    on: date
    figure: Figure


def figure(
    node: Organisation, code: str, on: date, parameters: Parameters | None = None, *, exact: bool = False
) -> Figure:
    """One figure of an organisation with everything below it, as it is known on a day.

    What counts too few children is hidden (``Figure.hidden``), unless ``exact``: only for who sees each of them
    (``shown.sees_each_child``). Not worked out before: it is now, for this tree. Raises KeyError for an unknown code.
    """
    return figures([node], [(code, parameters or {})], on, exact=exact)[
        node.pk, code, key(registry.get(code), parameters)
    ]


def figures(
    nodes: Sequence[Organisation],
    wanted: Iterable[tuple[str, Parameters]],
    on: date,
    *,
    exact: bool = False,
    fresh: bool = True,
) -> dict[tuple[int, str, str], Figure]:
    """Many figures of many organisations: (organisation id, code, key) → figure; there is one for each asked. Three
    queries when they were worked out before, whatever the number.

    fresh: what was never worked out for a tree is worked out now; False: it is ``NOTHING`` until the worker has been
    there (pages do not wait for it).
    """
    asked = {(code, key(registry.get(code), given)): given for code, given in wanted}
    found = _kept(nodes, asked, on)
    tops = {node.ancestors_ids()[0] for node in nodes}
    made = {(row.root_id, row.code, row.key): row.on for row in Reckoning.objects.filter(root__in=tops)}
    grounds: dict[int, Ground] = {}
    rolled: dict[tuple[int, str, str], dict[int, Rolled]] = {}
    answer: dict[tuple[int, str, str], Figure] = {}
    for node in nodes:
        top = node.ancestors_ids()[0]
        for (code, digest), given in asked.items():
            indicator, row, place = registry.get(code), found.get((node.pk, code, digest)), (top, code, digest)
            if row is not None or place in made or not fresh:
                known = min(on, made.get(place, on))
                answer[node.pk, code, digest] = _of_row(indicator, row, known, exact=exact)
                continue
            if place not in rolled:
                grounds[top] = grounds.get(top) or Ground(top_of(node), on)
                rolled[place] = reckon(grounds[top], indicator, given)
            one = rolled[place].get(node.pk)
            answer[node.pk, code, digest] = as_figure(indicator, one, on, exact=exact) if one else NOTHING
    return answer


def _kept(nodes: Sequence[Organisation], asked: Iterable[Wanted], on: date) -> dict[tuple[int, str, str], Value]:
    """Rows in force on a day. One query for today's, one more where the newest row is of a later day."""
    codes = {code for code, _key in asked}
    rows = Value.objects.filter(organisation__in=[node.pk for node in nodes], code__in=codes)
    found = {(row.organisation_id, row.code, row.key): row for row in rows.filter(current=True)}
    later = {place for place, row in found.items() if row.on > on}
    if later:
        older = rows.filter(on__lte=on, organisation__in={pk for pk, _code, _key in later}).order_by("on")
        past = {(row.organisation_id, row.code, row.key): row for row in older}
        found = {place: row for place, row in found.items() if place not in later}
        found |= {place: row for place, row in past.items() if place in later}
    return found


def _of_row(indicator: Indicator, row: Value | None, known: date, *, exact: bool) -> Figure:
    if row is None or row.part is None:
        return NOTHING
    day = row.on if row.source == Origin.REPORTED else known
    return as_figure(indicator, Rolled(row.part, row.whole, row.source, row.shown), day, exact=exact)


def as_figure(indicator: Indicator, rolled: Rolled, day: date, *, exact: bool = False) -> Figure:
    """A rolled-up share as a figure, hidden when it must be."""
    if not exact and not rolled.shown:
        return Figure(None, None, None, rolled.source, day, hidden=True)
    value = rules.value_of(indicator.kind, indicator.scale, rolled.part, rolled.whole)
    if indicator.children and not exact and indicator.kind == "average":
        return Figure(None if value is None else round(value * 2) / 2, None, None, rolled.source, day)
    return Figure(value, rolled.part, rolled.whole, rolled.source, day)


def together(nodes: Sequence[Organisation], code: str, on: date, parameters: Parameters | None = None) -> Figure:
    """One figure for organisations that lie in different trees. None of them may lie below another. Hidden when one of
    them is: the others could be subtracted."""
    indicator = registry.get(code)
    each = figures(nodes, [(code, parameters or {})], on).values()
    if any(one.hidden for one in each):
        return Figure(None, None, None, "none", on, hidden=True)
    known = [one for one in each if one.part is not None]
    if not known:
        return NOTHING
    part = sum(one.part or 0 for one in known)
    wholes = [one.whole for one in known if one.whole is not None]
    source = Origin.LIVE if all(one.source == Origin.LIVE for one in known) else Origin.REPORTED
    days = [one.made_on for one in known if one.made_on]
    rolled = Rolled(part, sum(wholes) if wholes else None, source.value)
    return as_figure(indicator, rolled, min(days, default=on))


def history(
    node: Organisation, code: str, since: date, on: date, parameters: Parameters | None = None, *, exact: bool = False
) -> list[Point]:
    """How a figure was, from the value in force on ``since`` to ``on``; a point for each change. One query."""
    place = (code, key(registry.get(code), parameters))
    return histories(node, [place], since, on, exact=exact)[place]


def histories(
    node: Organisation, wanted: Iterable[Wanted], since: date, on: date, *, exact: bool = False
) -> dict[Wanted, list[Point]]:
    """The same of many figures of one organisation. One query."""
    asked = set(wanted)
    rows = Value.objects.filter(organisation=node, code__in={code for code, _key in asked}, on__lte=on).order_by("on")
    found: dict[Wanted, list[Point]] = {place: [] for place in asked}
    for row in rows:
        if (row.code, row.key) in found:
            line = found[row.code, row.key]
            if len(line) == 1 and row.on <= since:
                line.clear()
            line.append(Point(max(row.on, since), _of_row(registry.get(row.code), row, row.on, exact=exact)))
    return found


__all__ = [
    "NOTHING",
    "Figure",
    "Point",
    "figure",
    "figures",
    "histories",
    "history",
    "key",
    "refresh",
    "together",
    "top_of",
]  # fmt: skip
