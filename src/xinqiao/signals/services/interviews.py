"""The talk: begun, kept while it is being written, finished."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Person
from xinqiao.signals import policies, rules
from xinqiao.signals.enums import GuardianTold, InterviewState, SignalState
from xinqiao.signals.handling import locked, locked_interview, note, restart, seen, take
from xinqiao.signals.models import Interview, Signal

TRACE_EVERY = timedelta(minutes=5)
"""Saves of a draft leave one entry in the trail in this time: each would be a line of a diary nobody can read."""


@dataclass(frozen=True)
class Held:
    """When it was held, what the guardian knows, what comes next."""

    held_at: datetime
    guardian_told: str = GuardianTold.NOT_YET
    guardian_at: datetime | None = None
    guardian_how: str = ""
    guardian_answer: str = ""
    next_on: date | None = None
    second_reader: Person | None = None


@transaction.atomic
def start_interview(*, actor: Actor, signal: Signal, at: datetime) -> Interview:
    """A draft for this signal, or the one that is being written; the actor answers for the signal from now on."""
    signal = locked(signal.pk)
    if not policies.may_interview(actor, signal) or actor.person is None:
        raise PermissionDenied
    draft = Interview.objects.filter(signal=signal, state=InterviewState.DRAFT).first()
    if draft is not None and signal.state == SignalState.INTERVIEWING:
        return draft
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "start_interview")
    take(actor, signal)
    if signal.taken_at is None:
        signal.taken_by, signal.taken_at = actor.person, at
        restart(signal, at)
    signal.save()
    seen(actor, signal, at)
    draft = Interview.objects.create(
        signal=signal,
        subject=signal.subject,
        school=signal.school,
        interviewer=actor.person,
        started_at=at,
        saved_at=at,
    )
    note(actor, "interview.started", signal, at, row=draft)
    return draft


@transaction.atomic
def save_draft(
    *, actor: Actor, interview: Interview, content: Mapping[str, Any], edits: int, at: datetime
) -> Interview:
    """Keep what is typed. edits: the count of saves the page knows of.

    Raises Refusal(code="edits") when somebody (or another window) saved in between: nothing is overwritten unseen.
    """
    interview, signal = _open(actor, interview)
    _same_edition(interview, edits)
    traced = interview.edits == 0 or at - interview.saved_at >= TRACE_EVERY
    interview.content = _packed(content)
    interview.edits, interview.saved_at = interview.edits + 1, at
    interview.save(update_fields=["content", "edits", "saved_at"])
    if traced:
        note(actor, "interview.saved", signal, at, row=interview, edits=interview.edits)
    return interview


@transaction.atomic
def complete_interview(
    *, actor: Actor, interview: Interview, content: Mapping[str, Any], held: Held, edits: int, at: datetime
) -> Interview:
    """Finish it. From now on it is only read; what follows is a decision by a person."""
    interview, signal = _open(actor, interview)
    _same_edition(interview, edits)
    _check(held, actor, at)
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "complete_interview")
    take(actor, signal)
    restart(signal, at)
    signal.save()
    interview.content = _packed(content)
    interview.state, interview.edits, interview.saved_at, interview.done_at = (
        InterviewState.DONE,
        interview.edits + 1,
        at,
        at,
    )
    if actor.person is not None:
        interview.interviewer = actor.person
    interview.held_at, interview.next_on = held.held_at, held.next_on
    interview.guardian_told, interview.guardian_at = held.guardian_told, held.guardian_at
    interview.guardian_how, interview.guardian_answer = held.guardian_how, held.guardian_answer.strip()
    interview.second_reader = held.second_reader
    interview.save()
    seen(actor, signal, at)
    note(actor, "interview.completed", signal, at, row=interview, guardian=held.guardian_told)
    return interview


def _open(actor: Actor, interview: Interview) -> tuple[Interview, Signal]:
    """Both rows, the signal's first: every verb of the room locks in this order."""
    signal = locked(interview.signal_id)
    interview = locked_interview(interview.pk)
    if not policies.may_interview(actor, signal):
        raise PermissionDenied
    if interview.state != InterviewState.DRAFT:
        raise Refusal(_("这份访谈已经完成，不能再改。如有补充，请再约一次访谈。"), code="done")
    return interview, signal


def _same_edition(interview: Interview, edits: int) -> None:
    if edits != interview.edits:
        raise Refusal(
            _("这份访谈刚在别的窗口或由同事保存过。您写的内容还在本页，请先复制，再刷新页面核对。"), code="edits"
        )


def _check(held: Held, actor: Actor, at: datetime) -> None:
    if held.held_at > at:
        raise Refusal(_("访谈时间不能晚于现在。"), code="held_at", field="held_at")
    if held.guardian_told == GuardianTold.TOLD:
        if held.guardian_at is None or held.guardian_at > at:
            raise Refusal(_("请填写告知家长的时间，不能晚于现在。"), code="guardian_at", field="guardian_at")
        if not held.guardian_how:
            raise Refusal(_("请选择是怎样告知家长的。"), code="guardian_how", field="guardian_how")
    if held.next_on is not None and held.next_on <= localdate(at):
        raise Refusal(_("下次见面的日期要在今天之后。"), code="next_on", field="next_on")
    if held.second_reader is not None and actor.person is not None and held.second_reader.pk == actor.person.pk:
        raise Refusal(_("第二审阅人要是另一位同事。"), code="second_reader", field="second_reader")


def _packed(content: Mapping[str, Any]) -> str:
    return json.dumps({key: value for key, value in content.items() if value not in ("", None, [])}, ensure_ascii=False)
