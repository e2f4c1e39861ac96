"""Consents of people in tests."""

from __future__ import annotations

from datetime import datetime

from tests.factories import NOON
from xinqiao.access.enums import ConsentForm, ConsentParty, Purpose
from xinqiao.access.models import Consent, ConsentText
from xinqiao.access.selectors.consents import places_of
from xinqiao.people.models import Guardianship, Person


def a_text(purpose: str = Purpose.SCREENING) -> ConsentText:
    text, _made = ConsentText.objects.get_or_create(
        purpose=purpose, version=1, organisation=None, defaults={"title": "告知书", "body": "正文", "made_at": NOON}
    )
    return text


def an_answer(
    person: Person,
    party: str = ConsentParty.SELF,
    granted: bool = True,
    *,
    purpose: str = Purpose.SCREENING,
    by: Person | None = None,
    at: datetime = NOON,
    **fields: object,
) -> Consent:
    """One answer, on paper; a guardian's is given by ``by`` or the first guardian there is."""
    if party == ConsentParty.SELF:
        by = person
    elif by is None:
        guardianship = Guardianship.objects.filter(child=person).order_by("pk").first()
        by = guardianship.guardian if guardianship else None
    return Consent.objects.create(
        person=person,
        organisation_id=places_of([person], at.date())[person.pk].id,
        purpose=purpose,
        text=a_text(purpose),
        party=party,
        granted=granted,
        form=ConsentForm.PAPER,
        given_by=by,
        signed_name="" if by else "家长",
        given_at=at,
        **fields,
    )


def consent_of(person: Person, purpose: str = Purpose.SCREENING, at: datetime = NOON) -> None:
    """Everything anybody could ask for: the student's own yes and a guardian's."""
    an_answer(person, ConsentParty.SELF, purpose=purpose, at=at)
    an_answer(person, ConsentParty.GUARDIAN, purpose=purpose, at=at)
