"""Whether it may go ahead: consent of many people at once, by their age and their school's rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.timezone import localdate

from xinqiao.access import rules
from xinqiao.access.enums import ConsentParty
from xinqiao.access.models import Consent, ConsentText
from xinqiao.access.rules import Answer, Standing
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person, current

_AT_A_TIME = 10_000
"""Ids in one query; SQLite takes 32,766 parameters."""


@dataclass(frozen=True)
class Place:
    """The organisation that asks a person, with what its rules say."""

    id: int
    chain: tuple[int, ...]
    guardian_signs: bool


def consent_standing(person: Person, purpose: str, at: datetime, scope: str = "") -> Standing:
    return consent_standings([person], purpose, at, scope)[person.pk]


def consent_standings(people: Iterable[Person], purpose: str, at: datetime, scope: str = "") -> dict[int, Standing]:
    """Standing of each person by id. ``scope`` (sharing only): with whom. Six queries for every ten thousand people."""
    everyone = list(people)
    found: dict[int, Standing] = {}
    for start in range(0, len(everyone), _AT_A_TIME):
        found.update(_standings(everyone[start : start + _AT_A_TIME], purpose, at, scope))
    return found


def _standings(people: list[Person], purpose: str, at: datetime, scope: str) -> dict[int, Standing]:
    today = localdate(at)
    places = places_of(people, today)
    asks_again = texts_that_ask_again(purpose, at)
    answers: dict[int, list[Answer]] = defaultdict(list)
    for row in latest_answers(people, purpose, at, scope):
        place = places.get(row.person_id)
        if place is not None and row.organisation_id == place.id:
            stale = row.granted and _is_stale(row.text, place, asks_again)
            answers[row.person_id].append(Answer(ConsentParty(row.party), None if stale else meaning(row, at)))
    return {
        person.pk: rules.standing(
            rules.asked(purpose, person.age_on(today), guardian_signs=places[person.pk].guardian_signs),
            answers[person.pk],
        )
        for person in people
    }


def meaning(row: Consent, at: datetime) -> bool | None:
    """A consent that was withdrawn is a no, and is not asked for again; one that ran out is no answer."""
    withdrawn = row.withdrawn_at is not None and row.withdrawn_at <= at
    if not row.granted:
        return None if withdrawn else False
    if withdrawn:
        return False
    return None if row.valid_until and row.valid_until < localdate(at) else True


def latest_answers(people: Iterable[Person], purpose: str, at: datetime, scope: str = "") -> Iterator[Consent]:
    """Each giver's newest answer for each person and organisation; answers of former guardians are left out."""
    ids = [person.pk for person in people]
    guards = set(
        Guardianship.objects.filter(current(localdate(at)), child__in=ids).values_list("child_id", "guardian_id")
    )
    rows = Consent.objects.filter(person__in=ids, purpose=purpose, scope=scope, given_at__lte=at).select_related("text")
    newest: dict[tuple[object, ...], Consent] = {}
    for row in rows.order_by("given_at", "pk"):
        if row.party == ConsentParty.GUARDIAN and row.given_by_id and (row.person_id, row.given_by_id) not in guards:
            continue
        newest[row.person_id, row.organisation_id, row.party, row.given_by_id] = row
    yield from newest.values()


def places_of(people: Iterable[Person], on: date) -> dict[int, Place]:
    """For each person the school they are in today, else the organisation that keeps their data."""
    everyone = list(people)
    owner = {person.pk: person.keeper_id for person in everyone}
    enrolled = Enrolment.objects.filter(current(on), person__in=list(owner)).values_list("person_id", "school_id")
    owner.update(dict(enrolled.order_by("pk")))
    places = places_by_id(owner.values())
    return {person: places[organisation] for person, organisation in owner.items()}


def places_by_id(organisations: Iterable[int]) -> dict[int, Place]:
    """Organisations that ask, by id. Two queries."""
    paths = dict(Organisation.objects.filter(pk__in=set(organisations)).values_list("pk", "path"))
    chains = {pk: tuple(int(part) for part in (path or "").split("/") if part) for pk, path in paths.items()}
    options = dict(
        Organisation.objects.filter(pk__in={node for chain in chains.values() for node in chain}).values_list(
            "pk", "options"
        )
    )
    return {pk: Place(pk, chain, guardian_signs([options[node] for node in chain])) for pk, chain in chains.items()}


def guardian_signs(options: Iterable[Mapping[str, object]]) -> bool:
    """The tenant's switch ``options["consent"]["guardian_14_17"]``: "consent" or "notice". Root first; nearest wins."""
    answer = "notice"
    for option in options:
        consent = option.get("consent")
        if isinstance(consent, Mapping):
            answer = str(consent.get("guardian_14_17", answer))
    return answer == "consent"


def texts_that_ask_again(purpose: str, at: datetime) -> list[ConsentText]:
    rows = ConsentText.objects.filter(purpose=purpose, asks_again=True, made_at__lte=at)
    return list(rows.select_related("organisation"))


def _is_stale(text: ConsentText, place: Place, asks_again: list[ConsentText]) -> bool:
    """A later text for this place changed what is agreed to, so that an older yes no longer covers it."""
    return any(
        newer.made_at > text.made_at and (newer.organisation_id is None or newer.organisation_id in place.chain)
        for newer in asks_again
    )


def current_text(purpose: str, organisation: Organisation, at: datetime) -> ConsentText | None:
    """The text in force: the nearest organisation's own newest version, else the house's."""
    chain = organisation.ancestors_ids()
    rows = ConsentText.objects.filter(
        Q(organisation=None) | Q(organisation__in=chain), purpose=purpose, made_at__lte=at
    )
    near = {pk: place for place, pk in enumerate(chain, start=1)}
    return max(rows, key=lambda row: (near.get(row.organisation_id or 0, 0), row.version), default=None)
