"""What is mine, one task, and handing it in. Phone first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import disposition
from xinqiao.documents.uploads import TYPES
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core.shapes import Clause, Measure, Pack
from xinqiao.packs.wording import said
from xinqiao.plans import policies
from xinqiao.plans.forms.tasks import HandInForm, HandOnForm, ReviewForm
from xinqiao.plans.models import Task
from xinqiao.plans.rules import OPEN_STATES, TASK
from xinqiao.plans.selectors import heirs
from xinqiao.plans.selectors.mine import DONE, LATER, NOW, SHOWN, WAITING, bands, mine, tally
from xinqiao.plans.selectors.rows import listed, rows_of
from xinqiao.plans.services import attaching, tasks
from xinqiao.plans.views.shared import page, task_of
from xinqiao.ui.verbs import tried, went, words_of

PAGE = 40


@door(Action.DO_TASKS)
@require_safe
def my_tasks(request: HttpRequest) -> HttpResponse:
    """Mine now, late first, by last day; further away, handed in, done, and late ones of others shown to me."""
    on, actor = timezone.localdate(), request.actor
    counts = tally(actor, on)
    wanted = request.GET.get("show", "")
    show = wanted if wanted in counts else NOW
    labels = {NOW: _("现在"), LATER: _("以后"), WAITING: _("待审核"), DONE: _("已了结"), SHOWN: _("提醒我关注")}
    sheet = Paginator(listed(mine(actor, show, on)), PAGE).get_page(request.GET.get("page"))
    rows = rows_of(sheet.object_list, on)
    context = {
        "tabs": [
            {"label": label, "url": f"?show={name}", "current": name == show, "badge": counts[name] or None}
            for name, label in labels.items()
            if name != SHOWN or counts[SHOWN]
        ],
        "show": show,
        "page": sheet,
        "bands": bands(rows) if show in (NOW, LATER, SHOWN) else [],
        "rows": rows,
        "later": counts[LATER],
    }
    return page(request, "plans/mine.html", context)


@door(Action.DO_TASKS, Action.SEE_PLANS)
def task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task: what, why, by when, who accepts; the form to hand in; what was handed in before and what was said."""
    row, at = task_of(request, task_id), timezone.now()
    form = _hand_in_form(request, row)
    status = 200
    if request.method == "POST":
        answer = _posted(request, row, form)
        if answer is not None:
            return answer
        status = 422 if form.errors else 200
        form = form if form.errors else _hand_in_form(request, row, _typed(request))
    return page(request, "plans/task.html", _shown(request, row, form) | {"at": at}, status)


