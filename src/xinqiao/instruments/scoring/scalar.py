"""The slow scorer: one sheet, exact fractions, one rule after another as the definition states them.

It shares no arithmetic with the vectorised scorer and is what that one is held against. Golden cases run through both.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from xinqiao.instruments.definition import COMPARISONS, Definition, NormRow, Score


@dataclass(frozen=True)
class Number:
    """One score of one person. Where ``value`` is None, ``reason`` says why; the same holds for ``t``."""

    value: float | None
    reason: str
    band: str
    t: float | None = None
    t_reason: str = ""


@dataclass(frozen=True)
class Person:
    """Who answered, as far as norms need it: grade 1–12, age in whole years, ``male``/``female``; None = not known."""

    grade: int | None = None
    age: int | None = None
    sex: str | None = None


NOT_SHOWN = "not shown"
Answers = Mapping[str, "int | str | None"]  # item id → value, None where skipped, NOT_SHOWN where never asked


def score(definition: Definition, answers: Answers, person: Person | None = None) -> dict[str, Number]:
    """Every score of the definition. An item that is absent from ``answers`` counts as skipped."""
    numbers: dict[str, Number] = {}
    exact: dict[str, Fraction | None] = {}
    for part in definition.scores:
        value, reason = _from_items(definition, part, answers) if part.is_base else _from_scores(part, exact)
        if value is not None:
            value = rounded(value, part.decimals)
        exact[part.id] = value
        t, t_reason = _t(definition, part, value, reason, person or Person())
        banded = t if part.band_on == "t" else value
        numbers[part.id] = Number(
            value=None if value is None else float(value),
            reason=reason,
            band=_band(part, banded),
            t=None if t is None else float(t),
            t_reason=t_reason,
        )
    return numbers


def rounded(value: Fraction, decimals: int) -> Fraction:
    """To ``decimals`` places, halves upwards."""
    scale = 10**decimals
    return Fraction(math.floor(value * scale + Fraction(1, 2)), scale)


def _from_items(definition: Definition, part: Score, answers: Answers) -> tuple[Fraction | None, str]:
    given: dict[str, Fraction] = {}
    skipped: list[str] = []
    withheld: list[str] = []
    for name in part.items:
        answer = answers.get(name)
        if answer == NOT_SHOWN:
            withheld.append(name)
        elif answer is None:
            skipped.append(name)
        else:
            item, value = definition.item[name], Fraction(answer)
            given[name] = item.lowest + item.highest - value if name in part.reverse else value
    if withheld and part.missing.not_shown == "null":
        return None, "not_shown"
    if not given:
        return None, "no_answer"
    if len(skipped) > part.missing.max:
        return None, "too_many_missing"
    gaps = skipped + (withheld if part.missing.not_shown == "prorate" else [])
    if gaps:
        own_mean = sum(given.values(), Fraction(0)) / len(given)
        given |= dict.fromkeys(gaps, own_mean)
    return _combine(part, given) + Fraction(str(part.constant)), ""


def _combine(part: Score, given: Mapping[str, Fraction]) -> Fraction:
    if part.operation == "max":
        return max(given.values())
    if part.operation == "count_if":
        op, limit = part.count
        return Fraction(sum(1 for value in given.values() if COMPARISONS[op](value, limit)))
    total = sum((Fraction(str(part.weights[name])) * value for name, value in given.items()), Fraction(0))
    return total / len(given) if part.operation == "mean" else total


def _from_scores(part: Score, exact: Mapping[str, Fraction | None]) -> tuple[Fraction | None, str]:
    total = Fraction(0)
    for name, weight in part.of.items():
        value = exact[name]
        if value is None:
            return None, "component_null"
        total += Fraction(str(weight)) * value
    if part.operation == "lookup":
        source = exact[next(iter(part.of))]
        for raw, outcome in part.table:
            if source == Fraction(str(raw)):
                return Fraction(str(outcome)) + Fraction(str(part.constant)), ""
        return None, "out_of_table"
    return total + Fraction(str(part.constant)), ""


def _t(
    definition: Definition, part: Score, value: Fraction | None, reason: str, person: Person
) -> tuple[Fraction | None, str]:
    if not part.norm:
        return None, ""
    if value is None:
        return None, reason
    norm = definition.norms[part.norm]
    row = next((row for row in norm.rows if _fits(row, person)), None)
    if row is None:
        return None, "no_norm"
    if norm.kind == "table":
        for raw, outcome in row.table:
            if value == Fraction(str(raw)):
                return Fraction(str(outcome)), ""
        return None, "out_of_table"
    z = (value - Fraction(str(row.mean))) / Fraction(str(row.sd))
    return rounded(50 + 10 * z, norm.decimals), ""


def _fits(row: NormRow, person: Person) -> bool:
    if row.grades and not (person.grade is not None and row.grades[0] <= person.grade <= row.grades[1]):
        return False
    if row.ages and not (person.age is not None and row.ages[0] <= person.age <= row.ages[1]):
        return False
    return not row.sex or row.sex == person.sex


def _band(part: Score, value: Fraction | None) -> str:
    """Id of the band that holds the value; the first and last band also hold what lies beyond them."""
    if value is None or not part.bands:
        return ""
    found = part.bands[0]
    for band in part.bands:
        if value >= Fraction(str(band.low)):
            found = band
    return found.id
