"""Which people an actor may see, and how deep."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.access.table import GLASS_OPENS
from xinqiao.people.models import Enrolment, Organisation, Person, current
from xinqiao.people.selectors import current_enrolment, under


def visible_organisations(actor: Actor, action: str = Action.SEE_PEOPLE) -> QuerySet[Organisation]:
    """Organisations at which ``action`` is allowed."""
    return Organisation.objects.filter(under(actor.paths(action)))


def visible_enrolments(
    actor: Actor, at: datetime, action: str = Action.SEE_PEOPLE, at_least: Depth = Depth.CARE
) -> QuerySet[Enrolment]:
    """Students (by where they are today) for whom ``action`` is allowed at that depth."""
    nodes = Organisation.objects.filter(under(actor.paths(action, at_least)), kind="class")
    return Enrolment.objects.filter(current(localdate(at)), class_node__in=nodes)


def visible_students(
    actor: Actor, at: datetime, action: str = Action.SEE_FILE, at_least: Depth = Depth.CARE
) -> QuerySet[Person]:
    """Persons whose file the actor may open: today's students in reach, and those opened by break-glass."""
    inside = Q(pk__in=visible_enrolments(actor, at, action, at_least).values("person"))
    return Person.objects.filter(inside | Q(pk__in=actor.glass if action in GLASS_OPENS else ()))


def depth_into(actor: Actor, person: Person, at: datetime, action: str = Action.SEE_FILE) -> Depth:
    """How deep the actor sees into one student's file today."""
    enrolment = current_enrolment(person, localdate(at))
    path = (enrolment.class_node.path or "") if enrolment else "-"
    return actor.depth(action, path, person.pk)


def wards_of(actor: Actor, at: datetime) -> QuerySet[Person]:
    """Children for whom the actor is guardian today."""
    if actor.person is None:
        return Person.objects.none()
    today = localdate(at)
    return Person.objects.filter(current(today, "guardianships__"), guardianships__guardian=actor.person).distinct()


def speaks_for(actor: Actor, at: datetime) -> QuerySet[Person]:
    """Whose consents the actor answers: a student their own, a guardian those of today's wards."""
    own = [actor.person.pk] if actor.person and actor.kind == "student" else []
    return Person.objects.filter(Q(pk__in=own) | Q(pk__in=wards_of(actor, at).values("pk"))).order_by("pk")


def sees_each_child(actor: Actor, node: Organisation) -> bool:
    """Whether the actor sees each student of ``node`` with notes, so that a figure tells them nothing new."""
    return node.kind != "bureau" and actor.depth(Action.TRIAGE, node.path or "-") >= Depth.NOTES
