"""Inside an open case: plan, tasks, contacts, follow-ups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, Channel, ContactWith, FollowUpState, TaskState
from xinqiao.cases.handling import locked_case, locked_task, next_look, note, tell
from xinqiao.cases.models import Case, CaseTask, Contact, FollowUp, Plan
from xinqiao.cases.selectors import adults_around, adults_of, heirs_of_task
from xinqiao.cases.services.opening import check_next_date
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Person


def _open(actor: Actor, case: Case, at: datetime) -> tuple[Case, Person]:
    case = locked_case(case.pk)
    if not policies.may_run(actor, case, at) or actor.person is None:
        raise PermissionDenied
    if case.state != CaseState.OPEN:
        raise Refusal(_("个案正在结案或已结案，不能再添加。如需继续，请先退回或重新打开。"), code="move")
    return case, actor.person


def _note(case: Case, action: str, actor: Actor, at: datetime, row: models.Model, **facts: object) -> None:
    note(actor, action, at, row, case.person_id, **facts)


@transaction.atomic
def write_plan(
    *, actor: Actor, case: Case, parts: Mapping[str, str], contact: Person, review_on: date, at: datetime
) -> Plan:
    """The next version of the support plan. ``parts``: rules.PLAN_PARTS; needs, goals, measures are required."""
    case, person = _open(actor, case, at)
    for part in rules.PLAN_NEEDS:
        if not parts.get(part, "").strip():
            raise Refusal(_("需求、目标和措施都要填写。"), code="part", field=part)
    if contact.pk not in {post.person_id for post in adults_of(case.school, at)}:
        raise Refusal(_("固定联系人要是本校在岗的老师，请重新选择。"), code="contact", field="contact")
    if review_on <= localdate(at):
        raise Refusal(_("方案的复评日期要晚于今天。"), code="review_on", field="review_on")
    newest = case.plans.order_by("-version").first()
    plan = Plan.objects.create(
        case=case,
        version=newest.version + 1 if newest else 1,
        school=case.school,
        contact=contact,
        content=json.dumps({part: parts.get(part, "").strip() for part in rules.PLAN_PARTS}, ensure_ascii=False),
        starts_on=localdate(at),
        review_on=review_on,
        made_by=person,
        made_at=at,
    )
    _note(case, "plan.written", actor, at, plan, version=plan.version)
    return plan


@transaction.atomic
def give_task(*, actor: Actor, case: Case, what: str, to: Post, due_at: datetime, at: datetime) -> CaseTask:
    """Something for one adult around the student to do by a time. ``what`` is read by them: what to do, not why."""
    case, person = _open(actor, case, at)
    if not what.strip():
        raise Refusal(_("请写明要做什么。"), code="what", field="what")
    if due_at <= at:
        raise Refusal(_("完成期限要晚于现在。"), code="due_at", field="due_at")
    if to.pk not in {post.pk for post in adults_around(case, at)}:
        raise Refusal(_("只能交给和这位学生有关的在岗老师，请选择其他人。"), code="to", field="to")
    task = CaseTask.objects.create(
        case=case,
        school=case.school,
        what=what.strip(),
        holder=to.person,
        holder_post=to,
        given_by=person,
        given_at=at,
        due_at=due_at,
    )
    _note(case, "task.given", actor, at, task, to=to.person_id)
    announce("task.given", at=at, task_id=task.pk)
    tell(to.person_id, at)
    return task


def _my_task(actor: Actor, task: CaseTask, at: datetime) -> CaseTask:
    """The locked row, for its holder and for who runs the case."""
    task = locked_task(task.pk)
    seen = policies.visible_tasks(actor, at).filter(pk=task.pk).exists()
    if not seen or not (policies.holds_task(actor, task) or policies.may_run(actor, task.case, at)):
        raise PermissionDenied
    return task


@transaction.atomic
def finish_task(*, actor: Actor, task: CaseTask, words: str, at: datetime) -> CaseTask:
    """The holder, or who runs the case, did it; ``words`` say what was done."""
    task = _my_task(actor, task, at)
    if not policies.reads_task(actor, task, at):
        raise Refusal(_("请把任务转交给学校里的老师来做。"), code="outside")
    if not words.strip():
        raise Refusal(_("请写一句完成情况。"), code="words", field="words")
    task.state = rules.TASK.after(TaskState(task.state), "finish")
    task.done_by, task.done_at, task.words = actor.person, at, words.strip()
    task.save(update_fields=["state", "done_by", "done_at", "words"])
    _note(task.case, "task.done", actor, at, task, late=at > task.due_at or task.climbs > 0)
    return task


@transaction.atomic
def lift_task(*, actor: Actor, task: CaseTask, words: str, at: datetime) -> CaseTask:
    """It is no longer needed, says who runs the case, and why."""
    task = locked_task(task.pk)
    if not policies.may_run(actor, task.case, at):
        raise PermissionDenied
    if not words.strip():
        raise Refusal(_("请写一句为什么取消。"), code="words", field="words")
    task.state = rules.TASK.after(TaskState(task.state), "lift")
    task.words = words.strip()
    task.save(update_fields=["state", "words"])
    _note(task.case, "task.lifted", actor, at, task)
    return task


@transaction.atomic
def pass_task(*, actor: Actor, task: CaseTask, to: Post, at: datetime) -> CaseTask:
    """Give a task to another adult around the student. The date stays."""
    task = _my_task(actor, task, at)
    if task.state != TaskState.OPEN:
        rules.TASK.after(TaskState(task.state), "lift")
    if to.pk not in {post.pk for post in heirs_of_task(task, at)}:
        raise Refusal(_("只能转交给学校里和这位学生有关的在岗老师。"), code="to", field="to")
    left = task.holder_id
    task.holder, task.holder_post = to.person, to
    task.save(update_fields=["holder", "holder_post"])
    _note(task.case, "task.passed", actor, at, task, from_person=left, to_person=to.person_id)
    tell(to.person_id, at)
    return task


@transaction.atomic
def note_contact(
    *, actor: Actor, case: Case, held_at: datetime, whom: str, channel: str, reached: bool, words: str, at: datetime
) -> Contact:
    """Write down a talk, call or visit that took place."""
    case, person = _open(actor, case, at)
    if held_at > at:
        raise Refusal(_("联系时间不能晚于现在。"), code="held_at", field="held_at")
    if whom not in ContactWith.values or channel not in Channel.values:
        raise Refusal(_("请选择和谁联系、用什么方式。"), code="whom", field="whom")
    if not words.strip():
        raise Refusal(_("请简要写下联系的内容。"), code="words", field="words")
    contact = Contact.objects.create(
        case=case,
        school=case.school,
        held_at=held_at,
        whom=whom,
        channel=channel,
        reached=reached,
        words=words.strip(),
        written_by=person,
        written_at=at,
    )
    _note(case, "contact.noted", actor, at, contact, whom=whom, reached=reached)
    return contact


@transaction.atomic
def plan_follow_up(*, actor: Actor, case: Case, due_at: datetime, at: datetime) -> FollowUp:
    """One more look after the student; the case's next date is no later than it."""
    case, _person = _open(actor, case, at)
    if due_at <= at:
        raise Refusal(_("随访时间要晚于现在。"), code="due_at", field="due_at")
    row = FollowUp.objects.create(case=case, school=case.school, due_at=due_at)
    case.next_at = next_look(case, case.next_at or due_at, at)
    case.save(update_fields=["next_at"])
    _note(case, "follow_up.planned", actor, at, row)
    return row


