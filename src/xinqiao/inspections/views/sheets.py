"""One unit's sheet: as it stands, and the unit scoring itself."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.inspections import policies, selectors
from xinqiao.inspections.enums import RoundState, SheetState, Side
from xinqiao.inspections.forms import CheckersForm, OwnForm
from xinqiao.inspections.models import Sheet
from xinqiao.inspections.rules import self_scoring_ends
from xinqiao.inspections.services import rounds, scoring
from xinqiao.inspections.views.shared import file_of, find_sheet, lines_with_figures
from xinqiao.inspections.words import TONES
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import refuse, went


@door(STAFF)
def show(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Item by item: own score, checked score, gap, what was found, proof, mending; appeals below."""
    sheet, actor, today = find_sheet(request, sheet_id), request.actor, timezone.localdate()
    round_, sees = sheet.round, policies.sees_check(actor, sheet)
    home, runs = policies.may_score_self(actor, sheet), policies.runs(actor, round_.organisation)
    scoring_open = round_.state == RoundState.OPEN and not self_scoring_ends(today, round_.self_until)
    appeals = list(sheet.appeals.select_related("by", "decided_by")) if sees else []
    checking = round_.state == RoundState.CHECKING and policies.may_check(actor, sheet)
    context = {
        "sheet": sheet, "round": round_, "form": round_.read, "lines": lines_with_figures(sheet), "sees": sees,
        "tone": TONES[sheet.state], "checked": sees and sheet.state == SheetState.CHECKED,
        "to_score": home and scoring_open and sheet.state == SheetState.OPEN,
        "to_withdraw": home and scoring_open and sheet.state == SheetState.SUBMITTED,
        "to_check": checking and sheet.state != SheetState.CHECKED,
        "to_reopen": checking and sheet.state == SheetState.CHECKED,
        "to_appoint": runs and round_.state in (RoundState.DRAFT, RoundState.OPEN, RoundState.CHECKING),
        "to_appeal": policies.may_appeal(actor, sheet)
        and round_.state == RoundState.PUBLISHED and round_.appeal_until and today <= round_.appeal_until
        and not any(row.state == "waiting" for row in appeals),
        "appeals": [(row, TONES[row.state], policies.may_decide(actor, row)) for row in appeals],
        "overall": selectors.overall_of(sheet) if sees else "",
        "titles": {item.id: item.title for item in round_.read.items},
        "letter": sees and sheet.state == SheetState.CHECKED and round_.state in policies.OUT,
    }  # fmt: skip
    return render(request, "inspections/sheet.html", context)


@door(STAFF)
def own(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """The unit scores itself; saving keeps what is there, handing in asks for all of it."""
    sheet = find_sheet(request, sheet_id)
    if not policies.may_score_self(request.actor, sheet):
        raise PermissionDenied(_("自评由本单位的人填写。"))
    if sheet.state != SheetState.OPEN or sheet.round.state != RoundState.OPEN:
        return redirect("inspections:sheet", sheet.pk)
    lines = lines_with_figures(sheet)
    form = OwnForm(request.POST or None, request.FILES or None, lines=lines, initial={"summary": sheet.self_words})
    if request.method == "POST" and form.is_valid() and _keep(request, form, sheet):
        handing_in = "submit" in request.POST
        messages.success(request, _("自评已提交。") if handing_in else _("已保存，还没有提交。"))
        return redirect("inspections:sheet" if handing_in else "inspections:own", sheet.pk)
    context = {"sheet": sheet, "round": sheet.round, "form": form}
    return render(request, "inspections/own.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, form: OwnForm, sheet: Sheet) -> bool:
    actor, at = request.actor, timezone.now()
    try:
        scoring.save_own(
            actor=actor, sheet=sheet, scores=form.of("score"), words=form.of("words"),
            summary=form.cleaned_data["summary"], at=at,
        )  # fmt: skip
        for item, file in form.of("file").items():
            if file is not None:
                scoring.add_own_proof(actor=actor, sheet=sheet, item=item, file=file, at=at)
        if "submit" in request.POST:
            scoring.submit_own(actor=actor, sheet=sheet, at=at)
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    return True


@require_POST
@door(STAFF)
def withdraw(request: HttpRequest, sheet_id: int) -> HttpResponse:
    sheet = find_sheet(request, sheet_id)
    done = went(
        request, lambda: scoring.withdraw_own(actor=request.actor, sheet=sheet, at=timezone.now()), _("自评已撤回。")
    )
    return redirect("inspections:own" if done else "inspections:sheet", sheet.pk)


@door(Action.INSPECT)
def checkers(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """Who goes there."""
    sheet = find_sheet(request, sheet_id)
    if not policies.runs(request.actor, sheet.round.organisation):
        raise PermissionDenied
    people = selectors.checkers_at_hand(sheet.round, sheet.unit, timezone.localdate())
    held = [str(pk) for pk in sheet.checkers.values_list("pk", flat=True)]
    form = CheckersForm(request.POST or None, people=people, initial={"checkers": held})
    if request.method == "POST" and form.is_valid():
        picked = set(form.cleaned_data["checkers"])
        try:
            rounds.name_checkers(
                actor=request.actor, sheet=sheet, persons=[p for p in people if str(p.pk) in picked], at=timezone.now()
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已安排检查人。"))
            return redirect("inspections:round", sheet.round_id)
    context = {"sheet": sheet, "round": sheet.round, "form": form}
    return render(request, "inspections/checkers.html", context)


@door(STAFF)
def proof(request: HttpRequest, proof_id: int) -> HttpResponseBase:
    rows = policies.visible_proofs(request.actor).select_related("sheet__round__organisation", "sheet__unit")
    row = get_object_or_404(rows, pk=proof_id)
    if row.side == Side.CHECKER and not policies.sees_check(request.actor, row.sheet):
        raise PermissionDenied(_("检查结果发布以后才能看。"))
    return file_of(row)


@require_POST
@door(STAFF)
def proof_drop(request: HttpRequest, proof_id: int) -> HttpResponse:
    row = get_object_or_404(policies.visible_proofs(request.actor).select_related("sheet"), pk=proof_id)
    went(request, lambda: scoring.drop_own_proof(actor=request.actor, proof=row, at=timezone.now()), _("已移除材料。"))
    return redirect("inspections:own", row.sheet_id)
