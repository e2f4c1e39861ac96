"""Who may ask whom for something."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.people.models import Organisation
from xinqiao.plans.enums import PlanState
from xinqiao.plans.models import Plan


def askers(actor: Actor) -> list[Organisation]:
    """Organisations for which the actor runs plans: those of the posts themselves, not all below them."""
    held = [post.organisation_id for post in actor.posts if actor.may(Action.RUN_PLANS, post.path)]
    return list(Organisation.objects.filter(pk__in=held).exclude(kind__in=["grade", "class"]).order_by("path"))


def may_be_asked(asker: Organisation, plan: Plan | None, on: date) -> list[Organisation]:
    """Units of a plan, else every open organisation at or below the asker; no grades and classes. One query."""
    rows = Organisation.objects.filter(Q(closed_on=None) | Q(closed_on__gt=on))
    if plan is not None:
        rows = rows.filter(pk__in=plan.units.filter(left_on=None).values("organisation"))
    else:
        rows = rows.filter(path__startswith=asker.path)
    return list(rows.exclude(kind__in=["grade", "class"]).order_by("path"))


def packs_at_work(office: Organisation) -> set[str]:
    """Ids of the packs of which the organisation has a plan that runs or rests."""
    rows = Plan.objects.filter(organisation=office, state__in=[PlanState.RUNNING, PlanState.PAUSED])
    return set(rows.values_list("edition__pack", flat=True))
