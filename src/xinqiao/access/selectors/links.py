"""Links for people outside, and what a guardian sees before they are signed in."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access import outside
from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import BindingCode, OutsideLink
from xinqiao.access.policies import visible_organisations
from xinqiao.people.models import Guardianship, Person, current


def link_of(actor: Actor, at: datetime) -> OutsideLink | None:
    """The living link behind an outside session."""
    links = OutsideLink.objects.filter(account=actor.account, revoked_at=None, expires_at__gt=at, tries_left__gt=0)
    link = links.select_related("school", "person").first()
    return link if link is not None and outside.known(link.room) else None


def links_in_reach(actor: Actor) -> QuerySet[OutsideLink]:
    """Links of the schools at which the actor may invite, newest first."""
    schools = visible_organisations(actor, Action.INVITE_OUTSIDE)
    return OutsideLink.objects.filter(school__in=schools).select_related("school", "person").order_by("-made_at")


def dead(at: datetime) -> Q:
    return Q(revoked_at__isnull=False) | Q(expires_at__lte=at) | Q(tries_left=0)


def unused_binding(pk: int | None, at: datetime) -> BindingCode | None:
    """A binding code that was typed right a moment ago and still waits for a password."""
    return BindingCode.objects.filter(pk=pk or 0, used_at=None, expires_at__gt=at).select_related("guardian").first()


def wards_named(guardian: Person, at: datetime) -> list[str]:
    """Names of somebody's wards with the middle hidden (王*明): enough to see that the code is one's own."""
    rows = Guardianship.objects.filter(current(localdate(at)), guardian=guardian).select_related("child")
    return [half_hidden(row.child.name) for row in rows.order_by("pk")]


def half_hidden(name: str) -> str:
    if len(name) <= 1:
        return name
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")
