"""Lines over time, drawn as steps: a value holds until the next one. Plain geometry for the components ``spark`` and
``line_chart``; words and numbers come from the caller, so that nothing is shown that was not asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Point = tuple[date, float]


@dataclass(frozen=True)
class Mark:
    """A text or dot of a chart at a place of its drawing."""

    x: str
    y: str
    text: str = ""


@dataclass(frozen=True)
class Drawing:
    """A chart in its own units. path: the line as an SVG path. dots: where values begin. target: height of the target
    line, "" without one. rows: marks on the left, days: marks below."""

    width: int
    height: int
    path: str
    dots: Sequence[Mark]
    last: Mark
    target: str = ""
    rows: Sequence[Mark] = ()
    days: Sequence[Mark] = ()


def spark(points: Sequence[Point], width: int = 96, height: int = 24) -> Drawing | None:
    """A line the size of a word. None with fewer than two days: a dot says nothing."""
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return None
    return _drawn(points, _Frame(width, height, 2, 2, 4, 2), *_reach([value for _day, value in points]))


def chart(
    points: Sequence[Point], *, target: float | None = None, unit: str = "", most: float | None = None
) -> Drawing | None:
    """A chart of 640 × 220 with three heights and the first and last day named. most: the highest value there can be
    (100 for a share). None without a point."""
    if not points:
        return None
    if len(points) == 1 or points[0][0] == points[-1][0]:
        points = [(date.fromordinal(points[-1][0].toordinal() - 1), points[-1][1]), points[-1]]
    frame = _Frame(640, 220, 64, 14, 16, 30)
    values = [value for _day, value in points] + ([] if target is None else [target])
    low, high = (0.0, most) if most is not None and max(values) <= most else _scale(values)
    drawing = _drawn(points, frame, low, high)
    rows = [
        Mark(_n(frame.left - 8), _n(frame.y(value, low, high)), f"{round(value, 2):g}{unit}")
        for value in (low, (low + high) / 2, high)
    ]
    days = [
        Mark(_n(frame.left), _n(frame.height - 8), points[0][0].isoformat()),
        Mark(_n(frame.width - frame.right), _n(frame.height - 8), points[-1][0].isoformat()),
    ]
    line = "" if target is None else _n(frame.y(target, low, high))
    return Drawing(
        frame.width, frame.height, drawing.path, drawing.dots, drawing.last, line, rows=rows, days=days,
    )  # fmt: skip


@dataclass(frozen=True)
class _Frame:
    width: int
    height: int
    left: int
    top: int
    right: int
    bottom: int

    def x(self, day: date, first: date, last: date) -> float:
        return self.left + (self.width - self.left - self.right) * (day - first).days / (last - first).days

    def y(self, value: float, low: float, high: float) -> float:
        inside = self.height - self.top - self.bottom
        return self.top + inside * (1 - (value - low) / (high - low if high > low else 1))


def _drawn(points: Sequence[Point], frame: _Frame, low: float, high: float) -> Drawing:
    first, last = points[0][0], points[-1][0]
    dots = [Mark(_n(frame.x(day, first, last)), _n(frame.y(value, low, high))) for day, value in points]
    path = f"M{dots[0].x} {dots[0].y}" + "".join(f"H{dot.x}V{dot.y}" for dot in dots[1:])
    return Drawing(frame.width, frame.height, path, dots, dots[-1])


def _reach(values: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest; a flat line lies in the middle."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1, high + 1)


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """From nought to a round number above the highest: 1, 2, 5, 10, 20 …"""
    high = max([*values, 0.0])
    step = 1.0
    while step < high:
        step *= 10
    while step > 1e-9 and step / 10 >= high > 0:
        step /= 10
    best = next((step * part for part in (0.2, 0.5, 1.0) if step * part >= high), step)
    return 0.0, best or 1.0


def _n(number: float) -> str:
    """A coordinate as SVG reads it in every language: a point, at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")
