"""What is done in a case: one view a verb, each for those who may do it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action, Depth
from xinqiao.access.policies import visible_students
from xinqiao.cases import forms as case_forms
from xinqiao.cases import policies
from xinqiao.cases.models import Case, FollowUp
from xinqiao.cases.selectors import adults_around, case_rows, heirs_of_case, plan_parts
from xinqiao.cases.services import care, closing, opening
from xinqiao.cases.views.case import find_case
from xinqiao.cases.views.shared import Verb, Words, act, drawn, read, tried
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import words_of


def _run(request: HttpRequest, pk: int, at: datetime) -> Case:
    """A case the actor runs; who only sees it is told that this is not theirs to do."""
    row = find_case(request, pk, at)
    if not policies.may_run(request.actor, row, at):
        raise PermissionDenied
    return row


def _steer(request: HttpRequest, pk: int, at: datetime) -> Case:
    row = find_case(request, pk, at)
    if not policies.may_steer(request.actor, row, at):
        raise PermissionDenied
    return row


def _act(request: HttpRequest, row: Case, form: forms.Form, verb: Verb, at: datetime, words: Words) -> HttpResponse:
    (shown,) = case_rows(request.actor, [row], at)
    return act(request, form, verb, words, name=shown.name, to=reverse("cases:case", args=[row.pk]))


@door(Action.RUN_CASE)
def open_case(request: HttpRequest, person_id: int) -> HttpResponse:
    at, actor = timezone.now(), request.actor
    reach = visible_students(actor, at, Action.RUN_CASE, Depth.NOTES)
    person = get_object_or_404(reach, pk=person_id)
    form, made = case_forms.OpenCaseForm(request.POST or None), []

    def begin(data: dict[str, Any]) -> None:
        made.append(opening.open_case(actor=actor, person=person, reason=data["reason"], at=at))

    if tried(request, form, begin, _("个案已建立。接下来请写支持方案。")):
        return redirect("cases:plan", made[0].pk)
    words = Words(_("建立个案"), _("建立个案"), "")
    back = reverse("cases:file", args=[person.pk])
    return drawn(request, form, words, name=person.name, to=back)


@door(Action.RUN_CASE, STAFF, reading=True)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the next version of the plan, starting from the one that stands."""
    at, actor = timezone.now(), request.actor
    row = _run(request, pk, at)
    newest, adults = row.plans.first(), adults_around(row, at)
    initial: dict[str, Any] = {}
    if newest:
        contact = next((post.pk for post in adults if post.person_id == newest.contact_id), None)
        initial = {**dict(plan_parts(newest)), "contact": contact}
        read(request, "plan.read", newest, owner=row.school_id, person=row.person_id, at=at, version=newest.version)
    form = case_forms.PlanForm(request.POST or None, adults=adults, initial=initial)

    def write(data: dict[str, Any]) -> None:
        care.write_plan(
            actor=actor, case=row, parts=data, contact=data["contact"].person, review_on=data["review_on"], at=at
        )

    hint = _("保存后成为新的一版，旧版仍可查看。") if newest else ""
    words = Words(_("支持方案（一生一策）"), _("保存方案"), _("方案已保存。"), hint)
    return _act(request, row, form, write, at, words)


