"""Who does what by when once a level stands, and how a case lives. Plain Python; words of screens live in enums.

Where the numbers come from: model emergency plans of schools (10, 30 and 60 minutes, one hour to the bureau), graded
response of the same plans (mild 5 working days, clear distress 3, orange the same day), call-backs after a crisis at
24 h, 72 h, 7, 14 and 30 days and then monthly. Levels 3 and 4 run on the wall clock, the others on the school calendar.
A tenant may shorten or stretch a clock within limits, in ``Organisation.options``:
``{"duties": {"3": {"class_guard": "12h"}}}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from xinqiao.cases.enums import CaseState, DutyKind, DutyState, FollowUpState, Outcome, TaskState
from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.people.rules import WorkingTime
from xinqiao.signals.rules import REVIEW_DAYS, Span

# --- duties ------------------------------------------------------------------------------------------------------

WALL_CLOCK_FROM = 3
"""From this level on a clock does not stop for nights, weekends and holidays."""
_SPAN = re.compile(r"([1-9]\d{0,3})(m|h|d|wh|wd)")


def read_span(text: str) -> Span:
    """``15m``, ``2h``, ``3d``, ``4wh`` (working hours), ``3wd`` (working days). Raises ValueError for anything else."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return Span(int(match[1]), match[2])


@dataclass(frozen=True)
class DutyRule:
    """post: who does it first. span: by when. most: the longest a tenant may make it."""

    kind: DutyKind
    post: str
    span: Span
    most: Span


def _rule(kind: DutyKind, post: str, span: str, most: str) -> DutyRule:
    return DutyRule(kind, post, read_span(span), read_span(most))


_K = DutyKind
DUTIES: Mapping[int, tuple[DutyRule, ...]] = {
    0: (),
    1: (_rule(_K.CLASS_CARE, "class_teacher", "5wd", "10wd"),),
    2: (
        _rule(_K.CLASS_CARE, "class_teacher", "3wd", "5wd"),
        _rule(_K.GUARDIAN_CONTACT, "psych_teacher", "3wd", "5wd"),
        _rule(_K.OPEN_CASE, "psych_teacher", "3wd", "10wd"),
    ),
    3: (
        _rule(_K.GUARDIAN_CONTACT, "psych_teacher", "12h", "24h"),
        _rule(_K.CLASS_GUARD, "class_teacher", "24h", "24h"),
        _rule(_K.GRADE_COORDINATE, "grade_head", "24h", "48h"),
        _rule(_K.LEADER_INFORMED, "school_leader", "24h", "24h"),
        _rule(_K.OPEN_CASE, "psych_teacher", "24h", "72h"),
    ),
    4: (
        _rule(_K.CRISIS_TEAM, "school_leader", "10m", "30m"),
        _rule(_K.GUARDIAN_CONTACT, "psych_teacher", "15m", "30m"),
        _rule(_K.CLASS_GUARD, "class_teacher", "30m", "60m"),
        _rule(_K.GRADE_COORDINATE, "grade_head", "30m", "60m"),
        _rule(_K.RAPID_ASSESSMENT, "psych_teacher", "60m", "120m"),
        _rule(_K.BUREAU_REPORT, "school_leader", "60m", "120m"),
        _rule(_K.OPEN_CASE, "psych_teacher", "24h", "48h"),
    ),
}
NEVER_LATER: Mapping[int, timedelta] = {1: timedelta(days=45), 2: timedelta(days=10)}
"""A long holiday stops the school calendar, not the care: no date is further away than this (our proposal)."""

LEADERS_OWN = frozenset({_K.CRISIS_TEAM, _K.LEADER_INFORMED, _K.BUREAU_REPORT})
"""Nobody may tick these for a leader: that the leader knows is the point of them."""

CLIMBS_TO: Mapping[str, tuple[str, ...]] = {
    "class_teacher": ("grade_head", "moral_head", "school_leader"),
    "grade_head": ("moral_head", "school_leader"),
    "psych_teacher": ("moral_head", "school_leader"),
    "school_leader": (),
}
"""Next posts of the chain 班级—年级—学校; after the last one the bureau answers."""

STAYS_IN_CLASS = frozenset({"class_teacher", "grade_head"})
"""Posts whose duties end with the student's place in the school; the others still answer for a student who left."""

RETRY: Mapping[int, Span] = {2: read_span("1wd"), 3: read_span("2h"), 4: read_span("15m")}
"""When nobody was reached: the next attempt. Level 4 every fifteen minutes, the next contact in between."""
ATTEMPTS_BEFORE_CLIMB = 4
"""So many attempts in vain (an hour at level 4) and the next person of the chain helps to reach the family."""

REMIND_BEFORE: Mapping[int, timedelta] = {
    1: timedelta(days=1),
    2: timedelta(days=1),
    3: timedelta(hours=2),
    4: timedelta(minutes=5),
}
"""How long before a date its holder hears of it once more."""


