"""Places as a drawing: where an organisation says it lies, or even tiles in the order of codes. Plain Python.

A place lies where ``Organisation.options["location"]`` says: two numbers from 0 to 1000, from the left and from the
top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

WIDTH, HEIGHT = 1000, 1100
EDGE = 165
"""Free space around places that lie somewhere, for their names."""
GAP = 14
TILE = 1.75
"""A tile is this much wider than high."""
LEAST_NAMED = 74
"""A tile narrower than this holds no name."""


@dataclass(frozen=True)
class Spot:
    """One place as it is drawn, in units of a field of WIDTH × HEIGHT. size: of the name's letters; 0: no room for it.
    lines: the name on one line or two. below: the words stand under the mark, else over it."""

    x: float
    y: float
    width: float
    height: float
    size: float
    lines: tuple[str, ...]
    below: bool = True

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def baselines(self) -> list[tuple[str, float]]:
        """(line, y of its baseline); tiles leave the lower third to the word."""
        first = self.y + self.height * 0.36 - self.size * 0.6 * (len(self.lines) - 1) + self.size * 0.2
        return [(line, round(first + place * self.size * 1.2, 1)) for place, line in enumerate(self.lines)]

    @property
    def word_y(self) -> float:
        return round(self.y + self.height * 0.82, 1)

    @property
    def radius(self) -> float:
        return self.width / 2

    @property
    def mark_y(self) -> float:
        return round(self.y + self.radius, 1)

    @property
    def small(self) -> float:
        return round(self.size * 0.8, 1)

    @property
    def name_y(self) -> float:
        """Baseline of the name of a round mark; the word stands under it (``said_y``)."""
        under = self.y + self.height + self.size
        return round(under if self.below else self.y - self.size * 1.15, 1)

    @property
    def said_y(self) -> float:
        return round(self.name_y + self.size * 0.95, 1)

    @property
    def word_size(self) -> float:
        return round(min(38.0, max(15.0, self.height * 0.17)), 1)


def location_of(options: Any) -> tuple[float, float] | None:
    """What an organisation says of where it lies, or None when that is nothing that can be drawn."""
    given = (options or {}).get("location")
    if isinstance(given, list | tuple) and len(given) == 2 and all(isinstance(n, int | float) for n in given):
        return (min(1000.0, max(0.0, float(given[0]))), min(1000.0, max(0.0, float(given[1]))))
    return None


def tiles(names: Sequence[str], width: float = WIDTH, height: float = HEIGHT) -> list[Spot]:
    """Even tiles that fill the field, left to right, then down, in the order given."""
    if not names:
        return []
    columns = max(1, min(len(names), round(sqrt(len(names) * width / height / TILE))))
    rows = ceil(len(names) / columns)
    wide, high = (width - GAP * (columns + 1)) / columns, (height - GAP * (rows + 1)) / rows
    high = min(high, wide / 1.6)
    top = (height - rows * (high + GAP) + GAP) / 2
    found = []
    for place, name in enumerate(names):
        row, column = divmod(place, columns)
        size, lines = fit(name, wide * 0.9, high)
        spot = Spot(
            round(GAP + column * (wide + GAP), 1), round(top + row * (high + GAP), 1), round(wide, 1), round(high, 1),
            size, lines,
        )  # fmt: skip
        found.append(spot)
    return found


def fit(name: str, width: float, height: float) -> tuple[float, tuple[str, ...]]:
    """(letter size, one line or two) in which a name fits the width; (0, ()) when there is no room for names."""
    if width < LEAST_NAMED:
        return 0.0, ()
    most = min(64.0, height * 0.28)
    one = width / max(1.0, wide(name))
    if one >= most * 0.8 or len(name) < 5:
        return round(min(most, one), 1), (name,)
    cut = _cut(name)
    two = width / max(wide(name[:cut]), wide(name[cut:]))
    return round(min(most * 0.85, two), 1), (name[:cut].strip(), name[cut:].strip())


def _cut(name: str) -> int:
    """Where a name is best broken: at the blank nearest the middle, else before the last words 中学, 小学 …"""
    middle = ceil(len(name) / 2)
    blanks = [place for place, letter in enumerate(name) if letter == " "]
    return min(blanks, key=lambda place: abs(place - middle)) if blanks else middle


def wide(text: str) -> float:
    """Width in letter sizes: a Chinese character is one, a Latin letter a little more than half."""
    return sum(1.0 if ord(letter) > 0x2E7F else 0.56 for letter in text)


def spots(points: Sequence[tuple[float, float]], names: Sequence[str]) -> list[Spot]:
    """Round marks where the places lie, drawn so large that together they fill the field; a name goes over its mark
    when another place lies right under it."""
    few = len(points) <= 12
    size, radius = (38.0, 34.0) if few else (28.0, 22.0) if len(points) <= 30 else (19.0, 14.0)
    placed = _spread(points)
    found = []
    for (x, y), name in zip(placed, names, strict=True):
        crowded = any(0 < other_y - y < 4 * size and abs(other_x - x) < 5 * size for other_x, other_y in placed)
        found.append(
            Spot(round(x - radius, 1), round(y - radius, 1), 2 * radius, 2 * radius, size, (name,), not crowded)
        )
    return found


def _spread(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Moved and enlarged alike in both directions until they fill the field inside ``EDGE``."""
    left, top = min(x for x, _y in points), min(y for _x, y in points)
    across, down = max(x for x, _y in points) - left, max(y for _x, y in points) - top
    room = (WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE)
    scale = min(room[0] / across if across else 3.0, room[1] / down if down else 3.0, 3.0)
    start = ((WIDTH - across * scale) / 2, (HEIGHT - down * scale) / 2)
    return [(start[0] + (x - left) * scale, start[1] + (y - top) * scale) for x, y in points]


def land(points: Sequence[Spot]) -> str:
    """The outline around all places, as SVG points; a drawing, not a border."""
    corners = sorted({(spot.middle, round(spot.y + spot.height / 2, 1)) for spot in points})
    if len(corners) < 3:
        return ""
    hull = _half(corners)[:-1] + _half(corners[::-1])[:-1]
    return " ".join(f"{x:g},{y:g}" for x, y in hull)


def _half(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """One side of the convex hull (Andrew's monotone chain)."""
    hull: list[tuple[float, float]] = []
    for corner in corners:
        while len(hull) > 1 and _turn(hull[-2], hull[-1], corner) <= 0:
            hull.pop()
        hull.append(corner)
    return hull


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
