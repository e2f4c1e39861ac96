"""Inside an open case: plan, tasks, contacts, follow-ups."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.audit.services import record
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, FollowUpState, TaskState
from xinqiao.cases.holders import next_holder, still_held
from xinqiao.cases.models import Case, CaseTask, Contact, FollowUp, Plan
from xinqiao.cases.services.opening import check_next_date, locked
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Person
from xinqiao.people.selectors import current_enrolment, working_time


def _open(actor: Actor, case: Case) -> tuple[Case, Person]:
    case = locked(case)
    if not policies.may_run(actor, case) or actor.person is None:
        raise PermissionDenied
    if case.state != CaseState.OPEN:
        raise Refusal(_("个案正在结案或已结案，不能再添加。如需继续，请先退回或重新打开。"), code="move")
    return case, actor.person


def _note(case: Case, action: str, actor: Actor, at: datetime, row: object, **facts: object) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=case.school_id,
        subject=row,  # type: ignore[arg-type]
        person=case.person_id,
        **facts,
    )


@transaction.atomic
def write_plan(
    *, actor: Actor, case: Case, parts: Mapping[str, str], contact: Person, review_on: date, at: datetime
) -> Plan:
    """The next version of the support plan. ``parts``: rules.PLAN_PARTS; needs, goals, measures are required."""
    case, person = _open(actor, case)
    for part in ("needs", "goals", "measures"):
        if not parts.get(part, "").strip():
            raise Refusal(_("需求、目标和措施都要填写。"), code="part", field=part)
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
    case, person = _open(actor, case)
    if not what.strip():
        raise Refusal(_("请写明要做什么。"), code="what", field="what")
    if due_at <= at:
        raise Refusal(_("完成期限要晚于现在。"), code="due_at", field="due_at")
    if not still_held(to, at):
        raise Refusal(_("这位老师已不在岗，请选择其他人。"), code="to", field="to")
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
    return task


@transaction.atomic
def finish_task(*, actor: Actor, task: CaseTask, words: str, at: datetime) -> CaseTask:
    task = (
        CaseTask.objects.select_for_update(of=("self",)).select_related("case__school", "holder_post").get(pk=task.pk)
    )
    holds = actor.person is not None and task.holder_id == actor.person.pk and still_held(task.holder_post, at)
    if not (holds or policies.may_run(actor, task.case)):
        raise PermissionDenied
    if not words.strip():
        raise Refusal(_("请写一句完成情况。"), code="words", field="words")
    task.state = rules.TASK.after(TaskState(task.state), "finish")
    task.done_by, task.done_at, task.words = actor.person, at, words.strip()
    task.save(update_fields=["state", "done_by", "done_at", "words"])
    _note(task.case, "task.done", actor, at, task, late=at > task.due_at)
    return task


@transaction.atomic
def climb_task(*, task_id: int, at: datetime) -> bool:
    """Pass an overdue task, or one whose holder lost the post, to the next person. True when it moved."""
    task = (
        CaseTask.objects.select_for_update(of=("self",)).select_related("case__school", "holder_post").get(pk=task_id)
    )
    missed, lost = task.due_at <= at, not still_held(task.holder_post, at)
    if task.state != TaskState.OPEN or not (missed or lost):
        return False
    enrolment = current_enrolment(task.case.person, localdate(at))
    post = next_holder(task.holder_post, enrolment.class_node if enrolment else task.school, task.school, at)
    if missed:
        task.due_at = working_time(task.school).add_days(at.astimezone(), 1)
    task.holder, task.holder_post, task.climbs = post.person, post, task.climbs + 1
    task.save(update_fields=["holder", "holder_post", "due_at", "climbs"])
    record(
        account=None,
        action="task.climbed",
        at=at,
        owner=task.school_id,
        subject=task,
        person=task.case.person_id,
        to=post.person_id,
    )
    return True


@transaction.atomic
def note_contact(
    *, actor: Actor, case: Case, held_at: datetime, whom: str, channel: str, reached: bool, words: str, at: datetime
) -> Contact:
    """Write down a talk, call or visit that took place."""
    case, person = _open(actor, case)
    if held_at > at:
        raise Refusal(_("联系时间不能晚于现在。"), code="held_at", field="held_at")
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
    case, _person = _open(actor, case)
    if due_at <= at:
        raise Refusal(_("随访时间要晚于现在。"), code="due_at", field="due_at")
    row = FollowUp.objects.create(case=case, school=case.school, due_at=due_at)
    _note(case, "follow_up.planned", actor, at, row)
    return row


@transaction.atomic
def finish_follow_up(
    *, actor: Actor, follow_up: FollowUp, steady: bool, words: str, next_at: datetime, at: datetime
) -> FollowUp:
    """Write down a follow-up and say when the case is looked at next."""
    follow_up = FollowUp.objects.select_for_update(of=("self",)).select_related("case").get(pk=follow_up.pk)
    case, person = _open(actor, follow_up.case)
    if not words.strip():
        raise Refusal(_("请写下这次随访看到的情况。"), code="words", field="words")
    check_next_date(case, next_at, at)
    follow_up.state = rules.FOLLOW_UP.after(FollowUpState(follow_up.state), "finish")
    follow_up.done_by, follow_up.done_at, follow_up.steady = person, at, steady
    follow_up.words = words.strip()
    follow_up.save(update_fields=["state", "done_by", "done_at", "steady", "words"])
    case.next_at = next_at
    case.save(update_fields=["next_at"])
    _note(case, "follow_up.done", actor, at, follow_up, steady=steady)
    return follow_up
