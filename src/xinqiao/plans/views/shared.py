"""What the pages of this room have in common: frame, rows through the policy, one verb tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme

from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.wording import refusal_words
from xinqiao.plans import policies
from xinqiao.plans.models import Plan, Task


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """In the frame its reader uses: class and subject teachers the phone's, everybody else the staff's."""
    desk = request.actor.at_desk
    return render(
        request, template, {"base": "ui/staff.html" if desk else "ui/phone.html", "desk": desk} | context, status=status
    )


def task_of(request: HttpRequest, pk: int) -> Task:
    rows = policies.visible_tasks(request.actor).select_related(
        "plan__edition", "plan__organisation", "unit", "asker", "owner__person", "climbed_to__person", "settled_by"
    )
    return get_object_or_404(rows, pk=pk)


def plan_of(request: HttpRequest, pk: int) -> Plan:
    rows = policies.visible_plans(request.actor).select_related("organisation", "edition", "applied_by")
    return get_object_or_404(rows, pk=pk)


def run_plan_of(request: HttpRequest, pk: int) -> Plan:
    """The plan for whoever may run it; for others it is not there."""
    plan = plan_of(request, pk)
    if not policies.may_run(request.actor, plan.organisation):
        raise Http404
    return plan


def went(request: HttpRequest, verb: Callable[[], Any], done: str = "") -> bool:
    """Whether a verb without a form of its own went through; a refusal is said at the top of the next page."""
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, refusal_words(refusal))
        return False
    if done:
        messages.success(request, done)
    return True


def tried(request: HttpRequest, form: forms.Form, verb: Callable[[dict[str, Any]], Any], done: str = "") -> bool:
    """Whether a posted form was good and the verb went through; a refusal stands beside what was typed."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        verb(form.cleaned_data)
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal_words(refusal))
        return False
    if done:
        messages.success(request, done)
    return True


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the page that sent this wants to go on: a path of this house, else ``otherwise``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None) else otherwise
