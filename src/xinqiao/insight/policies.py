"""Whose figures, boards and summaries somebody sees."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from xinqiao.access.actor import Actor, actor_for
from xinqiao.access.enums import Action
from xinqiao.access.policies import visible_organisations
from xinqiao.access.table import depth_of
from xinqiao.accounts.models import Account
from xinqiao.indicators.places import PEOPLE_INSIDE
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


def boards(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose wall board the actor sees: all whose plans they see."""
    return visible_organisations(actor, Action.SEE_PLANS).exclude(kind__in=PEOPLE_INSIDE).filter(closed_on=None)


def top_boards(actor: Actor) -> list[Organisation]:
    """Those of the actor's own posts, the widest first."""
    return list(boards(actor).filter(path__in=actor.paths(Action.SEE_PLANS)).order_by("path"))


def on_the_wall(account_id: int, node_id: int, at: datetime) -> tuple[Actor, Organisation] | None:
    """Who put a board up and which, while they may still see it; None once they may not."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None:
        return None
    actor = actor_for(account, at)
    node = boards(actor).filter(pk=node_id).first()
    return (actor, node) if node is not None else None
