"""Tasks of support plans: a line of text for one adult. Phone first."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import STAFF, door
from xinqiao.cases import policies
from xinqiao.cases.forms import DutyForm, PassForm, WhyForm
from xinqiao.cases.models import CaseTask
from xinqiao.cases.selectors import heirs_of_task, listed_tasks
from xinqiao.cases.services.care import finish_task, lift_task, pass_task
from xinqiao.cases.views.shared import Words, act, page, read, tried
from xinqiao.signals.rules import initials

PAGE = 30
RELATED = ("case__person", "case__school", "school", "given_by", "holder", "holder_post", "done_by")


def _name(task: CaseTask, *, known: bool) -> str:
    return task.case.person.name if known else initials(task.case.person.name)


@door(STAFF)
def tasks(request: HttpRequest) -> HttpResponse:
    """Open tasks of support plans that somebody holds, and those that climbed away from them."""
    at, actor = timezone.now(), request.actor
    sheet = Paginator(listed_tasks(actor, at), PAGE).get_page(request.GET.get("page"))
    inside = {post.id for post in actor.posts if post.organisation_kind in policies.INSIDE}
    cases = [task.case_id for task in sheet.object_list]
    known = set(policies.named_cases(actor, at).filter(pk__in=cases).values_list("pk", flat=True))
    rows = [
        (task, _name(task, known=task.holder_post_id in inside or task.case_id in known or bool(inside)))
        for task in sheet.object_list
    ]
    return page(request, "cases/tasks.html", {"page": sheet, "rows": rows, "me": actor.person, "at": at})


def _task(request: HttpRequest, pk: int) -> CaseTask:
    visible = policies.visible_tasks(request.actor, timezone.now())
    return get_object_or_404(visible.select_related(*RELATED), pk=pk)


@door(STAFF, reading=True)
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """One task: reading what is asked is audited; finishing needs a sentence."""
    at, actor = timezone.now(), request.actor
    row = _task(request, pk)
    reads, runs = policies.reads_task(actor, row, at), policies.may_run(actor, row.case, at)
    does = row.state == "open" and (policies.holds_task(actor, row) or runs)
    form = DutyForm(request.POST or None)
    done = _("已记下，谢谢您。")
    if does and tried(request, form, lambda d: finish_task(actor=actor, task=row, words=d["words"], at=at), done):
        return redirect("cases:tasks")
    read(request, "task.read", row, owner=row.school_id, person=row.case.person_id, at=at, named=reads)
    own = actor.person is not None and actor.person.pk in {row.holder_id, row.done_by_id}
    context = {
        "task": row,
        "name": _name(row, known=reads),
        "reads": reads,
        "what": row.what.reveal() if reads else "",
        "words": row.words.reveal() if row.words and reads and (own or runs) else "",
        "does": does,
        "may_lift": runs and row.state == "open",
        "may_pass": does and bool(heirs_of_task(row, at)),
        "case_url": reverse("cases:case", args=[row.case_id]) if runs else "",
        "climbs": row.climb_log.select_related("from_person", "to_person").order_by("at"),
        "form": form,
        "at": at,
    }
    return page(request, "cases/task.html", context, status=422 if form.errors else 200)


@door(STAFF)
def task_pass(request: HttpRequest, pk: int) -> HttpResponse:
    """Another adult around the student does it; the date stays."""
    at, actor = timezone.now(), request.actor
    row = _task(request, pk)
    if row.state != "open" or not (policies.holds_task(actor, row) or policies.may_run(actor, row.case, at)):
        return redirect("cases:task", pk)
    form = PassForm(request.POST or None, posts=heirs_of_task(row, at))
    return act(
        request,
        form,
        lambda data: pass_task(actor=actor, task=row, to=data["to"], at=at),
        Words(_("转交支持任务"), _("转交"), _("已转交。"), _("期限不变，请当面或电话说一声。")),
        name=_name(row, known=policies.reads_task(actor, row, at)),
        to=reverse("cases:tasks"),
    )


@door(STAFF)
def task_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Who runs the case takes a task away, with the reason."""
    at, actor = timezone.now(), request.actor
    row = _task(request, pk)
    if not policies.may_run(actor, row.case, at):
        return redirect("cases:task", pk)
    return act(
        request,
        WhyForm(request.POST or None),
        lambda data: lift_task(actor=actor, task=row, words=data["words"], at=at),
        Words(_("取消任务"), _("取消这项任务"), _("任务已取消。")),
        name=row.case.person.name,
        to=reverse("cases:case", args=[row.case_id]),
    )
