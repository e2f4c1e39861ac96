"""Opening, dating and handing over a case, and what a new level means for one that is open."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.access.models import Post
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, FollowUpState
from xinqiao.cases.handling import (
    level_number,
    locked_case,
    locked_person,
    newer_change,
    next_look,
    note,
    tell,
)
from xinqiao.cases.holders import still_held
from xinqiao.cases.models import Case, Contact, FollowUp, HandOver
from xinqiao.cases.services.duties import done_by_opening, has_open_case
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Enrolment, GroupMembership, Person, current
from xinqiao.people.selectors import current_enrolment
from xinqiao.signals.models import LevelChange
from xinqiao.signals.selectors import level_at


@transaction.atomic
def open_case(*, actor: Actor, person: Person, reason: str, at: datetime) -> Case:
    """Open individual support: for a student whose level a person has set, or who is in a population group (一人一案).

    Raises Refusal when the student is at no school, has neither a level nor a group, or has an open case there.
    """
    person = locked_person(person.pk)
    enrolment = current_enrolment(person, localdate(at))
    if enrolment is None:
        raise Refusal(_("这位学生目前不在任何班级，请先在花名册中核对学籍。"), code="enrolment")
    place, school = enrolment.class_node, enrolment.school
    post = policies.running_post(actor, school, place)
    if actor.person is None or post is None or not actor.may(Action.RUN_CASE, place.path, Depth.NOTES):
        raise PermissionDenied
    change = _ground(enrolment, at)
    if not reason.strip():
        raise Refusal(_("请写明建立个案的缘由。"), code="reason", field="reason")
    if has_open_case(person.pk, school.pk):
        raise Refusal(_("这位学生已有进行中的个案，请在原个案中继续。"), code="open")
    level = change.level if change else 0
    case = Case.objects.create(
        person=person,
        school=school,
        change=change,
        follows=change,
        owner=actor.person,
        owner_post_id=post.id,
        opened_by=actor.person,
        opened_at=at,
        next_at=rules.review_by(level, at),
        reason=reason.strip(),
    )
    _plan_follow_ups(case, level, at)
    case.next_at = next_look(case, rules.review_by(level, at), at)
    case.save(update_fields=["next_at"])
    Contact.objects.filter(duty__person=person, school=school, case=None).update(case=case)
    note(actor, "case.opened", at, case, person.pk, level=level)
    done_by_opening(actor, person, school, at)
    announce("case.opened", at=at, case_id=case.pk)
    return case


def _ground(enrolment: Enrolment, at: datetime) -> LevelChange | None:
    """The level the case rests on, or None for a student in a group that asks for one plan a person."""
    change = level_at(enrolment.person_id, enrolment.school_id)
    if change is not None and change.level > 0:
        return change
    if GroupMembership.objects.filter(current(localdate(at)), person=enrolment.person_id).exists():
        return None
    raise Refusal(
        _("请先访谈并确定关注等级，再建立个案；量表得分不能代替访谈。登记在特殊群体中的学生可以直接建立。"),
        code="level",
    )


def _plan_follow_ups(case: Case, level: int, at: datetime) -> None:
    FollowUp.objects.bulk_create(
        FollowUp(case=case, school=case.school, due_at=at + timedelta(days=days)) for days in rules.FOLLOW_UPS[level]
    )


@transaction.atomic
def follow_level(*, change: LevelChange, at: datetime) -> Case | None:
    """A level now stands: the open case of the student is looked at by its clock. None when there is nothing to do.

    A graver level plans its own follow-ups in place of the open ones and brings the next date forward; a lighter one
    leaves what was promised. A closing that waits is returned when the new level no longer allows it. For the house.
    """
    locked_person(change.person_id)
    row = Case.objects.filter(person=change.person, school=change.school).exclude(state=CaseState.CLOSED).first()
    if row is None or row.follows_id == change.pk or newer_change(change):
        return None
    case = locked_case(row.pk)
    if change.level > change.previous:
        case.follow_ups.filter(state=FollowUpState.DUE).update(state=FollowUpState.LIFTED)
        _plan_follow_ups(case, change.level, at)
    if case.state == CaseState.CLOSING and change.level > rules.MAY_CLOSE_UP_TO[case.outcome]:
        case.state = rules.CASE.after(CaseState(case.state), "return_closing")
        clear_closing(case)
        case.returned_words = _("关注等级有了变化，系统退回了结案申请，请重新评估。")
        note(HOUSE, "case.closing_returned", at, case, case.person_id)
    case.follows = change
    wanted = min(case.next_at or at, rules.review_by(change.level, at))
    case.next_at = next_look(case, max(wanted, at + timedelta(minutes=1)), at)
    case.save()
    note(HOUSE, "case.followed_level", at, case, case.person_id, level=change.level)
    tell(case.owner_id, at)
    return case


def clear_closing(case: Case) -> None:
    """No outcome and nobody who asked, in memory; the words stay for the next try."""
    case.outcome = ""
    case.closing_asked_by = case.closing_asked_at = None


@transaction.atomic
def set_next_date(*, actor: Actor, case: Case, next_at: datetime, at: datetime) -> Case:
    """Say when the case is looked at next. The date lies ahead and no further than its level allows.

    A planned follow-up that comes earlier is the next date all the same.
    """
    case = _steered(actor, case, at)
    if case.state == CaseState.CLOSED:
        raise Refusal(_("个案已结案，如需继续请先重新打开。"), code="move")
    check_next_date(case, next_at, at)
    case.next_at = next_look(case, next_at, at)
    case.save(update_fields=["next_at"])
    note(actor, "case.dated", at, case, case.person_id, next_at=case.next_at.isoformat())
    return case


def _steered(actor: Actor, case: Case, at: datetime) -> Case:
    case = locked_case(case.pk)
    if not policies.may_steer(actor, case, at):
        raise PermissionDenied
    return case


def latest_next_date(case: Case, at: datetime) -> datetime:
    return rules.review_by(level_number(case), at)


def check_next_date(case: Case, next_at: datetime, at: datetime) -> None:
    if next_at <= at:
        raise Refusal(_("下次日期要晚于现在。"), code="next_at", field="next_at")
    latest = latest_next_date(case, at)
    if localdate(next_at) > localdate(latest):
        raise Refusal(
            _("按现在的关注等级，下次日期不能晚于 %(day)s。") % {"day": localdate(latest).isoformat()},
            code="next_at",
            field="next_at",
        )


@transaction.atomic
def hand_over(*, actor: Actor, case: Case, to: Post, reason: str, at: datetime) -> Case:
    """Give a case to another psychology teacher of the school; what climbed to the last owner's hands goes along."""
    case = _steered(actor, case, at)
    if actor.person is None:
        raise PermissionDenied
    if case.state == CaseState.CLOSED:
        raise Refusal(_("个案已结案，不需要移交。"), code="move")
    if not reason.strip():
        raise Refusal(_("请写明移交原因。"), code="reason", field="reason")
    if not (policies.may_own(to, case.school) and still_held(to, at)):
        raise Refusal(_("只能移交给本校在岗的心理教师。"), code="to", field="to")
    if to.person_id == case.owner_id and to.pk == case.owner_post_id:
        raise Refusal(_("个案已经由这位老师负责。"), code="to", field="to")
    HandOver.objects.create(
        case=case,
        school=case.school,
        from_person=case.owner,
        to_person=to.person,
        given_by=actor.person,
        at=at,
        reason=reason.strip(),
    )
    moved = case.tasks.filter(state="open", holder=case.owner)
    moved.filter(climbs__gt=0).update(holder=to.person, holder_post=to)
    case.owner, case.owner_post = to.person, to
    case.save(update_fields=["owner", "owner_post"])
    note(actor, "case.handed_over", at, case, case.person_id, to=to.person_id)
    announce("case.handed_over", at=at, case_id=case.pk)
    tell(to.person_id, at)
    return case
