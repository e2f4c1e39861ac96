"""Services and agreements as pages and indicators read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from xinqiao.directory.enums import BASIC
from xinqiao.directory.models import Agreement, ServicePoint
from xinqiao.directory.rules import ENDS_SOON, SUMMER, agreement_state, season_of
from xinqiao.people.models import Organisation


def open_on(on: date, prefix: str = "") -> Q:
    return Q(**{f"{prefix}opened_on__lte": on}) & (
        Q(**{f"{prefix}closed_on": None}) | Q(**{f"{prefix}closed_on__gt": on})
    )


def season(organisation: Organisation, on: date) -> str:
    """By the dates the organisation set in its options (``summer``: two MM-DD), else the usual ones."""
    first, last = (organisation.options or {}).get("summer", SUMMER)
    return season_of(on, (first, last))


def services_of(organisation: Organisation) -> QuerySet[ServicePoint]:
    """Its own, wished ones too, closed ones not."""
    return ServicePoint.objects.filter(organisation=organisation, closed_on=None).order_by("kind", "pk")


def shared_with(organisation: Organisation, on: date) -> QuerySet[ServicePoint]:
    """Open services of others that serve it too."""
    return ServicePoint.objects.filter(open_on(on), serves=organisation).select_related("organisation")


def published(organisation: Organisation, on: date) -> list[ServicePoint]:
    """What its public page shows: its own open services and those shared with it, as far as they were published."""
    own = ServicePoint.objects.filter(open_on(on), organisation=organisation)
    return [row for rows in (own, shared_with(organisation, on)) for row in rows if row.published_at]


def open_services(nodes: Sequence[Organisation], kinds: Iterable[str], on: date) -> dict[int, list[ServicePoint]]:
    """Open services of some kinds by the organisation they serve: its own and those shared with it. Two queries."""
    keys = {node.pk for node in nodes}
    found: dict[int, list[ServicePoint]] = {key: [] for key in keys}
    held = ServicePoint.objects.filter(open_on(on), kind__in=list(kinds))
    for service in held.filter(organisation__in=keys):
        found[service.organisation_id].append(service)
    links = ServicePoint.serves.through.objects.filter(organisation__in=keys, servicepoint__in=held)
    for link in links.select_related("servicepoint"):
        found[link.organisation_id].append(link.servicepoint)
    return found


def is_equipped(service: ServicePoint) -> bool:
    """The three basic items are there."""
    return set(BASIC) <= set(service.equipment)


@dataclass(frozen=True)
class Gap:
    """A service a plan asks for and that is not there as asked. why: wished (not open) or hours (too few)."""

    organisation: Organisation
    service: ServicePoint
    why: str


def missing(organisations: Sequence[Organisation], on: date) -> list[Gap]:
    """What the plans ask for and is not there yet, in the order given. One query."""
    place = {node.pk: node for node in organisations}
    rows = ServicePoint.objects.filter(organisation__in=place, closed_on=None).exclude(key="")
    gaps = []
    for service in rows.order_by("organisation__path", "kind", "pk"):
        node = place[service.organisation_id]
        if service.opened_on is None or service.opened_on > on:
            gaps.append(Gap(node, service, "wished"))
        elif service.hours_in(season(node, on)) < service.wanted_hours:
            gaps.append(Gap(node, service, "hours"))
    return gaps


@dataclass(frozen=True)
class Held:
    """An agreement and how it stands: holds, soon, over, ahead."""

    agreement: Agreement
    state: str


def agreements_of(organisation: Organisation, on: date) -> list[Held]:
    rows = Agreement.objects.filter(organisation=organisation).order_by("-signed_on", "pk")
    return [Held(row, agreement_state(row.signed_on, row.ends_on, on)) for row in rows]


def holding(on: date) -> Q:
    return Q(signed_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on))


def ending(organisations: Sequence[Organisation], on: date) -> QuerySet[Agreement]:
    """Agreements that end within ENDS_SOON, or ended as recently and were not followed by another with that partner;
    the nearest end first."""
    rows = Agreement.objects.filter(
        organisation__in=[node.pk for node in organisations],
        signed_on__lte=on,
        ends_on__range=(on - ENDS_SOON, on + ENDS_SOON),
    )
    newer = Agreement.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=OuterRef("ends_on")),
        organisation=OuterRef("organisation"),
        partner=OuterRef("partner"),
    )
    return rows.filter(~Exists(newer)).select_related("organisation").order_by("ends_on", "pk")
