"""Observation, quick report, own reports: written on a phone, and not read again by who wrote them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.selectors import class_title
from xinqiao.signals import policies
from xinqiao.signals.forms import ObservationForm, QuickForm, StudentSearch
from xinqiao.signals.selectors import pages
from xinqiao.signals.services import raising
from xinqiao.signals.views.shared import page as draw
from xinqiao.ui.verbs import refuse

PAGE = 60


def _pick(request: HttpRequest, action: str, target: str, heading: str) -> HttpResponse:
    """Choose whom it is about: the own class at a glance, a whole school by search."""
    at = timezone.now()
    form = StudentSearch(request.GET)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = Paginator(pages.found_students(request.actor, text, at, action), PAGE).get_page(request.GET.get("page"))
    day = timezone.localdate(at)
    rows = [(row, class_title(row.class_node, day, row.school.system or "63")) for row in found.object_list]
    context = {"page": found, "rows": rows, "filter_form": form, "target": target, "heading": heading, "text": text}
    return render(request, "signals/pick.html", context)


@door(Action.OBSERVE)
def observe(request: HttpRequest) -> HttpResponse:
    return _pick(request, Action.OBSERVE, "signals:observe_about", _("记录观察"))


@door(Action.QUICK_REPORT)
def quick(request: HttpRequest) -> HttpResponse:
    return _pick(request, Action.QUICK_REPORT, "signals:quick_about", _("快速上报"))


def _about(request: HttpRequest, pk: int, action: str) -> Any:
    at = timezone.now()
    rows = policies.reportable(request.actor, at, action).select_related("person", "class_node", "school")
    row = get_object_or_404(rows, pk=pk)
    return at, row, class_title(row.class_node, timezone.localdate(at), row.school.system or "63")


@door(Action.OBSERVE)
def observe_about(request: HttpRequest, pk: int) -> HttpResponse:
    """The form for one student; afterwards the words belong to the psychology teachers."""
    at, row, place = _about(request, pk, Action.OBSERVE)
    form = ObservationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            raising.raise_observation(
                actor=request.actor,
                enrolment=row,
                words=form.words,
                urgency=given["urgency"],
                form=given["form"],
                at=at,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已送达心理老师，谢谢您。"))
            return redirect("signals:mine")
    context = {"row": row, "place": place, "form": form, "keep": "observation"}
    return draw(request, "signals/observe.html", context, form)


@door(Action.QUICK_REPORT)
def quick_about(request: HttpRequest, pk: int) -> HttpResponse:
    """One minute: how urgent, one sentence."""
    at, row, place = _about(request, pk, Action.QUICK_REPORT)
    form = QuickForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            raising.raise_quick_report(
                actor=request.actor, enrolment=row, words=form.words, grade=given["grade"], form=given["form"], at=at
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已上报，值班老师会马上看到。"))
            return redirect("signals:mine")
    return draw(request, "signals/quick.html", {"row": row, "place": place, "form": form, "keep": "quick"}, form)


@door(STAFF)
def mine(request: HttpRequest) -> HttpResponse:
    """Own reports: when, about whom, whether somebody has them. Never what came of them."""
    rows = pages.with_signals(policies.visible_reports(request.actor))
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    context = {"page": page, "reports": pages.reports(page.object_list, timezone.now())}
    return render(request, "signals/mine.html", context)
