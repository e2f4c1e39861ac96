"""Whose figures somebody sees, and for whom they report. The plan side knows no child: figures with few are hidden."""

from __future__ import annotations

from django.db.models import QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.policies import sees_each_child, visible_organisations
from xinqiao.indicators.models import ReportedFigure
from xinqiao.indicators.places import PEOPLE_INSIDE
from xinqiao.indicators.registry import Indicator
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under


def visible_nodes(actor: Actor) -> QuerySet[Organisation]:
    """Organisations whose figures the actor sees; grades and classes have none of their own."""
    return visible_organisations(actor, Action.SEE_PLANS).exclude(kind__in=PEOPLE_INSIDE)


def top_nodes(actor: Actor) -> list[Organisation]:
    """Where the actor's sight begins: the organisations of their posts."""
    return list(visible_nodes(actor).filter(path__in=actor.paths(Action.SEE_PLANS)).order_by("path"))


def may_report(actor: Actor, organisation: Organisation) -> bool:
    """Only who holds a post at the organisation itself states its figures; those above look on."""
    return organisation.closed_on is None and organisation.pk in actor.homes(Action.REPORT_FIGURES)


def may_refresh(actor: Actor, organisation: Organisation) -> bool:
    """Who reports or runs plans may have the figures worked out again."""
    path = organisation.path or "-"
    return actor.may(Action.REPORT_FIGURES, path) or actor.may(Action.RUN_PLANS, path)


def visible_reports(actor: Actor) -> QuerySet[ReportedFigure]:
    """Reports of organisations in sight; of figures about children ``reads_report`` asks further."""
    return ReportedFigure.objects.filter(under(actor.paths(Action.SEE_PLANS), "organisation__path"))


def reads_report(actor: Actor, indicator: Indicator | None, organisation: Organisation) -> bool:
    """Whether the actor may read the number and the proof: of figures about children only at the organisation itself.
    indicator: None for a code that no longer exists, which nobody outside reads."""
    own = may_report(actor, organisation) or sees_each_child(actor, organisation)
    return own or (indicator is not None and not indicator.children)
