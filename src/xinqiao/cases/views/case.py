"""The case: list, page, and one view a verb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action, Depth
from xinqiao.access.policies import visible_students
from xinqiao.audit.services import record
from xinqiao.cases import forms as case_forms
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState
from xinqiao.cases.models import Case
from xinqiao.cases.selectors import adults_of, case_list, plan_parts, psych_teachers_of
from xinqiao.cases.services import care, closing, opening
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.selectors import working_time
from xinqiao.signals.selectors import current_level, current_levels

PAGE = 30


def _case(request: HttpRequest, pk: int, at: datetime) -> Case:
    visible = policies.visible_cases(request.actor, at).select_related(
        "person", "school", "owner", "owner_post", "closing_asked_by", "closed_by"
    )
    return get_object_or_404(visible, pk=pk)


@door(Action.RUN_CASE, Action.SECOND_CLOSING, STAFF)
def cases(request: HttpRequest) -> HttpResponse:
    """Cases in reach, next date first."""
    at = timezone.now()
    filter_form = case_forms.CaseFilter(request.GET)
    wanted = filter_form.cleaned_data if filter_form.is_valid() else {}
    rows = case_list(request.actor, at, state=wanted.get("state", ""), text=wanted.get("q", ""))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    levels = current_levels([case.person_id for case in page.object_list])
    shown = [(case, levels.get(case.person_id)) for case in page.object_list]
    return render(request, "cases/cases.html", {"page": page, "rows": shown, "filter_form": filter_form})


@door(Action.SECOND_CLOSING)
def closings(request: HttpRequest) -> HttpResponse:
    """Closings that wait for a second person."""
    return redirect(reverse("cases:cases") + f"?state={CaseState.CLOSING}")


@door(Action.RUN_CASE, Action.SECOND_CLOSING, STAFF, reading=True)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case, as deep as the reader's post goes; the reading leaves a trace."""
    at, actor = timezone.now(), request.actor
    row = _case(request, pk, at)
    depth = policies.case_depth(actor, row)
    record(
        account=actor.account, who=actor.who, action="case.read", at=at, owner=row.school_id, subject=row,
        person=row.person_id, reading=True, depth=int(depth),
    )  # fmt: skip
    plan = row.plans.select_related("contact", "made_by").first()
    notes = depth >= Depth.NOTES
    second = row.state == CaseState.CLOSING and policies.may_second_closing(actor, row)
    context = {
        "case": row,
        "change": current_level(row.person_id),
        "plan": plan,
        "parts": plan_parts(plan) if plan and depth >= Depth.PLAN else [],
        "labels": {name: field.label for name, field in case_forms.PlanForm(adults=[]).fields.items()},
        "notes": notes,
        "runs": policies.may_run(actor, row),
        "second": second,
        "tasks": row.tasks.select_related("holder", "holder_post"),
        "contacts": row.contacts.select_related("written_by") if notes else [],
        "follow_ups": row.follow_ups.select_related("done_by"),
        "climbs": row.climb_log.select_related("from_person", "to_person").order_by("at"),
        "moves": rules.CASE.offers(CaseState(row.state)),
    }
    return render(request, "cases/case.html", context)


def _act(
    request: HttpRequest,
    row: Case,
    form: forms.Form,
    verb: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    submit: str,
    done: str,
) -> HttpResponse:
    """The page of one verb: form, refusal kept beside what was typed, back to the case when done."""
    if request.method == "POST" and form.is_valid():
        try:
            verb(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("cases:case", row.pk)
    context = {
        "case": row,
        "form": form,
        "title": title,
        "submit": submit,
        "back": reverse("cases:case", args=[row.pk]),
    }
    return render(request, "cases/act.html", context, status=422 if form.errors else 200)


@door(Action.RUN_CASE)
def open_case(request: HttpRequest, person_id: int) -> HttpResponse:
    at, actor = timezone.now(), request.actor
    reach = visible_students(actor, at, Action.RUN_CASE, Depth.NOTES)
    person = get_object_or_404(reach, pk=person_id)
    form = case_forms.OpenCaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = opening.open_case(actor=actor, person=person, reason=form.cleaned_data["reason"], at=at)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("个案已建立。接下来请写支持方案。"))
            return redirect("cases:plan", row.pk)
    back = reverse("cases:file", args=[person.pk])
    context = {"person": person, "form": form, "title": _("建立个案"), "submit": _("建立个案"), "back": back}
    return render(request, "cases/act.html", context, status=422 if form.errors else 200)


