"""What a figure shall reach, how it stands towards that, where it is going, and when it will be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

NEAR = 0.1
"""Within a tenth of the target a figure is called near."""
_ROUNDING = 1e-9
Point = tuple[date, float]

LEAST_POINTS = 3
LEAST_DAYS = 28
"""A forecast needs three values over four weeks; a straight line through less says nothing."""
FARTHEST = timedelta(days=3650)
LOOKED_BACK = timedelta(days=366)
MUCH = 0.02
"""A change of less than a fiftieth is called steady."""


FACES = {
    "met": {"tone": "good", "icon": "circle-check"},
    "near": {"tone": "warn", "icon": "circle-half-2"},
    "far": {"tone": "bad", "icon": "alert-triangle"},
    "unknown": {"tone": "neutral", "icon": "circle-dashed"},
}


class Light(NamedTuple):
    """state: met, near, far or unknown. A colour never stands without its words."""

    state: str
    words: str

    @property
    def tone(self) -> str:
        return FACES[self.state]["tone"]

    @property
    def icon(self) -> str:
        return {"met": "circle-check", "near": "circle-half-2", "far": "alert-triangle"}.get(
            self.state, "circle-dashed"
        )


def light(value: float | None, target: float | None, better: str = "up") -> Light:
    """How a figure stands. better: ``up`` (the target is the least) or ``down`` (the most). None: unknown."""
    if value is None:
        return Light("unknown", _("还没有数字"))
    if target is None:
        return Light("unknown", _("没有设定目标"))
    if reached(value, target, better):
        return Light("met", _("已达到"))
    margin = abs(target) * NEAR + _ROUNDING
    short = target - value if better == "up" else value - target
    return Light("near", _("接近目标")) if short <= margin else Light("far", _("还有差距"))


def reached(value: float, target: float, better: str) -> bool:
    """Whether the target is met, a rounding error aside."""
    return value >= target - _ROUNDING if better == "up" else value <= target + _ROUNDING


def target_for(path: Mapping[str, float], year: int) -> float | None:
    """The target in force in a year: that of the last year named up to then, before the first one the first; the entry
    ``""`` holds in years without any of their own. Years are ``2025``, or ``2025-2026`` for a school year."""
    known = sorted((int(str(name)[:4]), float(value)) for name, value in path.items() if str(name)[:4].isdigit())
    past = [value for named, value in known if named <= year]
    if past:
        return past[-1]
    return float(path[""]) if "" in path else known[0][1] if known else None


def trend(history: Sequence[Point]) -> str:
    """up, down or flat over the last year; "" with fewer than two values."""
    if len(history) < 2:
        return ""
    last = history[-1][1]
    first = next(value for day, value in history if day >= history[-1][0] - LOOKED_BACK)
    change = last - first
    if abs(change) <= MUCH * max(abs(first), abs(last)):
        return "flat"
    return "up" if change > 0 else "down"


def trend_words(history: Sequence[Point]) -> str:
    """The same in words, without a number."""
    return {"up": _("在上升"), "down": _("在下降"), "flat": _("基本持平")}.get(trend(history), _("还看不出变化"))


def forecast(history: Sequence[Point], target: float | None, better: str = "up") -> str | None:
    """“At this pace reached in …”, by the straight line that fits the values of the last year best (least squares).

    history: (day, value) in order of days. None when there is no target, when it is reached, or when there are fewer
    than three values or less than four weeks of them: then nothing can be said.
    """
    if target is None or not history or reached(history[-1][1], target, better):
        return None
    last = history[-1][0]
    points = [(day.toordinal(), value) for day, value in history if day >= last - LOOKED_BACK]
    if len(points) < LEAST_POINTS or points[-1][0] - points[0][0] < LEAST_DAYS:
        return None
    slope = _slope(points)
    toward = slope if better == "up" else -slope
    distance = abs(target - history[-1][1])
    if toward <= 0 or distance / toward > FARTHEST.days:
        return _("照现在的走势，看不到达到目标的时候")
    day = last + timedelta(days=round(distance / toward))
    return _("照现在的速度，大约在 %(year)d 年 %(month)d 月达到目标") % {"year": day.year, "month": day.month}


def _slope(points: Sequence[tuple[int, float]]) -> float:
    """Change a day of the line that fits best."""
    middle = sum(x for x, _y in points) / len(points)
    level = sum(y for _x, y in points) / len(points)
    spread = sum((x - middle) ** 2 for x, _y in points)
    return sum((x - middle) * (y - level) for x, y in points) / spread if spread else 0.0
