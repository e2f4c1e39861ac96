"""Whose services and agreements somebody sees, and whose they keep."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.policies import visible_organisations
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
    return organisation.pk in actor.homes(Action.MANAGE_PLACES)


def kept_places(actor: Actor) -> QuerySet[Organisation]:
    """Organisations of which the actor keeps the services."""
    return places(actor).filter(pk__in=actor.homes(Action.MANAGE_PLACES)).order_by("path")