@transaction.atomic
def finish_follow_up(
    *, actor: Actor, follow_up: FollowUp, steady: bool, words: str, next_at: datetime, at: datetime
) -> FollowUp:
    """Write down a follow-up and say when the case is looked at next."""
    case, person = _open(actor, follow_up.case, at)
    follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk, case=case)
    if not words.strip():
        raise Refusal(_("请写下这次随访看到的情况。"), code="words", field="words")
    check_next_date(case, next_at, at)
    follow_up.state = rules.FOLLOW_UP.after(FollowUpState(follow_up.state), "finish")
    follow_up.done_by, follow_up.done_at, follow_up.steady = person, at, steady
    follow_up.words = words.strip()
    follow_up.save(update_fields=["state", "done_by", "done_at", "steady", "words"])
    case.next_at = next_look(case, next_at, at)
    case.save(update_fields=["next_at"])
    _note(case, "follow_up.done", actor, at, follow_up, steady=steady)
    return follow_up


@transaction.atomic
def lift_follow_up(*, actor: Actor, follow_up: FollowUp, words: str, at: datetime) -> FollowUp:
    """A planned look is no longer needed, and why."""
    case, _person = _open(actor, follow_up.case, at)
    follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk, case=case)
    if not words.strip():
        raise Refusal(_("请写一句为什么取消。"), code="words", field="words")
    follow_up.state = rules.FOLLOW_UP.after(FollowUpState(follow_up.state), "lift")
    follow_up.words = words.strip()
    follow_up.save(update_fields=["state", "words"])
    _note(case, "follow_up.lifted", actor, at, follow_up)
    return follow_up
