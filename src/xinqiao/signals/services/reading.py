"""Reading leaves a trace: the entry commits with the page that shows it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Depth
from xinqiao.audit.services import record
from xinqiao.signals import policies
from xinqiao.signals.handling import seen
from xinqiao.signals.models import Interview, LevelChange, Signal


@transaction.atomic
def read_signal(*, actor: Actor, signal: Signal, at: datetime) -> Depth:
    """Somebody opened a signal; returns how deep they see. What was waiting for them there waits no longer."""
    depth = policies.depth_in(actor, signal)
    _trace(actor, "signal.read", signal, signal, at, depth=int(depth))
    seen(actor, signal, at)
    return depth


@transaction.atomic
def read_words(*, actor: Actor, signal: Signal, at: datetime) -> None:
    """Somebody opens the words and answers under a signal. Raises PermissionDenied below depth NOTES."""
    if policies.depth_in(actor, signal) < Depth.NOTES:
        raise PermissionDenied
    _trace(actor, "signal.words_read", signal, signal, at)


@transaction.atomic
def read_interview(*, actor: Actor, interview: Interview, at: datetime) -> None:
    """Somebody opens an interview, draft or done. Raises PermissionDenied for who may not."""
    if not policies.visible_interviews(actor, at).filter(pk=interview.pk).exists():
        raise PermissionDenied
    _trace(actor, "interview.read", interview.signal, interview, at)


@transaction.atomic
def read_lowering(*, actor: Actor, change: LevelChange, at: datetime) -> None:
    """The second person opens the reason of a lowering."""
    if not policies.may_second(actor, change):
        raise PermissionDenied
    _trace(actor, "level.read", change.interview.signal, change, at)
    seen(actor, change.interview.signal, at)


@transaction.atomic
def export_signals(*, actor: Actor, school_ids: list[int], count: int, at: datetime) -> None:
    """A list leaves the screen as a file: one entry in the trail of each school in it. It names nobody."""
    for school_id in school_ids:
        record(
            account=actor.account,
            who=actor.who,
            action="signal.exported",
            at=at,
            owner=school_id,
            reading=True,
            count=count,
        )


def _trace(
    actor: Actor, action: str, signal: Signal, row: Signal | Interview | LevelChange, at: datetime, **facts: int
) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=signal.school_id,
        subject=row,
        person=signal.subject_id,
        reading=True,
        **facts,
    )
