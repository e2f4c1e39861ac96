"""Which organisations, people, posts and groups an actor may see and change on the pages of this room."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth, PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.access.policies import visible_enrolments, visible_organisations
from xinqiao.people.models import (
    CalendarDay,
    Enrolment,
    GroupMembership,
    Guardianship,
    Organisation,
    Person,
    PopulationGroup,
    Term,
    current,
)
from xinqiao.people.selectors import under
from xinqiao.registry.models import Operation

WITH_NAMES = Depth.CARE
"""From this depth names are seen; below it only the tree and counts."""


def nodes_to_see(actor: Actor) -> QuerySet[Organisation]:
    """The tree in reach: whoever sees people sees where they are, a bureau sees its schools."""
    return visible_organisations(actor, Action.SEE_PEOPLE)


def nodes_to_keep(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose tree the actor keeps."""
    return visible_organisations(actor, Action.MANAGE_PEOPLE)


def nodes_to_staff(actor: Actor) -> QuerySet[Organisation]:
    """Open organisations at which the actor appoints."""
    return visible_organisations(actor, Action.MANAGE_POSTS).filter(closed_on=None)


def schools_for(actor: Actor, action: str, at_least: Depth = Depth.COUNTS) -> QuerySet[Organisation]:
    """Open schools at which ``action`` is allowed."""
    reach = Organisation.objects.filter(under(actor.paths(action, at_least)))
    return reach.filter(kind="school", closed_on=None).order_by("path")


def classes_to_see(actor: Actor) -> QuerySet[Organisation]:
    """Classes whose students the actor sees by name."""
    return Organisation.objects.filter(under(actor.paths(Action.SEE_PEOPLE, WITH_NAMES)), kind="class")


def classes_to_keep(actor: Actor) -> QuerySet[Organisation]:
    """Open classes whose students the actor manages."""
    reach = Organisation.objects.filter(under(actor.paths(Action.MANAGE_PEOPLE, WITH_NAMES)))
    return reach.filter(kind="class", closed_on=None)


def students_to_see(actor: Actor, at: datetime) -> QuerySet[Person]:
    """Today's students in reach, and, for who manages people there, students who left and are nowhere now."""
    now = visible_enrolments(actor, at, Action.SEE_PEOPLE, WITH_NAMES).values("person")
    return Person.objects.filter(Q(pk__in=now) | _left(actor, at))


def students_to_keep(actor: Actor, at: datetime) -> QuerySet[Person]:
    """Students whose particulars the actor may change."""
    now = visible_enrolments(actor, at, Action.MANAGE_PEOPLE, WITH_NAMES).values("person")
    return Person.objects.filter(Q(pk__in=now) | _left(actor, at))


def _left(actor: Actor, at: datetime) -> Q:
    held = Enrolment.objects.filter(current(localdate(at)), person=OuterRef("pk"))
    there = Enrolment.objects.filter(
        under(actor.paths(Action.MANAGE_PEOPLE, WITH_NAMES), "class_node__path"), person=OuterRef("pk")
    )
    return ~Exists(held) & Exists(there)


def staff_in_reach(actor: Actor, at: datetime) -> QuerySet[Person]:
    """Members of staff the actor appoints: kept in reach or holding a post there; no student, no mere guardian."""
    paths = actor.paths(Action.MANAGE_POSTS)
    posts = Post.objects.filter(person=OuterRef("pk")).exclude(kind=PostKind.PEER_REP)
    here = posts.filter(under(paths, "organisation__path"))
    studies = Enrolment.objects.filter(current(localdate(at)), person=OuterRef("pk"))
    ever = Enrolment.objects.filter(person=OuterRef("pk"))
    guards = Guardianship.objects.filter(guardian=OuterRef("pk"))
    nobody_else = ~Exists(ever) & ~Exists(guards)
    return Person.objects.filter(
        Q(Exists(here)) | (under(paths, "keeper__path") & (Q(Exists(posts)) | nobody_else)), ~Exists(studies)
    )


def posts_to_end(actor: Actor) -> QuerySet[Post]:
    """Posts the actor may end."""
    return Post.objects.filter(under(actor.paths(Action.MANAGE_POSTS), "organisation__path"))


def turns_in_reach(actor: Actor) -> QuerySet[DutyTurn]:
    return DutyTurn.objects.filter(under(actor.paths(Action.MANAGE_DUTY), "school__path"))


def calendars_to_keep(actor: Actor) -> QuerySet[Organisation]:
    """Organisations with a calendar of their own: everything but grades and classes."""
    reach = visible_organisations(actor, Action.MANAGE_CALENDAR).filter(closed_on=None)
    return reach.exclude(kind__in=["grade", "class", "department"])


def terms_to_keep(actor: Actor) -> QuerySet[Term]:
    return Term.objects.filter(under(actor.paths(Action.MANAGE_CALENDAR), "organisation__path"))


def days_to_keep(actor: Actor) -> QuerySet[CalendarDay]:
    """An organisation's own days; the national rows belong to nobody."""
    return CalendarDay.objects.filter(under(actor.paths(Action.MANAGE_CALENDAR), "organisation__path"))


def operations_in_reach(actor: Actor) -> QuerySet[Operation]:
    return Operation.objects.filter(under(actor.paths(Action.MANAGE_PEOPLE, WITH_NAMES), "school__path"))


# --- population groups: the group's own depth decides, everywhere -------------------------------------------------
def group_depth(actor: Actor, path: str) -> Depth:
    """How deep the actor sees circumstances of the students of a place: with the list of people, or with the file."""
    return max(actor.depth(Action.SEE_PEOPLE, path), actor.depth(Action.SEE_FILE, path))


def group_depth_anywhere(actor: Actor) -> Depth:
    """The deepest ``group_depth`` of the actor at any place."""
    return max((group_depth(actor, post.path) for post in actor.posts), default=Depth.NONE)


def groups_at(node: Organisation) -> QuerySet[PopulationGroup]:
    """Groups known at a place: everywhere's, and those of the organisations above it."""
    return PopulationGroup.objects.filter(Q(owner=None) | Q(owner__in=node.ancestors_ids()))


def groups_to_see(actor: Actor, node: Organisation) -> QuerySet[PopulationGroup]:
    """Groups of a place the actor may know the members of; none for who sees no names there."""
    depth = group_depth(actor, node.path or "-")
    return groups_at(node).filter(depth__lte=depth) if depth >= WITH_NAMES else PopulationGroup.objects.none()


def groups_to_keep(actor: Actor, node: Organisation) -> QuerySet[PopulationGroup]:
    """Groups of a place into which the actor may put people: from the depth of results, whatever the group's own."""
    if group_depth(actor, node.path or "-") < Depth.RESULTS:
        return PopulationGroup.objects.none()
    return groups_to_see(actor, node)


def memberships_to_see(actor: Actor, person: Person, node: Organisation | None) -> QuerySet[GroupMembership]:
    """What the actor may know of one person's groups at the place where they are."""
    if node is None:
        return GroupMembership.objects.none()
    return GroupMembership.objects.filter(person=person, group__in=groups_to_see(actor, node))