def _hand_in_form(request: HttpRequest, row: Task, typed: Mapping[str, Any] | None = None) -> HandInForm:
    options: dict[str, Any] = {"task": row, "host": request.get_host()}
    if request.method == "POST" and typed is None:
        return HandInForm(request.POST, request.FILES, **options)
    return HandInForm(initial=typed or {"text": _last_text(row)}, **options)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What stands in the form after files were kept or let go: nothing typed is lost."""
    return {name: value for name, value in request.POST.items() if name.startswith(("text", "label", "url"))}


def _last_text(row: Task) -> str:
    """After a return or a withdrawal people go on from what they wrote."""
    if row.state not in OPEN_STATES:
        return ""
    last = row.hand_ins.order_by("-number").first()
    return last.text if last is not None else ""


def _posted(request: HttpRequest, row: Task, form: HandInForm) -> HttpResponse | None:
    """Files first, so that they are kept even when something else is missing; then the hand-in. None: show the page."""
    actor, at = request.actor, timezone.now()
    if not policies.may_hand_in(actor, row):
        messages.error(request, _("这项任务由别人负责，您可以查看，不能代交。"))
        return redirect("plans:task", row.pk)
    removing = request.POST.get("remove", "")
    if removing.isdecimal():
        file = get_object_or_404(row.attachments.filter(hand_in=None), pk=int(removing))
        went(request, lambda: attaching.detach(actor=actor, attachment=file, at=at))
        return None
    if not form.is_valid() or not _kept(request, row, form):
        return None
    if "upload" in request.POST:
        return None
    files = list(row.attachments.filter(hand_in=None).values_list("pk", flat=True))
    done = tried(
        request,
        form,
        lambda data: tasks.hand_in(
            actor=actor, task=row, text=data["text"], attachments=files, links=data["links"], at=at
        ),
        _("已经交上去了，谢谢。") if row.accept == "none" else _("已经交上去了，等待审核。"),
    )
    return redirect("plans:task", row.pk) if done else None


def _kept(request: HttpRequest, row: Task, form: HandInForm) -> bool:
    """Whether every upload was kept; one that is refused is told beside its field, the others stay."""
    at, agree = timezone.now(), form.cleaned_data["people_agree"]
    for name, picture in (("pictures", True), ("files", False)):
        for upload in form.cleaned_data[name]:
            try:
                attaching.attach(
                    actor=request.actor, task=row, upload=upload, name=upload.name, picture=picture,
                    people_agree=agree, at=at,
                )  # fmt: skip
            except Refusal as refusal:
                form.add_error(name, words_of(refusal))
    return not form.errors


def _shown(request: HttpRequest, row: Task, form: HandInForm) -> dict[str, Any]:
    actor, on = request.actor, timezone.localdate()
    (line,) = rows_of([row], on)
    hands_in = policies.may_hand_in(actor, row)
    offers = set(TASK.offers(row.state))
    runs = policies.may_waive(actor, row)
    history = row.hand_ins.select_related("by", "reviewed_by").prefetch_related("attachments", "links")
    return {
        "row": line,
        "task": row,
        "measure": _measure(row),
        "clause": _clause(row),
        "words": said(_measure(row).text) if _measure(row) else row.words,  # type: ignore[union-attr]
        "form": form if hands_in and row.state in OPEN_STATES else None,
        "kept": list(row.attachments.filter(hand_in=None).order_by("-picture", "pk")) if hands_in else [],
        "history": list(history.order_by("-number")),
        "took": hands_in and "take" in offers,
        "withdraws": hands_in and "withdraw" in offers,
        "hands_on": policies.may_hand_on(actor, row) and row.state in OPEN_STATES and bool(heirs(row, on)),
        "review": ReviewForm() if "accept" in offers and policies.may_review(actor, row) else None,
        "runs": runs,
        "offers": offers,
        "sees_plan": row.plan_id is not None and policies.visible_plans(actor).filter(pk=row.plan_id).exists(),
        "gathers": row.gathers and runs,
    }


def _measure(row: Task) -> Measure | None:
    return Pack(row.plan.data).measures.get(row.measure) if row.plan is not None and row.measure else None


def _clause(row: Task) -> Clause | None:
    """What of the plan the task carries out."""
    measure = _measure(row)
    if measure is None or row.plan is None or not measure.clause:
        return None
    return next((clause for clause in Pack(row.plan.data).clauses if clause.id == measure.clause), None)


@door(Action.DO_TASKS, Action.SEE_PLANS)
@require_POST
def take(request: HttpRequest, task_id: int) -> HttpResponse:
    row = task_of(request, task_id)
    went(request, lambda: tasks.take(actor=request.actor, task=row, at=timezone.now()), _("已接收，请按时完成。"))
    return redirect("plans:task", row.pk)


@door(Action.DO_TASKS, Action.SEE_PLANS)
@require_POST
def withdraw(request: HttpRequest, task_id: int) -> HttpResponse:
    row = task_of(request, task_id)
    went(
        request,
        lambda: tasks.withdraw(actor=request.actor, task=row, at=timezone.now()),
        _("已撤回。文字和文件都还在，补充后请再交一次。"),
    )
    return redirect("plans:task", row.pk)


@door(Action.DO_TASKS, Action.SEE_PLANS)
def hand_on(request: HttpRequest, task_id: int) -> HttpResponse:
    """Somebody else of the unit does it; the date stays."""
    row, at = task_of(request, task_id), timezone.now()
    if not policies.may_hand_on(request.actor, row) or row.state not in OPEN_STATES:
        return redirect("plans:task", row.pk)
    form = HandOnForm(request.POST or None, posts=heirs(row, timezone.localdate(at)))
    if tried(
        request, form, lambda data: tasks.hand_on(actor=request.actor, task=row, to=data["to"], at=at), _("已转交。")
    ):
        return redirect("plans:task", row.pk) if policies.may_see(request.actor, row) else redirect("plans:mine")
    context = {
        "form": form,
        "title": _("转交任务"),
        "hint": _("期限不变，请当面或电话说一声。"),
        "submit": _("转交"),
        "row": rows_of([row], timezone.localdate(at))[0],
        "back": row,
    }
    return page(request, "plans/act.html", context, 422 if form.errors else 200)


@door(Action.DO_TASKS, Action.SEE_PLANS)
@require_safe
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    """A file of a task, for whoever may see the task. Pictures open in the page, everything else is a download."""
    rows = policies.visible_attachments(request.actor)
    file = get_object_or_404(rows.select_related("hand_in", "task"), pk=attachment_id)
    if file.hand_in is None and not policies.may_hand_in(request.actor, file.task):
        raise Http404
    ending = file.name.rpartition(".")[2].lower()
    kind = TYPES.get(ending, "application/octet-stream") if file.picture else "application/octet-stream"
    answer = FileResponse(file.file.open("rb"), content_type=kind)
    answer["Content-Disposition"] = disposition(file.name, "inline" if file.picture else "attachment")
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
