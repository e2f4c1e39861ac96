"""Changing a running plan: amendments, a new edition, mode, pause and end, who takes part; and what was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core.compare import Difference
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.reading import grouped
from xinqiao.plans.enums import Mode, PlanState
from xinqiao.plans.forms.applying import MeasureForm, TargetForm, UnitsForm
from xinqiao.plans.forms.tasks import ReasonForm
from xinqiao.plans.models import Plan, PlanChange
from xinqiao.plans.rules import PLAN
from xinqiao.plans.selectors import plans as reads
from xinqiao.plans.services import applying, running
from xinqiao.plans.views.plans import frame
from xinqiao.plans.views.shared import page, plan_of, run_plan_of
from xinqiao.plans.workplan import units_of
from xinqiao.ui.verbs import tried, went, words_of

PAGE = 20


@door(Action.SEE_PLANS)
@require_safe
def changes(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Everything that was changed, by whom and why; for whoever runs the plan the ways to change it."""
    plan = plan_of(request, plan_id)
    shell = frame(request, plan, "changes")
    rows = plan.changes.select_related("by").order_by("-at", "-pk")
    sheet = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        **shell,
        "page": sheet,
        "rows": [(row, _differences(row)) for row in sheet.object_list],
        "offers": PLAN.offers(plan.state) if shell["runs"] else [],
        "modes": [mode for mode in Mode if mode != plan.mode],
        "reason": ReasonForm(auto_id="because_%s"),
        "reason_pause": ReasonForm(auto_id="pause_%s"),
        "reason_end": ReasonForm(auto_id="end_%s"),
        "editions": list(reads.newer_editions(request.actor, plan)[:8]) if shell["runs"] else [],
        "named": any(unit.where == "named" for unit in Pack(plan.data).units.values()),
        "has_emergency": any(measure.emergency for measure in Pack(plan.data).measures.values()),
    }
    return page(request, "plans/changes.html", context)


def _differences(row: PlanChange) -> list[dict[str, Any]]:
    return grouped(Difference(**each) for each in row.detail)


_MOVES: dict[str, Callable[..., Any]] = {"pause": running.pause, "end": running.end}
_PLAIN: dict[str, Callable[..., Any]] = {"resume": running.resume, "archive": running.archive}


@door(Action.RUN_PLANS)
@require_POST
def move_state(request: HttpRequest, plan_id: int, move: str) -> HttpResponse:
    """Pause, resume, end, archive; each behind a dialog that says what follows."""
    plan, at = run_plan_of(request, plan_id), timezone.now()
    done = {
        "pause": _("已暂停：期限不走，也不催办。"),
        "resume": _("已恢复：暂停期间到期的任务已顺延。"),
        "end": _("已结束：没有交的任务已免做，等待审核的还可以审核。"),
        "archive": _("已归档。"),
    }
    if move in _MOVES:
        reason = request.POST.get("reason", "")
        went(request, lambda: _MOVES[move](actor=request.actor, plan=plan, reason=reason, at=at), done[move])
    elif move in _PLAIN:
        went(request, lambda: _PLAIN[move](actor=request.actor, plan=plan, at=at), done[move])
    else:
        raise Http404
    return redirect("plans:changes", plan.pk)


