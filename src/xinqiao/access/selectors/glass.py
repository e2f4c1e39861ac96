"""Emergency readings: mine, those I was told of, those to look back at."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.chain import CARE_CHAIN, holders
from xinqiao.access.enums import Action, Depth
from xinqiao.access.models import BreakGlass
from xinqiao.access.policies import visible_enrolments, visible_organisations
from xinqiao.access.selectors.links import half_hidden
from xinqiao.people.models import Enrolment, Organisation, Person

REVIEW_WITHIN = timedelta(days=7)
MOST_FOUND = 20


def _rows() -> QuerySet[BreakGlass]:
    return BreakGlass.objects.select_related("reader", "person", "told", "school", "reviewed_by").order_by("-starts_at")


def second_persons(school: Organisation, actor: Actor, at: datetime) -> list[Person]:
    """Who may be told: the other people of the school's care chain today, nearest first."""
    own = actor.person.pk if actor.person else None
    found = {post.person_id: post.person for post in holders(school, CARE_CHAIN, at) if post.person_id != own}
    return list(found.values())


def findable(actor: Actor, words: str, at: datetime) -> list[Enrolment]:
    """Students whose file the actor may open in an emergency, by exact number or part of the name; at most twenty."""
    words = words.strip()
    if not words:
        return []
    rows = visible_enrolments(actor, at, Action.BREAK_GLASS)
    rows = rows.filter(Q(student_number__iexact=words) | Q(person__name__icontains=words))
    return list(rows.select_related("person", "class_node", "school").order_by("person__name", "pk")[:MOST_FOUND])


def open_now(actor: Actor, at: datetime) -> list[BreakGlass]:
    if not actor.glass or actor.person is None:
        return []
    return list(_rows().filter(reader=actor.person, starts_at__lte=at, ends_at__gt=at))


def own(actor: Actor) -> QuerySet[BreakGlass]:
    return _rows().filter(reader=actor.person)


def to_confirm(actor: Actor) -> QuerySet[BreakGlass]:
    """Readings the actor was told of and has not confirmed."""
    return _rows().filter(told=actor.person, told_at=None)


def told_of(actor: Actor) -> QuerySet[BreakGlass]:
    """Every reading the actor was told of, confirmed or not."""
    return _rows().filter(told=actor.person)


def to_review(actor: Actor) -> QuerySet[BreakGlass]:
    """Readings of others, still without a verdict, at the organisations where the actor looks back."""
    return reviewable(actor).filter(reviewed_at=None)


def reviewable(actor: Actor) -> QuerySet[BreakGlass]:
    schools = visible_organisations(actor, Action.REVIEW_GLASS).filter(kind="school")
    return _rows().filter(school__in=schools).exclude(reader=actor.person)


def whose(actor: Actor, glass: BreakGlass) -> str:
    """The student's name as deep as the reviewer sees: a data officer knows that, not who."""
    if actor.depth(Action.REVIEW_GLASS, glass.school.path or "-") >= Depth.CARE:
        return glass.person.name
    return half_hidden(glass.person.name)