@door(Action.RUN_CASE, STAFF, reading=True)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the next version of the plan, starting from the one that stands."""
    at, actor = timezone.now(), request.actor
    row = _case(request, pk, at)
    if not policies.may_run(actor, row):
        return redirect("cases:case", pk)
    newest = row.plans.first()
    adults = adults_of(row.school, at)
    initial: dict[str, Any] = {}
    if newest:
        contact = next((post.pk for post in adults if post.person_id == newest.contact_id), None)
        initial = {**dict(plan_parts(newest)), "contact": contact}
        record(
            account=actor.account, who=actor.who, action="plan.read", at=at, owner=row.school_id, subject=newest,
            person=row.person_id, reading=True,
        )  # fmt: skip
    form = case_forms.PlanForm(request.POST or None, adults=adults, initial=initial)

    def write(data: dict[str, Any]) -> None:
        care.write_plan(
            actor=actor, case=row, parts=data, contact=data["contact"].person, review_on=data["review_on"], at=at
        )

    return _act(
        request, row, form, write, title=_("支持方案（一生一策）"), submit=_("保存方案"), done=_("方案已保存。")
    )


@door(Action.RUN_CASE, STAFF)
def add_task(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    form = case_forms.TaskForm(request.POST or None, adults=adults_of(row.school, at))

    def give(data: dict[str, Any]) -> None:
        care.give_task(actor=request.actor, case=row, what=data["what"], to=data["to"], due_at=data["due_at"], at=at)

    return _act(request, row, form, give, title=_("添加任务"), submit=_("交给这位老师"), done=_("任务已交出。"))


@door(Action.RUN_CASE, STAFF)
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    form = case_forms.ContactForm(request.POST or None, initial={"held_at": localtime(at)})

    def note(data: dict[str, Any]) -> None:
        care.note_contact(actor=request.actor, case=row, at=at, **data)

    return _act(request, row, form, note, title=_("记录联系"), submit=_("保存"), done=_("联系已记下。"))


@door(Action.RUN_CASE, STAFF)
def add_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    form = case_forms.FollowUpPlanForm(request.POST or None)

    def put(data: dict[str, Any]) -> None:
        care.plan_follow_up(actor=request.actor, case=row, due_at=data["due_at"], at=at)

    return _act(request, row, form, put, title=_("安排随访"), submit=_("保存"), done=_("随访已安排。"))


@door(Action.RUN_CASE, STAFF)
def follow_up(request: HttpRequest, pk: int, follow_up_id: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    planned = get_object_or_404(policies.visible_follow_ups(request.actor, at), pk=follow_up_id, case=row)
    change = current_level(row.person_id)
    latest = rules.REVIEW_AFTER[change.level if change else 0].due(localtime(at), working_time(row.school))
    form = case_forms.FollowUpForm(request.POST or None, initial={"next_at": localtime(latest)})

    def finish(data: dict[str, Any]) -> None:
        care.finish_follow_up(actor=request.actor, follow_up=planned, at=at, **data)

    return _act(request, row, form, finish, title=_("记录随访"), submit=_("保存"), done=_("随访已记下。"))


@door(Action.RUN_CASE, STAFF)
def next_date(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    initial = {"next_at": localtime(row.next_at) if row.next_at else None}
    form = case_forms.NextDateForm(request.POST or None, initial=initial)

    def put(data: dict[str, Any]) -> None:
        opening.set_next_date(actor=request.actor, case=row, next_at=data["next_at"], at=at)

    return _act(request, row, form, put, title=_("下次日期"), submit=_("保存"), done=_("下次日期已更新。"))


@door(Action.RUN_CASE, STAFF)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    form = case_forms.HandOverForm(request.POST or None, teachers=psych_teachers_of(row.school, at))

    def give(data: dict[str, Any]) -> None:
        opening.hand_over(actor=request.actor, case=row, to=data["to"], reason=data["reason"], at=at)

    return _act(request, row, form, give, title=_("移交个案"), submit=_("移交"), done=_("个案已移交。"))


@door(Action.RUN_CASE, STAFF)
def ask_closing(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    form = case_forms.ClosingForm(request.POST or None)

    def ask(data: dict[str, Any]) -> None:
        closing.ask_closing(actor=request.actor, case=row, outcome=data["outcome"], words=data["words"], at=at)

    done = _("已申请结案，等另一位老师复核。")
    return _act(request, row, form, ask, title=_("申请结案"), submit=_("提交复核"), done=done)


@door(Action.RUN_CASE, STAFF)
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    row = _case(request, pk, at)
    form = case_forms.ReopenForm(request.POST or None)

    def again(data: dict[str, Any]) -> None:
        closing.reopen(actor=request.actor, case=row, reason=data["reason"], at=at)

    return _act(request, row, form, again, title=_("重新打开个案"), submit=_("重新打开"), done=_("个案已重新打开。"))


@door(Action.RUN_CASE, Action.SECOND_CLOSING, STAFF)
@require_POST
def decide_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person confirms or returns."""
    at = timezone.now()
    row = _case(request, pk, at)
    try:
        if request.POST.get("decision") == "confirm":
            closing.confirm_closing(actor=request.actor, case=row, at=at)
            messages.success(request, _("个案已结案。"))
        else:
            closing.return_closing(actor=request.actor, case=row, at=at)
            messages.success(request, _("已退回，个案继续进行。"))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("cases:case", pk)
