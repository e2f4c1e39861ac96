"""What the page of one signal, of one interview and of a reporter show besides words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.access.models import Post
from xinqiao.people.models import Enrolment
from xinqiao.people.selectors import class_title
from xinqiao.signals import policies, rules
from xinqiao.signals.enums import ChangeState, InterviewState, SignalState
from xinqiao.signals.models import Evidence, Interview, LevelChange, Signal
from xinqiao.signals.selectors.answering import heirs
from xinqiao.signals.selectors.levels import review_asked


@dataclass(frozen=True)
class Desk:
    """What a reader may do with a signal now: the table of moves, narrowed by who they are."""

    take_up: bool
    interview: bool
    resume: Interview | None
    hand_over: list[Post]
    merge: list[Signal]
    defer: bool
    close: bool
    decide: Interview | None

    @property
    def anything(self) -> bool:
        return bool(
            self.take_up
            or self.interview
            or self.resume
            or self.hand_over
            or self.merge
            or self.defer
            or self.close
            or self.decide
        )


def desk(actor: Actor, signal: Signal, at: datetime) -> Desk:
    """Buttons of the signal page; each verb asks the same questions again."""
    moves = set(signal.moves)
    interviews = policies.may_interview(actor, signal)
    draft = signal.interviews.filter(state=InterviewState.DRAFT).first() if interviews else None
    done = signal.interviews.filter(state=InterviewState.DONE).first() if interviews else None
    early = signal.state == SignalState.TAKEN
    may_close = not early or rules.closes_without_interview(signal.source, signal.urgency)
    return Desk(
        take_up="take_up" in moves and policies.may_take_up(actor, signal),
        interview="start_interview" in moves and interviews,
        resume=draft if "complete_interview" in moves else None,
        hand_over=heirs(signal, at) if "hand_over" in moves and policies.may_hand_over(actor, signal) else [],
        merge=list(targets(actor, signal, at)) if "merge" in moves else [],
        defer="defer" in moves and interviews and signal.defers < rules.DEFERS,
        close="close" in moves and interviews and may_close and not review_asked(signal, at),
        decide=done if "set_level" in moves else None,
    )


def targets(actor: Actor, signal: Signal, at: datetime) -> QuerySet[Signal]:
    """Other open signals of the same student into which this one can be merged."""
    if not policies.may_triage(actor, signal):
        return Signal.objects.none()
    same = policies.visible_signals(actor, at).filter(subject=signal.subject_id, state__in=rules.MERGE_TARGETS)
    return same.exclude(pk=signal.pk).order_by("urgency", "raised_at")


def history(signal: Signal, depth: Depth) -> list[dict[str, Any]]:
    """What happened to a signal, newest first; words stay sealed."""
    events = [{"at": signal.raised_at, "title": _("收到"), "text": signal.get_source_display(), "icon": "bell"}]
    events += [
        {
            "at": climb.at,
            "title": _("超过期限，交给下一位") if climb.from_person_id != climb.to_person_id else _("再次提醒"),
            "who": f"{climb.from_person.name} → {climb.to_person.name}",
            "icon": "arrow-up-right",
            "tone": "warn",
        }
        for climb in signal.climb_log.select_related("from_person", "to_person")
    ]
    if signal.taken_at and signal.taken_by:
        events.append({"at": signal.taken_at, "title": _("接手"), "who": signal.taken_by.name, "icon": "hand-stop"})
    if depth >= Depth.PLAN:
        events += _talks(signal)
    if signal.closed_at and signal.closed_by:
        events.append(
            {
                "at": signal.closed_at,
                "title": signal.get_state_display(),
                "who": signal.closed_by.name,
                "icon": "circle-check",
                "tone": "good",
            }
        )
    return sorted(events, key=itemgetter("at"))[::-1]  # of one minute: what happened later stands above


def _talks(signal: Signal) -> list[dict[str, Any]]:
    talks = signal.interviews.filter(state=InterviewState.DONE).select_related("interviewer")
    events: list[dict[str, Any]] = [
        {"at": talk.done_at, "title": _("完成访谈"), "who": talk.interviewer.name, "icon": "message-circle"}
        for talk in talks
    ]
    for change in LevelChange.objects.filter(interview__signal=signal).select_related("set_by", "second_by"):
        words = {"from": change.previous, "to": change.level}
        events.append(
            {
                "at": change.set_at,
                "title": _("等级 %(from)s → %(to)s") % words,
                "who": change.set_by.name,
                "text": change.get_state_display() if change.state != ChangeState.STANDING else "",
                "icon": "stairs",
                "tone": "info",
            }
        )
        if change.second_at and change.second_by:
            agreed = change.state == ChangeState.STANDING
            events.append(
                {
                    "at": change.second_at,
                    "title": _("第二人同意") if agreed else _("第二人未同意"),
                    "who": change.second_by.name,
                    "icon": "users",
                }
            )
    return events


@dataclass(frozen=True)
class Report:
    """One own report: whom, when, whether somebody has it. Nothing of what came of it, whichever way it went."""

    name: str
    place: str
    at: datetime
    source: str
    stage: str


def reports(rows: Iterable[Evidence], at: datetime) -> list[Report]:
    """A page of own reports. A signal that was closed and one that led to help look the same."""
    return [_report(row, at) for row in rows]


def _report(row: Evidence, at: datetime) -> Report:
    signal = row.signal.merged_into or row.signal
    waiting = signal.state == SignalState.RAISED and signal.taken_at is None
    return Report(
        name=row.signal.subject.name,
        place=class_title(row.signal.class_node, at.date(), row.signal.school.system) if row.signal.class_node else "",
        at=row.at,
        source=row.signal.get_source_display(),
        stage=_("已送达，等老师接手") if waiting else _("心理老师已在跟进"),
    )


def with_signals(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    return rows.select_related(
        "signal__subject", "signal__class_node", "signal__school", "signal__merged_into"
    ).order_by("-at", "-pk")


def asked_already(actor: Actor) -> Evidence | None:
    """The student's own open wish to talk, if there is one."""
    if actor.person is None:
        return None
    rows = Evidence.objects.filter(signal__state__in=rules.OPEN_STATES, reporter=actor.person, signal__source="self")
    return rows.select_related("signal").order_by("-at").first()


def found_students(actor: Actor, text: str, at: datetime, action: str = Action.QUICK_REPORT) -> QuerySet[Enrolment]:
    """Students in reach whose name holds ``text`` or whose number is it; all of them when it is empty."""
    rows = policies.reportable(actor, at, action).select_related("person", "class_node", "school")
    if text:
        rows = rows.filter(Q(person__name__icontains=text) | Q(student_number=text))
    return rows.order_by("class_node__path", "person__name", "pk")
