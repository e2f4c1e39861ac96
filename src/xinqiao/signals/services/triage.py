"""Taking up, handing on, merging, closing; and what happens when nobody does."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.signals import policies, rules, selectors
from xinqiao.signals.enums import NudgeWhy, SignalState, Step
from xinqiao.signals.handling import end, give_to, locked, note, restart, seen, take, tell
from xinqiao.signals.models import Climb, Nudge, Signal


@transaction.atomic
def take_up(*, actor: Actor, signal: Signal, at: datetime) -> Signal:
    """Make the actor the one who answers. The next date is the interview."""
    signal = locked(signal.pk)
    if not policies.may_take_up(actor, signal):
        raise PermissionDenied
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "take_up")
    take(actor, signal)
    if signal.taken_at is None:
        signal.taken_by, signal.taken_at = actor.person, at
    restart(signal, at)
    signal.save()
    seen(actor, signal, at)
    note(actor, "signal.taken_up", signal, at)
    return signal


@transaction.atomic
def hand_over(*, actor: Actor, signal: Signal, to: Post, at: datetime) -> Signal:
    """Give it to somebody else of the chain, who takes it up anew. Raises Refusal when that person cannot answer."""
    signal = locked(signal.pk)
    if not policies.may_hand_over(actor, signal):
        raise PermissionDenied
    if to.pk not in {post.pk for post in selectors.heirs(signal, at)}:
        raise Refusal(_("不能交给这位同事：现在没有能接手的岗位，或者已经在处理。"), code="heir", field="to")
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "hand_over")
    give_to(signal, to)
    # A hand-over gives the next person time to look; it never takes time away.
    fresh = selectors.due(signal.school, signal.urgency, Step.LOOK, at)
    signal.respond_by = fresh if signal.state == SignalState.RAISED else max(signal.respond_by or fresh, fresh)
    signal.save()
    seen(actor, signal, at)
    note(actor, "signal.handed_over", signal, at, to=to.person_id)
    tell(signal, signal.owner_id, NudgeWhy.HANDED, at)
    return signal


@transaction.atomic
def merge(*, actor: Actor, signal: Signal, into: Signal, at: datetime) -> Signal:
    """Two signals about one student become one; the graver urgency and the earlier date win. Returns what stays."""
    first, second = sorted([signal.pk, into.pk])
    rows = {pk: locked(pk) for pk in (first, second)}
    signal, into = rows[signal.pk], rows[into.pk]
    if not (policies.may_triage(actor, signal) and policies.may_triage(actor, into)):
        raise PermissionDenied
    if signal.pk == into.pk or signal.subject_id != into.subject_id:
        raise Refusal(_("只能把同一位同学的两条不同信号合并。"), code="subject", field="into")
    if into.state not in rules.MERGE_TARGETS:
        raise Refusal(_("要并入的那条信号已经访谈或结束，请刷新后重选。"), code="target", field="into")
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "merge")
    into.urgency = min(into.urgency, signal.urgency)
    into.respond_by = min(filter(None, [into.respond_by, signal.respond_by]))
    signal.merged_into = into
    end(actor, signal, at)
    signal.save()
    into.save(update_fields=["urgency", "respond_by"])
    seen(actor, signal, at)
    note(actor, "signal.merged", signal, at, into=into.pk)
    return into


@transaction.atomic
def close_as_no_concern(*, actor: Actor, signal: Signal, reason: str, at: datetime) -> Signal:
    """Nothing to worry about. It leaves no level and nothing that teachers, guardians or a later school would see.

    Raises Refusal when this signal asks for a talk first, or when no reason is given.
    """
    signal = locked(signal.pk)
    if not policies.may_interview(actor, signal):
        raise PermissionDenied
    early = signal.state == SignalState.TAKEN
    if early and not rules.closes_without_interview(signal.source, signal.urgency):
        raise Refusal(_("这条信号需要先和同学谈一谈，完成访谈后才能关闭。"), code="interview")
    if selectors.review_asked(signal, at):
        words = _("这位同学现在有关注等级，到了复评日期。请访谈后重新定级：可以维持，也可以降为 0，但不能直接关闭。")
        raise Refusal(words, code="review")
    if not reason.strip():
        raise Refusal(_("请写一句为什么无需特别关注，供以后查看的心理教师参考。"), code="reason", field="reason")
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "close")
    take(actor, signal)
    signal.closing_words = reason.strip()
    end(actor, signal, at)
    signal.save()
    seen(actor, signal, at)
    note(actor, "signal.closed", signal, at)
    announce("signal.closed", at=at, signal_id=signal.pk)
    return signal


@transaction.atomic
def defer(*, actor: Actor, signal: Signal, until: datetime, why: str, at: datetime) -> Signal:
    """The interview cannot be held: another date, for a listed reason, not too far and not too often."""
    signal = locked(signal.pk)
    if not policies.may_interview(actor, signal):
        raise PermissionDenied
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "defer")
    if signal.defers >= rules.DEFERS:
        raise Refusal(_("已经改期 %d 次，不能再改。请今天联系，或转交同事。") % rules.DEFERS, code="defers")
    latest = at + rules.DEFER_AT_MOST[signal.urgency]  # type: ignore[index]
    if not at < until <= latest:
        raise Refusal(_("新的时间要在现在之后，并且不晚于这类信号允许的最长改期。"), code="until", field="until")
    take(actor, signal)
    signal.respond_by, signal.defers = until, signal.defers + 1
    signal.save()
    note(actor, "signal.deferred", signal, at, why=why, until=until.isoformat())
    return signal


@transaction.atomic
def climb(*, actor: Actor, signal: Signal, at: datetime) -> Climb | None:
    """A missed date goes to the next person of the chain; both see it. None when no date is missed (any more)."""
    signal = locked(signal.pk)
    if not signal.is_open or signal.respond_by is None or signal.respond_by >= at:
        return None
    to = selectors.next_answering(signal, at, selectors.barred_from(signal)) or signal.owner_post
    again = to.person_id == signal.owner_id
    log = Climb.objects.create(
        signal=signal,
        from_person=signal.owner,
        from_post=signal.owner_post,
        to_person_id=to.person_id,
        to_post=to,
        missed_at=signal.respond_by,
        at=at,
    )
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "climb")
    give_to(signal, to)
    signal.climbs += 1
    signal.respond_by = selectors.due(signal.school, signal.urgency, Step.AGAIN if again else Step.CLIMB, at)
    signal.save()
    note(actor, "signal.climbed", signal, at, from_person=log.from_person_id, to_person=to.person_id)
    if not again:
        tell(signal, log.from_person_id, NudgeWhy.MISSED, at)
    tell(signal, to.person_id, NudgeWhy.CLIMBED, at)
    return log


@transaction.atomic
def re_own(*, actor: Actor, signal: Signal, at: datetime) -> Signal | None:
    """The owner's post ended: somebody who holds one answers. None when nothing had to change, or nobody is there."""
    signal = locked(signal.pk)
    if not signal.is_open or _holds(signal, at):
        return None
    heir = _heir(signal, at)
    if heir is None:
        return None
    signal.state = rules.SIGNAL.after(SignalState(signal.state), "re_own")
    left = signal.owner_id
    give_to(signal, heir)
    fresh = selectors.due(signal.school, signal.urgency, Step.LOOK, at)
    signal.respond_by = fresh if signal.state == SignalState.RAISED else max(signal.respond_by or fresh, fresh)
    signal.save()
    note(actor, "signal.re_owned", signal, at, from_person=left, to_person=heir.person_id)
    tell(signal, signal.owner_id, NudgeWhy.HANDED, at)
    return signal


def _heir(signal: Signal, at: datetime) -> Post | None:
    barred = selectors.barred_from(signal)
    if barred:
        seconds = selectors.seconds_for(signal.school, barred, at)
        return seconds[0] if seconds else selectors.next_answering(signal, at, barred)
    return selectors.first_answering(signal.school, signal.urgency, at)


def _holds(signal: Signal, at: datetime) -> bool:
    return (
        signal.owner_post.person_id == signal.owner_id
        and Post.objects.filter(selectors.held_on(at), pk=signal.owner_post_id).exists()
    )


@transaction.atomic
def remind(*, actor: Actor, signal: Signal, at: datetime) -> bool:
    """Tell the owner, once for each date, that it is near. Whether something was told."""
    signal = locked(signal.pk)
    if not signal.is_open or signal.respond_by is None or signal.respond_by < at:
        return False
    told = Nudge.objects.filter(signal=signal, person=signal.owner_id, why=NudgeWhy.DUE, due_at=signal.respond_by)
    if told.exists():
        return False
    tell(signal, signal.owner_id, NudgeWhy.DUE, at, due_at=signal.respond_by)
    return True
