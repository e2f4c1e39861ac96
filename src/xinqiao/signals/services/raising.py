"""Raising a signal: from a classroom, a classmate, the student, an answer, a result, a promise to talk again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Enrolment, Organisation, Person
from xinqiao.people.selectors import current_enrolment
from xinqiao.signals import policies, rules, selectors
from xinqiao.signals.enums import EvidenceKind, NudgeWhy, SignalState, Source, Step, Urgency
from xinqiao.signals.handling import NOBODY, give_to, locked, locked_subject, note, take, tell
from xinqiao.signals.models import GATHERING, Evidence, Interview, LevelChange, Signal


@dataclass(frozen=True)
class About:
    """Whom it concerns and where they belong."""

    subject: Person
    school: Organisation
    class_node: Organisation | None

    @classmethod
    def of(cls, enrolment: Enrolment) -> About:
        return cls(enrolment.person, enrolment.school, enrolment.class_node)


@dataclass(frozen=True)
class Ground:
    """What a signal rests on. key: the same key twice is the same ground, whoever sends it again."""

    kind: EvidenceKind
    key: str
    urgency: Urgency
    words: Mapping[str, Any] = field(default_factory=dict)
    sitting_id: int | None = None
    part: int | None = None
    items: tuple[str, ...] = ()
    result_id: int | None = None
    duty_post_id: int | None = None
    """Who stands by for this screening; only where nobody has a duty turn."""


@transaction.atomic
def raise_signal(*, actor: Actor, about: About, source: Source, ground: Ground, at: datetime) -> Signal:
    """One more ground for the open signal of this source about this person, or a new signal with an owner and a date.

    Raises Refusal(code="nobody") when not one person can answer; an announcement that meets it is tried again.
    """
    locked_subject(about.subject.pk)
    known = Evidence.objects.filter(key=ground.key).select_related("signal").first()
    if known is not None:
        return known.signal
    gathering = Signal.objects.filter(GATHERING, dedup=_dedup(about, source)).first()
    if gathering is not None:
        return _add(actor, locked(gathering.pk), ground, at)
    return _new(actor, about, source, ground, at)


def _dedup(about: About, source: Source) -> str:
    return f"{source}:{about.subject.pk}:{about.school.pk}"


def _new(actor: Actor, about: About, source: Source, ground: Ground, at: datetime) -> Signal:
    owner = selectors.first_answering(about.school, ground.urgency, at, ground.duty_post_id)
    if owner is None:
        raise Refusal(str(NOBODY), code="nobody")
    signal = Signal(
        subject=about.subject,
        school=about.school,
        class_node=about.class_node,
        source=source,
        urgency=ground.urgency,
        state=SignalState.RAISED,
        raised_at=at,
        respond_by=selectors.due(about.school, ground.urgency, Step.LOOK, at),
        dedup=_dedup(about, source),
    )
    give_to(signal, owner)
    signal.save()
    _write(actor, signal, ground, at)
    note(actor, "signal.raised", signal, at, source=str(source), urgency=int(ground.urgency))
    tell(signal, signal.owner_id, NudgeWhy.NEW, at)
    return signal


def _add(actor: Actor, signal: Signal, ground: Ground, at: datetime) -> Signal:
    """A graver ground makes the signal more urgent and its date earlier, never later."""
    _write(actor, signal, ground, at)
    signal.urgency = min(signal.urgency, ground.urgency)
    earliest = selectors.due(signal.school, ground.urgency, rules.STEP_OF[SignalState(signal.state)], at)
    signal.respond_by = min(signal.respond_by or earliest, earliest)
    signal.save(update_fields=["urgency", "respond_by"])
    note(actor, "signal.more", signal, at, urgency=int(ground.urgency))
    tell(signal, signal.owner_id, NudgeWhy.MORE, at)
    return signal


def _write(actor: Actor, signal: Signal, ground: Ground, at: datetime) -> None:
    Evidence.objects.create(
        signal=signal,
        school=signal.school,
        kind=ground.kind,
        key=ground.key,
        at=at,
        urgency=ground.urgency,
        reporter=actor.person,
        words=json.dumps(dict(ground.words), ensure_ascii=False) if ground.words else "",
        sitting_id=ground.sitting_id,
        part=ground.part,
        items=",".join(ground.items)[:400],
        result_id=ground.result_id,
    )


def _report(actor: Actor, enrolment: Enrolment, source: Source, ground: Ground, at: datetime) -> Signal:
    return raise_signal(actor=actor, about=About.of(enrolment), source=source, ground=ground, at=at)


def _key(actor: Actor, form: str) -> str:
    """The form's own id, so that a button pressed twice is one report."""
    return f"form:{actor.person.pk if actor.person else 0}:{form}"[:80]


def _must_reach(actor: Actor, enrolment: Enrolment, action: str, at: datetime) -> None:
    if not policies.reportable(actor, at, action).filter(pk=enrolment.pk).exists():
        raise PermissionDenied


