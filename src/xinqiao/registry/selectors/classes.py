"""A class with its students; classes to choose from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.people.models import Enrolment, GroupMembership, Guardianship, Organisation, current
from xinqiao.people.selectors import students_in
from xinqiao.registry.policies import groups_to_see
from xinqiao.registry.selectors.tree import titles


def students(node: Organisation, words: str, at: datetime) -> QuerySet[Enrolment]:
    """Today's students of a subtree by student number; ``words``: part of the name or the beginning of the number."""
    rows = students_in(node, localdate(at)).select_related("person", "class_node")
    words = words.strip()
    if words:
        rows = rows.filter(Q(person__name__icontains=words) | Q(student_number__istartswith=words))
    return rows.order_by("student_number", "pk")


def first_contacts(rows: Iterable[Enrolment], at: datetime) -> dict[int, Guardianship]:
    """Person id → the guardian who is called first. One query."""
    held = Guardianship.objects.filter(current(localdate(at)), child__in=[row.person_id for row in rows])
    found: dict[int, Guardianship] = {}
    for row in held.select_related("guardian").order_by("-first_contact", "pk"):
        found.setdefault(row.child_id, row)
    return found


def groups_of(rows: Iterable[Enrolment], actor: Actor, node: Organisation, at: datetime) -> dict[int, list[str]]:
    """Person id → names of the groups the actor may know of. One query; none when the actor may know of none."""
    held = GroupMembership.objects.filter(
        current(localdate(at)), person__in=[row.person_id for row in rows], group__in=groups_to_see(actor, node)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for person, name in held.order_by("group").values_list("person", "group__name"):
        found[person].append(name)
    return found


def peer_reps(node: Organisation, at: datetime) -> QuerySet[Post]:
    """Peer reps of a class today, and those appointed for later."""
    held = Post.objects.filter(organisation=node, kind=PostKind.PEER_REP).exclude(ends_on__lte=localdate(at))
    return held.select_related("person").order_by("starts_on", "pk")


def class_choices(school: Organisation, on: date) -> list[tuple[int, str]]:
    """(id, title) of a school's open classes, lower grades first. Two queries."""
    nodes = list(Organisation.objects.filter(path__startswith=school.path, kind="class", closed_on=None))
    nodes.sort(key=lambda node: (node.stage, -(node.entry_year or 0), node.number or 0))
    names = titles(nodes, on)
    return [(node.pk, names[node.pk]) for node in nodes]


def neighbours(school: Organisation) -> QuerySet[Organisation]:
    """The other open schools of the same district."""
    root = f"/{school.ancestors_ids()[0]}/"
    others = Organisation.objects.filter(path__startswith=root, kind="school", closed_on=None)
    return others.exclude(pk=school.pk).order_by("name", "pk")
