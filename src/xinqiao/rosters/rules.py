"""The life of an import as a table."""

from __future__ import annotations

from datetime import date

from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.people.rules import school_year_of
from xinqiao.rosters.enums import ImportState as S

LIFECYCLE: Lifecycle[str] = Lifecycle(
    {
        (S.MAPPING, "read"): S.READING,
        (S.READY, "read"): S.READING,
        (S.READING, "read"): S.READING,
        (S.READING, "show"): S.READY,
        (S.READING, "refuse"): S.MAPPING,
        (S.READY, "decide"): S.READY,
        (S.READY, "start"): S.APPLYING,
        (S.APPLYING, "finish"): S.APPLIED,
        (S.APPLYING, "fail"): S.READY,
        (S.APPLIED, "undo"): S.UNDONE,
        (S.MAPPING, "discard"): S.DISCARDED,
        (S.READY, "discard"): S.DISCARDED,
    }
)

NEW_YEAR_FROM_MONTH = 8
"""From August on schools write their lists for the school year that is about to begin."""

MANY_LEAVE = 0.2
"""Share of the students in scope above which "these have left" is asked again."""


def likely_school_year(on: date) -> int:
    """The school year a list handed in on this day is most likely for."""
    return on.year if on.month >= NEW_YEAR_FROM_MONTH else school_year_of(on)