@door(Action.RUN_PLANS)
@require_POST
def set_mode(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan, at, mode = run_plan_of(request, plan_id), timezone.now(), request.POST.get("mode", "")
    reason = request.POST.get("reason", "")
    went(
        request,
        lambda: running.set_mode(actor=request.actor, plan=plan, mode=mode, reason=reason, at=at),
        _("已切换，还没有开始的任务按新节奏重排。"),
    )
    return redirect("plans:changes", plan.pk)


# --- amendments ---------------------------------------------------------------------------------------------------


@door(Action.RUN_PLANS)
@require_safe
def amend(request: HttpRequest, plan_id: int) -> HttpResponse:
    """What can be amended: measures and indicators, to choose from."""
    plan = run_plan_of(request, plan_id)
    pack = Pack(plan.data)
    units = {unit.id: unit for unit in pack.units.values()}
    context = {
        **frame(request, plan, "changes"),
        "measures": [(entry, units.get(entry["unit"])) for entry in plan.data.get("measures", [])],
        "targets": plan.data.get("indicators", []),
    }
    return page(request, "plans/amend.html", context)


@door(Action.RUN_PLANS)
def amend_one(request: HttpRequest, plan_id: int, section: str, entry_id: str) -> HttpResponse:
    """Change one measure or indicator; what follows is shown before it is done."""
    plan, at = run_plan_of(request, plan_id), timezone.now()
    if plan.state not in (PlanState.RUNNING, PlanState.PAUSED):
        return redirect("plans:changes", plan.pk)
    form = _amending(request, plan, section, entry_id)
    preview = None
    if request.method == "POST" and form.is_valid():
        made = form.changes()
        if "apply" in request.POST:
            reason = form.cleaned_data["reason"]
            if tried(
                request,
                form,
                lambda _data: running.amend(actor=request.actor, plan=plan, changes=made, reason=reason, at=at),
                _("已修改，任务已经跟着更新。"),
            ):
                return redirect("plans:changes", plan.pk)
        else:
            preview = _previewed(
                form, lambda: running.preview_amend(actor=request.actor, plan=plan, changes=made, at=at)
            )
    context = {
        **frame(request, plan, "changes"),
        "form": form,
        "preview": preview,
        "groups": grouped(preview.differences) if preview else [],
        "title": form.initial["title"],
        "back": reverse("plans:amend", args=[plan.pk]),
    }
    return page(request, "plans/amend_one.html", context, 422 if form.errors else 200)


def _amending(request: HttpRequest, plan: Plan, section: str, entry_id: str) -> MeasureForm | TargetForm:
    pack, posted = Pack(plan.data), request.POST or None
    entry = next((each for each in plan.data.get(section, []) if each["id"] == entry_id), None)
    if entry is not None and section == "measures":
        return MeasureForm(posted, measure=pack.measures[entry_id], entry=entry)
    if entry is not None and section == "indicators":
        return TargetForm(posted, target=pack.targets[entry_id], entry=entry)
    raise Http404


def _previewed(form: forms.Form, look: Callable[[], running.Move]) -> running.Move | None:
    try:
        found = look()
    except Refusal as refusal:
        form.add_error(None, words_of(refusal))
        return None
    return found


# --- another edition, other units ---------------------------------------------------------------------------------


@door(Action.RUN_PLANS)
def move_edition(request: HttpRequest, plan_id: int, edition_id: int) -> HttpResponse:
    """What another edition would change, and taking it."""
    plan, actor, at = run_plan_of(request, plan_id), request.actor, timezone.now()
    edition = get_object_or_404(reads.newer_editions(actor, plan), pk=edition_id)
    if request.method == "POST":
        if went(request, lambda: running.move_to(actor=actor, plan=plan, edition=edition, at=at), _("已换用新版本。")):
            return redirect("plans:changes", plan.pk)
        return redirect("plans:move", plan.pk, edition.pk)
    preview, refusal = None, ""
    try:
        preview = running.preview_move(actor=actor, plan=plan, edition=edition, at=at)
    except Refusal as error:
        refusal = words_of(error)
    context = {
        **frame(request, plan, "changes"),
        "edition": edition,
        "preview": preview,
        "refusal": refusal,
        "groups": grouped(preview.differences) if preview else [],
    }
    return page(request, "plans/move.html", context)


@door(Action.RUN_PLANS)
def set_units(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Who takes part as the named units."""
    plan, actor, at = run_plan_of(request, plan_id), request.actor, timezone.now()
    pack = Pack(plan.data)
    choices = {
        unit.id: list(applying.choices(actor, plan.organisation, unit, timezone.localdate(at)))
        for unit in pack.units.values()
        if unit.where == "named"
    }
    if not choices:
        return redirect("plans:changes", plan.pk)
    form = UnitsForm(request.POST or None, pack=pack, choices=choices, held=units_of(plan))
    if tried(
        request,
        form,
        lambda data: running.set_units(actor=actor, plan=plan, named=form.chosen(), reason=data["reason"], at=at),
        _("参加单位已更新。"),
    ):
        return redirect("plans:units", plan.pk)
    context = {**frame(request, plan, "changes"), "form": form, "back": reverse("plans:changes", args=[plan.pk])}
    return page(request, "plans/set_units.html", context, 422 if form.errors else 200)
