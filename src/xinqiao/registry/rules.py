"""Which node stands where, which post fits where, which year may be promoted. Tables, plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xinqiao.access.enums import PostKind as P
from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.people.rules import school_year_of
from xinqiao.registry.enums import OperationState as S

LIFECYCLE: Lifecycle[S] = Lifecycle(
    {
        (S.PREVIEWED, "apply"): S.APPLIED,
        (S.PREVIEWED, "discard"): S.DISCARDED,
    }
)
"""The life of an operation: shown, then done or given up. What is done is not done twice."""

FITS: Mapping[str, tuple[P, ...]] = {
    "bureau": (P.BUREAU_OFFICER, P.BUREAU_EXPERT, P.BUREAU_LEADER, P.DATA_OFFICER, P.SYSTEM_ADMIN),
    "school": (
        P.PSYCH_TEACHER,
        P.MORAL_HEAD,
        P.SCHOOL_LEADER,
        P.SCHOOL_ADMIN,
        P.SUBJECT_TEACHER,
        P.DATA_OFFICER,
    ),
    "department": (P.UNIT_LEADER, P.UNIT_OFFICER, P.SUBJECT_TEACHER, P.SYSTEM_ADMIN, P.DATA_OFFICER),
    "grade": (P.GRADE_HEAD, P.SUBJECT_TEACHER),
    "class": (P.CLASS_TEACHER, P.SUBJECT_TEACHER, P.PEER_REP),
}
"""Posts by the kind of organisation they are held at; all others have those of ``ELSEWHERE``. A department is one of a
school (with teachers) or an agency of its own (with officers)."""

ELSEWHERE: tuple[P, ...] = (P.UNIT_LEADER, P.UNIT_OFFICER, P.SYSTEM_ADMIN, P.DATA_OFFICER)
"""Posts at a street, hospital, court, station, hotline or any other kind of organisation."""


def posts_that_fit(kind: str) -> tuple[P, ...]:
    """The posts that may be held at an organisation of this kind."""
    return FITS.get(kind, ELSEWHERE)


_OUTSIDE_SCHOOLS = (
    "bureau", "school", "department", "street", "community", "hospital", "court", "station", "hotline", "other",
)  # fmt: skip
_BELOW: Mapping[str, tuple[str, ...]] = {
    "school": ("grade", "department", "other"),
    "department": ("grade", "department", "other"),
    "grade": ("class",),
    "class": (),
}


def kinds_below(kind: str, *, in_school: bool) -> tuple[str, ...]:
    """Kinds of organisation that may stand directly below one. ``in_school``: the parent is a school or inside one."""
    if in_school or kind == "school":
        return _BELOW.get(kind, ("other",))
    return _OUTSIDE_SCHOOLS


PREPARED_FROM = 6
"""Month (June) from which the coming school year may be prepared: final examinations of graduating cohorts are over."""


def promotable_years(on: date) -> tuple[int, ...]:
    """School years into which cohorts may be promoted on a day: the running one, from June the coming one too."""
    running = school_year_of(on)
    return (running, running + 1) if on.month >= PREPARED_FROM and on.year > running else (running,)


MOST_DAYS = 120
"""Days of the calendar entered at once: a long summer holiday and a margin."""

MOST_WEEKS = 26
"""Weekly repeats of a duty turn entered at once: half a year."""
