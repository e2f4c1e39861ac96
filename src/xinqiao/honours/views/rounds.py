"""Selections: the list, a new one, where it stands, who is chosen."""

from __future__ import annotations

from datetime import timedelta

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
from xinqiao.honours import policies, selectors
from xinqiao.honours.enums import ApplicationState, RoundState
from xinqiao.honours.forms import ChooseForm, ReasonForm, RoundForm, initial_of
from xinqiao.honours.models import Round
from xinqiao.honours.rules import ROUND
from xinqiao.honours.services import rounds
from xinqiao.honours.views.shared import find_round
from xinqiao.honours.words import TONES
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.ui.verbs import refuse, went

MOVES = {"open": rounds.open_round, "judge": rounds.begin_judging, "publish": rounds.publish}


@door(STAFF)
def index(request: HttpRequest) -> HttpResponse:
    """What the actor has to judge, then the selections in reach."""
    page = Paginator(selectors.rounds_seen(request.actor), 30).get_page(request.GET.get("page"))
    context = {
        "page": page, "rounds": [(row, TONES[row.state]) for row in page.object_list],
        "to_judge": selectors.to_judge(request.actor), "starts": policies.giving(request.actor).exists(),
    }  # fmt: skip
    return render(request, "honours/index.html", context)


def _form(request: HttpRequest, office: Organisation, round_: Round | None = None) -> RoundForm:
    today = timezone.localdate()
    new = {"organisation": office.pk, "opens_on": today, "closes_on": today + timedelta(days=30)}
    return RoundForm(
        request.POST or None, organisations=policies.giving(request.actor).order_by("path"),
        people=selectors.jurors_at_hand(office, today), initial=initial_of(round_) if round_ else new,
    )  # fmt: skip


def _save(request: HttpRequest, form: RoundForm, office: Organisation, round_: Round | None) -> Round | None:
    data, picked = form.cleaned_data, set(form.cleaned_data["jurors"])
    people = [p for p in selectors.jurors_at_hand(office, timezone.localdate()) if str(p.pk) in picked]
    try:
        return rounds.draft_round(
            actor=request.actor, organisation=data["organisation"], facts=data, criteria=data["criteria"],
            jurors=people, round_=round_, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        refuse(form, refusal)
        return None


@door(Action.RUN_HONOURS)
def new(request: HttpRequest) -> HttpResponse:
    office = policies.giving(request.actor).order_by("path").first()
    if office is None:
        raise PermissionDenied(_("评选由设有评选岗位的单位发起。"))
    form = _form(request, office)
    if request.method == "POST" and form.is_valid():
        made = _save(request, form, office, None)
        if made is not None:
            return redirect("honours:round", made.pk)
    return render(request, "honours/edit.html", {"form": form}, status=422 if form.errors else 200)


def _mine(request: HttpRequest, round_id: int) -> Round:
    round_ = find_round(request, round_id)
    if not policies.runs(request.actor, round_.organisation):
        raise PermissionDenied(_("评选由发起的单位安排。"))
    return round_


@door(Action.RUN_HONOURS)
def edit(request: HttpRequest, round_id: int) -> HttpResponse:
    round_ = _mine(request, round_id)
    if round_.state != RoundState.DRAFT:
        return redirect("honours:round", round_.pk)
    form = _form(request, round_.organisation, round_)
    if request.method == "POST" and form.is_valid() and _save(request, form, round_.organisation, round_):
        messages.success(request, _("已保存。"))
        return redirect("honours:round", round_.pk)
    return render(request, "honours/edit.html", {"form": form, "round": round_}, status=422 if form.errors else 200)


@door(STAFF)
def show(request: HttpRequest, round_id: int) -> HttpResponse:
    """Conditions, applications as far as the actor may see them, the public notice and objections."""
    round_, actor, today = find_round(request, round_id), request.actor, timezone.localdate()
    runs, rows = policies.runs(actor, round_.organisation), selectors.applications_of(actor, round_)
    homes = list(selectors.homes(actor, round_))
    applying = round_.state == RoundState.OPEN and round_.opens_on <= today <= round_.closes_on
    context = {
        "round": round_, "tone": TONES[round_.state], "runs": runs,
        "moves": ROUND.offers(round_.state) if runs else [],
        "rows": [
            (each, TONES[each.application.state], policies.may_judge(actor, each.application))
            for each in selectors.judged(round_, rows)
        ],
        "applies": bool(homes) and applying, "shows_average": runs and round_.state != RoundState.OPEN,
        "objections": [
            (row, TONES[row.state], policies.may_answer(actor, row)) for row in selectors.objections_of(actor, round_)
        ],
        "jurors": round_.jurors.order_by("name") if runs else [], "cancel_form": ReasonForm(),
        "full": sum(row.weight for row in round_.read),
    }  # fmt: skip
    return render(request, "honours/round.html", context)


@door(Action.RUN_HONOURS)
def choose(request: HttpRequest, round_id: int) -> HttpResponse:
    """Who is put up for the public notice."""
    round_ = _mine(request, round_id)
    if round_.state != RoundState.JUDGING:
        return redirect("honours:round", round_.pk)
    rows = [row for row in selectors.applications_of(request.actor, round_) if row.state == ApplicationState.SUBMITTED]
    told = [
        (
            each.application,
            _("平均 %(average)s 分，%(n)d 位评委") % {"average": each.average, "n": each.ready}
            if each.average is not None
            else _("还没有评委打完分"),
        )
        for each in selectors.judged(round_, rows)
    ]
    form = ChooseForm(request.POST or None, rows=told)
    if request.method == "POST" and form.is_valid():
        try:
            rounds.propose(
                actor=request.actor, round_=round_, chosen=[int(pk) for pk in form.cleaned_data["chosen"]],
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已开始公示。"))
            return redirect("honours:round", round_.pk)
    return render(request, "honours/choose.html", {"round": round_, "form": form}, status=422 if form.errors else 200)


@require_POST
@door(Action.RUN_HONOURS)
def move(request: HttpRequest, round_id: int, move: str) -> HttpResponse:
    """open, judge or publish."""
    round_ = _mine(request, round_id)
    if move not in MOVES:
        raise Http404
    words = {"open": _("申报开始了。"), "judge": _("评审开始了。"), "publish": _("结果已公布，可以打印证书。")}[move]
    went(request, lambda: MOVES[move](actor=request.actor, round_=round_, at=timezone.now()), words)
    return redirect("honours:round", round_.pk)


@require_POST
@door(Action.RUN_HONOURS)
def cancel(request: HttpRequest, round_id: int) -> HttpResponse:
    round_, reason = _mine(request, round_id), request.POST.get("reason", "")
    went(
        request,
        lambda: rounds.cancel(actor=request.actor, round_=round_, reason=reason, at=timezone.now()),
        _("评选已取消。"),
    )
    return redirect("honours:round", round_.pk)
