"""Figures of the indicators, as a plan looks at them: value against target, and whether it comes from records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from xinqiao.indicators import registry
from xinqiao.packs.core.shapes import Target
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of
from xinqiao.plans.models import Plan

MET, NEAR, FAR, UNKNOWN = "met", "near", "far", "unknown"


@dataclass(frozen=True)
class Shown:
    """value: in the indicator's unit, None when nobody knows. target: what it shall reach in this year, None without a
    path. light: met, near, far or unknown. source: live (from records), reported (with proof) or none."""

    value: float | None
    target: float | None
    light: str
    source: str
    unit: str = "%"

    @property
    def met(self) -> bool:
        return self.light == MET


NOTHING = Shown(None, None, UNKNOWN, "none")


def shown(plan: Plan, target: Target, units: Sequence[Organisation], on: date) -> Shown:
    """The figure of a target over the plan's organisation (with everything below it), or over the units when they lie
    elsewhere: then the worst of them."""
    return over(plan, target.indicator, target.parameters, units, on, goal(target.path, plan, on))


def over(
    plan: Plan, code: str, parameters: Mapping[str, Any], units: Sequence[Organisation], on: date, aim: float | None
) -> Shown:
    """One figure for many units: the figure of the plan's organisation where it is above all of them (the sum of its
    schools), else the least favourable of theirs. Two figures at most for units of one tree."""
    root = plan.organisation
    nodes = [root] if not units or all(unit.path.startswith(root.path) for unit in units) else list(units)
    each = [one(node, code, parameters, on, aim) for node in nodes]
    rank = {UNKNOWN: 0, FAR: 1, NEAR: 2, MET: 3}
    return min(each, key=lambda figure: rank[figure.light]) if each else NOTHING


def one(node: Organisation, code: str, parameters: Mapping[str, Any], on: date, aim: float | None) -> Shown:
    """One organisation's figure against an aim."""
    values, targets = _room("values"), _room("targets")
    try:
        indicator = registry.get(code)
    except KeyError:
        return NOTHING
    if values is None or targets is None:
        return NOTHING
    figure = values.figure(node, code, on, dict(parameters))
    value = figure.value
    light = UNKNOWN if value is None or aim is None else str(targets.light(value, aim, indicator.better)[0])
    return Shown(value, aim, light, figure.source, str(indicator.unit))


def goal(path: Mapping[str, float], plan: Plan, on: date) -> float | None:
    """The target of the year that is on: the school year for plans that run by it, else the calendar year."""
    targets = _room("targets")
    day = min(max(on, plan.starts_on), plan.ends_on)
    year = school_year_of(day) if plan.edition.read.period == "school_year" else day.year
    return targets.target_for(path, year) if targets else path.get("")


def _room(name: str) -> Any:
    full = f"xinqiao.indicators.{name}"
    return import_module(full) if find_spec(full) else None
