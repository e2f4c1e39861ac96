"""Who may see and do what with packs."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under

SHOWN = [EditionState.PUBLISHED, EditionState.WITHDRAWN]


def is_house(actor: Actor) -> bool:
    """The start of the house brings the packs that came with it."""
    return actor.kind == "house"


def visible_editions(actor: Actor) -> QuerySet[Edition]:
    """What came with the house, what an organisation at, above or below one's posts has published, and the drafts of
    those for whom one writes or reviews."""
    if is_house(actor):
        return Edition.objects.all()
    desks = under([*actor.paths(Action.WRITE_PACKS), *actor.paths(Action.PUBLISH_PACKS)], "owner__path")
    if not actor.may(Action.SEE_PLANS):
        return Edition.objects.filter(desks)
    above = {int(part) for path in actor.paths(Action.SEE_PLANS) for part in path.split("/") if part}
    near = Q(owner=None) | Q(owner__in=above) | under(actor.paths(Action.SEE_PLANS), "owner__path")
    return Edition.objects.filter(desks | (near & Q(state__in=SHOWN)))


def writing_places(actor: Actor) -> QuerySet[Organisation]:
    """Organisations for which the actor may write packs: those of the posts themselves, not all below them."""
    held = [post.organisation_id for post in actor.posts if actor.may(Action.WRITE_PACKS, post.path)]
    return Organisation.objects.filter(pk__in=held, closed_on=None).exclude(kind__in=["grade", "class"])


def may_write(actor: Actor, edition: Edition) -> bool:
    return edition.owner is not None and actor.may(Action.WRITE_PACKS, edition.owner.path or "-")


def may_review(actor: Actor, edition: Edition) -> bool:
    """Whoever publishes for the owner and has written none of it."""
    return may_withdraw(actor, edition) and not wrote(actor, edition)


def wrote(actor: Actor, edition: Edition) -> bool:
    return actor.person is not None and actor.person.pk in edition.writers


def may_withdraw(actor: Actor, edition: Edition) -> bool:
    return edition.owner is not None and actor.may(Action.PUBLISH_PACKS, edition.owner.path or "-")
