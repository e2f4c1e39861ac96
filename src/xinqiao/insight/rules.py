"""Periods of summaries and when each is to be finished. Plain Python."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from xinqiao.insight.enums import SummaryKind as K
from xinqiao.insight.enums import SummaryState as S
from xinqiao.kernel.lifecycle import Lifecycle

Span = tuple[date, date]

SUMMARY: Lifecycle[S] = Lifecycle({(S.DRAFT, "send"): S.SENT, (S.SENT, "correct"): S.DRAFT})
"""A sent summary is put right by a new version that is sent again; what was sent stays."""

FINISHED_AFTER = {K.DAILY: 1, K.WEEKLY: 3, K.MONTHLY: 5, K.TERM: 10, K.YEAR: 15}
"""Days after the last day of the period. Usual in offices; nobody is chased for it."""

SECTIONS = {
    K.DAILY: ("overview", "tasks", "work", "next"),
    K.WEEKLY: ("overview", "tasks", "work", "figures", "next"),
    K.MONTHLY: ("overview", "tasks", "work", "figures", "checks", "money", "next"),
    K.TERM: ("overview", "tasks", "work", "figures", "checks", "money", "numbers", "next"),
    K.YEAR: ("overview", "tasks", "work", "figures", "checks", "money", "numbers", "next"),
}
"""What stands in a summary of each kind, in order."""


def span_of(kind: str, on: date, terms: Sequence[Span], *, school: bool) -> Span | None:
    """(first, last day) of the period that holds ``on``. Of a term: the one that is on or the last before; None where
    no term is known. school: years are school years, which begin in September."""
    if kind == K.DAILY:
        return on, on
    if kind == K.WEEKLY:
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)
    if kind == K.MONTHLY:
        return on.replace(day=1), on.replace(day=monthrange(on.year, on.month)[1])
    if kind == K.TERM:
        begun = sorted(term for term in terms if term[0] <= on)
        return begun[-1] if begun else None
    if not school:
        return date(on.year, 1, 1), date(on.year, 12, 31)
    year = on.year if on.month >= 9 else on.year - 1
    return date(year, 9, 1), date(year + 1, 8, 31)


def before(kind: str, span: Span, terms: Sequence[Span], *, school: bool) -> Span | None:
    """The period before one."""
    found = span_of(kind, span[0] - timedelta(days=1), terms, school=school)
    return None if found == span else found


def finish_by(kind: str, ends_on: date) -> date:
    return ends_on + timedelta(days=FINISHED_AFTER[K(kind)])
