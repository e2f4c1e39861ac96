"""A case is closed by two: one asks, another confirms."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, FollowUpState, Outcome, TaskState
from xinqiao.cases.models import Case
from xinqiao.cases.services.opening import locked
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.selectors import working_time
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
def ask_closing(*, actor: Actor, case: Case, outcome: str, words: str, at: datetime) -> Case:
    """The owner thinks the case can end. Needs a stability assessment (``words``) and nothing left open.

    Raises Refusal when the level still stands at 2 or more (unless referred or left), a follow-up or task is open,
    or the last follow-up did not find the student steady.
    """
    case = locked(case)
    if not policies.may_run(actor, case) or actor.person is None:
        raise PermissionDenied
    state = rules.CASE.after(CaseState(case.state), "ask_closing")
    if outcome not in Outcome.values:
        raise Refusal(_("请选择结案情形。"), code="outcome", field="outcome")
    if not words.strip():
        raise Refusal(_("请写明结案评估：目标达成情况、目前状态、之后的关心安排。"), code="words", field="words")
    if outcome == Outcome.STABLE:
        _check_stable(case)
    if case.tasks.filter(state=TaskState.OPEN).exists():
        raise Refusal(_("还有没完成的任务，请先完成或取消。"), code="tasks")
    case.state, case.outcome, case.closing_words = state, outcome, words.strip()
    case.closing_asked_by, case.closing_asked_at = actor.person, at
    case.next_at = working_time(case.school).add_days(localtime(at), 3)
    case.save()
    _note(case, "case.closing_asked", actor, at, outcome=outcome)
    announce("case.closing_asked", at=at, case_id=case.pk)
    return case


def _check_stable(case: Case) -> None:
    change = current_level(case.person_id)
    if change is not None and change.level > rules.MAY_CLOSE_UP_TO:
        raise Refusal(_("现在的关注等级还不能结案，请先访谈复评并下调等级。"), code="level")
    if case.follow_ups.filter(state=FollowUpState.DUE).exists():
        raise Refusal(_("还有没完成的随访，请先完成。"), code="follow_ups")
    last = case.follow_ups.filter(state=FollowUpState.DONE).order_by("-done_at").first()
    if last is not None and not last.steady:
        raise Refusal(_("最近一次随访的状态还不平稳，暂不能结案。"), code="steady")


@transaction.atomic
def confirm_closing(*, actor: Actor, case: Case, at: datetime) -> Case:
    """A second person agrees; what was planned after that is lifted."""
    case = locked(case)
    if not policies.may_second_closing(actor, case) or actor.person is None:
        raise PermissionDenied
    case.state = rules.CASE.after(CaseState(case.state), "confirm_closing")
    case.closed_by, case.closed_at, case.next_at = actor.person, at, None
    case.save()
    case.follow_ups.filter(state=FollowUpState.DUE).update(state=FollowUpState.LIFTED)
    _note(case, "case.closed", actor, at, outcome=case.outcome)
    announce("case.closed", at=at, case_id=case.pk)
    return case


@transaction.atomic
def return_closing(*, actor: Actor, case: Case, at: datetime) -> Case:
    """The second person, or the one who asked, thinks it is too early."""
    case = locked(case)
    asked = actor.person is not None and actor.person.pk == case.closing_asked_by_id
    if not (policies.may_second_closing(actor, case) or (asked and policies.may_run(actor, case))):
        raise PermissionDenied
    case.state = rules.CASE.after(CaseState(case.state), "return_closing")
    _clear_closing(case)
    case.next_at = working_time(case.school).add_days(localtime(at), 1)
    case.save()
    _note(case, "case.closing_returned", actor, at)
    announce("case.closing_returned", at=at, case_id=case.pk)
    return case


@transaction.atomic
def reopen(*, actor: Actor, case: Case, reason: str, at: datetime) -> Case:
    case = locked(case)
    if not policies.may_run(actor, case) or actor.person is None:
        raise PermissionDenied
    if not reason.strip():
        raise Refusal(_("请写明重新打开的原因。"), code="reason", field="reason")
    if Case.objects.filter(person=case.person).exclude(state=CaseState.CLOSED).exists():
        raise Refusal(_("这位学生已有进行中的个案，请在那里继续。"), code="open")
    post = next((p for p in actor.posts if (case.school.path or "").startswith(p.path)), None)
    if post is None:
        raise PermissionDenied
    case.state = rules.CASE.after(CaseState(case.state), "reopen")
    _clear_closing(case)
    case.closed_by = case.closed_at = None
    case.owner, case.owner_post_id = actor.person, post.id
    case.next_at = working_time(case.school).add_days(localtime(at), 3)
    case.reason = reason.strip()
    case.save()
    _note(case, "case.reopened", actor, at)
    announce("case.opened", at=at, case_id=case.pk)
    return case


def _clear_closing(case: Case) -> None:
    case.outcome, case.closing_words = "", ""
    case.closing_asked_by = case.closing_asked_at = None
