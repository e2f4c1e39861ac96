"""Care duties and case tasks: what somebody is asked to do. Phone first."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.cases import policies
from xinqiao.cases.forms import DutyForm
from xinqiao.cases.selectors import duty_rows, open_duties
from xinqiao.cases.services.care import finish_task
from xinqiao.cases.services.duties import finish_duty
from xinqiao.kernel.refusal import Refusal

PAGE = 30


@door(Action.DO_DUTIES, STAFF)
def duties(request: HttpRequest) -> HttpResponse:
    """Open duties somebody holds or let climb; for the psychology teacher all of the school."""
    at = timezone.now()
    page = Paginator(open_duties(request.actor, at), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": duty_rows(request.actor, list(page.object_list), at)}
    return render(request, "cases/duties.html", context)


@door(Action.DO_DUTIES, STAFF, reading=True)
def duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One duty: what to do, and saying that it was done."""
    at, actor = timezone.now(), request.actor
    visible = policies.visible_duties(actor, at).select_related("person", "holder", "class_node", "school", "done_by")
    row = get_object_or_404(visible, pk=pk)
    form = DutyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            finish_duty(actor=actor, duty=row, words=form.cleaned_data["words"], at=at)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("已记下，谢谢您。"))
            return redirect("cases:duties")
    (shown,) = duty_rows(actor, [row], at)
    record(
        account=actor.account, who=actor.who, action="duty.read", at=at, owner=row.school_id, subject=row,
        person=row.person_id, reading=True,
    )  # fmt: skip
    words = row.words.reveal() if row.words and (shown.mine or shown.may_finish or row.done_by == actor.person) else ""
    climbs = row.climb_log.select_related("from_person", "to_person").order_by("at")
    return render(
        request, "cases/duty.html", {"row": shown, "form": form, "words": words, "climbs": climbs},
        status=422 if form.errors else 200,
    )  # fmt: skip


@door(STAFF)
def tasks(request: HttpRequest) -> HttpResponse:
    """Tasks of support plans that somebody holds."""
    at, actor = timezone.now(), request.actor
    rows = (
        policies.visible_tasks(actor, at)
        .filter(holder=actor.person, state="open")
        .select_related("case__person", "given_by")
        .order_by("due_at")
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "cases/tasks.html", {"page": page})


@door(STAFF, reading=True)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: reading what is asked is audited; finishing needs a sentence."""
    at, actor = timezone.now(), request.actor
    visible = policies.visible_tasks(actor, at).select_related("case__person", "given_by", "holder")
    row = get_object_or_404(visible, pk=pk)
    form = DutyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                finish_task(actor=actor, task=row, words=form.cleaned_data["words"], at=at)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("已记下，谢谢您。"))
            return redirect("cases:tasks")
    record(
        account=actor.account, who=actor.who, action="task.read", at=at, owner=row.school_id, subject=row,
        person=row.case.person_id, reading=True,
    )  # fmt: skip
    context = {"task": row, "what": row.what.reveal(), "form": form, "words": row.words.reveal() if row.words else ""}
    return render(request, "cases/task.html", context, status=422 if form.errors else 200)
