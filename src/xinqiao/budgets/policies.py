"""Whose budget somebody sees, and whose they keep."""

from __future__ import annotations

from django.db.models import QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.policies import visible_organisations
from xinqiao.budgets.models import Line, Spending
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under

INSIDE = ("grade", "class")
"""Parts of a school: money belongs to the school."""


def visible_organisations_with_budget(actor: Actor) -> QuerySet[Organisation]:
    return visible_organisations(actor, Action.SEE_PLANS).exclude(kind__in=INSIDE).filter(closed_on=None)


def visible_lines(actor: Actor) -> QuerySet[Line]:
    return Line.objects.filter(under(actor.paths(Action.SEE_PLANS), "organisation__path"))


def visible_spendings(actor: Actor) -> QuerySet[Spending]:
    return Spending.objects.filter(line__in=visible_lines(actor))


def may_keep(actor: Actor, organisation: Organisation) -> bool:
    """Only whoever holds a post at the organisation itself keeps its money; those above look on."""
    return organisation.pk in actor.homes(Action.MANAGE_BUDGET)
