"""The case: list, page, plan on paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action, Depth
from xinqiao.cases import forms as case_forms
from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState
from xinqiao.cases.exports import plan_paper
from xinqiao.cases.models import Case
from xinqiao.cases.selectors import case_rows, contact_log, heirs_of_case, listed_cases, plan_parts
from xinqiao.cases.selectors.sharing import shared_of
from xinqiao.cases.views.shared import read
from xinqiao.documents.downloads import PDF, attachment

PAGE = 30
RELATED = ("person", "school", "owner", "owner_post", "closing_asked_by", "closed_by")


def find_case(request: HttpRequest, pk: int, at: datetime) -> Case:
    visible = policies.visible_cases(request.actor, at)
    return get_object_or_404(visible.select_related(*RELATED), pk=pk)


@door(Action.RUN_CASE, Action.SECOND_CLOSING, STAFF)
def cases(request: HttpRequest) -> HttpResponse:
    """Cases in reach, next date first."""
    at, actor = timezone.now(), request.actor
    filter_form = case_forms.CaseFilter(request.GET)
    wanted = filter_form.cleaned_data if filter_form.is_valid() else {}
    rows = listed_cases(actor, at, state=wanted.get("state", ""), text=wanted.get("q", "").strip())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": case_rows(actor, page.object_list, at), "filter_form": filter_form, "at": at}
    return render(request, "cases/cases.html", context)


@door(Action.SECOND_CLOSING)
def closings(request: HttpRequest) -> HttpResponse:
    """Closings that wait for a second person."""
    return redirect(reverse("cases:cases") + f"?state={CaseState.CLOSING}")


@door(Action.RUN_CASE, Action.SECOND_CLOSING, STAFF, reading=True)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One case, as deep as the reader's post goes; the reading leaves a trace."""
    at, actor = timezone.now(), request.actor
    row = find_case(request, pk, at)
    depth = policies.case_depth(actor, row, at)
    read(request, "case.read", row, owner=row.school_id, person=row.person_id, at=at, depth=int(depth))
    (shown,) = case_rows(actor, [row], at)
    context = {
        "row": shown,
        "case": row,
        "at": at,
        "deep": {"plan": depth >= Depth.PLAN, "notes": depth >= Depth.NOTES},
        **_desk(actor, row, at),
        **(_plan(row, depth) if depth >= Depth.PLAN else {}),
        **(_notes(row, at) if depth >= Depth.NOTES else {}),
        "climbs": row.climb_log.select_related("from_person", "to_person").order_by("at"),
        "hand_overs": row.hand_overs.select_related("from_person", "to_person").order_by("at"),
    }
    return render(request, "cases/case.html", context)


def _desk(actor: Actor, row: Case, at: datetime) -> dict[str, Any]:
    """What the reader may do now."""
    runs = policies.may_run(actor, row, at)
    moves = rules.CASE.offers(CaseState(row.state))
    is_open = row.state == CaseState.OPEN
    second = "confirm_closing" in moves and policies.may_second_closing(actor, row, at)
    return {
        "runs": runs,
        "works": runs and is_open,
        "steers": row.state != CaseState.CLOSED and (runs or policies.owns(actor, row)),
        "can_hand_over": bool(heirs_of_case(row, at)),
        "second": second,
        "takes_back": not second and runs and "return_closing" in moves,
        "asks": runs and "ask_closing" in moves,
        "reopens": runs and "reopen" in moves,
        "invites": runs and is_open and actor.may(Action.INVITE_OUTSIDE, row.school.path),
        "may_open_file": policies.visible_files(actor, at).filter(pk=row.person_id).exists(),
        "return_form": case_forms.ReturnForm(),
    }


def _plan(row: Case, depth: Depth) -> dict[str, Any]:
    plans = list(row.plans.select_related("contact", "made_by"))
    labels = {name: field.label for name, field in case_forms.PlanForm(adults=[]).fields.items()}
    parts = plan_parts(plans[0]) if plans else []
    return {
        "plan": plans[0] if plans else None,
        "older": plans[1:],
        "parts": [(labels[part], text) for part, text in parts if text],
        "tasks": row.tasks.select_related("holder", "holder_post"),
        "follow_ups": row.follow_ups.select_related("done_by"),
    }


def _notes(row: Case, at: datetime) -> dict[str, Any]:
    """Words that were written: reasons, contacts, closings."""
    return {
        "contacts": contact_log(row),
        "shared": shared_of(row, at),
        "past": row.past_closings.select_related("asked_by", "closed_by", "reopened_by"),
    }


@door(Action.RUN_CASE, STAFF, reading=True)
def old_plan(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """A version of the plan as it was."""
    at = timezone.now()
    row = find_case(request, pk, at)
    if policies.case_depth(request.actor, row, at) < Depth.PLAN:
        return redirect("cases:case", pk)
    plan = get_object_or_404(row.plans.select_related("contact", "made_by"), version=version)
    read(request, "plan.read", plan, owner=row.school_id, person=row.person_id, at=at, version=version)
    labels = {name: field.label for name, field in case_forms.PlanForm(adults=[]).fields.items()}
    parts = [(labels[part], text) for part, text in plan_parts(plan) if text]
    return render(request, "cases/old_plan.html", {"case": row, "plan": plan, "parts": parts, "at": at})


@door(Action.RUN_CASE, Action.SECOND_CLOSING, fresh=True, reading=True)
def plan_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The support plan with places to sign; ``?named=1`` writes the name instead of code and initials."""
    at, actor = timezone.now(), request.actor
    row = find_case(request, pk, at)
    plan = row.plans.select_related("contact", "made_by").first()
    if plan is None or policies.case_depth(actor, row, at) < Depth.PLAN:
        return redirect("cases:case", pk)
    named = request.GET.get("named") == "1"
    read(request, "plan.printed", plan, owner=row.school_id, person=row.person_id, at=at, named=named)
    data = plan_paper(row, plan, at, named=named, made_by=actor.name)
    return attachment(_("支持方案 XQ%(number)06d.pdf") % {"number": row.pk}, PDF, data)
