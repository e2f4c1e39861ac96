"""Rounds: the list, a new one, its form and units, and where it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.inspections import policies, selectors
from xinqiao.inspections.enums import RoundState
from xinqiao.inspections.forms import (
    CancelForm,
    FactsForm,
    GradesForm,
    ItemFormSet,
    StartForm,
    UnitsForm,
    initial_items,
    items_of,
    written_grades,
)
from xinqiao.inspections.models import Round
from xinqiao.inspections.rules import ROUND
from xinqiao.inspections.services import rounds
from xinqiao.inspections.views.shared import find_round
from xinqiao.inspections.words import TONES
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import refuse, went

MOVES = {"open": rounds.open_round, "check": rounds.begin_checking, "publish": rounds.publish_round,
         "close": rounds.close_round}  # fmt: skip


@door(STAFF)
def index(request: HttpRequest) -> HttpResponse:
    """What the actor has to score or check, then the rounds in reach."""
    actor, today = request.actor, timezone.localdate()
    page = Paginator(selectors.rounds_seen(actor), 30).get_page(request.GET.get("page"))
    own_places = policies.places(actor).order_by("path")
    context = {
        "page": page,
        "rounds": [(row, TONES[row.state]) for row in page.object_list],
        "own": selectors.own_sheets(actor),
        "to_check": selectors.to_check(actor),
        "starts": policies.inspecting(actor).exists(),
        "place": own_places.first(),
        "year": today.year if today.month >= 9 else today.year - 1,
    }
    return render(request, "inspections/index.html", context)


@door(Action.INSPECT)
def new(request: HttpRequest) -> HttpResponse:
    """Title, days and where the form comes from."""
    actor, today = request.actor, timezone.localdate()
    organisations = policies.inspecting(actor).order_by("path")
    first = organisations.first()
    if first is None:
        raise PermissionDenied(_("督导由设有督导岗位的单位发起。"))
    at_hand = [row for node in organisations for row in selectors.forms_at_hand(actor, node)]
    known = {key: (block, plan) for key, _title, block, plan in at_hand}
    initial = {
        "organisation": first.pk, "self_until": today + timedelta(days=14), "check_from": today + timedelta(days=15),
        "check_until": today + timedelta(days=29),
    }  # fmt: skip
    sources = list({key: (key, title) for key, title, _block, _plan in at_hand}.values())
    form = StartForm(request.POST or None, organisations=organisations, sources=sources, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        block, plan = known.get(data["source"], (None, None))
        if plan is not None and plan.organisation_id != data["organisation"].pk:
            plan = None
        try:
            made = rounds.draft_round(
                actor=actor, organisation=data["organisation"], facts=data, plan=plan,
                form=selectors.form_of(block, str(dict(sources).get(data["source"], ""))), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("inspections:edit", made.pk)
    return render(request, "inspections/new.html", {"form": form}, status=422 if form.errors else 200)


@door(Action.INSPECT)
def edit(request: HttpRequest, round_id: int) -> HttpResponse:
    """Days, items and grades of a draft."""
    round_ = _mine(request, round_id)
    if round_.state != RoundState.DRAFT:
        return redirect("inspections:round", round_.pk)
    form = round_.read
    facts = FactsForm(request.POST or None, initial=_facts(round_))
    items = ItemFormSet(request.POST or None, initial=initial_items(form), prefix="items")
    grades = GradesForm(request.POST or None, initial={"grades": written_grades(form)})
    if request.method == "POST" and all([facts.is_valid(), items.is_valid(), grades.is_valid()]):
        data = {**round_.form, "items": items_of(items), "grades": grades.cleaned_data["grades"]}
        try:
            rounds.draft_round(
                actor=request.actor, organisation=round_.organisation, facts=facts.cleaned_data, form=data,
                round_=round_, at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(facts, refusal)
        else:
            messages.success(request, _("已保存。"))
            return redirect("inspections:edit" if "more" in request.POST else "inspections:units", round_.pk)
    context = {"round": round_, "facts": facts, "items": items, "grades": grades}
    bad = facts.errors or grades.errors or any(row.errors for row in items.forms)
    return render(request, "inspections/edit.html", context, status=422 if bad else 200)


def _facts(round_: Round) -> dict[str, Any]:
    names = ("title", "self_until", "check_from", "check_until", "appeal_days", "mend_days")
    return {name: getattr(round_, name) for name in names}


def _mine(request: HttpRequest, round_id: int) -> Round:
    round_ = find_round(request, round_id)
    if not policies.runs(request.actor, round_.organisation):
        raise PermissionDenied(_("督导由发起的单位安排。"))
    return round_


@door(Action.INSPECT)
def units(request: HttpRequest, round_id: int) -> HttpResponse:
    """Who takes part, and the draw."""
    round_ = _mine(request, round_id)
    if round_.state != RoundState.DRAFT:
        return redirect("inspections:round", round_.pk)
    nodes, held = selectors.units_at_hand(round_), {sheet.unit_id: sheet.drawn for sheet in round_.sheets.all()}
    initial = {
        "units": [str(node.pk) for node in nodes if not held or node.pk in held],
        "chosen": [str(pk) for pk, drawn in held.items() if drawn] if round_.sampling == "chosen" else [],
        "sampling": round_.sampling, "number": round_.number or None, "seed": round_.seed,
    }  # fmt: skip
    form = UnitsForm(request.POST or None, units=nodes, initial=initial)
    if request.method == "POST" and form.is_valid():
        data, picked = form.cleaned_data, set(form.cleaned_data["units"])
        try:
            rounds.set_units(
                actor=request.actor, round_=round_, units=[node for node in nodes if str(node.pk) in picked],
                sampling=data["sampling"], number=data["number"] or 0, seed=data["seed"],
                chosen=[int(pk) for pk in data["chosen"]], at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已确定单位和抽样结果。"))
            return redirect("inspections:round", round_.pk)
    context = {"round": round_, "form": form, "none": not nodes}
    return render(request, "inspections/units.html", context, status=422 if form.errors else 200)


@door(STAFF)
def show(request: HttpRequest, round_id: int) -> HttpResponse:
    """For its people the whole round; for a unit its own line."""
    round_, actor = find_round(request, round_id), request.actor
    runs = policies.runs(actor, round_.organisation)
    sheets = selectors.sheets_of(round_)
    if not runs:
        mine = set(policies.visible_sheets(actor).filter(round=round_).values_list("pk", flat=True))
        sheets = [sheet for sheet in sheets if sheet.pk in mine]
    seen = runs or round_.state in policies.OUT
    context = {
        "round": round_, "form": round_.read, "runs": runs, "tone": TONES[round_.state],
        "moves": ROUND.offers(round_.state) if runs else [],
        "rows": [
            (sheet, TONES[sheet.state], policies.may_check(actor, sheet), seen and policies.sees_check(actor, sheet))
            for sheet in sheets
        ],
        "spread": selectors.spread_of(round_) if runs and round_.state != RoundState.DRAFT else None,
        "mendings": selectors.mendings_of(sheets) if seen else [],
        "appeals": [row for row in selectors.appeals_of(round_) if row.sheet_id in {s.pk for s in sheets}],
        "left": sum(sheet.drawn and sheet.state != "checked" for sheet in sheets),
        "drawn": sum(sheet.drawn for sheet in sheets),
        "own_done": sum(sheet.self_at is not None for sheet in sheets),
        "cancel_form": CancelForm(), "out": round_.state in policies.OUT,
    }  # fmt: skip
    return render(request, "inspections/round.html", context)


@require_POST
@door(Action.INSPECT)
def move(request: HttpRequest, round_id: int, move: str) -> HttpResponse:
    """open, check, publish or close."""
    round_ = _mine(request, round_id)
    if move not in MOVES:
        raise Http404
    words = {
        "open": _("督导已启动，各单位可以自评了。"), "check": _("检查开始了，检查人可以打开检查表。"),
        "publish": _("结果已发布，整改任务已下达。"), "close": _("督导已结束。"),
    }[move]  # fmt: skip
    went(request, lambda: MOVES[move](actor=request.actor, round_=round_, at=timezone.now()), words)
    return redirect("inspections:round", round_.pk)


@require_POST
@door(Action.INSPECT)
def cancel(request: HttpRequest, round_id: int) -> HttpResponse:
    round_, reason = _mine(request, round_id), request.POST.get("reason", "")
    went(
        request,
        lambda: rounds.cancel_round(actor=request.actor, round_=round_, reason=reason, at=timezone.now()),
        _("督导已取消。"),
    )
    return redirect("inspections:round", round_.pk)
