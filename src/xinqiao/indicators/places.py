"""What the tables of figures share: days of a school year, and which organisation a place counts for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from os.path import commonpath

from django.utils.timezone import get_current_timezone

from xinqiao.people.models import Organisation
from xinqiao.people.rules import SCHOOL_YEAR_STARTS, school_year_of

PEOPLE_INSIDE = ("grade", "class")
"""Kinds of organisations that have no figures of their own: they are parts of a school."""


def year_start(on: date) -> date:
    """First day of the school year that holds ``on``."""
    return date(school_year_of(on), *SCHOOL_YEAR_STARTS)


def first_moment(on: date) -> datetime:
    """Midnight at which the day begins, local time."""
    return datetime.combine(on, time(), tzinfo=get_current_timezone())


def school_year_span(on: date) -> tuple[datetime, datetime]:
    """From the beginning of the school year to the end of ``on``; for ``…__gte`` and ``…__lt``."""
    return first_moment(year_start(on)), first_moment(on + timedelta(days=1))


def ids(nodes: Iterable[Organisation]) -> list[int]:
    return [node.pk for node in nodes]


def homes(nodes: Sequence[Organisation]) -> dict[int, int]:
    """Every organisation at or below the asked ones → the nearest asked one at or above it. One query."""
    asked = {node.pk for node in nodes}
    if not asked:
        return {}
    start = commonpath([node.path for node in nodes]).rstrip("/") + "/"
    found = {}
    for pk, path in Organisation.objects.filter(path__startswith=start).order_by().values_list("pk", "path"):
        home = next((int(step) for step in reversed(path.split("/")) if step and int(step) in asked), None)
        if home is not None:
            found[pk] = home
    return found
