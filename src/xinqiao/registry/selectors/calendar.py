"""A calendar month as a page shows it."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from xinqiao.people.models import CalendarDay, Organisation, Term
from xinqiao.people.selectors import SchoolDay, school_calendar

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class MonthDay:
    day: date
    inside: bool
    today: bool
    what: SchoolDay


@dataclass(frozen=True)
class Month:
    """Whole weeks from Monday that cover a month. working: working days in it."""

    first: date
    weeks: list[list[MonthDay]]
    working: int

    @property
    def before(self) -> str:
        return (self.first - timedelta(days=1)).strftime("%Y-%m")

    @property
    def after(self) -> str:
        return (self.first + timedelta(days=31)).strftime("%Y-%m")


def month_of(text: str, on: date) -> date:
    """The first day of ``YYYY-MM``; of today's month for anything else."""
    year, _dash, month = text.partition("-")
    if year.isdecimal() and month.isdecimal() and FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12:
        return date(int(year), int(month), 1)
    return on.replace(day=1)


def month(node: Organisation, first: date, on: date) -> Month:
    """The month at an organisation. Two queries."""
    kept = school_calendar(node)
    weeks = [
        [MonthDay(day, day.month == first.month, day == on, kept.on(day)) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    working = sum(day.inside and day.what.working for week in weeks for day in week)
    return Month(first, weeks, working)


def terms_at(node: Organisation, on: date) -> tuple[list[Term], list[Term]]:
    """(own terms, terms that come from above because there are no own ones), of this year and later; newest last."""
    since = on - timedelta(days=400)
    rows = Term.objects.filter(organisation__in=node.ancestors_ids(), ends_on__gte=since).select_related("organisation")
    nearness = {pk: place for place, pk in enumerate(node.ancestors_ids())}
    own = [row for row in rows if row.organisation_id == node.pk]
    above = [row for row in rows if row.organisation_id != node.pk]
    nearest = max((nearness[row.organisation_id] for row in above), default=None)
    return own, [] if own else [row for row in above if nearness[row.organisation_id] == nearest]


@dataclass(frozen=True)
class Stretch:
    """Neighbouring days of one kind and name."""

    first: date
    last: date
    kind: str
    name: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def stretches(rows: QuerySet[CalendarDay]) -> list[Stretch]:
    """Days drawn together, in order of time."""
    found: list[Stretch] = []
    for row in rows.order_by("day"):
        last = found[-1] if found else None
        if last and (last.kind, last.name) == (row.kind, row.name) and row.day - last.last == timedelta(days=1):
            found[-1] = Stretch(last.first, row.day, row.kind, row.name)
        else:
            found.append(Stretch(row.day, row.day, row.kind, row.name))
    return found


def own_days(node: Organisation, on: date) -> list[Stretch]:
    """An organisation's own marks of the past half year and everything to come."""
    return stretches(CalendarDay.objects.filter(organisation=node, day__gte=on - timedelta(days=183)))


def law_days(year: int) -> list[Stretch]:
    """The national days of a year."""
    return stretches(CalendarDay.objects.filter(organisation=None, day__year=year))
