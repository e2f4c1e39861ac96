"""Appealing, answering an appeal, and looking again at what was to be mended."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.inspections import policies
from xinqiao.inspections.forms import AppealForm, DecideForm, RecheckForm
from xinqiao.inspections.services import appeals, mending
from xinqiao.inspections.views.shared import find_sheet, lines_with_figures
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import refuse


@door(STAFF)
def appeal(request: HttpRequest, sheet_id: int) -> HttpResponse:
    sheet = find_sheet(request, sheet_id)
    if not policies.may_appeal(request.actor, sheet):
        raise PermissionDenied(_("申诉由被检查的单位在结果发布后提出。"))
    form = AppealForm(request.POST or None, items=sheet.round.read.items)
    if request.method == "POST" and form.is_valid():
        try:
            appeals.appeal(actor=request.actor, sheet=sheet, at=timezone.now(), **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("申诉已提交，会由没有参加检查的人答复。"))
            return redirect("inspections:sheet", sheet.pk)
    context = {"sheet": sheet, "round": sheet.round, "form": form}
    return render(request, "inspections/appeal.html", context, status=422 if form.errors else 200)


@door(Action.INSPECT)
def decide(request: HttpRequest, appeal_id: int) -> HttpResponse:
    rows = policies.visible_appeals(request.actor).select_related("sheet__round__organisation", "sheet__unit", "by")
    row = get_object_or_404(rows, pk=appeal_id)
    if not policies.may_decide(request.actor, row):
        raise PermissionDenied(_("申诉要由没有参加这次检查、也不在该单位任职的人答复。"))
    lines = [line for line in lines_with_figures(row.sheet) if line.item.id in row.items]
    form = DecideForm(request.POST or None, lines=lines)
    if request.method == "POST" and form.is_valid():
        try:
            appeals.decide(
                actor=request.actor, appeal=row, uphold=form.cleaned_data["uphold"] == "yes",
                answer=form.cleaned_data["answer"], scores=form.scores, cleared=form.cleared, at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已答复。"))
            return redirect("inspections:sheet", row.sheet_id)
    context = {"appeal": row, "sheet": row.sheet, "round": row.sheet.round, "form": form, "lines": lines}
    return render(request, "inspections/decide.html", context, status=422 if form.errors else 200)


@door(Action.INSPECT)
def recheck(request: HttpRequest, mending_id: int) -> HttpResponse:
    """What the unit handed in, and what somebody saw there."""
    rows = policies.visible_mendings(request.actor).select_related(
        "sheet__round__organisation", "sheet__unit", "task__owner__person"
    )
    row = get_object_or_404(rows, pk=mending_id)
    if not policies.may_recheck(request.actor, row):
        raise PermissionDenied(_("整改由检查的单位复查。"))
    form = RecheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            mending.recheck(
                actor=request.actor, mending=row, passed=data["passed"] == "yes", words=data["words"], at=timezone.now()
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("复查结果已记录。"))
            return redirect("inspections:round", row.sheet.round_id)
    context = {
        "mending": row, "sheet": row.sheet, "round": row.sheet.round, "form": form, "task": row.task,
        "waiting": row.task.state == "handed_in", "rechecks": row.rechecks.select_related("by"),
        "hand_in": row.task.hand_ins.order_by("-number").select_related("by").first(),
        "files": row.task.attachments.filter(hand_in__isnull=False),
    }  # fmt: skip
    return render(request, "inspections/recheck.html", context, status=422 if form.errors else 200)
