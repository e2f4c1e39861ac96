"""The stretch of time a plan runs in, and the calendar it asks. Plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included. terms: first and last day of each. exams: examination days."""

    starts_on: date
    ends_on: date
    terms: tuple[tuple[date, date], ...] = ()
    exams: tuple[date, ...] = ()
    is_working_day: Callable[[date], bool] = lambda day: day.weekday() < 5


@dataclass(frozen=True)
class Occurrence:
    """One time a measure falls due. slot: stable key inside the plan (``2026-04``, ``2026-w15``, ``2026-t1``,
    ``2026-05-25``), so that working the dates out again never makes a second task."""

    slot: str
    starts_on: date
    due_on: date
