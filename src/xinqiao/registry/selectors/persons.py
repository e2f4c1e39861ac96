"""One person as administrators know them: no care data at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.people.models import (
    Enrolment,
    GroupMembership,
    Guardianship,
    Organisation,
    Person,
    PopulationGroup,
    current,
)
from xinqiao.people.rules import school_year_of
from xinqiao.people.selectors import current_enrolment
from xinqiao.registry import policies
from xinqiao.registry.selectors.tree import titles


@dataclass(frozen=True)
class Stay:
    """A student in a class, with what the class was called when the stay began and (open stays) is called now."""

    row: Enrolment
    title: str


@dataclass(frozen=True)
class About:
    """A person page. memberships is None when the actor may know nothing of groups there."""

    person: Person
    place: Enrolment | None
    stays: list[Stay]
    guardians: list[Guardianship]
    posts: list[tuple[Post, str]]
    memberships: list[GroupMembership] | None


def about(actor: Actor, person: Person, at: datetime) -> About:
    """Identity, places, guardians, posts, and groups as far as the actor may know them."""
    today = localdate(at)
    place = current_enrolment(person, today)
    rows = list(
        Enrolment.objects.filter(person=person).select_related("class_node", "school").order_by("-starts_on", "-pk")
    )
    posts = list(Post.objects.filter(person=person).select_related("organisation").order_by("-starts_on", "-pk"))
    names = titles([post.organisation for post in posts], today)
    node = place.class_node if place else None
    may_know = node is not None and policies.groups_to_see(actor, node).exists()
    known = policies.memberships_to_see(actor, person, node).select_related("group")
    return About(
        person=person,
        place=place,
        stays=[Stay(row, _called(row, at)) for row in rows],
        guardians=guardians(person),
        posts=[(post, names[post.organisation_id]) for post in posts],
        memberships=list(known.order_by("-starts_on", "pk")) if may_know else None,
    )


def _called(row: Enrolment, at: datetime) -> str:
    when = localdate(at) if row.ends_on is None else row.starts_on
    return row.class_node.title_in(school_year_of(when), row.school.system)


def guardians(person: Person) -> list[Guardianship]:
    """Guardians of a student, present ones first, whom to call first on top."""
    rows = Guardianship.objects.filter(child=person).select_related("guardian")
    return sorted(rows, key=lambda row: (row.ends_on is not None, not row.first_contact, row.pk))


@dataclass(frozen=True)
class GroupLine:
    group: PopulationGroup
    students: int


def groups_with_counts(actor: Actor, node: Organisation, at: datetime) -> list[GroupLine]:
    """Groups known at a place that the actor may know, with today's members there. One query."""
    inside = Q(memberships__person__enrolments__class_node__path__startswith=node.path or "-")
    inside &= current(localdate(at), "memberships__") & current(localdate(at), "memberships__person__enrolments__")
    rows = policies.groups_to_see(actor, node).annotate(students=Count("memberships__person", inside, distinct=True))
    return [GroupLine(group, group.students) for group in rows.select_related("owner")]


def members(group: PopulationGroup, node: Organisation, at: datetime) -> QuerySet[GroupMembership]:
    """Today's members of a group at a place."""
    today = localdate(at)
    there = Enrolment.objects.filter(current(today), class_node__path__startswith=node.path or "-")
    rows = GroupMembership.objects.filter(current(today), group=group, person__in=there.values("person"))
    return rows.select_related("person").order_by("person__name", "pk")


def places(people: list[int], at: datetime) -> dict[int, Enrolment]:
    """Person id → where they are today. One query."""
    held = Enrolment.objects.filter(current(localdate(at)), person__in=people).select_related("class_node")
    return {row.person_id: row for row in held.order_by("pk")}