def rule_of(level: int, kind: str) -> DutyRule:
    """Raises LookupError for a duty this level does not have."""
    for rule in DUTIES[level]:
        if rule.kind == kind:
            return rule
    raise LookupError(f"level {level} has no duty {kind}")


def span_of(options: Mapping[str, Any], level: int, kind: str) -> Span:
    """The tenant's own span when it can be read, is not too long and runs on the right clock; else the default."""
    rule = rule_of(level, kind)
    own = _setting(options, level, kind)
    return own if own is not None and _fits(own, rule, level) else rule.span


def _setting(options: Mapping[str, Any], level: int, kind: str) -> Span | None:
    text = _text(options, level, kind)
    try:
        return read_span(text) if text is not None else None
    except ValueError:
        return None


def _text(options: Mapping[str, Any], level: int, kind: str) -> str | None:
    duties = options.get("duties")
    of_level = duties.get(str(level)) if isinstance(duties, Mapping) else None
    own = of_level.get(str(kind)) if isinstance(of_level, Mapping) else None
    return None if own is None else str(own)


def _fits(span: Span, rule: DutyRule, level: int) -> bool:
    on_wall = not span.unit.startswith("w")
    return span.longest <= rule.most.longest and (on_wall or level < WALL_CLOCK_FROM)


def faulty_settings(options: Mapping[str, Any]) -> Iterator[str]:
    """Names like ``4.crisis_team`` of settings that are not used: unreadable, too long, or for no duty of ours."""
    duties = options.get("duties")
    if duties is None:
        return
    if not isinstance(duties, Mapping):
        yield "duties"
        return
    for level, rows in duties.items():
        if not isinstance(rows, Mapping):
            yield str(level)
            continue
        for kind in rows:
            known = any(str(number) == level and rule.kind == kind for number in DUTIES for rule in DUTIES[number])
            own = _setting(options, int(level), kind) if known else None
            if own is None or not _fits(own, rule_of(int(level), kind), int(level)):
                yield f"{level}.{kind}"


def due(span: Span, level: int, start: datetime, working: WorkingTime) -> datetime:
    """The last moment for something that starts at a local aware ``start``."""
    moment = span.due(start, working)
    return min(moment, start + NEVER_LATER[level]) if level in NEVER_LATER else moment


# --- cases -------------------------------------------------------------------------------------------------------


def review_by(level: int, at: datetime) -> datetime:
    """By when an open case is looked at again: a term, three weeks, weekly, daily until safe."""
    return at + timedelta(days=REVIEW_DAYS.get(level, REVIEW_DAYS[1]))


CLIMB_AGAIN: Mapping[int, Span] = {3: read_span("24h"), 4: read_span("2h")}
_CALM = read_span("1wd")


def after_climb(level: int, start: datetime, working: WorkingTime) -> datetime:
    """How long who comes next has for a case whose date was missed (our proposal): 2 h, 24 h, one working day."""
    return due(CLIMB_AGAIN.get(level, _CALM), max(level, 1), start, working)


FOLLOW_UPS: Mapping[int, tuple[int, ...]] = {
    0: (),
    1: (),
    2: (14, 42),
    3: (7, 14, 30, 60),
    4: (1, 3, 7, 14, 30, 60, 90, 120),
}
"""Days after the level was set. After a crisis: 24 h, 72 h, 7, 14 and 30 days, then monthly three times."""

CASE = Lifecycle[CaseState](
    {
        (CaseState.OPEN, "ask_closing"): CaseState.CLOSING,
        (CaseState.CLOSING, "confirm_closing"): CaseState.CLOSED,
        (CaseState.CLOSING, "return_closing"): CaseState.OPEN,
        (CaseState.CLOSED, "reopen"): CaseState.OPEN,
    }
)
DUTY = Lifecycle[DutyState]({(DutyState.OPEN, "finish"): DutyState.DONE, (DutyState.OPEN, "lift"): DutyState.LIFTED})
TASK = Lifecycle[TaskState]({(TaskState.OPEN, "finish"): TaskState.DONE, (TaskState.OPEN, "lift"): TaskState.LIFTED})
FOLLOW_UP = Lifecycle[FollowUpState](
    {
        (FollowUpState.DUE, "finish"): FollowUpState.DONE,
        (FollowUpState.DUE, "lift"): FollowUpState.LIFTED,
    }
)

MAY_CLOSE_UP_TO: Mapping[str, int] = {Outcome.STABLE: 1, Outcome.REFERRED: 2, Outcome.DECLINED: 2, Outcome.LEFT: 4}
"""The gravest standing level at which a case may end so. At 3 and 4 a referral is no end of the school's care; who left
the school is no longer in its hands."""

PLAN_PARTS = (
    "needs",
    "goals",
    "measures",
    "adjustments",
    "living",
    "safety",
    "supports",
    "guards",
    "rescues",
)
"""Parts of a support plan: needs, measurable goals, measures by whom, adjustments of seat, exams and leave, help in
daily life, safety plan, and the person's network: who supports, who guards, who rescues."""
PLAN_NEEDS = ("needs", "goals", "measures")
"""Parts without which it is no plan."""
