"""Life cycles, the window, the capacity sum and what a questionnaire must bring. Plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from xinqiao.instruments.definition import Definition
from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.people.rules import grade_name, grade_number
from xinqiao.screening.enums import CampaignState as C
from xinqiao.screening.enums import ConsentMode
from xinqiao.screening.enums import FilingState as F
from xinqiao.screening.enums import SittingState as S

FILING = Lifecycle(
    {
        (F.DRAFT, "edit"): F.DRAFT,
        (F.RETURNED, "edit"): F.RETURNED,
        (F.DRAFT, "submit"): F.SUBMITTED,
        (F.RETURNED, "submit"): F.SUBMITTED,
        (F.SUBMITTED, "take_back"): F.DRAFT,
        (F.SUBMITTED, "approve"): F.APPROVED,
        (F.SUBMITTED, "return"): F.RETURNED,
        (F.DRAFT, "withdraw"): F.WITHDRAWN,
        (F.RETURNED, "withdraw"): F.WITHDRAWN,
    },
    refusal="这份申报现在不能这样做，请刷新页面看看最新情况。",
)
CAMPAIGN = Lifecycle(
    {
        (C.PREPARED, "open"): C.OPEN,
        (C.PREPARED, "stop"): C.STOPPED,
        (C.OPEN, "extend"): C.OPEN,
        (C.OPEN, "close"): C.CLOSED,
        (C.OPEN, "stop"): C.STOPPED,
    },
    refusal="这次测评现在不能这样做，请刷新页面看看最新情况。",
)
SITTING = Lifecycle(
    {
        (S.INVITED, "start"): S.STARTED,
        (S.STARTED, "start"): S.STARTED,
        (S.STARTED, "submit"): S.SUBMITTED,
        (S.STARTED, "stop"): S.STOPPED,
        (S.INVITED, "decline"): S.DECLINED,
        (S.DECLINED, "rejoin"): S.INVITED,
        (S.STOPPED, "rejoin"): S.INVITED,
    },
    refusal="现在不能这样做，请刷新页面看看最新情况。",
)

SHARE_TO_TALK_TO = 0.25
"""Share of students invited to an interview afterwards. Source: planning value of domain.md §4.2 (meta-analysis 23.3 %,
national K10 survey 31.6 %)."""
MINUTES_A_TALK = 30
HOURS_A_DAY = 3
"""Hours a day one interviewer can hold interviews beside the rest of the work. Source: domain.md §4.2."""
DAYS_TO_TALK = 10
"""Interviews should be done within two weeks of school. Source: domain.md §4.2, step 5."""

EARLIEST, LATEST = time(7, 0), time(20, 0)
"""Between these hours somebody can be on duty; questionnaires with sensitive items are not asked outside them."""
LONGEST_WINDOW = timedelta(days=60)
MOST_MINUTES = 40
"""Longest group test in one go. Source: domain.md §4.2, step 2."""
MOST_REINVITES = 2
"""Absent students are invited again twice, then left alone. Source: domain.md §4.2."""
BETWEEN_INVITATIONS = timedelta(hours=20)
"""At most one invitation a day."""
SAVE_GRACE = timedelta(minutes=30)
"""Answers on their way when answering ends are still taken for this long."""


def interview_days(students: int, interviewers: int) -> float:
    """Working days until everybody who is likely to be invited has been talked with: n × 0.25 × 30 min ÷ (k × 3 h)."""
    return students * SHARE_TO_TALK_TO * MINUTES_A_TALK / 60 / (max(interviewers, 1) * HOURS_A_DAY)


def interviewers_needed(students: int) -> int:
    """Fewest interviewers with whom the interviews fit into two weeks of school."""
    return max(1, math.ceil(interview_days(students, 1) / DAYS_TO_TALK))


@dataclass(frozen=True)
class Cohort:
    """Students of one stage who entered it in one year. grade: 1–12 in the school year asked about."""

    stage: str
    entry_year: int
    grade: int
    name: str

    @property
    def key(self) -> str:
        return f"{self.stage}:{self.entry_year}"

    @property
    def youngest(self) -> int:
        """Age in whole years of the youngest regular students: six in the autumn of grade 1."""
        return self.grade + 5


def cohort(stage: str, entry_year: int, *, system: str, school_year: int) -> Cohort | None:
    """The cohort in a school year, or None when it is not at school then."""
    grade = grade_number(system=system, stage=stage, entry_year=entry_year, school_year=school_year)
    if grade is None:
        return None
    name = grade_name(system=system, stage=stage, entry_year=entry_year, school_year=school_year)
    return Cohort(stage, entry_year, grade, name)


@dataclass(frozen=True)
class Finding:
    """Something a filing gets wrong (``stops``) or should know. ``words.say`` turns code and facts into a sentence."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict)
    stops: bool = True


