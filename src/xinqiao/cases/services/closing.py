"""A case is closed by two: one asks, another confirms."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, FollowUpState, Outcome, TaskState
from xinqiao.cases.handling import level_number, locked_case, locked_person, next_look, note, tell
from xinqiao.cases.models import Case, PastClosing
from xinqiao.cases.services.duties import has_open_case
from xinqiao.cases.services.opening import clear_closing
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import current_enrolment, working_time
from xinqiao.signals.selectors import level_at


@transaction.atomic
def ask_closing(*, actor: Actor, case: Case, outcome: str, words: str, at: datetime) -> Case:
    """The case can end, thinks somebody who runs it. Needs an assessment (``words``) and nothing left open.

    Raises Refusal when the standing level is too grave for this outcome (``rules.MAY_CLOSE_UP_TO``), a task is open,
    a stable student has an open follow-up or was not steady at the last one, or who "left" is still at the school.
    """
    case = locked_case(case.pk)
    if not policies.may_run(actor, case, at) or actor.person is None:
        raise PermissionDenied
    state = rules.CASE.after(CaseState(case.state), "ask_closing")
    if outcome not in Outcome.values:
        raise Refusal(_("请选择结案情形。"), code="outcome", field="outcome")
    if not words.strip():
        raise Refusal(_("请写明结案评估：目标达成情况、目前状态、之后的关心安排。"), code="words", field="words")
    _check(case, outcome, at)
    case.state, case.outcome, case.closing_words, case.returned_words = state, outcome, words.strip(), ""
    case.closing_asked_by, case.closing_asked_at = actor.person, at
    case.next_at = next_look(case, working_time(case.school).add_days(localtime(at), 3), at)
    case.save()
    note(actor, "case.closing_asked", at, case, case.person_id, outcome=outcome)
    announce("case.closing_asked", at=at, case_id=case.pk)
    return case


def _check(case: Case, outcome: str, at: datetime) -> None:
    """Whether a case may end so now; asked again when the second person agrees."""
    if level_number(case) > rules.MAY_CLOSE_UP_TO[outcome]:
        raise Refusal(_("现在的关注等级还不能这样结案，请先访谈复评并下调等级。"), code="level")
    if outcome == Outcome.LEFT:
        enrolment = current_enrolment(case.person, localdate(at))
        if enrolment is not None and enrolment.school_id == case.school_id:
            raise Refusal(_("这位学生还在本校就读，请选择其他结案情形。"), code="enrolled", field="outcome")
    if outcome == Outcome.STABLE:
        _check_steady(case)
    if case.tasks.filter(state=TaskState.OPEN).exists():
        raise Refusal(_("还有没完成的任务，请先完成或取消。"), code="tasks")


def _check_steady(case: Case) -> None:
    if case.follow_ups.filter(state=FollowUpState.DUE).exists():
        raise Refusal(_("还有没完成的随访，请先完成，不再需要的写明原因后取消。"), code="follow_ups")
    last = case.follow_ups.filter(state=FollowUpState.DONE).order_by("-done_at", "-pk").first()
    if last is not None and not last.steady:
        raise Refusal(_("最近一次随访的状态还不平稳，暂不能结案。"), code="steady")


@transaction.atomic
def confirm_closing(*, actor: Actor, case: Case, at: datetime) -> Case:
    """A second person agrees; follow-ups that were still planned are lifted."""
    case = locked_case(case.pk)
    state = rules.CASE.after(CaseState(case.state), "confirm_closing")
    if not policies.may_second_closing(actor, case, at) or actor.person is None:
        raise PermissionDenied
    _check(case, case.outcome, at)
    case.state = state
    case.closed_by, case.closed_at, case.next_at = actor.person, at, None
    case.save()
    case.follow_ups.filter(state=FollowUpState.DUE).update(state=FollowUpState.LIFTED)
    note(actor, "case.closed", at, case, case.person_id, outcome=case.outcome)
    announce("case.closed", at=at, case_id=case.pk)
    return case


@transaction.atomic
def return_closing(*, actor: Actor, case: Case, reason: str = "", at: datetime) -> Case:
    """Too early, thinks the second person (who says why), or who asked (who need not). What was written stays."""
    case = locked_case(case.pk)
    state = rules.CASE.after(CaseState(case.state), "return_closing")
    second = policies.may_second_closing(actor, case, at)
    asked = actor.person is not None and actor.person.pk == case.closing_asked_by_id
    if not (second or (asked and policies.may_run(actor, case, at))):
        raise PermissionDenied
    if second and not reason.strip():
        raise Refusal(_("请写一句为什么退回，同事才知道还要做什么。"), code="reason", field="reason")
    case.state, case.returned_words = state, reason.strip()
    clear_closing(case)
    case.next_at = next_look(case, working_time(case.school).add_days(localtime(at), 1), at)
    case.save()
    note(actor, "case.closing_returned", at, case, case.person_id)
    announce("case.closing_returned", at=at, case_id=case.pk)
    tell(case.owner_id, at)
    return case


@transaction.atomic
def reopen(*, actor: Actor, case: Case, reason: str, at: datetime) -> Case:
    """Go on with a closed case; its closing is kept with the reason for opening it again."""
    locked_person(case.person_id)
    case = locked_case(case.pk)
    post = policies.running_post(actor, case.school, _place(case, at))
    if actor.person is None or post is None or not policies.may_run(actor, case, at):
        raise PermissionDenied
    state = rules.CASE.after(CaseState(case.state), "reopen")
    if not reason.strip():
        raise Refusal(_("请写明重新打开的原因。"), code="reason", field="reason")
    if has_open_case(case.person_id, case.school_id):
        raise Refusal(_("这位学生已有进行中的个案，请在那里继续。"), code="open")
    asked_by, closed_by = case.closing_asked_by, case.closed_by
    asked_at, closed_at = case.closing_asked_at, case.closed_at
    if asked_by is None or closed_by is None or asked_at is None or closed_at is None:  # the database holds none
        raise Refusal(rules.CASE.refusal, code="move")
    PastClosing.objects.create(
        case=case,
        school=case.school,
        outcome=case.outcome,
        words=case.closing_words.reveal() if case.closing_words else "",
        asked_by=asked_by,
        asked_at=asked_at,
        closed_by=closed_by,
        closed_at=closed_at,
        reopened_by=actor.person,
        reopened_at=at,
        reason=reason.strip(),
    )
    clear_closing(case)
    case.state, case.closing_words = state, ""
    case.closed_by = case.closed_at = None
    case.owner, case.owner_post_id = actor.person, post.id
    case.follows = level_at(case.person_id, case.school_id)
    case.next_at = min(working_time(case.school).add_days(localtime(at), 3), rules.review_by(level_number(case), at))
    case.save()
    note(actor, "case.reopened", at, case, case.person_id)
    announce("case.opened", at=at, case_id=case.pk)
    return case


def _place(case: Case, at: datetime) -> Organisation:
    enrolment = current_enrolment(case.person, localdate(at))
    return enrolment.class_node if enrolment is not None and enrolment.school_id == case.school_id else case.school
