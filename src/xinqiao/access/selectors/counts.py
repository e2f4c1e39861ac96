"""How many may go ahead: consent counted in the database, for pages that show numbers of whole schools.

The database only sorts people into cases: where they are asked, how old they are, who said yes and who said no. What a
case means is decided by ``rules``, as it is for one person in ``consents``; a test holds the two against each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from xinqiao.access import rules
from xinqiao.access.enums import ConsentParty
from xinqiao.access.models import Consent
from xinqiao.access.rules import Answer, Band, Standing
from xinqiao.access.selectors.consents import places_by_id, texts_that_ask_again
from xinqiao.people.models import Enrolment, Guardianship, current
from xinqiao.people.rules import born_by

_SAID = {
    1: Answer(ConsentParty.SELF, True),
    2: Answer(ConsentParty.SELF, False),
    4: Answer(ConsentParty.GUARDIAN, True),
    8: Answer(ConsentParty.GUARDIAN, False),
}
"""Bits of ``said``: an answer somebody gave that counts today."""


def count_standings(
    rows: QuerySet[Any], by: str, purpose: str, at: datetime, scope: str = ""
) -> dict[int, Counter[Standing]]:
    """Standings of the ``person`` of each row, counted by the row's field ``by``. Four queries, however many rows.

    rows: of a model with a foreign key ``person``. ``scope`` (sharing only): with whom.
    """
    today = localdate(at)
    cases = (
        rows.order_by()
        .annotate(place=_place(today), band=_band(today))
        .annotate(said=_said(purpose, at, scope))
        .values_list(by, "place", "band", "said")
        .annotate(n=Count("pk"))
    )
    found = list(cases)
    places = places_by_id({place for _by, place, _band, _said, _n in found})
    counted: dict[int, Counter[Standing]] = defaultdict(Counter)
    for group, place, band, said, n in found:
        asked = rules.asked_in(purpose, Band(band), guardian_signs=places[place].guardian_signs)
        answers = [answer for bit, answer in _SAID.items() if said & bit]
        counted[group][rules.standing(asked, answers)] += n
    return dict(counted)


def _place(today: date) -> Coalesce:
    """``places_of`` for a row: the school the person is in today, else who keeps their data."""
    school = Enrolment.objects.filter(current(today), person=OuterRef("person")).order_by("-pk").values("school")
    return Coalesce(Subquery(school[:1]), F("person__keeper"), output_field=BigIntegerField())


def _band(today: date) -> Case:
    """``rules.band_of`` for a row. Without a date of birth no comparison holds."""
    return Case(
        When(person__birth_date__lte=born_by(rules.ADULT_FROM, today), then=Value(Band.ADULT.value)),
        When(person__birth_date__lte=born_by(rules.GUARDIAN_DECIDES_BELOW, today), then=Value(Band.TEEN.value)),
        default=Value(Band.CHILD.value),
        output_field=CharField(),
    )


def _said(purpose: str, at: datetime, scope: str) -> Coalesce:
    """Which of ``_SAID`` hold for a row, as a sum of their bits."""
    yes, no = _meanings(purpose, at)
    bits: Any = Value(0)
    for bit, answer in _SAID.items():
        meant = Q(yes if answer.yes else no, party=answer.party)
        bits += Max(Case(When(meant, then=Value(bit)), default=Value(0), output_field=IntegerField()))
    rows = _latest(purpose, at, scope).filter(person=OuterRef("person"), organisation=OuterRef("place"))
    return Coalesce(Subquery(rows.order_by().values("person").annotate(said=bits).values("said")), Value(0))


def _meanings(purpose: str, at: datetime) -> tuple[Q, Q]:
    """``meaning`` of an answer as conditions: counts as yes, counts as no. An outdated yes is neither."""
    standing = Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
    lasts = Q(valid_until=None) | Q(valid_until__gte=localdate(at))
    granted = Q(granted=True)
    for text in texts_that_ask_again(purpose, at):
        covered = Q(text__made_at__gte=text.made_at)
        if text.organisation is not None:
            covered |= ~Q(organisation__path__startswith=text.organisation.path)
        granted &= covered
    return granted & standing & lasts, (granted & Q(withdrawn_at__lte=at)) | (Q(granted=False) & standing)


def _latest(purpose: str, at: datetime, scope: str) -> QuerySet[Consent]:
    """``latest_answers`` as rows: no later one of the same giver, and no answer of a former guardian."""
    rows = Consent.objects.filter(purpose=purpose, scope=scope, given_at__lte=at)
    rows = rows.alias(giver=Coalesce("given_by_id", Value(0)))
    same = {field: OuterRef(field) for field in ("person", "organisation", "party", "giver")}
    later = Q(given_at__gt=OuterRef("given_at")) | Q(given_at=OuterRef("given_at"), pk__gt=OuterRef("pk"))
    guards = Guardianship.objects.filter(
        current(localdate(at)), child=OuterRef("person"), guardian=OuterRef("given_by")
    )
    speaks = ~Q(party=ConsentParty.GUARDIAN) | Q(given_by=None) | Exists(guards)
    return rows.filter(speaks, ~Exists(rows.filter(later, **same)))
