"""Whose figures somebody sees."""

from __future__ import annotations

from django.db.models import QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.policies import visible_organisations
from xinqiao.access.table import depth_of
from xinqiao.people.models import Organisation
from xinqiao.screening.models import Campaign


def visible_nodes(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose figures the actor sees. A class has none: it would be too small."""
    return visible_organisations(actor, Action.SEE_NUMBERS).exclude(kind="class")


def top_nodes(actor: Actor) -> list[Organisation]:
    """Where the actor's sight of figures begins."""
    return list(visible_nodes(actor).filter(path__in=actor.paths(Action.SEE_NUMBERS)).order_by("path"))


def reported_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Campaigns of schools where the actor holds a post that sees the school's figures. The bureau gets the report on
    paper from the school: exact numbers of one campaign beside the bureau's table would tell small ones."""
    paths = {post.path for post in actor.posts if depth_of(post.kind, Action.SEE_NUMBERS)}
    return Campaign.objects.filter(school__path__in=paths, opened_at__isnull=False)
