"""The one table: post × action → depth. Lists, details, searches, counts, exports and pages all ask it.

Source: default reading of ``who may see what`` in the design (docs/architecture.md); plain Python, no queries.
"""

from __future__ import annotations

from collections.abc import Mapping

from xinqiao.access.enums import Action as A  # noqa: N817  a table is read by columns
from xinqiao.access.enums import Depth as D  # noqa: N817
from xinqiao.access.enums import PostKind as P

_TEACHES = {A.OBSERVE: D.CARE, A.QUICK_REPORT: D.CARE}

_LOOKS = {A.SEE_PLANS: D.COUNTS}
_WORKS = {**_LOOKS, A.DO_TASKS: D.COUNTS, A.REPORT_FIGURES: D.COUNTS}
_RUNS = {
    **_WORKS,
    A.RUN_PLANS: D.COUNTS,
    A.WRITE_PACKS: D.COUNTS,
    A.MANAGE_TEAMS: D.COUNTS,
    A.MANAGE_PLACES: D.COUNTS,
    A.MANAGE_BUDGET: D.COUNTS,
    A.APPLY_HONOURS: D.COUNTS,
}
"""The plan side of the house knows no child: whoever runs a plan sees what was done and how many, never who."""

TABLE: Mapping[P, Mapping[A, D]] = {
    P.SUBJECT_TEACHER: {A.QUICK_REPORT: D.CARE, A.ANSWER: D.CARE, A.DO_TASKS: D.COUNTS},
    P.CLASS_TEACHER: {
        A.DO_TASKS: D.COUNTS,
        **_TEACHES,
        A.ANSWER: D.CARE,
        A.SEE_PEOPLE: D.CARE,
        A.MANAGE_CONSENT: D.CARE,
        A.SEE_PROGRESS: D.COUNTS,
        A.DO_DUTIES: D.CARE,
        A.SEE_FILE: D.CARE,
    },
    P.GRADE_HEAD: {
        A.DO_TASKS: D.COUNTS,
        **_TEACHES,
        A.ANSWER: D.CARE,
        A.SEE_PEOPLE: D.CARE,
        A.SEE_PROGRESS: D.COUNTS,
        A.DO_DUTIES: D.CARE,
        A.SEE_FILE: D.CARE,
        A.SEE_NUMBERS: D.COUNTS,
    },
    P.PSYCH_TEACHER: {
        **_WORKS,
        A.MANAGE_PLACES: D.COUNTS,
        A.MANAGE_TEAMS: D.COUNTS,
        A.APPLY_HONOURS: D.COUNTS,
        **_TEACHES,
        A.SEE_PEOPLE: D.RESULTS,
        A.MANAGE_DUTY: D.CARE,
        A.MANAGE_CONSENT: D.RESULTS,
        A.FILE_SCREENING: D.RESULTS,
        A.RUN_SCREENING: D.RESULTS,
        A.SEE_PROGRESS: D.RESULTS,
        A.SEE_RESULTS: D.NOTES,
        A.TRIAGE: D.NOTES,
        A.ANSWER: D.NOTES,
        A.INTERVIEW: D.NOTES,
        A.SECOND_LEVEL: D.NOTES,
        A.DO_DUTIES: D.NOTES,
        A.SEE_FILE: D.NOTES,
        A.RUN_CASE: D.NOTES,
        A.SECOND_CLOSING: D.NOTES,
        A.SEE_NUMBERS: D.COUNTS,
        A.EXPORT_LEDGER: D.PLAN,
        A.SEE_TRAIL: D.PLAN,
        A.BREAK_GLASS: D.NOTES,
        A.INVITE_OUTSIDE: D.PLAN,
    },
    P.MORAL_HEAD: {
        **_RUNS,
        **_TEACHES,
        A.ANSWER: D.PLAN,
        A.SEE_PEOPLE: D.CARE,
        A.SEE_PROGRESS: D.COUNTS,
        A.DO_DUTIES: D.PLAN,
        A.SEE_FILE: D.PLAN,
        A.SECOND_LEVEL: D.PLAN,
        A.SECOND_CLOSING: D.PLAN,
        A.SEE_NUMBERS: D.COUNTS,
    },
    P.SCHOOL_LEADER: {
        **_RUNS,
        A.PUBLISH_PACKS: D.COUNTS,
        **_TEACHES,
        A.ANSWER: D.PLAN,
        A.SEE_PEOPLE: D.CARE,
        A.SEE_PROGRESS: D.COUNTS,
        A.DO_DUTIES: D.PLAN,
        A.SEE_FILE: D.PLAN,
        A.SECOND_LEVEL: D.PLAN,
        A.SECOND_CLOSING: D.PLAN,
        A.SEE_NUMBERS: D.COUNTS,
        A.SEE_TRAIL: D.PLAN,
        A.MANAGE_DUTY: D.CARE,
        A.BREAK_GLASS: D.NOTES,
        A.REVIEW_GLASS: D.PLAN,
    },
    P.SCHOOL_ADMIN: {
        **_WORKS,
        A.MANAGE_PLACES: D.COUNTS,
        A.MANAGE_BUDGET: D.COUNTS,
        A.SEE_PEOPLE: D.CARE,
        A.MANAGE_PEOPLE: D.CARE,
        A.MANAGE_POSTS: D.CARE,
        A.MANAGE_CALENDAR: D.CARE,
        A.MANAGE_DUTY: D.CARE,
        A.ROSTER_IMPORT: D.CARE,
        A.MANAGE_CONSENT: D.CARE,
        A.ANSWER: D.COUNTS,
    },
    P.BUREAU_OFFICER: {
        **_RUNS,
        A.INSPECT: D.COUNTS,
        A.RUN_HONOURS: D.COUNTS,
        A.PUBLISH_PACKS: D.COUNTS,
        A.SEE_PEOPLE: D.COUNTS,
        A.APPROVE_SCREENING: D.COUNTS,
        A.SEE_PROGRESS: D.COUNTS,
        A.SEE_NUMBERS: D.COUNTS,
        A.MANAGE_CALENDAR: D.COUNTS,
        A.ANSWER: D.CARE,
    },
    P.BUREAU_EXPERT: {
        **_WORKS,
        A.WRITE_PACKS: D.COUNTS,
        A.PUBLISH_PACKS: D.COUNTS,
        A.INSPECT: D.COUNTS,
        A.JUDGE_HONOURS: D.COUNTS,
        A.MANAGE_TEAMS: D.COUNTS,
        A.APPROVE_SCREENING: D.COUNTS,
        A.SEE_PROGRESS: D.COUNTS,
        A.SEE_NUMBERS: D.COUNTS,
        A.ANSWER: D.CARE,
    },
    P.BUREAU_LEADER: {
        A.SEE_NUMBERS: D.COUNTS,
        A.ANSWER: D.CARE,
        **_LOOKS,
        A.DO_TASKS: D.COUNTS,
        A.PUBLISH_PACKS: D.COUNTS,
    },
    P.DATA_OFFICER: {A.SEE_TRAIL: D.COUNTS, A.REVIEW_GLASS: D.COUNTS, A.ANSWER: D.COUNTS},
    P.SYSTEM_ADMIN: {
        A.SEE_PEOPLE: D.COUNTS,
        A.MANAGE_PEOPLE: D.COUNTS,
        A.MANAGE_POSTS: D.COUNTS,
        A.MANAGE_CALENDAR: D.COUNTS,
        A.ANSWER: D.COUNTS,
    },
    P.UNIT_LEADER: {**_RUNS, A.PUBLISH_PACKS: D.COUNTS, A.INSPECT: D.COUNTS},
    P.UNIT_OFFICER: {**_RUNS, A.INSPECT: D.COUNTS},
    P.PEER_REP: {A.PEER_REPORT: D.CARE},
}

GLASS_OPENS = frozenset({A.SEE_FILE, A.SEE_RESULTS})
"""What an emergency reading opens: it is for reading one file, and changes nothing."""

STRONG_LOGIN_FROM = D.RESULTS
"""A post that reaches this depth anywhere must sign in with a second factor."""


def depth_of(kind: str, action: str) -> D:
    """The depth a post of this kind has for an action; NONE when the table does not hold it."""
    return TABLE.get(P(kind), {}).get(A(action), D.NONE)


def needs_strong_login(kind: str) -> bool:
    return max(TABLE[P(kind)].values(), default=D.NONE) >= STRONG_LOGIN_FROM
