"""How a signal lives, how long each step may take, and what a result asks for. Plain Python.

Sources of the numbers (each clock names its own): model emergency plans of schools give ten minutes from the finder to
who assesses, sixty minutes until the psychology teacher's first assessment, twenty-four hours for the same-day group;
practice after a yearly screening gives two weeks for everybody else. Urgent signals run on the wall clock, everything
else on the school calendar. All of it can be changed per organisation (``Organisation.options["clocks"]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.people.rules import WorkingTime
from xinqiao.signals.enums import ChangeState as C
from xinqiao.signals.enums import Grade, PeerNotice, Source, Step, Urgency
from xinqiao.signals.enums import SignalState as S

# --- moves -------------------------------------------------------------------------------------------------------

SIGNAL: Lifecycle[S] = Lifecycle(
    {
        (S.RAISED, "take_up"): S.TAKEN,
        (S.RAISED, "start_interview"): S.INTERVIEWING,
        (S.TAKEN, "start_interview"): S.INTERVIEWING,
        (S.INTERVIEWING, "complete_interview"): S.INTERVIEWED,
        (S.INTERVIEWED, "set_level"): S.LEVELLED,
        (S.INTERVIEWED, "propose_lowering"): S.AWAITING,
        (S.AWAITING, "confirm_lowering"): S.LEVELLED,
        (S.AWAITING, "refuse_lowering"): S.INTERVIEWED,
        (S.TAKEN, "close"): S.CLOSED,
        (S.INTERVIEWED, "close"): S.CLOSED,
        (S.RAISED, "merge"): S.MERGED,
        (S.TAKEN, "merge"): S.MERGED,
        (S.TAKEN, "defer"): S.TAKEN,
        (S.INTERVIEWING, "defer"): S.INTERVIEWING,
        # To another person: whoever gets a promise they did not give takes it up anew.
        (S.RAISED, "hand_over"): S.RAISED,
        (S.TAKEN, "hand_over"): S.RAISED,
        (S.INTERVIEWING, "hand_over"): S.INTERVIEWING,
        (S.INTERVIEWED, "hand_over"): S.INTERVIEWED,
        (S.AWAITING, "hand_over"): S.AWAITING,
        (S.RAISED, "climb"): S.RAISED,
        (S.TAKEN, "climb"): S.RAISED,
        (S.INTERVIEWING, "climb"): S.INTERVIEWING,
        (S.INTERVIEWED, "climb"): S.INTERVIEWED,
        (S.AWAITING, "climb"): S.AWAITING,
        (S.RAISED, "re_own"): S.RAISED,
        (S.TAKEN, "re_own"): S.RAISED,
        (S.INTERVIEWING, "re_own"): S.INTERVIEWING,
        (S.INTERVIEWED, "re_own"): S.INTERVIEWED,
        (S.AWAITING, "re_own"): S.AWAITING,
    }
)
CHANGE: Lifecycle[C] = Lifecycle({(C.AWAITING, "confirm"): C.STANDING, (C.AWAITING, "refuse"): C.REFUSED})

KEEP_TOLD = timedelta(days=7)
"""How long what somebody was told stays after they have seen it, or after its signal ended."""

OPEN_STATES: tuple[S, ...] = (S.RAISED, S.TAKEN, S.INTERVIEWING, S.INTERVIEWED, S.AWAITING)
GATHERING_STATES: tuple[S, ...] = (S.RAISED, S.TAKEN, S.INTERVIEWING)
MERGE_TARGETS: tuple[S, ...] = (S.RAISED, S.TAKEN, S.INTERVIEWING)
STEP_OF: Mapping[S, Step] = {
    S.RAISED: Step.LOOK,
    S.TAKEN: Step.INTERVIEW,
    S.INTERVIEWING: Step.INTERVIEW,
    S.INTERVIEWED: Step.DECIDE,
    S.AWAITING: Step.SECOND,
}


def closes_without_interview(source: str, urgency: int) -> bool:
    """Whether a look is enough to close. Urgent ones, safety answers and a student who asks are talked with first."""
    return urgency != Urgency.URGENT and source not in {Source.SAFETY, Source.SELF}


# --- clocks ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """A length of time. unit: m minutes, h hours, d days on the wall clock; wh working hours, wd working days."""

    amount: int
    unit: str

    def due(self, start: datetime, working: WorkingTime) -> datetime:
        """The last moment, from a local aware ``start``."""
        if self.unit == "wh":
            return working.add_hours(start, self.amount)
        if self.unit == "wd":
            return working.add_days(start, self.amount)
        return start + self.amount * _WALL[self.unit]

    @property
    def longest(self) -> timedelta:
        """A wall-clock bound by which two settings of one clock can be compared (a working day counts as a day)."""
        return self.amount * {**_WALL, "wh": timedelta(hours=1), "wd": timedelta(days=1)}[self.unit]


_WALL = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_SPAN = re.compile(r"(\d{1,4})(m|h|d|wh|wd)")


@dataclass(frozen=True)
class Clock:
    """A default, the longest a tenant may make it, and where the number comes from."""

    span: Span
    most: Span
    source: str


def _clock(span: str, most: str, source: str) -> Clock:
    return Clock(_read(span), _read(most), source)


def _read(text: str) -> Span:
    match = _SPAN.fullmatch(text)
    if match is None or int(match[1]) == 0:
        raise ValueError(text)
    return Span(int(match[1]), match[2])


_U, _S, _R = Urgency.URGENT, Urgency.SOON, Urgency.ROUTINE
CLOCKS: Mapping[tuple[Urgency, Step], Clock] = {
    (_U, Step.LOOK): _clock("10m", "60m", "学校应急预案范例：首问责任 10 分钟"),
    (_U, Step.INTERVIEW): _clock("60m", "24h", "学校应急预案范例：心理教师 60 分钟内到场快速评估"),
    (_U, Step.DECIDE): _clock("24h", "48h", "安全题当日处理（两阶段筛查流程）"),
    (_U, Step.SECOND): _clock("24h", "72h", "平台建议值，待学校确认"),
    (_U, Step.CLIMB): _clock("10m", "60m", "学校应急预案范例：首问责任 10 分钟"),
    (_U, Step.AGAIN): _clock("60m", "24h", "平台建议值，待学校确认"),
    (_S, Step.LOOK): _clock("4wh", "2wd", "平台建议值，待学校确认"),
    (_S, Step.INTERVIEW): _clock("3wd", "10wd", "分级响应：明显困扰 3 个工作日内访谈"),
    (_S, Step.DECIDE): _clock("1wd", "5wd", "平台建议值，待学校确认"),
    (_S, Step.SECOND): _clock("1wd", "5wd", "平台建议值，待学校确认"),
    (_S, Step.CLIMB): _clock("4wh", "2wd", "平台建议值，待学校确认"),
    (_S, Step.AGAIN): _clock("1wd", "5wd", "平台建议值，待学校确认"),
    (_R, Step.LOOK): _clock("3wd", "10wd", "平台建议值，待学校确认"),
    (_R, Step.INTERVIEW): _clock("10wd", "20wd", "两阶段筛查流程：其余两周内访谈"),
    (_R, Step.DECIDE): _clock("2wd", "10wd", "平台建议值，待学校确认"),
    (_R, Step.SECOND): _clock("1wd", "5wd", "平台建议值，待学校确认"),
    (_R, Step.CLIMB): _clock("1wd", "5wd", "平台建议值，待学校确认"),
    (_R, Step.AGAIN): _clock("2wd", "10wd", "平台建议值，待学校确认"),
}
NEVER_LATER: Mapping[Urgency, timedelta] = {_U: timedelta(days=3), _S: timedelta(days=10), _R: timedelta(days=45)}
"""A long holiday stops the school calendar, not the care: no date is further away than this (our proposal)."""
REMIND_BEFORE: Mapping[Urgency, timedelta] = {_U: timedelta(minutes=3), _S: timedelta(hours=2), _R: timedelta(hours=24)}
DEFER_AT_MOST: Mapping[Urgency, timedelta] = {_U: timedelta(hours=24), _S: timedelta(days=7), _R: timedelta(days=14)}
DEFERS = 2
"""How often an interview may be put off before the date climbs like any other."""


def clock(options: Mapping[str, Any], urgency: int, step: str) -> Span:
    """The span for a step: the tenant's own when it can be read and is not too long, else the default.

    options: ``{"clocks": {"urgent": {"look": "5m"}}}``. A setting with a typing error must never stop an urgent signal.
    """
    key = Urgency(urgency), Step(step)
    own = _setting(options, *key)
    if own is None:
        return CLOCKS[key].span
    try:
        span = _read(own)
    except ValueError:
        return CLOCKS[key].span
    return span if span.longest <= CLOCKS[key].most.longest else CLOCKS[key].span


def _setting(options: Mapping[str, Any], urgency: Urgency, step: Step) -> str | None:
    clocks = options.get("clocks")
    of_urgency = clocks.get(urgency.name.lower()) if isinstance(clocks, Mapping) else None
    own = of_urgency.get(step.value) if isinstance(of_urgency, Mapping) else None
    return None if own is None else str(own)


def faulty_clocks(options: Mapping[str, Any]) -> list[str]:
    """Names like ``urgent.look`` of settings that are not used because they cannot be read or are too long."""
    faulty = []
    for urgency, step in CLOCKS:
        own = _setting(options, urgency, step)
        if own is not None and own != _shown(clock(options, urgency, step)):
            faulty.append(f"{urgency.name.lower()}.{step.value}")
    return faulty


def _shown(span: Span) -> str:
    return f"{span.amount}{span.unit}"


# --- levels ------------------------------------------------------------------------------------------------------

SECOND_PERSON_FROM = 3
REVIEW_DAYS: Mapping[int, int] = {1: 120, 2: 21, 3: 7, 4: 1}
"""Days until a level is looked at again: a term, 2–4 weeks, weekly, daily until safe."""

REVIEW_LEAD: Mapping[int, int] = {1: 14, 2: 5, 3: 2, 4: 0}
"""Days before that date on which the review is put into somebody's hands, so that there is time for the talk (ours)."""
REVIEW_URGENCY: Mapping[int, Urgency] = {1: _R, 2: _S, 3: _S, 4: _U}
REVIEW_FROM_HOUR = 7
"""A review is known days ahead: it is never raised in the night, where an urgent one would climb past sleepers."""


