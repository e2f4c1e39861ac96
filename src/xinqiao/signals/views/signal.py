"""One signal: what it rests on, by depth; what happened; what can be done now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth
from xinqiao.kernel.refusal import Refusal
from xinqiao.signals import policies
from xinqiao.signals.forms import DeferForm, HandOverForm, MergeForm, ReasonForm
from xinqiao.signals.selectors import heirs, lists, pages, words
from xinqiao.signals.services import reading, triage
from xinqiao.signals.views.shared import find_signal
from xinqiao.ui.verbs import refuse, words_of


def _forms(desk: pages.Desk, targets: Any, bound: dict[str, forms.Form]) -> dict[str, Any]:
    """The small forms of the page; one that was refused comes back with what was typed."""
    empty: dict[str, Callable[[], forms.Form]] = {
        "hand_over": lambda: HandOverForm(posts=desk.hand_over),
        "merge": lambda: MergeForm(targets=targets),
        "defer": DeferForm,
        "close": ReasonForm,
    }
    return {name: bound.get(name) or make() for name, make in empty.items()}


def _draw(request: HttpRequest, pk: int, bound: dict[str, forms.Form] | None = None) -> HttpResponse:
    at, actor = timezone.now(), request.actor
    signal = find_signal(request, pk, at)
    depth = reading.read_signal(actor=actor, signal=signal, at=at)
    (row,) = lists.rows(actor, [signal], at)
    desk, targets = pages.desk(actor, signal, at), pages.targets(actor, signal, at)
    context = {
        "at": at,
        "signal": signal,
        "row": row,
        "named": policies.shows_name(actor, signal),
        "deep": {"care": depth >= Depth.CARE, "plan": depth >= Depth.PLAN, "notes": depth >= Depth.NOTES},
        "desk": desk,
        "forms": _forms(desk, targets, bound or {}),
        "refused": next(iter((bound or {}).values()), None),
        "events": pages.history(signal, depth),
        "others": targets if row.others else [],
        "talks": signal.interviews.filter(state="done").select_related("interviewer") if depth >= Depth.NOTES else [],
    }
    return render(request, "signals/signal.html", context, status=422 if bound else 200)


@door(Action.TRIAGE, Action.ANSWER, reading=True)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Reading a signal is audited with its depth, whoever reads."""
    return _draw(request, pk)


@door(Action.TRIAGE, Action.BREAK_GLASS, reading=True)
def grounds(request: HttpRequest, pk: int) -> HttpResponse:
    """The sealed words and answers under a signal, asked for by a press and audited."""
    at = timezone.now()
    signal = find_signal(request, pk, at)
    reading.read_words(actor=request.actor, signal=signal, at=at)
    context = {"grounds": words.grounds(signal), "signal": signal, "at": at}
    template = "signals/parts/grounds.html" if request.headers.get("HX-Request") else "signals/grounds.html"
    return render(request, template, context)


@require_POST
@door(Action.TRIAGE, Action.ANSWER)
def take_up(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    try:
        triage.take_up(actor=request.actor, signal=find_signal(request, pk, at), at=at)
        messages.success(request, _("已由您接手。"))
    except Refusal as refusal:
        messages.warning(request, words_of(refusal))
    return redirect("signals:show", pk)


def _move(
    request: HttpRequest, pk: int, name: str, form: forms.Form, act: Callable[[], object], said: str
) -> HttpResponse:
    """Check the small form, do the verb, go on; a refusal is shown where it belongs."""
    if form.is_valid():
        try:
            act()
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, said)
            at = timezone.now()
            seen = policies.visible_signals(request.actor, at).filter(pk=pk).exists()
            return redirect("signals:show", pk) if seen else redirect("signals:queue")
    return _draw(request, pk, {name: form})


@require_POST
@door(Action.TRIAGE, Action.ANSWER)
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    signal = find_signal(request, pk, at)
    form = HandOverForm(request.POST, posts=heirs(signal, at))
    return _move(
        request,
        pk,
        "hand_over",
        form,
        lambda: triage.hand_over(actor=request.actor, signal=signal, to=form.post, at=at),
        _("已转交，对方会收到提醒。"),
    )


@require_POST
@door(Action.TRIAGE)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    signal = find_signal(request, pk, at)
    form = MergeForm(request.POST, targets=pages.targets(request.actor, signal, at))
    return _move(
        request,
        pk,
        "merge",
        form,
        lambda: triage.merge(actor=request.actor, signal=signal, into=form.cleaned_data["into"], at=at),
        _("已并入，依据都在一起。"),
    )


@require_POST
@door(Action.INTERVIEW)
def defer(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    signal = find_signal(request, pk, at)
    form = DeferForm(request.POST)
    return _move(
        request,
        pk,
        "defer",
        form,
        lambda: triage.defer(actor=request.actor, signal=signal, at=at, **form.cleaned_data),
        _("已改期。"),
    )


@require_POST
@door(Action.INTERVIEW)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    signal = find_signal(request, pk, at)
    form = ReasonForm(request.POST)
    return _move(
        request,
        pk,
        "close",
        form,
        lambda: triage.close_as_no_concern(
            actor=request.actor, signal=signal, reason=form.cleaned_data["reason"], at=at
        ),
        _("已关闭，不会在班主任、家长和以后的学校留下任何标记。"),
    )
