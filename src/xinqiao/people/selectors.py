"""Reads about organisations and people that carry no secret. Who may ask is decided above, in ``access``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from xinqiao.people.enums import DayKind
from xinqiao.people.models import CalendarDay, Enrolment, Organisation, Person, Term, current
from xinqiao.people.rules import WorkingTime, school_year_of

SATURDAY = 5


def under(paths: Iterable[str], field: str = "path") -> Q:
    """Rows whose organisation path lies in one of the subtrees; nothing when ``paths`` is empty."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{f"{field}__startswith": path})
    return condition


def school_of(node: Organisation) -> Organisation | None:
    """The nearest school at or above ``node``."""
    chain = {o.pk: o for o in Organisation.objects.filter(pk__in=node.ancestors_ids())}
    for pk in reversed(node.ancestors_ids()):
        if chain[pk].kind == "school":
            return chain[pk]
    return None


def organisation_with_code(code: str) -> int | None:
    """The id of the organisation with an official or local code, typed in any case; None when there is none."""
    return Organisation.objects.filter(code__iexact=code).values_list("pk", flat=True).first() if code else None


def current_enrolment(person: Person, on: date) -> Enrolment | None:
    """Where a student is today, with class and school loaded."""
    return (
        Enrolment.objects.filter(current(on), person=person)
        .select_related("class_node", "school")
        .order_by("-pk")
        .first()
    )


def students_in(node: Organisation, on: date) -> QuerySet[Enrolment]:
    """Enrolments that hold on a day, in a subtree."""
    return Enrolment.objects.filter(current(on), class_node__path__startswith=node.path)


def class_title(node: Organisation, on: date, system: str = "63") -> str:
    return node.title_in(school_year_of(on), system)


@dataclass(frozen=True)
class SchoolDay:
    """What a day is for one organisation, and why. ``source``: own, above, term, law or week."""

    working: bool
    kind: str = ""
    name: str = ""
    source: str = "week"


@dataclass(frozen=True)
class SchoolCalendar:
    """Days and terms of one organisation, nearest first: its own row, rows above it, the break between two terms,
    the national calendar, weekdays. So a national make-up Saturday inside the winter break stays a day off."""

    own: int
    days: Mapping[date, tuple[int, str, str]]
    law: Mapping[date, tuple[str, str]]
    spans: Sequence[tuple[date, date]]

    def on(self, day: date) -> SchoolDay:
        """The day as it counts for clocks. An examination day is a working day, on a weekend too."""
        if day in self.days:
            owner, kind, name = self.days[day]
            return SchoolDay(kind != DayKind.HOLIDAY, kind, name, "own" if owner == self.own else "above")
        if self._between_terms(day):
            return SchoolDay(False, DayKind.HOLIDAY, "", "term")
        if day in self.law:
            kind, name = self.law[day]
            return SchoolDay(kind != DayKind.HOLIDAY, kind, name, "law")
        return SchoolDay(day.weekday() < SATURDAY)

    def is_working_day(self, day: date) -> bool:
        return self.on(day).working

    def _between_terms(self, day: date) -> bool:
        if not self.spans or not min(s for s, _e in self.spans) <= day <= max(e for _s, e in self.spans):
            return False
        return not any(start <= day <= end for start, end in self.spans)


def school_calendar(node: Organisation) -> SchoolCalendar:
    """The calendar that holds at ``node``: the nearest organisation that gives terms gives them all. Two queries."""
    chain = node.ancestors_ids()
    nearness = {pk: place for place, pk in enumerate(chain)}
    days: dict[date, tuple[int, str, str]] = {}
    law: dict[date, tuple[str, str]] = {}
    for row in CalendarDay.objects.filter(Q(organisation__in=chain) | Q(organisation=None)):
        if row.organisation_id is None:
            law[row.day] = (row.kind, row.name)
        elif row.day not in days or nearness[row.organisation_id] > nearness[days[row.day][0]]:
            days[row.day] = (row.organisation_id, row.kind, row.name)
    terms = list(Term.objects.filter(organisation__in=chain).values_list("organisation_id", "starts_on", "ends_on"))
    nearest = max((nearness[owner] for owner, _s, _e in terms), default=None)
    spans = [(start, end) for owner, start, end in terms if nearness[owner] == nearest]
    return SchoolCalendar(own=node.pk, days=days, law=law, spans=sorted(spans))


def working_time(node: Organisation) -> WorkingTime:
    """Working days at ``node`` by its calendar. Two queries; the result can be asked many times."""
    return WorkingTime(school_calendar(node).is_working_day)
