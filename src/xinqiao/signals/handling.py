"""What every verb of this room does with a signal besides its own move: lock, trail, dates, who is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.access.models import Post
from xinqiao.access.table import depth_of
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Person
from xinqiao.signals import policies, selectors
from xinqiao.signals.enums import NudgeWhy
from xinqiao.signals.models import Interview, LevelChange, Nudge, Signal

NOBODY = gettext_lazy("学校和上级现在都没有能接手的人，信号无法交出。请立刻当面告诉校领导，并请管理员任命心理教师。")


def locked(signal_id: int) -> Signal:
    """The row as it stands, held until the transaction ends."""
    return (
        Signal.objects.select_for_update(of=("self",))
        .select_related("subject", "school", "class_node", "owner", "owner_post__organisation")
        .get(pk=signal_id)
    )


def locked_change(change_id: int) -> LevelChange:
    return (
        LevelChange.objects.select_for_update(of=("self",))
        .select_related("person", "school", "interview__signal")
        .get(pk=change_id)
    )


def locked_interview(interview_id: int) -> Interview:
    return Interview.objects.select_for_update(of=("self",)).select_related("school", "subject").get(pk=interview_id)


def locked_subject(person_id: int) -> Person:
    """Signals and levels of one person are made one after another."""
    return Person.objects.select_for_update(of=("self",)).get(pk=person_id)


def note(
    actor: Actor, action: str, signal: Signal, at: datetime, row: models.Model | None = None, **facts: Any
) -> None:
    """One act on a signal into the school's trail; facts are codes and numbers only."""
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=signal.school_id,
        subject=row or signal,
        person=signal.subject_id,
        **facts,
    )


def tell(signal: Signal, person_id: int, why: NudgeWhy, at: datetime, due_at: datetime | None = None) -> None:
    """Something waits for somebody. The announcement carries neither name nor reason: no more may leave the house."""
    Nudge.objects.create(signal=signal, person_id=person_id, why=why, at=at, due_at=due_at)
    announce("person.waits", at=at, person_id=person_id)


def seen(actor: Actor, signal: Signal, at: datetime) -> None:
    """The actor looked at it: what was waiting for them there waits no longer."""
    if actor.person is not None:
        Nudge.objects.filter(signal=signal, person=actor.person, seen_at=None).update(seen_at=at)


def give_to(signal: Signal, post: Post) -> None:
    """The next owner, in memory; the caller saves."""
    signal.owner_id, signal.owner_post = post.person_id, post


def post_of(actor: Actor, signal: Signal) -> int:
    """The post in which the actor answers: the deepest one that reaches the signal, else the one they own it by."""
    reaching = [
        p for p in actor.posts if signal.path.startswith(p.path) and depth_of(p.kind, Action.ANSWER) > Depth.NONE
    ]
    if reaching:
        return max(reaching, key=lambda p: (depth_of(p.kind, Action.ANSWER), len(p.path))).id
    if policies.owns(actor, signal):
        return signal.owner_post_id
    raise Refusal(_("您现在没有可以接手这条信号的岗位。"), code="post")


def take(actor: Actor, signal: Signal) -> None:
    """The actor becomes the owner, in memory; whoever works on a signal answers for it."""
    if actor.person is None:
        raise Refusal(_("只有有岗位的人可以接手。"), code="post")
    signal.owner_post_id = post_of(actor, signal)
    signal.owner = actor.person


def restart(signal: Signal, at: datetime) -> None:
    """The clock of the step the signal is in now starts anew, in memory."""
    signal.respond_by = selectors.due_in(signal, at)


def end(actor: Actor, signal: Signal, at: datetime) -> None:
    """Who and when, for a move that leaves the open states, in memory."""
    signal.respond_by, signal.closed_by, signal.closed_at = None, actor.person, at
