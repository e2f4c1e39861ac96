"""What a pack asks of the rooms beside this one: seats in teams, places that are open, money."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from xinqiao.access.actor import Actor
from xinqiao.budgets.services import want_line
from xinqiao.directory.services import want_service
from xinqiao.packs.core.shapes import Money, Pack
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.plans.models import Plan
from xinqiao.plans.workplan import Units
from xinqiao.teams.services.teams import want_team

NOT_DECIDED = Decimal(0)
"""A wanted line begins without money: what a plan asks for is not yet set aside. The plan's page shows both."""


def key_of(pack: Pack, entry_id: str) -> str:
    """How a team, place or line is known in its own room: ``p14:lead``. The same for every plan made from the pack, so
    that next year's plan finds this year's team."""
    return f"{pack.id}:{entry_id}"


@dataclass(frozen=True)
class MoneyWanted:
    """A budget line of one organisation, in yuan."""

    money: Money
    organisation: Organisation
    amount: Decimal


def money_wanted(pack: Pack, units: Units, on: date) -> Iterator[MoneyWanted]:
    """Budget lines with their amounts: per student by the enrolments of a day. One query, however many lines."""
    paid = {money.unit for money in pack.budget.values() if money.per_student is not None}
    heads = students({node.pk for unit in paid for node in units.get(unit, ())}, on)
    for money in pack.budget.values():
        for node in units.get(money.unit, ()):
            amount = money.amount if money.per_student is None else money.per_student * heads.get(node.pk, 0)
            yield MoneyWanted(money, node, Decimal(str(amount or 0)).quantize(Decimal("0.01")))


def students(organisations: Collection[int], on: date) -> dict[int, int]:
    """Students enrolled on a day, by organisation id, each with its whole subtree. One query, none for nobody."""
    found = dict.fromkeys(organisations, 0)
    if not found:
        return found
    for path in Enrolment.objects.filter(current(on)).values_list("class_node__path", flat=True).iterator():
        for part in path.split("/"):
            if part and int(part) in found:
                found[int(part)] += 1
    return found


def ask_for(plan: Plan, pack: Pack, units: Units, *, actor: Actor, at: datetime) -> None:
    """Teams to fill, places to open and budget lines, in their rooms. Asked again, it changes nothing that is there."""
    for team in pack.teams.values():
        for node in units.get(team.unit, ()):
            want_team(
                actor=actor, organisation=node, key=key_of(pack, team.id), title=team.title.zh,
                duties=[duty.zh for duty in team.duties], positions=team.positions,
                meets_per_term=team.meets_per_term, at=at,
            )  # fmt: skip
    for service in pack.services.values():
        for node in units.get(service.unit, ()):
            want_service(
                actor=actor, organisation=node, key=key_of(pack, service.id), title=service.title.zh,
                kind=service.kind, hours_per_week=service.hours_per_week, around_the_clock=service.around_the_clock,
                at=at,
            )  # fmt: skip
    for want in money_wanted(pack, units, plan.starts_on):
        want_line(
            actor=actor, organisation=want.organisation, year=plan.starts_on.year, key=key_of(pack, want.money.id),
            title=want.money.title.zh[:80], amount=NOT_DECIDED, at=at,
        )  # fmt: skip
