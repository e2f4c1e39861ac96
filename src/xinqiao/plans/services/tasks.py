"""What happens to one task between being given and being settled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.kernel.refusal import Refusal
from xinqiao.plans import policies
from xinqiao.plans.enums import PlanState, TaskState, Verdict
from xinqiao.plans.handling import BATCH, locked_task, note, reason_of, settled, tell
from xinqiao.plans.holders import Staff
from xinqiao.plans.models import Attachment, HandIn, RecordLink, Task
from xinqiao.plans.rules import OPEN_STATES, TASK
from xinqiao.plans.selectors import heirs
from xinqiao.plans.services.giving import give

__all__ = [
    "accept", "give", "give_back", "hand_in", "hand_on", "postpone", "remind_many", "reopen", "take", "waive",
    "withdraw",
]  # fmt: skip


def _seen(actor: Actor, task: Task, allowed: bool) -> None:
    if not allowed or not policies.may_see(actor, task):
        raise PermissionDenied


@transaction.atomic
def take(*, actor: Actor, task: Task, at: datetime) -> Task:
    """The owner begins; a colleague whose post may own it takes it over by beginning."""
    task = locked_task(task.pk)
    _seen(actor, task, policies.may_hand_in(actor, task))
    task.state = TASK.after(task.state, "take")
    mine = [post for post in actor.posts if post.organisation_id == task.unit_id and post.kind in task.owners]
    if task.owner_id not in policies.own_posts(actor) and mine:
        task.owner_id = mine[0].id
    task.save(update_fields=["state", "owner"])
    note(actor, "plan_task.taken", at, task, task.unit_id)
    return task


@transaction.atomic
def hand_in(
    *,
    actor: Actor,
    task: Task,
    text: str,
    attachments: Iterable[int] = (),
    links: Sequence[tuple[str, str]] = (),
    at: datetime,
) -> HandIn:
    """What was done, with its proof; it goes to whoever accepts, or is settled when nobody has to.

    attachments: ids of files attached to this task before (``attaching.attach``) and in no hand-in yet. links:
    (label, path inside this house). Raises Refusal: text, files, pictures (too little proof; field says which), link.
    """
    task = locked_task(task.pk)
    _seen(actor, task, policies.may_hand_in(actor, task))
    after = TASK.after(task.state, "settle" if task.accept == "none" else "hand_in")
    if actor.person is None:
        raise PermissionDenied
    files = list(task.attachments.filter(pk__in=list(attachments), hand_in=None))
    _enough(task, text, files, links)
    number = (task.hand_ins.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    row = HandIn.objects.create(task=task, number=number, text=text.strip(), by=actor.person, at=at)
    Attachment.objects.filter(pk__in=[file.pk for file in files]).update(hand_in=row)
    RecordLink.objects.bulk_create(RecordLink(hand_in=row, label=label[:120], url=url) for label, url in links)
    task.state = after
    if localdate(at) > task.due_on and task.late_on is None:
        task.late_on = task.due_on + timedelta(days=1)
    if after == TaskState.ACCEPTED:
        row.verdict, row.reviewed_at = Verdict.ACCEPTED, at
        row.save(update_fields=["verdict", "reviewed_at"])
        task.settled_at, task.settled_by = at, actor.person
        settled(task, at)
    task.save(update_fields=["state", "late_on", "settled_at", "settled_by"])
    note(actor, "plan_task.handed_in", at, task, task.unit_id, number=number, files=len(files), late=bool(task.late_on))
    return row


def _enough(task: Task, text: str, files: list[Attachment], links: Sequence[tuple[str, str]]) -> None:
    needs, pictures = task.needs, sum(file.picture for file in files)
    if needs.get("text", True) and not text.strip():
        raise Refusal(_("请写几句做了什么，例如时间、参加的人数和效果。"), code="text", field="text")
    if pictures < needs.get("pictures", 0):
        facts = {"need": needs["pictures"], "have": pictures}
        raise Refusal(
            _("这项任务要交 %(need)d 张照片，现在有 %(have)d 张，请补上。") % facts, code="pictures", field="pictures"
        )
    if len(files) - pictures < needs.get("files", 0):
        facts = {"need": needs["files"], "have": len(files) - pictures}
        raise Refusal(
            _("这项任务要交 %(need)d 份文件，现在有 %(have)d 份，请补上。") % facts, code="files", field="files"
        )
    for label, url in links:
        if not url.startswith("/") or url.startswith("//") or not label.strip():
            raise Refusal(_("只能链接到本系统里的页面，请从页面的地址里复制，并写上名称。"), code="link", field="links")


@transaction.atomic
def withdraw(*, actor: Actor, task: Task, at: datetime) -> Task:
    """Take a hand-in back before it is reviewed, to add to it. Its text stays in the history, its files are free."""
    task = locked_task(task.pk)
    _seen(actor, task, policies.may_hand_in(actor, task))
    task.state = TASK.after(task.state, "withdraw")
    row = task.hand_ins.order_by("-number")[0]
    row.verdict, row.reviewed_at = Verdict.WITHDRAWN, at
    row.save(update_fields=["verdict", "reviewed_at"])
    row.attachments.update(hand_in=None)
    task.save(update_fields=["state"])
    note(actor, "plan_task.withdrawn", at, task, task.unit_id)
    return task


def _reviewed(actor: Actor, task: Task, move: str, verdict: str, words: str, at: datetime) -> Task:
    task = locked_task(task.pk)
    after = TASK.after(task.state, move)
    _seen(actor, task, policies.may_review(actor, task))
    row = task.hand_ins.order_by("-number")[0]
    alone = actor.person is not None and row.by_id == actor.person.pk
    row.verdict, row.words, row.reviewed_by, row.reviewed_at = verdict, words, actor.person, at
    row.save(update_fields=["verdict", "words", "reviewed_by", "reviewed_at"])
    task.state = after
    if after == TaskState.ACCEPTED:
        task.settled_at, task.settled_by = at, actor.person
        settled(task, at)
    task.save(update_fields=["state", "settled_at", "settled_by"])
    note(actor, f"plan_task.{verdict}", at, task, task.unit_id, **({"own": True} if alone else {}))
    if task.owner is not None:
        tell([task.owner.person_id], at)
    return task


@transaction.atomic
def accept(*, actor: Actor, task: Task, words: str = "", at: datetime) -> Task:
    """It is done. ``words``: thanks or a remark for the unit, may be empty."""
    return _reviewed(actor, task, "accept", Verdict.ACCEPTED, words.strip(), at)


@transaction.atomic
def give_back(*, actor: Actor, task: Task, words: str, at: datetime) -> Task:
    """Not yet: ``words`` say what is missing. The date stays."""
    if not words.strip():
        raise Refusal(_("请写明还缺什么，例如“请补上活动照片和参加人数”。"), code="words", field="words")
    return _reviewed(actor, task, "return", Verdict.RETURNED, words.strip(), at)


@transaction.atomic
def waive(*, actor: Actor, task: Task, reason: str, at: datetime) -> Task:
    """The asker does without it. A hand-in that waits is thereby answered with the reason."""
    task = locked_task(task.pk)
    _seen(actor, task, policies.may_waive(actor, task))
    reason = reason_of(reason)
    task.state = TASK.after(task.state, "waive")
    task.hand_ins.filter(verdict="").update(
        verdict=Verdict.RETURNED, words=reason, reviewed_by=actor.person, reviewed_at=at
    )
    task.settled_at, task.settled_by, task.reason = at, actor.person, reason
    task.save(update_fields=["state", "settled_at", "settled_by", "reason"])
    note(actor, "plan_task.waived", at, task, task.unit_id)
    settled(task, at)
    if task.owner is not None:
        tell([task.owner.person_id], at)
    return task


@transaction.atomic
def reopen(*, actor: Actor, task: Task, reason: str, due_on: date | None = None, at: datetime) -> Task:
    """A waived task is asked for after all; an accepted one is returned. due_on: a new last day (today or later)."""
    task = locked_task(task.pk)
    _seen(actor, task, policies.may_waive(actor, task))
    reason, accepted = reason_of(reason), task.state == TaskState.ACCEPTED
    if task.plan is not None and task.plan.state in (PlanState.ENDED, PlanState.ARCHIVED):
        raise Refusal(_("方案已经结束，任务不能再打开。需要继续做，请另下达一项补充任务。"), code="ended")
    task.state = TASK.after(task.state, "reopen")
    task.settled_at, task.settled_by, task.reason, task.dropped = None, None, reason, False
    _owned_today(task, at)
    if due_on is not None:
        _dated(task, due_on, at)
    if accepted:
        last = task.hand_ins.filter(verdict=Verdict.ACCEPTED).order_by("-number").first()
        if last is not None:
            last.verdict, last.words, last.reviewed_by, last.reviewed_at = Verdict.RETURNED, reason, actor.person, at
            last.save(update_fields=["verdict", "words", "reviewed_by", "reviewed_at"])
    task.save()
    note(actor, "plan_task.reopened", at, task, task.unit_id)
    if task.owner is not None:
        tell([task.owner.person_id], at)
    return task


def _owned_today(task: Task, at: datetime) -> None:
    """The owner it had while the post is held, else whoever it would be given to now."""
    today = localdate(at)
    held = task.owner is not None and (task.owner.ends_on is None or task.owner.ends_on > today)
    if not held:
        task.owner = Staff([task.unit, task.asker], today).owner(task.unit, task.asker, task.owners, task.leads)
    if task.owner is None:
        raise Refusal(_("没有在岗的人可以负责这项任务，请先任命一位负责人。"), code="nobody")


def _dated(task: Task, due_on: date, at: datetime) -> None:
    if due_on < max(localdate(at), task.starts_on):
        raise Refusal(_("新的截止日期不能早于今天，也不能早于任务开始的日子。"), code="due_on", field="due_on")
    notice = task.due_on - task.remind_on
    task.due_on, task.remind_on = due_on, max(task.starts_on, due_on - notice)
    task.reminded_on, task.climbed, task.climbed_to = None, 0, None


@transaction.atomic
def postpone(*, actor: Actor, task: Task, due_on: date, reason: str, at: datetime) -> Task:
    """The asker gives more time. That it was late once stays on record."""
    task = locked_task(task.pk)
    _seen(actor, task, policies.may_waive(actor, task))
    if task.state not in OPEN_STATES:
        raise Refusal(_("这项任务已经交了或已了结，不用再延期。"), code="move")
    task.reason = reason_of(reason)
    if due_on <= task.due_on:
        raise Refusal(_("新的截止日期要晚于原来的截止日期。"), code="due_on", field="due_on")
    _dated(task, due_on, at)
    task.save()
    note(actor, "plan_task.postponed", at, task, task.unit_id, due_on=due_on.isoformat())
    if task.owner is not None:
        tell([task.owner.person_id], at)
    return task


@transaction.atomic
def hand_on(*, actor: Actor, task: Task, to: Post, at: datetime) -> Task:
    """Give it to somebody else of the unit. The date stays: handing on wins no time."""
    task = locked_task(task.pk)
    _seen(actor, task, policies.may_hand_on(actor, task))
    if task.state not in OPEN_STATES:
        raise Refusal(_("这项任务已经交了或已了结，不能再转交。"), code="move")
    if to.pk not in {post.pk for post in heirs(task, localdate(at))}:
        raise Refusal(_("只能转交给本单位在岗、可以做方案任务的人。"), code="to", field="to")
    left, task.owner = task.owner_id, to
    task.reminded_on = None
    task.save(update_fields=["owner", "reminded_on"])
    note(actor, "plan_task.handed_on", at, task, task.unit_id, from_post=left, to_post=to.pk)
    tell([to.person_id], at)
    return task


@transaction.atomic
def remind_many(*, actor: Actor, tasks: Iterable[Task], at: datetime) -> int:
    """Remind the owners of what is still to be handed in; each hears once. How many tasks that was.

    For whoever asked. Tasks the actor may not remind about, settled ones and what waits for review are left out.
    """
    ids = [task.pk for task in tasks]
    rows = policies.visible_tasks(actor).filter(pk__in=ids, state__in=OPEN_STATES).select_related("asker", "owner")
    chosen = [task for task in rows if policies.may_run(actor, task.asker)]
    if ids and not chosen:
        raise Refusal(_("选中的任务都不需要催办：已经交了，或不是您下达的。"), code="nothing")
    Task.objects.filter(pk__in=[task.pk for task in chosen]).update(reminded_on=localdate(at))
    for start in range(0, len(chosen), BATCH):
        part = chosen[start : start + BATCH]
        note(actor, "plan_task.reminded", at, part[0], part[0].asker_id, tasks=[task.pk for task in part])
    tell({task.owner.person_id for task in chosen if task.owner is not None}, at)
    return len(chosen)