def unusable(definition: Definition) -> Finding | None:
    """Why this questionnaire cannot be asked on screen at a school, whatever the grade; None when it can."""
    title = {"title": definition.title}
    if not definition.has_text:
        return Finding("no_text", title)
    licensed = bool(definition.rights.get("permission"))
    if definition.lifecycle == "retired" or (definition.lifecycle == "draft" and not licensed):
        return Finding("lifecycle", title)
    if "education" not in definition.rights["contexts"]:
        return Finding("rights", title)
    if definition.population["respondent"] != "self":
        return Finding("respondent", title)
    return None


def fits(definition: Definition, group: Cohort) -> list[Finding]:
    """What the ages of one grade mean for a questionnaire."""
    low, high = definition.population["age"]
    facts = {"title": definition.title, "low": low, "high": high, "grade": group.name, "age": group.youngest}
    if group.youngest < low:
        return [Finding("too_young", facts)]
    if group.youngest > high:
        return [Finding("too_old", facts)]
    gated = [item.id for item in definition.items if item.min_age is not None and group.youngest < item.min_age]
    return [Finding("gated", {**facts, "items": len(gated)}, stops=False)] if gated else []


def is_sensitive(definition: Definition) -> bool:
    """Whether some item asks about safety or another matter that needs somebody on duty."""
    return any(item.sensitive or item.safety for item in definition.items)


def check_window(
    opens_at: datetime, closes_at: datetime, day_from: time, day_until: time, *, sensitive: bool, has_duty: bool
) -> list[Finding]:
    """What is wrong with when a screening runs and who stands by. Hours are local time of the school."""
    found = []
    if closes_at - opens_at > LONGEST_WINDOW:
        found.append(Finding("long", {"days": LONGEST_WINDOW.days}))
    if sensitive and not has_duty:
        found.append(Finding("duty"))
    if sensitive and (day_from < EARLIEST or day_until > LATEST):
        found.append(Finding("night", {"from": f"{EARLIEST:%H:%M}", "until": f"{LATEST:%H:%M}"}))
    return found


def check_capacity(students: int, interviewers: int, plan: str) -> list[Finding]:
    """Whether the people there are can talk with everybody who is likely to need it."""
    days = interview_days(students, interviewers)
    if days <= DAYS_TO_TALK:
        return []
    facts = {
        "talks": round(students * SHARE_TO_TALK_TO),
        "interviewers": interviewers,
        "days": math.ceil(days),
        "needed": interviewers_needed(students),
    }
    return [Finding("capacity_planned", facts, stops=False) if plan.strip() else Finding("capacity", facts)]


def check_length(minutes: Mapping[str, int]) -> list[Finding]:
    """Whether a grade would sit too long in one go. minutes: grade name → minutes of all its questionnaires."""
    return [
        Finding("length", {"grade": name, "minutes": total, "most": MOST_MINUTES}, stops=False)
        for name, total in minutes.items()
        if total > MOST_MINUTES
    ]


def is_within_hours(moment: datetime, day_from: time, day_until: time) -> bool:
    """``moment`` in the school's local time."""
    return day_from <= moment.time() < day_until


def answering_ends(moment: datetime, closes_at: datetime, day_until: time) -> datetime:
    """When the answering that is open at ``moment`` ends: today's last hour or the campaign's end. All local, aware."""
    tonight = moment.replace(hour=day_until.hour, minute=day_until.minute, second=0, microsecond=0)
    return min(tonight, closes_at)


def stops(findings: Iterable[Finding]) -> list[Finding]:
    """Only those that keep a filing from being submitted."""
    return [finding for finding in findings if finding.stops]


def gate(*, ok: bool, declined: bool, missing: Iterable[str], consent_mode: str) -> str:
    """Why a student may not start: a code of ``words.GATE``; empty when consent is valid.

    missing: parties (``self``, ``guardian``) whose yes is still to come; consent_mode: of the campaign.
    """
    if ok:
        return ""
    if declined:
        return "declined"
    if "guardian" in missing:
        return "guardian"
    return "self_paper" if consent_mode == ConsentMode.PAPER else "self"