def raise_observation(
    *, actor: Actor, enrolment: Enrolment, words: Mapping[str, Any], urgency: Urgency, form: str, at: datetime
) -> Signal:
    """A teacher saw something change. words: period, areas, event, done. Afterwards the writer cannot read it again."""
    _must_reach(actor, enrolment, Action.OBSERVE, at)
    ground = Ground(EvidenceKind.REPORT, _key(actor, form), urgency, words)
    return _report(actor, enrolment, Source.OBSERVATION, ground, at)


def raise_quick_report(
    *, actor: Actor, enrolment: Enrolment, words: Mapping[str, Any], grade: int, form: str, at: datetime
) -> Signal:
    """Any member of staff, in a minute. grade: urgency 1–4 as the reporter feels it."""
    _must_reach(actor, enrolment, Action.QUICK_REPORT, at)
    ground = Ground(EvidenceKind.REPORT, _key(actor, form), rules.GRADE_URGENCY[grade], {**words, "grade": grade})
    return _report(actor, enrolment, Source.QUICK, ground, at)


def raise_peer_report(
    *, actor: Actor, enrolment: Enrolment, words: Mapping[str, Any], urgent: bool, form: str, at: datetime
) -> Signal:
    """A classmate noticed something. words: noticed (codes of PeerNotice), words."""
    _must_reach(actor, enrolment, Action.PEER_REPORT, at)
    urgency = rules.urgency_of_peer(words.get("noticed", ()), urgent=urgent)
    ground = Ground(EvidenceKind.REPORT, _key(actor, form), urgency, {**words, "urgent": urgent})
    return _report(actor, enrolment, Source.PEER, ground, at)


def ask_to_talk(*, actor: Actor, words: Mapping[str, Any], urgent: bool, form: str, at: datetime) -> Signal:
    """A student asks for a talk. Somebody answers by the clocks of ``soon``, at once when they say it cannot wait."""
    enrolment = policies.own_enrolment(actor, at).select_related("person", "school", "class_node").first()
    if enrolment is None or actor.kind != "student":
        raise PermissionDenied
    urgency = Urgency.URGENT if urgent else Urgency.SOON
    return _report(actor, enrolment, Source.SELF, Ground(EvidenceKind.REPORT, _key(actor, form), urgency, words), at)


@transaction.atomic
def open_review(*, actor: Actor, enrolment: Enrolment, at: datetime) -> Signal:
    """An interviewer looks at a level again: the way to every change of a level that nothing else asked for."""
    key = f"review:{enrolment.person_id}:{actor.person.pk if actor.person else 0}:{at:%Y%m%d%H%M}"
    if not actor.may(Action.INTERVIEW, enrolment.class_node.path or "-"):
        raise PermissionDenied
    ground = Ground(EvidenceKind.PROMISE, key, Urgency.ROUTINE)
    signal = locked(_report(actor, enrolment, Source.REVIEW, ground, at).pk)
    if signal.state == SignalState.RAISED:
        signal.state = rules.SIGNAL.after(SignalState.RAISED, "take_up")
        take(actor, signal)
        signal.taken_by, signal.taken_at = signal.taken_by or actor.person, signal.taken_at or at
        signal.respond_by = selectors.due_in(signal, at)
        signal.save()
    return signal


@transaction.atomic
def raise_agreed_talk(*, actor: Actor, interview: Interview, at: datetime) -> Signal | None:
    """The day agreed in an interview has come: it waits in the queue like everything else. None when it did already."""
    row = Interview.objects.select_for_update(of=("self",)).select_related("signal", "school").get(pk=interview.pk)
    if row.next_raised_at is not None or row.next_on is None:
        return None
    about = About(row.subject, row.school, row.signal.class_node)
    ground = Ground(EvidenceKind.PROMISE, f"agreed:{row.pk}", Urgency.ROUTINE)
    signal = raise_signal(actor=actor, about=about, source=Source.REVIEW, ground=ground, at=at)
    row.next_raised_at = at
    row.save(update_fields=["next_raised_at"])
    return signal


@transaction.atomic
def raise_level_review(*, actor: Actor, change: LevelChange, at: datetime) -> Signal | None:
    """A level is to be looked at again soon: somebody holds that from now on. Settled by a new level, the same one too.

    At most one a day for one change. None when the level was set anew, is 0, or the student is not at that school.
    """
    locked_subject(change.person_id)
    place = current_enrolment(change.person, localdate(at))
    standing = selectors.level_at(change.person_id, change.school_id)
    if standing is None or standing.pk != change.pk or change.review_on is None or place is None:
        return None
    if place.school_id != change.school_id:
        return None
    words = {"review_on": change.review_on.isoformat()}
    key = f"{selectors.REVIEW_KEY}{change.pk}:{localdate(at):%Y%m%d}"
    ground = Ground(EvidenceKind.PROMISE, key, rules.REVIEW_URGENCY[change.level], words)
    return raise_signal(actor=actor, about=About.of(place), source=Source.REVIEW, ground=ground, at=at)
