"""Reports as pages list them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.indicators import asked, policies, registry, words
from xinqiao.indicators.models import Reckoning, ReportedFigure
from xinqiao.indicators.places import PEOPLE_INSIDE
from xinqiao.indicators.reckoning import top_of
from xinqiao.indicators.registry import Indicator
from xinqiao.indicators.rules import LASTS
from xinqiao.indicators.values import Figure
from xinqiao.people.models import Organisation


@dataclass(frozen=True)
class Report:
    """One report as a reader may see it. open: whether number and proof may be read. old: no longer counts."""

    row: ReportedFigure
    text: str
    made_of: str
    open: bool
    old: bool


@dataclass(frozen=True)
class Owed:
    """A figure an organisation can state: the report that holds, and the plans that ask for it."""

    indicator: Indicator
    last: Report | None
    plans: Sequence[str]

    @property
    def missing(self) -> bool:
        return self.last is None or self.last.old


def owed(actor: Actor, node: Organisation, at: datetime) -> list[Owed]:
    """Every figure this organisation states by hand; those that plans ask for first. Three queries."""
    on = localdate(at)
    plans: dict[str, list[str]] = {}
    for each in asked.of(node, on):
        plans.setdefault(each.code, []).append(each.title)
    newest: dict[str, ReportedFigure] = {}
    for row in policies.visible_reports(actor).filter(organisation=node).select_related("by").order_by("for_on", "pk"):
        newest[row.code] = row
    found = [
        Owed(
            indicator,
            report(actor, node, newest[code], on_day=at) if code in newest else None,
            list(dict.fromkeys(plans.get(code, []))),
        )
        for code, indicator in registry.known().items()
        if indicator.live is None and bears(indicator, node)
    ]
    return sorted(found, key=lambda each: (not each.plans, each.indicator.code))


def bears(indicator: Indicator, node: Organisation) -> bool:
    """Whether an organisation of this kind contributes to the figure."""
    return node.kind in indicator.bears if indicator.bears else node.kind not in PEOPLE_INSIDE


def report(actor: Actor, node: Organisation, row: ReportedFigure, *, on_day: datetime) -> Report:
    """A report as the actor may read it."""
    indicator = registry.known().get(row.code)
    readable = policies.reads_report(actor, indicator, node)
    text = made_of = ""
    if readable and indicator is not None:
        figure = Figure(registry.value_of(indicator, row.part, row.whole), row.part, row.whole, "reported", row.for_on)
        text, made_of = words.shown_figure(indicator, figure), words.made_of(indicator, figure)
    return Report(row, text, made_of, readable, localdate(on_day) - row.for_on >= LASTS)


def reports_of(actor: Actor, node: Organisation, code: str, at: datetime) -> list[Report]:
    """Reports of one organisation for a code, newest day first."""
    rows = policies.visible_reports(actor).filter(organisation=node, code=code).select_related("by")
    return [report(actor, node, row, on_day=at) for row in rows.order_by("-for_on", "-pk")[:50]]


def proofs(actor: Actor) -> QuerySet[ReportedFigure]:
    """Reports whose file may be asked for; ``policies.reads_report`` decides on each."""
    return policies.visible_reports(actor).exclude(file="").select_related("organisation")


def last_worked_out(node: Organisation) -> Reckoning | None:
    """When the figures of the tree were last all worked out; None before the first night."""
    return Reckoning.objects.filter(root=top_of(node), code="").first()
