"""What may be told outside: consents that stand, and what was shared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xinqiao.access.enums import Purpose
from xinqiao.access.models import Consent
from xinqiao.access.selectors.consents import consent_standing
from xinqiao.access.services.links import is_alive
from xinqiao.cases.models import Case, Summary
from xinqiao.people.models import Person


def consented_scopes(person: Person, at: datetime) -> list[str]:
    """With whom (and about what) information may be shared today: scopes whose consent stands by the rules of age."""
    rows = Consent.objects.filter(person=person, purpose=Purpose.SHARING, withdrawn_at=None, given_at__lte=at)
    scopes = sorted(set(rows.values_list("scope", flat=True)))
    return [scope for scope in scopes if consent_standing(person, Purpose.SHARING, at, scope).ok]


@dataclass(frozen=True)
class Shared:
    """A summary with whether its link still opens."""

    summary: Summary
    alive: bool


def shared_of(case: Case, at: datetime) -> list[Shared]:
    """What was shared from a case, newest first. A link whose consent was taken back opens no more."""
    rows = case.summaries.select_related("link", "made_by")
    open_scopes = set(consented_scopes(case.person, at)) if rows else set()
    return [Shared(row, bool(row.link and is_alive(row.link, at) and row.scope in open_scopes)) for row in rows]


def summary_behind(target: int) -> Summary | None:
    return Summary.objects.filter(pk=target).select_related("case__person", "school").first()
