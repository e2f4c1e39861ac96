"""A person sets a level after an interview; lowering from 3 or 4 stands when a second person agreed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.signals import policies, rules, selectors
from xinqiao.signals.enums import ChangeState, InterviewState, NudgeWhy, SignalState
from xinqiao.signals.handling import (
    NOBODY,
    end,
    give_to,
    locked,
    locked_change,
    locked_subject,
    note,
    restart,
    seen,
    take,
    tell,
)
from xinqiao.signals.models import Interview, LevelChange, Signal


@transaction.atomic
def set_level(*, actor: Actor, interview: Interview, level: int, reason: str, at: datetime) -> LevelChange:
    """Say where the student stands after a finished interview. level: 0–4.

    A change that stands is announced as ``level.set``; the same level again is kept as history and not announced.
    Raises Refusal: no reason, level 0 where none was set (close instead), nobody who could agree to a lowering.
    """
    signal = locked(interview.signal_id)
    if not policies.may_interview(actor, signal) or actor.person is None:
        raise PermissionDenied
    locked_subject(signal.subject_id)
    interview = Interview.objects.get(pk=interview.pk)
    _check(interview, level, reason)
    standing = selectors.current_level(signal.subject_id)
    previous = standing.level if standing else 0
    if level == 0 and previous == 0:
        raise Refusal(_("这位同学目前没有关注等级。无需特别关注时，请选择关闭，不会留下等级记录。"), code="no_level")
    change = LevelChange(
        person=signal.subject,
        school=signal.school,
        interview=interview,
        level=level,
        previous=previous,
        set_by=actor.person,
        set_at=at,
        reason=reason.strip(),
        review_on=rules.review_on(level, localdate(at), interview.next_on),
    )
    if rules.needs_second(previous, level):
        return _ask_second(actor, signal, change, at)
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "set_level")
    take(actor, signal)
    return _stand(actor, signal, change, at)


def _check(interview: Interview, level: int, reason: str) -> None:
    if interview.state != InterviewState.DONE:
        raise Refusal(_("请先完成访谈，再定等级。测评分数本身不能定级。"), code="interview")
    if level not in range(5):
        raise Refusal(_("请选择 0 到 4 的一个等级。"), code="level", field="level")
    if not reason.strip():
        raise Refusal(_("请写明定级的理由。"), code="reason", field="reason")


def _stand(actor: Actor, signal: Signal, change: LevelChange, at: datetime) -> LevelChange:
    """The change counts from now on; the signal has come to its end."""
    change.state, change.stands_from = ChangeState.STANDING, at
    change.save()
    end(actor, signal, at)
    signal.save()
    seen(actor, signal, at)
    note(actor, "level.set", signal, at, row=change, level=change.level, previous=change.previous)
    if change.level != change.previous:
        announce("level.set", at=at, change_id=change.pk)
    return change


def _ask_second(actor: Actor, signal: Signal, change: LevelChange, at: datetime) -> LevelChange:
    """The level stays as it is; another person owns the signal until they have agreed or not."""
    if LevelChange.objects.filter(person=change.person, state=ChangeState.AWAITING).exists():
        raise Refusal(_("这位同学已有一项降级在等第二人复核，请等复核结束再判断，或先维持、提高等级。"), code="awaits")
    barred = {change.set_by_id, change.interview.interviewer_id}
    second = _preferred(selectors.seconds_for(signal.school, barred, at), change.interview.second_reader_id)
    if second is None:
        raise Refusal(
            _(
                "从预警、危机降级需要另一位同事复核，但学校现在没有可以复核的人（心理教师、德育主任、校领导）。请先任命，再降级。"
            ),
            code="no_second",
        )
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "propose_lowering")
    change.state = ChangeState.AWAITING
    change.save()
    give_to(signal, second)
    restart(signal, at)
    signal.save()
    seen(actor, signal, at)
    note(actor, "level.lowering_asked", signal, at, row=change, level=change.level, previous=change.previous)
    tell(signal, second.person_id, NudgeWhy.SECOND, at)
    return change


def _preferred(posts: list[Post], person_id: int | None) -> Post | None:
    return next((post for post in posts if post.person_id == person_id), posts[0] if posts else None)


@transaction.atomic
def confirm_lowering(*, actor: Actor, change: LevelChange, at: datetime) -> LevelChange:
    """The second person agrees: the lower level stands from now on."""
    signal, change = _both(actor, change)
    standing = selectors.current_level(change.person_id)
    if standing is None or standing.level != change.previous:
        raise Refusal(_("这位同学的等级在此期间有了变化，请把这次降级退回，由心理教师重新判断。"), code="changed")
    change.state = rules.CHANGE.after(ChangeState(change.state), "confirm")
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "confirm_lowering")
    change.second_by, change.second_at = actor.person, at
    change.review_on = rules.review_on(change.level, localdate(at), change.interview.next_on)
    return _stand(actor, signal, change, at)


@transaction.atomic
def refuse_lowering(*, actor: Actor, change: LevelChange, reason: str, at: datetime) -> LevelChange:
    """The second person does not agree: the level stays, and the signal goes back to who set it."""
    signal, change = _both(actor, change)
    if not reason.strip():
        raise Refusal(_("请写一句为什么不同意，退回后同事才知道还要看什么。"), code="reason", field="reason")
    change.state = rules.CHANGE.after(ChangeState(change.state), "refuse")
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "refuse_lowering")
    change.second_by, change.second_at, change.second_words = actor.person, at, reason.strip()
    change.save()
    back = _preferred(selectors.answering(signal.school, at), change.set_by_id)
    if back is None:
        raise Refusal(str(NOBODY), code="nobody")
    give_to(signal, back)
    restart(signal, at)
    signal.save()
    seen(actor, signal, at)
    note(actor, "level.lowering_refused", signal, at, row=change, level=change.level, previous=change.previous)
    tell(signal, back.person_id, NudgeWhy.RETURNED, at)
    return change


def _both(actor: Actor, change: LevelChange) -> tuple[Signal, LevelChange]:
    signal = locked(change.interview.signal_id)
    locked_subject(signal.subject_id)
    change = locked_change(change.pk)
    if not policies.may_second(actor, change):
        raise PermissionDenied
    return signal, change
