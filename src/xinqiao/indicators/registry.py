"""Figures the house can show, declared by the room that knows them, in one table a room (``<room>/indicators.py``).

A new room only adds rows: a figure that was reported by hand until then turns live, and its history stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from django.utils.functional import Promise

from xinqiao.indicators import rules
from xinqiao.people.models import Organisation

Text = str | Promise


@dataclass(frozen=True)
class Share:
    """What one organisation contributes. A ratio is Σ part ÷ Σ whole, a count is Σ part (whole None), an average is
    Σ part ÷ Σ whole of hours, days or scores. So the sum over schools is the bureau's figure by construction.

    The rest is for figures about children only (``Indicator.children``), and decides who sees them (``releasing``):
    cells: counts that together are the whole (answered, not answered); empty: part and what is left of whole, or part.
    guards: counts that other pages show on their own (how many signals): the figure is shown only where each could be.
    quiet: the room itself decides. True: the share stays inside the organisation and out of every sum above it; False:
    it may be shown. None: decided by cells and guards.
    """

    part: float
    whole: float | None = None
    cells: tuple[int, ...] = ()
    guards: tuple[int, ...] = ()
    quiet: bool | None = None

    def __add__(self, other: Share) -> Share:
        """Two organisations together."""
        known = [whole for whole in (self.whole, other.whole) if whole is not None]
        return Share(
            self.part + other.part,
            sum(known) if known else None,
            _added(self.cells, other.cells),
            _added(self.guards, other.guards),
            self.quiet if other.quiet is None else other.quiet or bool(self.quiet),
        )


def _added(ours: tuple[int, ...], theirs: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip_longest(ours, theirs, fillvalue=0))


Live = Callable[[Sequence[Organisation], date, Mapping[str, Any]], Mapping[int, Share]]
"""(schools or other bearing organisations, day, parameters) → share by organisation id, each one's own only (its
subtree below included, other bearing organisations not). Figures about children come by class where they can: the id of
a class or grade below the asked organisation. Set-based: a fixed number of queries for any number asked. An
organisation that is not in the answer has no figure (no ``Share(0)`` in its place). All parameters are there."""

Rows = Callable[[Organisation, date, Mapping[str, Any]], str]
"""Where the rows behind a figure are seen: a URL of the room's own page, which asks the policy table itself; or ""."""


@dataclass(frozen=True)
class Parameter:
    """default: taken when a pack does not say. tenant: key in ``Organisation.options`` that a tenant may set."""

    name: str
    title: Text
    default: Any
    tenant: str = ""


@dataclass(frozen=True)
class Indicator:
    """code: ``<subject>.<name>``. kind: ratio, count, average, or yes (count of organisations that have it ÷ all).
    unit: words after the figure (%, 人, 小时 …). better: up or down. children: it counts children, and small figures
    are left out for whoever does not see each of them. bears: kinds of organisations that contribute (school …); empty:
    every one but grades and classes. rows: page of the records behind it; shown to whom that page lets in.
    live: None means it is reported with proof until a room can tell. clauses: of the plans' list, such as "14.7".
    """

    code: str
    title: Text
    formula: Text
    kind: str = "ratio"
    unit: Text = "%"
    better: str = "up"
    scale: float = 100.0
    children: bool = False
    bears: tuple[str, ...] = ("school",)
    parameters: tuple[Parameter, ...] = ()
    live: Live | None = None
    rows: Rows | None = None
    breakdown: tuple[str, ...] = ("organisation",)
    clauses: tuple[str, ...] = ()


_known: dict[str, Indicator] = {}


def register(rows: Sequence[Indicator]) -> None:
    """Called from ``apps.ready`` of each room. Raises ValueError when two rooms claim one live figure.

    A live row takes the place of a reported one with the same code, whichever came first.
    """
    for row in rows:
        held = _known.get(row.code)
        if held is None or (held.live is None and row.live is not None):
            _known[row.code] = row
        elif row.live is not None and held is not row:
            raise ValueError(f"two rooms show {row.code}")


def known() -> dict[str, Indicator]:
    return dict(sorted(_known.items()))


def get(code: str) -> Indicator:
    """Raises KeyError for a code nobody declared."""
    return _known[code]


def value_of(indicator: Indicator, part: float | None, whole: float | None) -> float | None:
    """The figure that part and whole make, in the indicator's unit."""
    return rules.value_of(indicator.kind, indicator.scale, part, whole)
