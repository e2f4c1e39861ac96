"""Consent by age, codes, and limits of emergency reading. Plain Python.

Source of the consent table: PIPL art. 28–31 (sensitive data; below 14 the guardian consents), the Law on the
Protection of Minors (the child's own view is heard), and the usual practice of school screenings. Each tenant may ask
guardians of 14–17 year-olds to sign as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from xinqiao.access.enums import ConsentParty, Purpose

GUARDIAN_DECIDES_BELOW = 14
ADULT_FROM = 18


class Band(StrEnum):
    """Age bands with rules of their own. An unknown birth date is read as the youngest: nobody is asked too little."""

    CHILD = "child"
    TEEN = "teen"
    ADULT = "adult"


def band_of(age: int | None) -> Band:
    if age is None or age < GUARDIAN_DECIDES_BELOW:
        return Band.CHILD
    return Band.TEEN if age < ADULT_FROM else Band.ADULT


@dataclass(frozen=True)
class Asked:
    """agree: each of these must have said yes. heard: a no of one of these stops. notice: guardians are told."""

    agree: tuple[ConsentParty, ...]
    heard: tuple[ConsentParty, ...]
    notice: bool = False


_SELF, _GUARDIAN = ConsentParty.SELF, ConsentParty.GUARDIAN
_BOTH = (_SELF, _GUARDIAN)

ASKED: Mapping[tuple[Purpose, Band], Asked] = {
    (Purpose.SCREENING, Band.CHILD): Asked(agree=_BOTH, heard=_BOTH),
    (Purpose.SCREENING, Band.TEEN): Asked(agree=(_SELF,), heard=_BOTH, notice=True),
    (Purpose.SCREENING, Band.ADULT): Asked(agree=(_SELF,), heard=(_SELF,)),
    (Purpose.COUNSELLING, Band.CHILD): Asked(agree=(_GUARDIAN,), heard=_BOTH),
    (Purpose.COUNSELLING, Band.TEEN): Asked(agree=(_SELF,), heard=(_SELF,), notice=True),
    (Purpose.COUNSELLING, Band.ADULT): Asked(agree=(_SELF,), heard=(_SELF,)),
    (Purpose.SHARING, Band.CHILD): Asked(agree=(_GUARDIAN,), heard=_BOTH),
    (Purpose.SHARING, Band.TEEN): Asked(agree=_BOTH, heard=_BOTH),
    (Purpose.SHARING, Band.ADULT): Asked(agree=(_SELF,), heard=(_SELF,)),
}


def asked(purpose: str, age: int | None, *, guardian_signs: bool = False) -> Asked:
    """Who is asked. ``guardian_signs`` is the tenant's switch: guardians of 14–17 year-olds sign for screening too."""
    return asked_in(purpose, band_of(age), guardian_signs=guardian_signs)


def asked_in(purpose: str, band: Band, *, guardian_signs: bool = False) -> Asked:
    """The same for everybody of an age band."""
    if guardian_signs and band == Band.TEEN and purpose == Purpose.SCREENING:
        return Asked(agree=_BOTH, heard=_BOTH)
    return ASKED[Purpose(purpose), band]


@dataclass(frozen=True)
class Answer:
    """What one giver's latest answer means today: yes, no, or None (expired, or taken back before it counted)."""

    party: ConsentParty
    yes: bool | None


@dataclass(frozen=True)
class Standing:
    """ok: it may go ahead. missing: who still has to be asked (nobody is asked again after a no). declined: somebody
    who is heard said no, or withdrew. notice_due: guardians are to be told, and none has confirmed; does not block."""

    ok: bool
    missing: tuple[ConsentParty, ...] = ()
    declined: bool = False
    notice_due: bool = False


def standing(asked: Asked, answers: Iterable[Answer]) -> Standing:
    """One guardian's yes is enough; one no of anybody who is heard stops, whatever the others said."""
    known = list(answers)
    if any(answer.yes is False and answer.party in asked.heard for answer in known):
        return Standing(ok=False, declined=True)
    agreed = {answer.party for answer in known if answer.yes}
    missing = tuple(party for party in asked.agree if party not in agreed)
    return Standing(ok=not missing, missing=missing, notice_due=asked.notice and _GUARDIAN not in agreed)


SHARING_DAYS = 365


def valid_until(purpose: str, on: date) -> date | None:
    """Last day of a consent given on a day, when nothing else was agreed.

    Screening: the end of the school year (31 August). Sharing: one year. Counselling: until withdrawn, or leaving.
    """
    if purpose == Purpose.SCREENING:
        return date(on.year if on.month < 9 else on.year + 1, 8, 31)
    if purpose == Purpose.SHARING:
        return on + timedelta(days=SHARING_DAYS)
    return None
