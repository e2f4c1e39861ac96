"""Working a figure out for a whole tree: shares of the bearing organisations, added up every level above them.

Figures about children are released at the same time, as the statistics page does it: the same tree with grades, the
same counts, the same rules (``kernel.suppression``), so that two pages together tell no more than one.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count

from xinqiao.indicators import rules
from xinqiao.indicators.enums import Origin
from xinqiao.indicators.models import ReportedFigure
from xinqiao.indicators.places import PEOPLE_INSIDE
from xinqiao.indicators.registry import Indicator, Share
from xinqiao.indicators.tree import Tree, rows, tree_of
from xinqiao.kernel.suppression import released
from xinqiao.people.models import Enrolment, Organisation, current


def key(indicator: Indicator, parameters: Mapping[str, Any] | None) -> str:
    """Names the parameters: "" for the defaults."""
    return rules.key_of(parameters or {}, {each.name: each.default for each in indicator.parameters})


def top_of(node: Organisation) -> Organisation:
    """The highest organisation above ``node``: figures are worked out for its whole tree at once."""
    top = node.ancestors_ids()[0]
    return node if top == node.pk else Organisation.objects.get(pk=top)


@dataclass(frozen=True)
class Rolled:
    """A figure of one organisation with everything below it."""

    part: float
    whole: float | None
    source: str
    shown: bool = True


class Ground:
    """A tree on a day, and what every figure of it needs: read once for many figures."""

    def __init__(self, root: Organisation, on: date) -> None:
        self.tree: Tree = tree_of(root)
        self.on = on
        self._sizes: Counter[int] | None = None
        self._reports: dict[str, list[ReportedFigure]] | None = None
        self._options = dict(Organisation.objects.filter(pk__in=root.ancestors_ids()).values_list("pk", "options"))
        self._options |= {pk: node.options for pk, node in self.tree.nodes.items()}

    def bearing(self, indicator: Indicator) -> list[Organisation]:
        """Open organisations of the tree that contribute."""
        return [
            node
            for node in self.tree.nodes.values()
            if (node.kind in indicator.bears if indicator.bears else node.kind not in PEOPLE_INSIDE)
            and (node.closed_on is None or node.closed_on > self.on)
        ]

    def options_of(self, node: Organisation) -> list[Mapping[str, Any]]:
        """Settings of a node and of those above it, nearest first."""
        return [self._options.get(pk) or {} for pk in reversed(node.ancestors_ids())]

    @property
    def sizes(self) -> Counter[int]:
        """Students by node: the order in which rows are taken as cover."""
        if self._sizes is None:
            inside = Organisation.objects.filter(path__startswith=self.tree.root.path or "-").order_by().values("pk")
            found = Enrolment.objects.filter(current(self.on), class_node__in=inside).order_by()
            self._sizes = self.tree.rolled(dict(found.values_list("class_node").annotate(n=Count("pk"))))
        return self._sizes

    def reports(self, code: str) -> list[ReportedFigure]:
        """Reported figures of the tree for a code, in the order of their days and of writing."""
        if self._reports is None:
            self._reports = defaultdict(list)
            found = ReportedFigure.objects.filter(organisation__in=list(self.tree.nodes)).order_by("for_on", "pk")
            for row in found.only("organisation_id", "code", "for_on", "part", "whole"):
                self._reports[row.code].append(row)
        return self._reports.get(code, [])


def reckon(ground: Ground, indicator: Indicator, given: Mapping[str, Any]) -> dict[int, Rolled]:
    """The figure by organisation id on the day, every bearing organisation and every one above. What a room tells
    outranks what was reported. The number of queries is that of the room's, whatever the number of organisations."""
    bearing = ground.bearing(indicator)
    live = _live(ground, indicator, bearing, given) if indicator.live else {}
    known = bearing_ids(bearing)
    told = {home_of(ground, place, known) for place in live}
    reported = {pk: share for pk, share in held_reports(ground, indicator).items() if pk not in told}
    return rolled_up(ground, indicator, bearing, live, reported)


