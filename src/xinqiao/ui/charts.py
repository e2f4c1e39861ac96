"""Rows of a bar chart. A suppressed cell has no value here, so no length can give it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SUPPRESSED = "—"


@dataclass(frozen=True)
class Bar:
    """``value`` None = suppressed; ``shown`` is what is written instead of the number (“<10”, “42 人”)."""

    label: str
    value: float | None
    shown: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class DrawnBar:
    """A bar as the template draws it; ``width`` in hundredths of the scale, None when suppressed."""

    bar: Bar
    width: float | None
    text: str


def drawn(rows: Sequence[Bar], *, unit: str = "", total: float | None = None) -> list[DrawnBar]:
    """Scale the rows to ``total`` or, when it is not given, to the longest bar."""
    scale = total if total is not None else max((row.value for row in rows if row.value is not None), default=0)
    return [DrawnBar(row, _width(row.value, scale), _text(row, unit)) for row in rows]


def _width(value: float | None, scale: float) -> float | None:
    if value is None:
        return None
    return round(min(100.0, max(0.0, 100 * value / scale)), 2) if scale else 0.0


def _text(row: Bar, unit: str) -> str:
    if row.shown:
        return row.shown
    return SUPPRESSED if row.value is None else f"{row.value:g}{unit}"
