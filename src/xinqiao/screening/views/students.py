"""A student's own pages: what is open, yes or no, begin, stop, thanks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STUDENT, door
from xinqiao.kernel.refusal import Refusal
from xinqiao.screening import policies, words
from xinqiao.screening.models import Sitting
from xinqiao.screening.selectors import students as reads
from xinqiao.screening.services import sittings as verbs
from xinqiao.ui.verbs import went, words_of


def _own(request: HttpRequest, pk: int) -> Sitting:
    rows = policies.own_sittings(request.actor).select_related("campaign__school", "class_node", "person")
    return get_object_or_404(rows, pk=pk)


@door(STUDENT)
def mine(request: HttpRequest) -> HttpResponse:
    rows = reads.mine(policies.own_sittings(request.actor), timezone.now())
    return render(request, "screening/mine.html", {"rows": rows})


@door(STUDENT)
def sitting(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _own(request, pk), timezone.now()
    look = reads.look(row, at)
    if look.stage == "done":
        return redirect("screening:thanks", pk)
    title, paragraphs = reads.consent_text(row, at)
    why = words.gate(look.why) if look.why else ""
    context = {"mine": look, "sitting": row, "campaign": row.campaign, "why": why}
    return render(request, "screening/sitting.html", context | {"text_title": title, "paragraphs": paragraphs})


@require_POST
@door(STUDENT)
def sitting_agree(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    went(request, lambda: verbs.agree(actor=request.actor, sitting=row, at=timezone.now()))
    return redirect("screening:sitting", pk)


@require_POST
@door(STUDENT)
def sitting_decline(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    said = _("好的，这次不参加。没有任何影响，想聊聊时随时可以找老师。")
    went(request, lambda: verbs.decline_sitting(actor=request.actor, sitting=row, at=timezone.now()), said)
    return redirect("screening:mine")


@require_POST
@door(STUDENT)
def sitting_stop(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    said = _("已经停下来了，没有交的内容已删除。谢谢你，好好照顾自己。")
    went(request, lambda: verbs.stop_sitting(actor=request.actor, sitting=row, at=timezone.now()), said)
    return redirect("screening:mine")


@require_POST
@door(STUDENT)
def start(request: HttpRequest, pk: int, part: int) -> HttpResponse:
    row = _own(request, pk)
    try:
        verbs.start_part(actor=request.actor, sitting=row, number=part, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("screening:sitting", pk)
    return redirect("screening:answer", pk, part)


@door(STUDENT)
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _own(request, pk), timezone.now()
    look = reads.look(row, at)
    if look.stage != "done" and look.next_step is not None and look.stage in ("ready", "ask"):
        return redirect("screening:sitting", pk)
    context = {"sitting": row, "campaign": row.campaign, "report": reads.own_report(row), "mine": look}
    return render(request, "screening/thanks.html", context)
