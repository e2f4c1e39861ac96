"""Whose services and agreements somebody sees, and whose they keep."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.policies import visible_organisations
from xinqiao.access.table import depth_of
from xinqiao.directory.models import Agreement, Photo, ServicePoint
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under

INSIDE = ("grade", "class")


def places(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose services the actor sees."""
    return visible_organisations(actor, Action.SEE_PLANS).exclude(kind__in=INSIDE).filter(closed_on=None)


def visible_services(actor: Actor) -> QuerySet[ServicePoint]:
    """Those in reach, and shared ones that serve an organisation in reach."""
    paths = actor.paths(Action.SEE_PLANS)
    served = ServicePoint.objects.filter(under(paths, "serves__path")).values("pk")
    return ServicePoint.objects.filter(under(paths, "organisation__path") | Q(pk__in=served))


def visible_photos(actor: Actor) -> QuerySet[Photo]:
    return Photo.objects.filter(service__in=visible_services(actor))


def visible_agreements(actor: Actor) -> QuerySet[Agreement]:
    return Agreement.objects.filter(under(actor.paths(Action.SEE_PLANS), "organisation__path"))


def may_keep(actor: Actor, organisation: Organisation) -> bool:
    """Whoever holds a post with this right at the organisation itself; those above look on."""
    path = organisation.path or "-"
    return actor.may(Action.MANAGE_PLACES, path) and any(post.path == path for post in actor.posts)


def kept_places(actor: Actor) -> QuerySet[Organisation]:
    """Organisations of which the actor keeps the services."""
    own = [post.organisation_id for post in actor.posts if depth_of(post.kind, Action.MANAGE_PLACES)]
    return places(actor).filter(pk__in=own).order_by("path")
