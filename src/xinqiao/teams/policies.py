"""Whose teams somebody sees, and whose they keep."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import Post
from xinqiao.access.policies import visible_organisations
from xinqiao.people.models import Organisation, current
from xinqiao.people.selectors import under
from xinqiao.teams.models import Decision, Meeting, Position, Seat, Team
from xinqiao.teams.rules import KINDS

INSIDE = ("grade", "class")


def places(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose teams the actor sees."""
    return visible_organisations(actor, Action.SEE_PLANS).exclude(kind__in=INSIDE).filter(closed_on=None)


def visible_teams(actor: Actor) -> QuerySet[Team]:
    """Teams in reach, and those in which the actor sits today."""
    sits = Q(pk__in=[])
    if actor.person is not None and actor.on is not None:
        seats = Seat.objects.filter(current(actor.on), person=actor.person)
        sits = Q(pk__in=seats.values("position__team"))
    return Team.objects.filter(under(actor.paths(Action.SEE_PLANS), "organisation__path") | sits)


def visible_positions(actor: Actor) -> QuerySet[Position]:
    return Position.objects.filter(under(actor.paths(Action.SEE_PLANS), "team__organisation__path"))


def visible_seats(actor: Actor) -> QuerySet[Seat]:
    return Seat.objects.filter(under(actor.paths(Action.SEE_PLANS), "organisation__path"))


def visible_meetings(actor: Actor) -> QuerySet[Meeting]:
    return Meeting.objects.filter(team__in=visible_teams(actor))


def visible_decisions(actor: Actor) -> QuerySet[Decision]:
    return Decision.objects.filter(meeting__in=visible_meetings(actor))


def kept_teams(actor: Actor) -> QuerySet[Team]:
    """Teams of the organisations at which the actor keeps them."""
    return Team.objects.filter(organisation__in=actor.homes(Action.MANAGE_TEAMS), closed_on=None)


def may_keep(actor: Actor, organisation: Organisation) -> bool:
    """Whoever holds a post with this right at the organisation itself; those above look on."""
    return organisation.pk in actor.homes(Action.MANAGE_TEAMS)


def fitting_posts(position: Position, on: date) -> QuerySet[Post]:
    """Posts held on a day whose holders may fill a position (rules.fits as a query)."""
    place = position.team.organisation.path
    posts = Post.objects.filter(current(on), organisation__path__startswith=place, kind__in=KINDS)
    return posts.filter(kind=position.post) if position.post else posts