def _live(
    ground: Ground, indicator: Indicator, bearing: Sequence[Organisation], given: Mapping[str, Any]
) -> dict[int, Share]:
    """Asks the room, once for each set of settings that holds somewhere in the tree (nearly always one)."""
    defaults = {each.name: each.default for each in indicator.parameters}
    tenant = {each.name: each.tenant for each in indicator.parameters if each.tenant}
    groups: dict[str, tuple[dict[str, Any], list[Organisation]]] = {}
    for node in bearing:
        asked = rules.resolved(given, defaults, tenant, ground.options_of(node) if tenant else ())
        groups.setdefault(json.dumps(asked, sort_keys=True, default=str), (asked, []))[1].append(node)
    found: dict[int, Share] = {}
    assert indicator.live is not None  # noqa: S101  asked for live figures only
    for asked, nodes in groups.values():
        found.update(indicator.live(nodes, ground.on, asked))
    return found


def held_reports(ground: Ground, indicator: Indicator, on: date | None = None) -> dict[int, Share]:
    """What holds of the reported figures on a day, by organisation."""
    every = ground.reports(indicator.code)
    by_organisation: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for number, row in enumerate(every):
        by_organisation[row.organisation_id].append((row.for_on, number))
    found = {}
    for pk, reports in by_organisation.items():
        holding = rules.holding(reports, on or ground.on)
        if holding is not None:
            found[pk] = Share(every[holding].part, every[holding].whole)
    return found


def bearing_ids(bearing: Iterable[Organisation]) -> frozenset[int]:
    return frozenset(node.pk for node in bearing)


def home_of(ground: Ground, place: int, bearing: frozenset[int]) -> int | None:
    """The bearing organisation a place counts for: the nearest one at or above it."""
    return next((pk for pk in reversed(ground.tree.above.get(place, ())) if pk in bearing), None)


def rolled_up(
    ground: Ground,
    indicator: Indicator,
    bearing: Sequence[Organisation],
    live: Mapping[int, Share],
    reported: Mapping[int, Share],
) -> dict[int, Rolled]:
    """Shares by place added up the tree. A share that its room keeps quiet counts for its own organisation only."""
    known = bearing_ids(bearing)
    shares: dict[int, Share] = {}
    for place, share in live.items():
        home = home_of(ground, place, known)
        if home is not None:
            shares[home] = shares[home] + share if home in shares else share
    sources = dict.fromkeys(shares, Origin.LIVE.value)
    for pk, share in reported.items():
        if pk in known and pk not in shares:
            shares[pk], sources[pk] = share, Origin.REPORTED.value
    found: dict[int, Rolled] = {}
    for pk, share in shares.items():
        for node in ground.tree.above[pk]:
            if node == pk or not share.quiet:
                found[node] = _with(found.get(node), share, sources[pk])
    if not indicator.children:
        return found
    shown = _shown(ground, indicator, {**reported, **live}, shares)
    return {pk: replace(figure, shown=pk in shown) for pk, figure in found.items()}


def _with(held: Rolled | None, share: Share, source: str) -> Rolled:
    if held is None:
        return Rolled(share.part, share.whole, source)
    wholes = [whole for whole in (held.whole, share.whole) if whole is not None]
    mixed = held.source if held.source == source else Origin.REPORTED.value
    return Rolled(held.part + share.part, sum(wholes) if wholes else None, mixed)


def _shown(
    ground: Ground, indicator: Indicator, places: Mapping[int, Share], shares: Mapping[int, Share]
) -> frozenset[int]:
    """Ids of the organisations whose figure may be shown to people who do not see each child."""
    tree = ground.tree
    if any(share.quiet is not None for share in shares.values()):
        return frozenset(tree.nodes) - {pk for pk, share in shares.items() if share.quiet}
    shown = _released(ground, {place: _cells(indicator, share) for place, share in places.items()})
    guards = {place: share.guards for place, share in places.items()}
    for number in range(max((len(row) for row in guards.values()), default=0)):
        shown &= _released(ground, {place: row[number : number + 1] for place, row in guards.items()})
    return shown


def _cells(indicator: Indicator, share: Share) -> tuple[int, ...]:
    """Counts of children that the figure is made of."""
    if share.cells:
        return share.cells
    if share.whole is None:
        return (round(share.part),)
    if indicator.kind == "average":
        return (round(share.whole),)
    return (round(share.part), round(share.whole - share.part))


def _released(ground: Ground, cells: Mapping[int, tuple[int, ...]]) -> frozenset[int]:
    width = max((len(row) for row in cells.values()), default=0)
    columns = [
        ground.tree.rolled({place: row[number] for place, row in cells.items() if number < len(row)})
        for number in range(width)
    ]
    return released(rows(ground.tree, columns, ground.sizes), totals_known=width > 1)
