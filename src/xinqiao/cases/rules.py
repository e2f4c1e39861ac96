"""Who does what by when once a level stands, and how a case lives. Plain Python; words of screens live in enums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from xinqiao.cases.enums import CaseState, DutyKind, DutyState, FollowUpState, TaskState
from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.people.rules import WorkingTime


@dataclass(frozen=True)
class Clock:
    """A time limit: real time (24×7) or working days of the school calendar, never both."""

    real: timedelta | None = None
    working_days: int = 0

    def due(self, start: datetime, working: WorkingTime) -> datetime:
        """The last moment, from a local aware ``start``."""
        return start + self.real if self.real is not None else working.add_days(start, self.working_days)


@dataclass(frozen=True)
class DutyRule:
    kind: DutyKind
    post: str
    clock: Clock


def _minutes(n: int) -> Clock:
    return Clock(real=timedelta(minutes=n))


def _hours(n: int) -> Clock:
    return Clock(real=timedelta(hours=n))


# Default clocks: mild 5 working days, clear distress 3 working days, orange the same day, red 10, 30 and 60 minutes and
# one hour to the bureau: what model emergency plans of schools have in common.
DUTIES: Mapping[int, tuple[DutyRule, ...]] = {
    0: (),
    1: (DutyRule(DutyKind.CLASS_CARE, "class_teacher", Clock(working_days=5)),),
    2: (
        DutyRule(DutyKind.CLASS_CARE, "class_teacher", Clock(working_days=3)),
        DutyRule(DutyKind.GUARDIAN_CONTACT, "psych_teacher", Clock(working_days=3)),
        DutyRule(DutyKind.OPEN_CASE, "psych_teacher", Clock(working_days=3)),
    ),
    3: (
        DutyRule(DutyKind.GUARDIAN_CONTACT, "psych_teacher", _hours(12)),
        DutyRule(DutyKind.CLASS_GUARD, "class_teacher", _hours(24)),
        DutyRule(DutyKind.GRADE_COORDINATE, "grade_head", _hours(24)),
        DutyRule(DutyKind.LEADER_INFORMED, "school_leader", _hours(24)),
        DutyRule(DutyKind.OPEN_CASE, "psych_teacher", _hours(24)),
    ),
    4: (
        DutyRule(DutyKind.CRISIS_TEAM, "school_leader", _minutes(10)),
        DutyRule(DutyKind.GUARDIAN_CONTACT, "psych_teacher", _minutes(15)),
        DutyRule(DutyKind.CLASS_GUARD, "class_teacher", _minutes(30)),
        DutyRule(DutyKind.GRADE_COORDINATE, "grade_head", _minutes(30)),
        DutyRule(DutyKind.RAPID_ASSESSMENT, "psych_teacher", _minutes(60)),
        DutyRule(DutyKind.BUREAU_REPORT, "school_leader", _minutes(60)),
        DutyRule(DutyKind.OPEN_CASE, "psych_teacher", _hours(24)),
    ),
}

CLIMBS_TO: Mapping[str, tuple[str, ...]] = {
    "class_teacher": ("grade_head", "moral_head", "school_leader"),
    "grade_head": ("moral_head", "school_leader"),
    "psych_teacher": ("moral_head", "school_leader"),
    "moral_head": ("school_leader",),
    "school_leader": (),
}
"""Next posts of the chain 班级—年级—学校; after the last one the bureau answers."""

REVIEW_AFTER: Mapping[int, Clock] = {
    0: Clock(real=timedelta(days=120)),
    1: Clock(real=timedelta(days=120)),
    2: Clock(real=timedelta(days=21)),
    3: Clock(real=timedelta(days=7)),
    4: Clock(real=timedelta(days=1)),
}
"""Next review of an open case: term, 2–4 weeks, weekly, daily until safe."""

FOLLOW_UPS_AFTER_CRISIS = (1, 3, 7, 14, 30, 60, 90, 120)
"""Days after level 4: 24 h, 72 h, 7 d, 14 d, 30 d, then monthly three times."""
FOLLOW_UPS: Mapping[int, tuple[int, ...]] = {0: (), 1: (), 2: (14, 42), 3: (7, 14, 30, 60), 4: FOLLOW_UPS_AFTER_CRISIS}

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

MAY_CLOSE_UP_TO = 1
"""A case closes only while the standing level is 0 or 1, or when the student left or was referred."""

PLAN_PARTS = ("needs", "goals", "measures", "adjustments", "safety", "supports", "guards", "rescues")
"""Parts of a support plan: needs, measurable goals, measures by whom, adjustments of seat, exams and leave, safety
plan, and the person's network: who supports, who guards, who rescues."""
