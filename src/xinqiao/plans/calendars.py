"""From a pack and its units to dated work: which measure falls due where and when. Reads calendars, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Q

from xinqiao.packs.core.period import Occurrence, Period
from xinqiao.packs.core.shapes import Measure, Pack, When
from xinqiao.packs.core.when import occurrences
from xinqiao.people.enums import DayKind
from xinqiao.people.models import CalendarDay, Organisation, Term
from xinqiao.people.selectors import school_calendar
from xinqiao.plans.enums import Mode

HORIZON = timedelta(days=45)
"""How far ahead daily work is written into the table; the nightly roll goes on from there."""
AHEAD = 60
"""An open plan gets its next year this many days before the worked-out one is over."""


class Calendars:
    """The period as each organisation's own calendar has it. Organisations without days of their own share one."""

    def __init__(self, organisations: Iterable[Organisation], starts_on: date, ends_on: date) -> None:
        self.starts_on, self.ends_on = starts_on, ends_on
        days = CalendarDay.objects.filter(organisation__isnull=False, day__range=(starts_on, ends_on))
        terms = Term.objects.filter(Q(starts_on__lte=ends_on) & Q(ends_on__gte=starts_on))
        self._own = set(days.values_list("organisation", flat=True)) | set(terms.values_list("organisation", flat=True))
        self._periods: dict[tuple[int, ...], Period] = {}
        self._shown = list(organisations)

    def key(self, node: Organisation) -> tuple[int, ...]:
        """Organisations with the same key have the same calendar."""
        return tuple(pk for pk in node.ancestors_ids() if pk in self._own)

    def period(self, node: Organisation) -> Period:
        key = self.key(node)
        if key not in self._periods:
            calendar = school_calendar(node)
            exams = [day for day, (_owner, kind, _name) in calendar.days.items() if kind == DayKind.EXAM]
            self._periods[key] = Period(
                self.starts_on,
                self.ends_on,
                tuple(span for span in calendar.spans if span[0] <= self.ends_on and span[1] >= self.starts_on),
                tuple(sorted(day for day in exams if self.starts_on <= day <= self.ends_on)),
                calendar.is_working_day,
            )
        return self._periods[key]


@dataclass(frozen=True)
class Wanted:
    """One task that the plan asks for."""

    measure: Measure
    unit: Organisation
    occurrence: Occurrence

    @property
    def key(self) -> tuple[str, int, str]:
        return self.measure.id, self.unit.pk, self.occurrence.slot


def rhythm(measure: Measure, mode: str, period: str) -> When:
    """How often, in this mode. What holds all the time is asked for once a year where a plan has no end."""
    when = measure.emergency if mode == Mode.EMERGENCY and measure.emergency else measure.when
    return replace(when, every="year", always=False) if when.always and period == "open" else when


def is_daily(measure: Measure, mode: str, period: str) -> bool:
    return rhythm(measure, mode, period).every in ("day", "workday")


def work_of(
    pack: Pack, units: Mapping[str, Sequence[Organisation]], mode: str, calendars: Calendars
) -> Iterator[Wanted]:
    """Everything the pack asks of these units (by unit id) in the calendars' period, measure by measure."""
    for measure in pack.measures.values():
        when = rhythm(measure, mode, pack.period)
        known: dict[tuple[int, ...], tuple[Occurrence, ...]] = {}
        for unit in units.get(measure.unit, ()):
            key = calendars.key(unit)
            if key not in known:
                known[key] = occurrences(when, calendars.period(unit))
            for occurrence in known[key]:
                yield Wanted(measure, unit, occurrence)


def year_end(pack: Pack, starts_on: date) -> date:
    """The last day that an open plan which starts then is worked out to: the end of the school year (or of the calendar
    year, where no school takes part) that is at least ``AHEAD`` days away."""
    school = bool({"bureau", "school"} & set(pack.data.get("applies_to", ())))
    month, day = (8, 31) if school else (12, 31)
    end = date(starts_on.year, month, day)
    return end if end >= starts_on + timedelta(days=AHEAD) else date(starts_on.year + 1, month, day)


def proposed(pack: Pack, on: date) -> tuple[date, date]:
    """The days a plan would run when it is applied today: those the pack proposes, else the school year or calendar
    year that is on (from July the coming school year), else from today."""
    if pack.period == "school_year":
        year = on.year if on.month >= 7 else on.year - 1
        return date(year, 9, 1), date(year + 1, 8, 31)
    if pack.period == "calendar_year":
        return date(on.year, 1, 1), date(on.year, 12, 31)
    if pack.period == "dates" and pack.data.get("starts") and pack.data.get("ends"):
        return _proposed_days(str(pack.data["starts"]), str(pack.data["ends"]), on)
    if pack.period == "open":
        return on, year_end(pack, on)
    return on, on + timedelta(days=90)


def _proposed_days(starts: str, ends: str, on: date) -> tuple[date, date]:
    """The next time these ``MM-DD`` come that is not over yet."""
    for year in (on.year, on.year + 1):
        first = _day(year, starts)
        last = _day(year + (ends < starts), ends)
        if last >= on:
            return first, last
    return first, last


def _day(year: int, text: str) -> date:
    month, day = (int(part) for part in text.split("-"))
    return date(year, month, 28) if (month, day) == (2, 29) and year % 4 else date(year, month, day)
