"""What waits for a review, what is to be reminded of, and what whoever asked may do about a task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.plans import policies
from xinqiao.plans.forms.filters import RemindFilter, ReviewFilter
from xinqiao.plans.forms.tasks import DatedReasonForm, ReasonForm, ReopenForm, ReviewForm
from xinqiao.plans.models import Task
from xinqiao.plans.rules import TASK
from xinqiao.plans.selectors.mine import reviewing, to_remind, with_hand_ins
from xinqiao.plans.selectors.rows import listed, rows_of
from xinqiao.plans.services import tasks
from xinqiao.plans.views.shared import back_to, page, task_of
from xinqiao.ui.verbs import tried, went, words_of

PAGE = 30
MANY = 100
"""Rows of a list that is ticked."""


def _plans_of(rows: QuerySet[Task]) -> list[tuple[int, str]]:
    found = rows.exclude(plan=None).order_by("plan__title").values_list("plan", "plan__title").distinct()
    return list(found)


@door(Action.DO_TASKS, Action.SEE_PLANS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Handed in and mine to accept or return; several can be accepted at once."""
    on, actor = timezone.localdate(), request.actor
    waiting = reviewing(actor)
    form = ReviewFilter(request.GET, plans=_plans_of(waiting))
    chosen = form.narrowed(waiting).order_by("due_on", "unit__path", "pk")
    sheet = Paginator(with_hand_ins(listed(chosen)), PAGE)
    shown = sheet.get_page(request.GET.get("page"))
    me = actor.person.pk if actor.person else 0
    rows = [
        {"row": row, "hand_in": row.task.waiting[0] if row.task.waiting else None, "own": _is_own(row.task, me)}  # type: ignore[attr-defined]
        for row in rows_of(shown.object_list, on)
    ]
    context = {"page": shown, "rows": rows, "filter_form": form, "total": waiting.count(), "at": timezone.now()}
    return page(request, "plans/review.html", context)


def _is_own(task: Task, person: int) -> bool:
    waiting = task.waiting  # type: ignore[attr-defined]
    return bool(waiting) and waiting[0].by_id == person


@door(Action.DO_TASKS, Action.SEE_PLANS)
@require_POST
def review_one(request: HttpRequest, task_id: int) -> HttpResponse:
    row, at = task_of(request, task_id), timezone.now()
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("给对方的话最多 2000 个字。"))
        return redirect("plans:task", row.pk)
    words = form.cleaned_data["words"]
    if request.POST.get("verdict") == "return":
        done = went(
            request,
            lambda: tasks.give_back(actor=request.actor, task=row, words=words, at=at),
            _("已退回，对方会看到您的话。"),
        )
    else:
        done = went(request, lambda: tasks.accept(actor=request.actor, task=row, words=words, at=at), _("已通过。"))
    return redirect(back_to(request, reverse("plans:review")) if done else reverse("plans:task", args=[row.pk]))


@door(Action.DO_TASKS, Action.SEE_PLANS)
@require_POST
def review_many(request: HttpRequest) -> HttpResponse:
    """Accept what was ticked; each stands for itself, and what could not be is told."""
    at, done, left = timezone.now(), 0, []
    ids = [int(pk) for pk in request.POST.getlist("task") if pk.isdecimal()][:MANY]
    for row in policies.visible_tasks(request.actor).filter(pk__in=ids).select_related("asker"):
        try:
            tasks.accept(actor=request.actor, task=row, words=request.POST.get("words", ""), at=at)
            done += 1
        except Refusal as refusal:
            left.append(f"{row.title}：{words_of(refusal)}")
        except PermissionDenied:
            left.append(_("%(title)s：要由另一个人审核") % {"title": row.title})
    if done:
        messages.success(request, ngettext("已通过 %d 项。", "已通过 %d 项。", done) % done)
    for words in left[:5]:
        messages.error(request, words)
    if not ids:
        messages.error(request, _("请先勾选要通过的任务。"))
    return redirect(back_to(request, reverse("plans:review")))


