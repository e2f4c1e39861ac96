"""Opening, handing over, climbing and dating a case."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.chain import next_after
from xinqiao.access.enums import Action, Depth
from xinqiao.access.models import Post
from xinqiao.audit.services import record
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, DutyKind, DutyState
from xinqiao.cases.holders import still_held
from xinqiao.cases.models import CareDuty, Case, CaseClimb, FollowUp
from xinqiao.cases.services.duties import lift_duty
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Person
from xinqiao.people.selectors import current_enrolment, working_time
from xinqiao.signals.selectors import current_level


def _note(case: Case, action: str, actor: Actor, at: datetime, **facts: object) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=case.school_id,
        subject=case,
        person=case.person_id,
        **facts,
    )


@transaction.atomic
def open_case(*, actor: Actor, person: Person, reason: str, at: datetime) -> Case:
    """Open individual support for a student whose level a person has set.

    Raises Refusal when the student has no level from an interview, has an open case, or is not at a school.
    """
    enrolment = current_enrolment(person, localdate(at))
    if enrolment is None:
        raise Refusal(_("这位学生目前不在任何班级，请先在花名册中核对学籍。"), code="enrolment")
    if not actor.may(Action.RUN_CASE, enrolment.class_node.path, Depth.NOTES) or actor.person is None:
        raise PermissionDenied
    change = current_level(person.pk)
    if change is None or change.level == 0:
        raise Refusal(_("请先访谈并确定关注等级，再建立个案。量表得分不能代替访谈。"), code="level")
    if not reason.strip():
        raise Refusal(_("请写明建立个案的缘由。"), code="reason", field="reason")
    if Case.objects.filter(person=person).exclude(state=CaseState.CLOSED).exists():
        raise Refusal(_("这位学生已有进行中的个案，请在原个案中继续。"), code="open")
    post = next(post for post in actor.posts if enrolment.class_node.path.startswith(post.path))
    case = Case.objects.create(
        person=person,
        school=enrolment.school,
        change=change,
        owner=actor.person,
        owner_post_id=post.id,
        opened_by=actor.person,
        opened_at=at,
        next_at=rules.REVIEW_AFTER[change.level].due(localtime(at), working_time(enrolment.school)),
        reason=reason.strip(),
    )
    FollowUp.objects.bulk_create(
        FollowUp(case=case, school=case.school, due_at=at + timedelta(days=days))
        for days in rules.FOLLOW_UPS[change.level]
    )
    _note(case, "case.opened", actor, at, level=change.level)
    for duty in CareDuty.objects.filter(person=person, kind=DutyKind.OPEN_CASE, state=DutyState.OPEN):
        lift_duty(duty=duty, actor=actor, at=at)
    announce("case.opened", at=at, case_id=case.pk)
    return case


def locked(case: Case) -> Case:
    return Case.objects.select_for_update(of=("self",)).select_related("school", "person", "owner_post").get(pk=case.pk)


@transaction.atomic
def set_next_date(*, actor: Actor, case: Case, next_at: datetime, at: datetime) -> Case:
    """Say when the case is looked at next. The date lies ahead and no further than its level allows."""
    case = locked(case)
    if not policies.may_run(actor, case):
        raise PermissionDenied
    if case.state == CaseState.CLOSED:
        raise Refusal(_("个案已结案，如需继续请先重新打开。"), code="move")
    check_next_date(case, next_at, at)
    case.next_at = next_at
    case.save(update_fields=["next_at"])
    _note(case, "case.dated", actor, at, next_at=next_at.isoformat())
    return case


def check_next_date(case: Case, next_at: datetime, at: datetime) -> None:
    if next_at <= at:
        raise Refusal(_("下次日期要晚于现在。"), code="next_at", field="next_at")
    change = current_level(case.person_id)
    level = change.level if change else 0
    latest = rules.REVIEW_AFTER[level].due(localtime(at), working_time(case.school))
    if localdate(next_at) > localdate(latest):
        raise Refusal(
            _("按现在的关注等级，下次日期不能晚于 %(day)s。") % {"day": localdate(latest).isoformat()},
            code="next_at",
            field="next_at",
        )


@transaction.atomic
def hand_over(*, actor: Actor, case: Case, to: Post, reason: str, at: datetime) -> Case:
    """Give a case to another psychology teacher of the school."""
    case = locked(case)
    if not policies.may_run(actor, case):
        raise PermissionDenied
    if case.state == CaseState.CLOSED:
        raise Refusal(_("个案已结案，不需要移交。"), code="move")
    if not reason.strip():
        raise Refusal(_("请写明移交原因。"), code="reason", field="reason")
    able = (
        to.kind == "psych_teacher"
        and still_held(to, at)
        and (case.school.path or "").startswith(to.organisation.path or "-")
    )
    if not able:
        raise Refusal(_("只能移交给本校在岗的心理教师。"), code="to", field="to")
    case.owner, case.owner_post = to.person, to
    case.save(update_fields=["owner", "owner_post"])
    _note(case, "case.handed_over", actor, at, to=to.person_id)
    announce("case.handed_over", at=at, case_id=case.pk)
    return case


@transaction.atomic
def climb_case(*, case_id: int, at: datetime) -> CaseClimb | None:
    """The next date passed without a word, or the owner lost the post: the next of the chain answers from now on."""
    case = Case.objects.select_for_update(of=("self",)).select_related("school", "owner_post", "person").get(pk=case_id)
    if case.state == CaseState.CLOSED or case.next_at is None:
        return None
    missed, lost = case.next_at <= at, not still_held(case.owner_post, at)
    if not (missed or lost):
        return None
    post = next_after(case.school, case.owner_id, at)
    if post is None:
        raise Refusal(_("学校和上级都没有在岗的负责人，请管理员先任命。"), code="nobody")
    climb = CaseClimb.objects.create(
        case=case, missed_at=case.next_at, from_person=case.owner, to_person=post.person, at=at
    )
    if missed:
        case.next_at = working_time(case.school).add_days(localtime(at), 1)
    case.owner, case.owner_post, case.climbs = post.person, post, case.climbs + 1
    case.save(update_fields=["owner", "owner_post", "next_at", "climbs"])
    _note(case, "case.climbed", HOUSE, at, to=post.person_id, missed=missed)
    announce("case.climbed", at=at, case_id=case.pk)
    return climb
