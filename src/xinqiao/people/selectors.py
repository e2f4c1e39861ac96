"""Reads about organisations and people that carry no secret. Who may ask is decided above, in ``access``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.db.models import Q, QuerySet

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


def working_time(node: Organisation) -> WorkingTime:
    """Working days at ``node``: its own calendar, then those above it, then the national one, then weekdays.

    Two queries; the result can be asked many times.
    """
    chain = node.ancestors_ids()
    nearness = {pk: place for place, pk in enumerate(chain)}
    days: dict[date, tuple[int, str]] = {}
    for row in CalendarDay.objects.filter(Q(organisation__in=chain) | Q(organisation=None)):
        near = nearness.get(row.organisation_id, -1) if row.organisation_id else -1
        if near >= days.get(row.day, (-2, ""))[0]:
            days[row.day] = (near, row.kind)
    terms = list(Term.objects.filter(organisation__in=chain).values_list("organisation_id", "starts_on", "ends_on"))
    nearest = max((nearness[owner] for owner, _s, _e in terms), default=None)
    spans = [(s, e) for owner, s, e in terms if nearness[owner] == nearest]
    return WorkingTime(partial(_is_working_day, days=days, spans=spans))


def _is_working_day(day: date, *, days: dict[date, tuple[int, str]], spans: list[tuple[date, date]]) -> bool:
    if day in days:
        return days[day][1] != "holiday"
    if spans and min(s for s, _e in spans) <= day <= max(e for _s, e in spans):
        if not any(s <= day <= e for s, e in spans):
            return False
    return day.weekday() < SATURDAY
