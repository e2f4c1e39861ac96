"""What the pages of this room have in common: frame, rows through the policy, one verb tried."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import url_has_allowed_host_and_scheme

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


def back_to(request: HttpRequest, otherwise: str) -> str:
    """Where the page that sent this wants to go on: a path of this house, else ``otherwise``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None) else otherwise
