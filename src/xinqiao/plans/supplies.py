"""What a pack needs to be there, looked at in the rooms that keep it: teams with people, open services, set-aside
money. Records only; nothing here is taken on trust."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count

from xinqiao.budgets.models import Line
from xinqiao.directory.selectors import open_services, season
from xinqiao.packs.core.shapes import Pack
from xinqiao.people.models import current
from xinqiao.plans.models import Plan
from xinqiao.plans.wants import key_of, money_wanted
from xinqiao.plans.workplan import Units
from xinqiao.teams.models import Position


@dataclass(frozen=True)
class Supply:
    """ready of whole places have it; missing: names of the others; begun: some have a part of it."""

    whole: int
    ready: int
    missing: tuple[str, ...]
    begun: bool = False


def services(plan: Plan, pack: Pack, units: Units, name: str, on: date) -> Supply:
    """Open services of the kind, an organisation's own or one that serves it, long enough open. Two queries and one for
    each season's hours."""
    service = pack.services[name]
    nodes = units.get(service.unit, ())
    found = open_services(list(nodes), [service.kind], on)
    wanted = 168 if service.around_the_clock else service.hours_per_week
    ready = {
        node.pk for node in nodes if any(held.hours_in(season(node, on)) >= wanted for held in found.get(node.pk, ()))
    }
    return Supply(
        len(nodes),
        len(ready),
        tuple(node.name for node in nodes if node.pk not in ready),
        begun=any(found.get(node.pk) for node in nodes),
    )


def money(plan: Plan, pack: Pack, units: Units, name: str, on: date) -> Supply:
    """Lines with at least the amount wanted; where nobody is enrolled nothing is wanted. Two queries."""
    wanted = {
        want.organisation: want.amount
        for want in money_wanted(pack, units, plan.starts_on)
        if want.money.id == name and want.amount
    }
    years = {plan.starts_on.year, min(on, plan.ends_on).year}
    held: dict[int, Decimal] = {}
    rows = Line.objects.filter(organisation__in=wanted, key=key_of(pack, name), year__in=years)
    for organisation, amount in rows.values_list("organisation", "amount"):
        held[organisation] = max(amount, held.get(organisation, Decimal(0)))
    ready = {node.pk for node, amount in wanted.items() if held.get(node.pk, Decimal(0)) >= amount}
    return Supply(
        len(wanted),
        len(ready),
        tuple(node.name for node in wanted if node.pk not in ready),
        begun=any(held.values()),
    )


def teams(plan: Plan, pack: Pack, units: Units, name: str, on: date) -> Supply:
    """Teams in which every position has as many people as it takes. One query."""
    nodes = units.get(pack.teams[name].unit, ())
    seats = Count("seats", filter=current(on, "seats__"))
    rows = Position.objects.filter(team__organisation__in=nodes, team__key=key_of(pack, name), team__closed_on=None)
    short: set[int] = set()
    have: set[int] = set()
    known: set[int] = set()
    for place, least, held in rows.annotate(held=seats).values_list("team__organisation", "minimum", "held"):
        known.add(place)
        have |= {place} if held else set()
        short |= {place} if held < least else set()
    ready = known - short
    missing = tuple(node.name for node in nodes if node.pk not in ready)
    return Supply(len(nodes), len(ready), missing, begun=bool(have))


ASK: Mapping[str, Callable[[Plan, Pack, Units, str, date], Supply]] = {
    "services": services,
    "budget": money,
    "teams": teams,
}
