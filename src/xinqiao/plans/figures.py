"""Figures of the indicators, as a plan looks at them: value against target, and whether it comes from records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinqiao.indicators import asked, registry, targets, values
from xinqiao.packs.core.shapes import Measure, Pack, Target
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of
from xinqiao.plans.models import Plan

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Shown:
    """value: in the indicator's ``unit``, None when nobody knows or it counts too few (``hidden``). target: what it
    shall reach this year, None without one. light: met, near, far or unknown, with ``words``. source: live (from
    records), reported (with proof) or none. rows: where the rows behind it are, or ""."""

    value: float | None
    target: float | None
    light: str
    words: str
    source: str
    unit: str = "%"
    rows: str = ""
    hidden: bool = False

    @property
    def met(self) -> bool:
        return self.light == "met"

    @property
    def said(self) -> str:
        """``86.5%``; "" without a value."""
        return "" if self.value is None else f"{self.value:.4g}{self.unit}"


NOTHING = Shown(None, None, UNKNOWN, "", "none")


@dataclass(frozen=True)
class Question:
    """One figure wanted: of the plan's organisation with everything below it where all ``units`` lie in its tree, else
    of the units together. aim: what it shall reach."""

    code: str
    parameters: Mapping[str, Any]
    units: Sequence[Organisation]
    aim: float | None


def ask(root: Organisation, questions: Sequence[Question], on: date) -> list[Shown]:
    """Answers in order. Four queries for all that is asked of the plan's own tree, four more for each that is not."""
    known = [each for each in questions if each.code in registry.known()]
    inside = [each for each in known if _inside(root, each.units)]
    found = values.figures([root], [(each.code, each.parameters) for each in inside], on) if inside else {}
    answers = []
    for each in questions:
        if each not in known:
            answers.append(NOTHING)
            continue
        indicator = registry.get(each.code)
        if each in inside:
            figure = found[root.pk, each.code, values.key(indicator, each.parameters)]
        else:
            figure = values.together(_tops(each.units), each.code, on, each.parameters)
        answers.append(_shown(root, each, figure, on))
    return answers


def of_each(nodes: Sequence[Organisation], target: Target, aim: float | None, on: date) -> dict[int, Shown]:
    """One target's figure in each of many organisations, by id. Four queries."""
    if target.indicator not in registry.known() or not nodes:
        return {}
    indicator = registry.get(target.indicator)
    found = values.figures(nodes, [(target.indicator, target.parameters)], on)
    digest = values.key(indicator, target.parameters)
    question = Question(target.indicator, target.parameters, (), aim)
    return {node.pk: _shown(node, question, found[node.pk, target.indicator, digest], on) for node in nodes}


def _inside(root: Organisation, units: Iterable[Organisation]) -> bool:
    return all(unit.path.startswith(root.path) for unit in units)


def _tops(units: Sequence[Organisation]) -> list[Organisation]:
    """Those that lie below no other one."""
    return [node for node in units if not any(node != other and node.path.startswith(other.path) for other in units)]


def _shown(node: Organisation, question: Question, figure: values.Figure, on: date) -> Shown:
    indicator = registry.get(question.code)
    light = targets.light(figure.value, question.aim, indicator.better)
    rows = indicator.rows(node, on, question.parameters) if indicator.rows is not None else ""
    return Shown(
        figure.value, question.aim, light.state, light.words, figure.source, str(indicator.unit), rows, figure.hidden
    )


def goal(path: Mapping[str, float], plan: Plan, pack: Pack, on: date) -> float | None:
    """The target of the year that is on: the school year for plans that run by it, else the calendar year."""
    day = min(max(on, plan.starts_on), plan.ends_on)
    return targets.target_for(path, school_year_of(day) if pack.period == "school_year" else day.year)


def target_of(pack: Pack, measure: Measure) -> Target | None:
    """The target that says when a measure's live figure shows it done."""
    for target in pack.targets.values():
        if measure.evidence.live and (target.indicator, target.unit) == (measure.evidence.live, measure.unit):
            return target
    return None


def asked_of(node: Organisation, on: date) -> list[asked.Asked]:
    """What running plans ask of figures in a subtree (``indicators.asked``). Two queries."""
    plans = Plan.objects.filter(state__in=["running", "paused"], starts_on__lte=on, ends_on__gte=on)
    near = plans.filter(organisation__path__startswith=node.path) | plans.filter(
        units__organisation__path__startswith=node.path
    )
    from django.urls import reverse

    found = []
    for plan in near.distinct().select_related("organisation").prefetch_related("units"):
        pack = Pack(plan.data)
        by_year = pack.period == "school_year"
        for target in pack.targets.values():
            places = {row.organisation_id for row in plan.units.all() if row.key == target.unit and row.left_on is None}
            found.append(
                asked.Asked(
                    target.indicator, target.parameters, target.path, frozenset({*places, plan.organisation_id}),
                    plan.title, reverse("plans:plan", args=[plan.pk]), by_year,
                )
            )  # fmt: skip
        for watch in (*pack.rules.values(), *pack.records.values()):
            if watch.indicator:
                found.append(
                    asked.Asked(
                        watch.indicator, watch.parameters, {}, frozenset({plan.organisation_id}), plan.title,
                        reverse("plans:plan", args=[plan.pk]), by_year,
                    )
                )  # fmt: skip
    return found
