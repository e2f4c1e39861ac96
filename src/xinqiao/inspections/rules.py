"""Life cycles, who is drawn, and what the scores of a form come to. Plain Python."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from xinqiao.inspections.enums import AppealState as A
from xinqiao.inspections.enums import RoundState as R
from xinqiao.inspections.enums import Sampling
from xinqiao.inspections.enums import SheetState as S
from xinqiao.kernel.lifecycle import Lifecycle

ROUND: Lifecycle[R] = Lifecycle(
    {
        (R.DRAFT, "open"): R.OPEN,
        (R.OPEN, "check"): R.CHECKING,
        (R.CHECKING, "publish"): R.PUBLISHED,
        (R.PUBLISHED, "close"): R.CLOSED,
        (R.DRAFT, "cancel"): R.CANCELLED,
        (R.OPEN, "cancel"): R.CANCELLED,
        (R.CHECKING, "cancel"): R.CANCELLED,
    }
)

SHEET: Lifecycle[S] = Lifecycle(
    {
        (S.OPEN, "submit"): S.SUBMITTED,
        (S.SUBMITTED, "withdraw"): S.OPEN,
        (S.OPEN, "finish"): S.CHECKED,
        (S.SUBMITTED, "finish"): S.CHECKED,
        (S.CHECKED, "reopen"): S.SUBMITTED,
    }
)
"""reopen: a checker saw a mistake before the results were published; what was scored stays."""

APPEAL: Lifecycle[A] = Lifecycle({(A.WAITING, "uphold"): A.UPHELD, (A.WAITING, "dismiss"): A.DISMISSED})

CENT = Decimal("0.01")
TENTH = Decimal("0.1")
HUNDRED = Decimal(100)
MOST_ITEMS = 60
OVERALL = "_all"
"""The item name under which the overall impression of a sheet is kept."""


@dataclass(frozen=True)
class Item:
    """One line of a form. weight: full mark. red_line: when it is hit, the whole sheet gets the lowest grade."""

    id: str
    title: str
    weight: Decimal
    evidence: str = ""
    red_line: bool = False
    indicator: str = ""


@dataclass(frozen=True)
class Grade:
    """A grade holds from this share (0–100, per cent of the full mark) upwards."""

    at_least: Decimal
    title: str


@dataclass(frozen=True)
class Form:
    """An inspection form as a round keeps it: {items: [...], grades: [...], source: where it came from}."""

    data: Mapping[str, Any]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        return tuple(
            Item(
                row["id"], row["title"], Decimal(str(row["weight"])), row.get("evidence", ""),
                bool(row.get("red_line")), row.get("indicator", ""),
            )
            for row in self.data.get("items", ())
        )  # fmt: skip

    @cached_property
    def by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def grades(self) -> tuple[Grade, ...]:
        """Highest first."""
        rows = [Grade(Decimal(str(row["from"])), row["title"]) for row in self.data.get("grades", ())]
        return tuple(sorted(rows, key=lambda grade: grade.at_least, reverse=True))

    @property
    def full(self) -> Decimal:
        return sum((item.weight for item in self.items), Decimal(0))


@dataclass(frozen=True)
class Result:
    """total of full marks; share in per cent with one decimal; red: ids of the red lines that were hit; capped: the
    grade would have been higher without them."""

    total: Decimal
    full: Decimal
    share: Decimal
    grade: str
    red: tuple[str, ...] = ()
    capped: bool = False


def result(form: Form, scores: Mapping[str, Decimal], red: Collection[str] = ()) -> Result:
    """What the scores come to; an item without a score counts nothing, and so does one whose red line was hit."""
    hit = tuple(item.id for item in form.items if item.red_line and item.id in red)
    total = sum((scores.get(item.id, Decimal(0)) for item in form.items if item.id not in hit), Decimal(0))
    full = form.full
    share = (total / full * HUNDRED).quantize(TENTH, ROUND_HALF_UP) if full else Decimal(0)
    earned = grade_of(form, share)
    grade = form.grades[-1].title if hit and form.grades else earned
    return Result(total, full, share, grade, hit, bool(hit) and grade != earned)


def grade_of(form: Form, share: Decimal) -> str:
    """The highest grade whose mark is reached; the lowest one below all marks; "" for a form without grades."""
    for grade in form.grades:
        if share >= grade.at_least:
            return grade.title
    return form.grades[-1].title if form.grades else ""


def draw(units: Sequence[int], how: str, *, number: int = 0, seed: int = 0, chosen: Collection[int] = ()) -> list[int]:
    """Which units are checked, in the order given.

    how: a Sampling. number: of RANDOM how many, of EVERY the step. seed: stored with the round; with it anybody can
    draw again and find the same units. RANDOM takes those with the smallest SHA-256 of "seed:unit"; EVERY starts at
    the unit number seed modulo step.
    """
    if how == Sampling.ALL:
        return list(units)
    if how == Sampling.CHOSEN:
        return [unit for unit in units if unit in chosen]
    if how == Sampling.EVERY:
        step = max(1, number)
        return [unit for place, unit in enumerate(units) if place % step == seed % min(step, max(1, len(units)))]
    drawn = set(sorted(units, key=lambda unit: hashlib.sha256(f"{seed}:{unit}".encode()).hexdigest())[:number])
    return [unit for unit in units if unit in drawn]


def faults(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a form: (code, which item or mark). Codes: none, many, title, weight, nothing, grades,
    twice. Empty when it may be used."""
    items, found = list(data.get("items", ())), []
    if not items:
        return [("none", "")]
    if len(items) > MOST_ITEMS:
        found.append(("many", str(len(items))))
    for place, row in enumerate(items, start=1):
        if not str(row.get("title", "")).strip():
            found.append(("title", str(place)))
        if Decimal(str(row.get("weight") or 0)) < 0:
            found.append(("weight", str(place)))
    if sum(Decimal(str(row.get("weight") or 0)) for row in items) <= 0:
        found.append(("nothing", ""))
    marks = [Decimal(str(row["from"])) for row in data.get("grades", ())]
    if not marks or any(not 0 <= mark <= HUNDRED for mark in marks):
        found.append(("grades", ""))
    if len(set(marks)) != len(marks):
        found.append(("twice", ""))
    return found


def plain(value: Decimal) -> str:
    """A score as people write it: 15, 8.5."""
    return f"{value.normalize():f}"


def self_scoring_ends(on: date, until: date) -> bool:
    """Whether the last day of self-scoring is over."""
    return on > until


def newer(seq: int, last: int | None) -> bool:
    """Whether a change from a device goes on top: only when it was written after all that arrived from the same device.
    So messages may arrive twice and in any order, and of one device the last one written stands."""
    return last is None or seq > last