@door(Action.RUN_CASE, STAFF)
def add_task(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _run(request, pk, at)
    form = case_forms.TaskForm(request.POST or None, adults=adults_around(row, at))

    def give(data: dict[str, Any]) -> None:
        care.give_task(actor=request.actor, case=row, what=data["what"], to=data["to"], due_at=data["due_at"], at=at)

    words = Words(_("添加任务"), _("交给这位老师"), _("任务已交出。"))
    return _act(request, row, form, give, at, words)


@door(Action.RUN_CASE, STAFF)
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _run(request, pk, at)
    form = case_forms.ContactForm(request.POST or None, initial={"held_at": localtime(at)})

    def keep(data: dict[str, Any]) -> None:
        care.note_contact(actor=request.actor, case=row, at=at, **data)

    words = Words(_("记录联系"), _("保存"), _("联系已记下。"))
    return _act(request, row, form, keep, at, words)


@door(Action.RUN_CASE, STAFF)
def add_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _run(request, pk, at)
    form = case_forms.FollowUpPlanForm(request.POST or None)

    def put(data: dict[str, Any]) -> None:
        care.plan_follow_up(actor=request.actor, case=row, due_at=data["due_at"], at=at)

    words = Words(_("安排随访"), _("保存"), _("随访已安排。"))
    return _act(request, row, form, put, at, words)


def _follow_up(request: HttpRequest, row: Case, follow_up_id: int, at: datetime) -> FollowUp:
    return get_object_or_404(policies.visible_follow_ups(request.actor, at), pk=follow_up_id, case=row)


@door(Action.RUN_CASE, STAFF)
def follow_up(request: HttpRequest, pk: int, follow_up_id: int) -> HttpResponse:
    at = timezone.now()
    row = _run(request, pk, at)
    planned = _follow_up(request, row, follow_up_id, at)
    latest = opening.latest_next_date(row, at)
    form = case_forms.FollowUpForm(request.POST or None, initial={"next_at": localtime(latest)})

    def finish(data: dict[str, Any]) -> None:
        care.finish_follow_up(actor=request.actor, follow_up=planned, at=at, **data)

    hint = _("按现在的等级，下次日期不能晚于 %(day)s。") % {"day": localtime(latest).date().isoformat()}
    words = Words(_("记录随访"), _("保存"), _("随访已记下。"), hint)
    return _act(request, row, form, finish, at, words)


@door(Action.RUN_CASE, STAFF)
def lift_follow_up(request: HttpRequest, pk: int, follow_up_id: int) -> HttpResponse:
    at = timezone.now()
    row = _run(request, pk, at)
    planned = _follow_up(request, row, follow_up_id, at)
    form = case_forms.WhyForm(request.POST or None)

    def lift(data: dict[str, Any]) -> None:
        care.lift_follow_up(actor=request.actor, follow_up=planned, words=data["words"], at=at)

    words = Words(_("取消随访"), _("取消这次随访"), _("随访已取消。"))
    return _act(request, row, form, lift, at, words)


@door(Action.RUN_CASE, STAFF)
def next_date(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _steer(request, pk, at)
    latest = opening.latest_next_date(row, at)
    initial = {"next_at": localtime(min(row.next_at, latest)) if row.next_at else localtime(latest)}
    form = case_forms.NextDateForm(request.POST or None, initial=initial)

    def put(data: dict[str, Any]) -> None:
        opening.set_next_date(actor=request.actor, case=row, next_at=data["next_at"], at=at)

    hint = _("按现在的等级，下次日期不能晚于 %(day)s；已安排的随访更早时，以随访为准。")
    hint = hint % {"day": localtime(latest).date().isoformat()}
    words = Words(_("下次日期"), _("保存"), _("下次日期已更新。"), hint)
    return _act(request, row, form, put, at, words)


@door(Action.RUN_CASE, STAFF)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _steer(request, pk, at)
    form = case_forms.HandOverForm(request.POST or None, teachers=heirs_of_case(row, at))
    (shown,) = case_rows(request.actor, [row], at)

    def give(data: dict[str, Any]) -> None:
        opening.hand_over(actor=request.actor, case=row, to=data["to"], reason=data["reason"], at=at)

    runs = policies.may_run(request.actor, row, at)
    back = reverse("cases:case", args=[row.pk]) if runs else reverse("cases:cases")
    words = Words(_("移交个案"), _("移交"), _("个案已移交。"))
    return act(request, form, give, words, name=shown.name, to=back)


@door(Action.RUN_CASE, STAFF, reading=True)
def ask_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """What was written for a closing that was returned is there again."""
    at = timezone.now()
    row, initial = _run(request, pk, at), {}
    if row.closing_words:
        initial["words"] = row.closing_words.reveal()
        read(request, "case.read", row, owner=row.school_id, person=row.person_id, at=at, depth=int(Depth.NOTES))
    form = case_forms.ClosingForm(request.POST or None, initial=initial)

    def ask(data: dict[str, Any]) -> None:
        closing.ask_closing(actor=request.actor, case=row, outcome=data["outcome"], words=data["words"], at=at)

    words = Words(_("申请结案"), _("提交复核"), _("已申请结案，等另一位老师复核。"))
    return _act(request, row, form, ask, at, words)


@door(Action.RUN_CASE, STAFF)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _run(request, pk, at)
    form = case_forms.ReopenForm(request.POST or None)

    def again(data: dict[str, Any]) -> None:
        closing.reopen(actor=request.actor, case=row, reason=data["reason"], at=at)

    words = Words(_("重新打开个案"), _("重新打开"), _("个案已重新打开。"))
    return _act(request, row, form, again, at, words)


@require_POST
@door(Action.RUN_CASE, Action.SECOND_CLOSING, STAFF)
def decide_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person confirms or returns; who asked may take it back."""
    at, actor = timezone.now(), request.actor
    row = find_case(request, pk, at)
    try:
        if request.POST.get("decision") == "confirm":
            closing.confirm_closing(actor=actor, case=row, at=at)
            messages.success(request, _("个案已结案。"))
        else:
            closing.return_closing(actor=actor, case=row, reason=request.POST.get("reason", ""), at=at)
            messages.success(request, _("已退回，个案继续进行。"))
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    seen = policies.visible_cases(actor, at).filter(pk=pk).exists()
    return redirect("cases:case", pk) if seen else redirect("cases:cases")