def review_on(level: int, on: date, agreed: date | None = None) -> date | None:
    """By when a level set ``on`` a day is looked at again; an earlier agreed date wins. None at level 0."""
    if level not in REVIEW_DAYS:
        return None
    latest = on + timedelta(days=REVIEW_DAYS[level])
    return min(latest, agreed) if agreed and agreed > on else latest


def needs_second(previous: int, level: int) -> bool:
    """Whether this change stands only after another person agreed."""
    return previous >= SECOND_PERSON_FROM and level < previous


# --- what asks for a look ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """An alert of a questionnaire that was hit. urgency: immediate, soon or routine there. by_item: by one answer."""

    urgency: str
    by_item: bool

    @property
    def asks(self) -> Urgency:
        """What a student says in one item is heard within three school days, what a sum says within two weeks.

        About every fourth student passes a cut-off (meta-analyses of school screenings); were each of them due in three
        days, nobody would be seen in time.
        """
        if self.urgency == "immediate":
            return Urgency.URGENT
        return Urgency.SOON if self.by_item else Urgency.ROUTINE


SEVERITY_ROUTINE = 2
"""Gravest band from which a result is looked at: the usual cut-off of a questionnaire."""
SEVERITY_SOON = 3
PRIOR_LEVEL = 2
"""Whoever stands at this level or above is looked at sooner, and at a milder band."""


