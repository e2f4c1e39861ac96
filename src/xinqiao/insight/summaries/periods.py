"""Which periods an organisation writes about, which are open to be drafted, and which draft themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from xinqiao.insight import rules
from xinqiao.insight.enums import SummaryKind
from xinqiao.insight.models import Summary
from xinqiao.insight.rules import Span
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import school_calendar

BY_SCHOOL_YEAR = ("bureau", "school")
USUAL = (SummaryKind.MONTHLY, SummaryKind.TERM, SummaryKind.YEAR)
"""Drafted by themselves until an organisation says otherwise, once it runs a plan."""


def terms_of(organisation: Organisation) -> Sequence[Span]:
    return school_calendar(organisation).spans if organisation.kind in BY_SCHOOL_YEAR else ()


def period_of(organisation: Organisation, kind: str, on: date) -> Span | None:
    school = organisation.kind in BY_SCHOOL_YEAR
    return rules.span_of(kind, on, terms_of(organisation), school=school)


def counts_children(organisation: Organisation) -> bool:
    """Bureaus and schools have released figures about students; others know none."""
    return organisation.kind in BY_SCHOOL_YEAR


def rhythm_of(organisation: Organisation) -> tuple[str, ...]:
    given = (organisation.options or {}).get("summaries")
    return tuple(given) if isinstance(given, list) else tuple(USUAL)


FORGOTTEN = timedelta(days=45)
"""A period whose summary should have been finished longer ago is offered no more."""


@dataclass(frozen=True)
class Open:
    """A period that nobody has written about yet. over: it has passed. finish_by: when it should be finished.
    usual: the organisation writes this kind."""

    kind: str
    label: str
    starts_on: date
    ends_on: date
    over: bool
    finish_by: date
    usual: bool


def open_periods(organisation: Organisation, on: date) -> list[Open]:
    """Of each kind the last period and the one that is on, where there is no summary of it yet. Three queries."""
    terms, school = terms_of(organisation), organisation.kind in BY_SCHOOL_YEAR
    spans: list[tuple[str, Span]] = []
    for kind in SummaryKind.values:
        now = rules.span_of(kind, on, terms, school=school)
        if now is None:
            continue
        past = rules.before(kind, now, terms, school=school)
        spans += [(kind, span) for span in (past, now) if span is not None]
    wanted = rhythm_of(organisation)
    written = set(Summary.objects.filter(organisation=organisation).values_list("kind", "starts_on"))
    return [
        Open(
            kind, str(SummaryKind(kind).label), span[0], span[1], span[1] < on, rules.finish_by(kind, span[1]),
            kind in wanted,
        )
        for kind, span in spans
        if (kind, span[0]) not in written and rules.finish_by(kind, span[1]) >= on - FORGOTTEN
    ]  # fmt: skip


def to_draft(organisation: Organisation, on: date) -> list[Open]:
    """Periods that are over and draft themselves: the last ones only, of the kinds in the rhythm."""
    return [each for each in open_periods(organisation, on) if each.over and each.usual and each.finish_by >= on]
