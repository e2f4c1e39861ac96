"""What is missing before the line can work."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.chain import CARE_CHAIN
from xinqiao.access.enums import Action
from xinqiao.access.models import Post
from xinqiao.people.models import Enrolment, Organisation, Term, current
from xinqiao.people.rules import school_year_of
from xinqiao.registry.policies import calendars_to_keep, schools_for


def without_chain(schools: QuerySet[Organisation], at: datetime) -> QuerySet[Organisation]:
    """Schools with students today and nobody of their own care chain."""
    today = localdate(at)
    held = Post.objects.filter(current(today), organisation=OuterRef("pk"), kind__in=CARE_CHAIN)
    inside = Enrolment.objects.filter(current(today), school=OuterRef("pk"))
    return schools.filter(Exists(inside), ~Exists(held))


def schools_without_chain(actor: Actor, at: datetime) -> list[str]:
    """Names of schools in reach that nobody answers for. One query."""
    return list(without_chain(schools_for(actor, Action.MANAGE_POSTS), at).values_list("name", flat=True)[:50])


def schools_without_terms(actor: Actor, at: datetime) -> bool:
    """Whether some calendar the actor keeps has no terms this school year, neither its own nor from above."""
    year = school_year_of(localdate(at))
    paths = list(Term.objects.filter(school_year=year).values_list("organisation__path", flat=True).distinct())
    rows = calendars_to_keep(actor).filter(kind__in=["school", "bureau"]).values_list("path", flat=True)
    return any(not any((path or "-").startswith(given or "-") for given in paths) for path in rows[:2000])