@door(Action.RUN_PLANS)
def remind(request: HttpRequest) -> HttpResponse:
    """What my office asked for and has not got; remind the ticked ones, or all that the filter shows."""
    on, actor = timezone.localdate(), request.actor
    asked = to_remind(actor, on)
    form = RemindFilter(request.GET if request.method == "GET" else request.POST, plans=_plans_of(asked), on=on)
    rows = form.narrowed(asked)
    if request.method == "POST":
        return _reminded(request, asked, rows)
    sheet = Paginator(listed(rows), MANY).get_page(request.GET.get("page"))
    context = {
        "page": sheet,
        "rows": rows_of(sheet.object_list, on),
        "filter_form": form,
        "total": sheet.paginator.count,
        "late": asked.filter(due_on__lt=on).count(),
        "on": on,
    }
    return page(request, "plans/remind.html", context)


def _reminded(request: HttpRequest, asked: QuerySet[Task], rows: QuerySet[Task]) -> HttpResponse:
    if "all" in request.POST:
        chosen = list(rows)
    else:
        ids = [int(pk) for pk in request.POST.getlist("task") if pk.isdecimal()]
        chosen = list(asked.filter(pk__in=ids))
    if not chosen:
        messages.error(request, _("请先勾选要催办的任务。"))
    else:
        try:
            count = tasks.remind_many(actor=request.actor, tasks=chosen, at=timezone.now())
        except Refusal as refusal:
            messages.error(request, words_of(refusal))
        else:
            messages.success(
                request,
                ngettext("已催办 %d 项，每位负责人只收到一条提醒。", "已催办 %d 项，每位负责人只收到一条提醒。", count)
                % count,
            )
    return redirect(back_to(request, reverse("plans:remind")))


def _act(
    request: HttpRequest, task_id: int, move: str, form: forms.Form, verb: Callable[..., Any], words: dict[str, str]
) -> HttpResponse:
    """One page for what only whoever asked may do: with a reason, kept beside the task."""
    row, at = task_of(request, task_id), timezone.now()
    if not policies.may_waive(request.actor, row):
        raise Http404
    if move and move not in TASK.offers(row.state):
        return redirect("plans:task", row.pk)
    if tried(request, form, lambda data: verb(actor=request.actor, task=row, at=at, **data), words["done"]):
        return redirect("plans:task", row.pk)
    line = rows_of([row], timezone.localdate(at))[0]
    return page(request, "plans/act.html", {"form": form, "row": line, **words}, 422 if form.errors else 200)


@door(Action.RUN_PLANS)
def waive(request: HttpRequest, task_id: int) -> HttpResponse:
    words = {
        "title": _("免做这项任务"),
        "hint": _("对方不用再交；原因会写在任务上，计入统计时单独列出。"),
        "submit": _("确认免做"),
        "done": _("已免做。"),
    }
    return _act(request, task_id, "waive", ReasonForm(request.POST or None), tasks.waive, words)


@door(Action.RUN_PLANS)
def reopen(request: HttpRequest, task_id: int) -> HttpResponse:
    words = {
        "title": _("重新打开任务"),
        "hint": _("已通过的会变成退回补充，请写明还缺什么；免做的会重新要求。"),
        "submit": _("重新打开"),
        "done": _("已重新打开。"),
    }
    return _act(request, task_id, "reopen", ReopenForm(request.POST or None), tasks.reopen, words)


@door(Action.RUN_PLANS)
def postpone(request: HttpRequest, task_id: int) -> HttpResponse:
    words = {
        "title": _("延期"),
        "hint": _("曾经逾期的记录会保留。"),
        "submit": _("确认延期"),
        "done": _("已延期。"),
    }
    return _act(request, task_id, "", DatedReasonForm(request.POST or None), tasks.postpone, words)
