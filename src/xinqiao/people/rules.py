"""Class names, ages and working time. Plain Python."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

SCHOOL_YEAR_STARTS = (9, 1)
"""Month and day on which grades advance: the mainland school year begins on 1 September."""

FIRST_GRADE = {
    ("63", "primary"): 1,
    ("63", "junior"): 7,
    ("63", "senior"): 10,
    ("54", "primary"): 1,
    ("54", "junior"): 6,
    ("54", "senior"): 10,
}
YEARS = {
    ("63", "primary"): 6,
    ("63", "junior"): 3,
    ("63", "senior"): 3,
    ("54", "primary"): 5,
    ("54", "junior"): 4,
    ("54", "senior"): 3,
}
_NUMERALS = "零一二三四五六七八九"


def school_year_of(on: date) -> int:
    """The calendar year in which the school year containing ``on`` began."""
    return on.year if (on.month, on.day) >= SCHOOL_YEAR_STARTS else on.year - 1


def grade_number(*, system: str, stage: str, entry_year: int, school_year: int) -> int | None:
    """Grade 1–12 of a cohort in a school year, or None before entry and after graduation."""
    passed = school_year - entry_year
    if not 0 <= passed < YEARS[system, stage]:
        return None
    return FIRST_GRADE[system, stage] + passed


def grade_name(*, system: str, stage: str, entry_year: int, school_year: int) -> str:
    """七年级, 高一; a cohort that is not at school is called by its entry year: 2023级初中."""
    number = grade_number(system=system, stage=stage, entry_year=entry_year, school_year=school_year)
    if number is None:
        return f"{entry_year}级" + {"primary": "小学", "junior": "初中", "senior": "高中"}[stage]
    if stage == "senior":
        return "高" + _NUMERALS[number - 9]
    return _NUMERALS[number] + "年级"


def class_name(*, system: str, stage: str, entry_year: int, number: int, school_year: int) -> str:
    """七年级(3)班."""
    grade = grade_name(system=system, stage=stage, entry_year=entry_year, school_year=school_year)
    return f"{grade}({number})班"


def age_on(birth: date, on: date) -> int:
    """Full years of age (周岁)."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def born_by(age: int, on: date) -> date:
    """The last day of birth of people who are at least ``age`` on a day: ``age_on`` as a comparison for a database."""
    day = 28 if (on.month, on.day) == (2, 29) and not isleap(on.year - age) else on.day
    return date(on.year - age, on.month, day)


@dataclass(frozen=True)
class WorkingTime:
    """Working days of one organisation and the hours in which its clocks run."""

    is_working_day: Callable[[date], bool]
    opens: time = time(8, 0)
    closes: time = time(18, 0)

    def add_days(self, start: datetime, days: int) -> datetime:
        """``days`` working days later, at the hour of ``start`` (moved into opening hours).

        A start outside working time counts from the next opening. ``start`` must be aware, in local time.
        """
        moment = self.next_open(start)
        for _day in range(days):
            moment = self._next_working_day(moment)
        return moment

    def add_hours(self, start: datetime, hours: float) -> datetime:
        """``hours`` of working time later."""
        moment = self.next_open(start)
        left = timedelta(hours=hours)
        while True:
            end = moment.replace(hour=self.closes.hour, minute=self.closes.minute, second=0, microsecond=0)
            if moment + left <= end:
                return moment + left
            left -= end - moment
            moment = self.next_open(end)

    def next_open(self, moment: datetime) -> datetime:
        """``moment`` itself when it is working time, else the next opening."""
        if self.is_working_day(moment.date()):
            if moment.time() < self.opens:
                return self._opening(moment)
            if moment.time() < self.closes:
                return moment
        return self._opening(self._next_working_day(moment))

    def _next_working_day(self, moment: datetime) -> datetime:
        """The same hour on the next working day. Raises ValueError when there is none within 400 days."""
        for passed in range(1, 401):
            later = moment + timedelta(days=passed)
            if self.is_working_day(later.date()):
                return later
        raise ValueError("no working day within 400 days")

    def _opening(self, moment: datetime) -> datetime:
        return moment.replace(hour=self.opens.hour, minute=self.opens.minute, second=0, microsecond=0)
