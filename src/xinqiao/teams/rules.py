"""The life of a meeting, who fits a position, and which stretch of time counts as this term. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from xinqiao.access.enums import PostKind
from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.teams.enums import MeetingState as S

MEETING: Lifecycle[S] = Lifecycle(
    {
        (S.PLANNED, "change"): S.PLANNED,
        (S.PLANNED, "hold"): S.HELD,
        (S.PLANNED, "call_off"): S.CALLED_OFF,
        (S.HELD, "hold"): S.HELD,
        (S.HELD, "minutes"): S.HELD,
        (S.HELD, "decide"): S.HELD,
    }
)
"""Held twice: who was there is put right."""

MINUTES_WITHIN_DAYS = 3
"""Minutes that are not there by then are asked for on the home page: later nobody remembers."""

KINDS: tuple[PostKind, ...] = tuple(kind for kind in PostKind if kind != PostKind.PEER_REP)
"""Posts that a position may ask for. Pupils sit in no team: the plan side of the house knows no child."""


def fits(kind: str, path: str, *, wanted: str, team_path: str) -> bool:
    """Whether the holder of a post may fill a position of a team: a post at the organisation or below it, of the kind
    asked for ("" for any)."""
    return kind in KINDS and path.startswith(team_path) and (not wanted or kind == wanted)


def term_at(terms: Sequence[tuple[date, date]], on: date) -> tuple[date, date]:
    """First day of this term, and the first day after it. In a break the term before it; without terms, half a year
    from August or February, as school years run.

    terms: (first day, last day).
    """
    begun = [start for start, _end in terms if start <= on]
    if begun:
        start = max(begun)
        later = [other for other, _end in terms if other > start]
        return start, min(later, default=date(start.year + 1, start.month, min(start.day, 28)))
    if on.month >= 8:
        return date(on.year, 8, 1), date(on.year + 1, 2, 1)
    if on.month == 1:
        return date(on.year - 1, 8, 1), date(on.year, 2, 1)
    return date(on.year, 2, 1), date(on.year, 8, 1)