def urgency_of_result(
    *, alerts: Iterable[Hit], severity: int, needs_retest: bool, prior_level: int, options: Mapping[str, Any]
) -> Urgency | None:
    """How soon a result wants a person, or None. It never says a level.

    severity: gravest content band 0–4. A sheet that was not filled in
    with care asks for a retest, not for an interview; only a safety answer counts all the same.
    """
    urgencies = [alert.asks for alert in alerts]
    if Urgency.URGENT in urgencies:
        return Urgency.URGENT
    if needs_retest:
        return None
    own = options.get("signals") if isinstance(options.get("signals"), Mapping) else {}
    if severity >= _own_number(own, "soon_from", SEVERITY_SOON):
        urgencies.append(Urgency.SOON)
    elif severity >= _own_number(own, "routine_from", SEVERITY_ROUTINE):
        urgencies.append(Urgency.ROUTINE)
    if prior_level >= PRIOR_LEVEL and (severity > 0 or urgencies):
        urgencies.append(Urgency.SOON)
    return min(urgencies, default=None)


def _own_number(own: Any, name: str, default: int) -> int:
    value = own.get(name) if isinstance(own, Mapping) else None
    return value if isinstance(value, int) and 1 <= value <= 4 else default


GRADE_URGENCY: Mapping[int, Urgency] = {Grade.NOW: _U, Grade.TODAY: _S, Grade.WEEK: _R, Grade.NOTE: _R}
_NOTICE_URGENCY: Mapping[str, Urgency] = {
    PeerNotice.WORDS: _U,
    PeerNotice.FAREWELL: _U,
    PeerNotice.HURT: _S,
    PeerNotice.BULLIED: _S,
}


def urgency_of_peer(notices: Iterable[str], *, urgent: bool) -> Urgency:
    """A classmate's worry counts at least as much as what they noticed."""
    found = [_NOTICE_URGENCY.get(notice, Urgency.ROUTINE) for notice in notices]
    return Urgency.URGENT if urgent else min(found, default=Urgency.ROUTINE)


def initials(name: str) -> str:
    """How somebody is called where their name is not shown: 王某."""
    return f"{name[:1]}某" if name else "某"
