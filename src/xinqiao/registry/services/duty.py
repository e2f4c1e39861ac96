"""Who answers urgent matters when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.chain import CARE_CHAIN
from xinqiao.access.enums import Action
from xinqiao.access.models import DutyTurn, Post
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.registry.rules import MOST_WEEKS

LONGEST = timedelta(days=31)
WEEK = timedelta(days=7)


@transaction.atomic
def add_turns(
    *, actor: Actor, school: Organisation, post: Post, starts_at: datetime, ends_at: datetime, weeks: int, at: datetime
) -> list[DutyTurn]:
    """A duty turn, repeated weekly ``weeks`` times in all (1 = once). All of them or none.

    Raises Refusal: end before start, already over, longer than 31 days, a post that ends before, and for overlaps with
    who is on duty then.
    """
    school = Organisation.objects.select_for_update(of=("self",)).get(pk=school.pk)
    if not actor.may(Action.MANAGE_DUTY, school.path or "-"):
        raise PermissionDenied
    if post.organisation_id != school.pk or post.kind not in CARE_CHAIN:
        raise Refusal(_("请选择本校的心理教师、德育主任或学校领导。"), code="post", field="post")
    if ends_at <= starts_at:
        raise Refusal(_("结束时间应晚于开始时间。"), code="times", field="ends_at")
    if ends_at <= at:
        raise Refusal(_("这段时间已经过去。"), code="past", field="starts_at")
    if ends_at - starts_at > LONGEST or (weeks > 1 and ends_at - starts_at > WEEK):
        words = _("一次值班最长 31 天；每周重复的，一次不超过 7 天。")
        raise Refusal(words, code="long", field="ends_at")
    if not 1 <= weeks <= MOST_WEEKS:
        raise Refusal(_("每周重复请在 1 到 %(n)d 次之间。") % {"n": MOST_WEEKS}, code="weeks", field="weeks")
    spans = [(starts_at + WEEK * n, ends_at + WEEK * n) for n in range(weeks)]
    _must_hold(post, spans)
    _must_be_free(school, spans)
    turns = DutyTurn.objects.bulk_create(
        DutyTurn(school=school, post=post, starts_at=start, ends_at=end) for start, end in spans
    )
    _note(actor, "duty.added", turns[0], at, turns=len(turns))
    return turns


def _must_hold(post: Post, spans: list[tuple[datetime, datetime]]) -> None:
    last = localdate(spans[-1][1] - timedelta(seconds=1))
    if localdate(spans[0][0]) < post.starts_on or (post.ends_on is not None and last >= post.ends_on):
        words = _("%(name)s 的岗位不包括这段时间，请核对任期。")
        raise Refusal(words % {"name": post.person.name}, code="tenure", field="post")


def _must_be_free(school: Organisation, spans: list[tuple[datetime, datetime]]) -> None:
    held = DutyTurn.objects.filter(school=school, ends_at__gt=spans[0][0], starts_at__lt=spans[-1][1])
    for turn in held.select_related("post__person").order_by("starts_at"):
        if any(turn.starts_at < end and turn.ends_at > start for start, end in spans):
            words = _("和 %(name)s %(start)s 到 %(end)s 的值班重叠，请错开时间，或先删除那一班。")
            facts = {
                "name": turn.post.person.name,
                "start": localtime(turn.starts_at).strftime("%Y-%m-%d %H:%M"),
                "end": localtime(turn.ends_at).strftime("%Y-%m-%d %H:%M"),
            }
            raise Refusal(words % facts, code="overlap", field="starts_at")


@transaction.atomic
def remove_turn(*, actor: Actor, turn: DutyTurn, at: datetime) -> None:
    """Take a coming turn away; a running one ends now. What is past stays as it was."""
    turn = DutyTurn.objects.select_for_update(of=("self",)).select_related("school").get(pk=turn.pk)
    if not actor.may(Action.MANAGE_DUTY, turn.school.path or "-"):
        raise PermissionDenied
    if turn.ends_at <= at:
        raise Refusal(_("已经过去的值班不能删除。"), code="past")
    _note(actor, "duty.removed", turn, at)
    if turn.starts_at < at:
        turn.ends_at = at
        turn.save(update_fields=["ends_at"])
    else:
        turn.delete()


def _note(actor: Actor, action: str, turn: DutyTurn, at: datetime, **facts: Any) -> None:
    facts |= {"starts_at": turn.starts_at.isoformat(), "ends_at": turn.ends_at.isoformat(), "post": turn.post_id}
    record(
        account=actor.account, who=actor.who, action=action, at=at, owner=turn.school_id, subject=turn.school, **facts
    )
