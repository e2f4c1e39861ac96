"""The school calendar."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.registry import policies
from xinqiao.registry.forms.calendar import DaysForm, RemoveDaysForm, TermForm
from xinqiao.registry.forms.nodes import TreeFilter
from xinqiao.registry.selectors import calendar as reads
from xinqiao.registry.selectors.tree import lines
from xinqiao.registry.services.calendar import add_days, remove_days, remove_term, save_term
from xinqiao.registry.views.shared import page_of
from xinqiao.ui.verbs import refuse, words_of


@door(Action.MANAGE_CALENDAR)
def calendars(request: HttpRequest) -> HttpResponse:
    """Whose calendar; somebody with one goes straight there."""
    rows = policies.calendars_to_keep(request.actor).order_by("path")  # type: ignore[attr-defined]
    form = TreeFilter(request.GET or None)
    if form.is_valid() and form.cleaned_data["words"].strip():
        rows = rows.filter(name__icontains=form.cleaned_data["words"].strip())
    elif rows.count() == 1:
        return redirect("registry:calendar", rows.first().pk)  # type: ignore[union-attr]
    del form.fields["closed"]
    page = page_of(request, rows)
    return render(
        request,
        "registry/calendars.html",
        {"page": page, "form": form, "lines": lines(page.object_list, timezone.now())},
    )


def _node(request: HttpRequest, node_id: int) -> Organisation:
    return get_object_or_404(policies.calendars_to_keep(request.actor), pk=node_id)  # type: ignore[attr-defined]


@door(Action.MANAGE_CALENDAR)
def calendar(request: HttpRequest, node_id: int) -> HttpResponse:
    """A month, terms, own days, and the national ones of the year."""
    node, today = _node(request, node_id), localdate(timezone.now())
    month = reads.month(node, reads.month_of(request.GET.get("month", ""), today), today)
    own, above = reads.terms_at(node, today)
    context = {
        "node": node,
        "month": month,
        "terms": own,
        "terms_above": above,
        "days": reads.own_days(node, today),
        "law": reads.law_days(month.first.year),
        "year": month.first.year,
        "several": policies.calendars_to_keep(request.actor).count() > 1,  # type: ignore[attr-defined]
    }
    return render(request, "registry/calendar.html", context)


@door(Action.MANAGE_CALENDAR)
def term_add(request: HttpRequest, node_id: int) -> HttpResponse:
    node = _node(request, node_id)
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            save_term(actor=request.actor, organisation=node, at=timezone.now(), **form.cleaned_data)  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("学期已保存。"))
            return redirect("registry:calendar", node.pk)
    return render(request, "registry/term.html", {"form": form, "node": node})


@door(Action.MANAGE_CALENDAR)
def term_edit(request: HttpRequest, term_id: int) -> HttpResponse:
    rows = policies.terms_to_keep(request.actor).select_related("organisation")  # type: ignore[attr-defined]
    term = get_object_or_404(rows, pk=term_id)
    initial = {"name": term.name, "starts_on": term.starts_on, "ends_on": term.ends_on}
    form = TermForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            save_term(
                actor=request.actor,  # type: ignore[attr-defined]
                organisation=term.organisation,
                term=term,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("学期已保存。"))
            return redirect("registry:calendar", term.organisation_id)
    return render(request, "registry/term.html", {"form": form, "node": term.organisation, "term": term})


@require_POST
@door(Action.MANAGE_CALENDAR)
def term_remove(request: HttpRequest, term_id: int) -> HttpResponse:
    rows = policies.terms_to_keep(request.actor).select_related("organisation")  # type: ignore[attr-defined]
    term = get_object_or_404(rows, pk=term_id)
    remove_term(actor=request.actor, term=term, at=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, _("学期已删除。"))
    return redirect("registry:calendar", term.organisation_id)


@door(Action.MANAGE_CALENDAR)
def days_add(request: HttpRequest, node_id: int) -> HttpResponse:
    node = _node(request, node_id)
    form = DaysForm(request.POST or None, initial={"kind": "holiday"})
    if request.method == "POST" and form.is_valid():
        try:
            n = add_days(actor=request.actor, organisation=node, at=timezone.now(), **form.cleaned_data)  # type: ignore[attr-defined]
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已标记 %(n)d 天。") % {"n": n})
            return redirect("registry:calendar", node.pk)
    return render(request, "registry/days.html", {"form": form, "node": node})


@require_POST
@door(Action.MANAGE_CALENDAR)
def days_remove(request: HttpRequest, node_id: int) -> HttpResponse:
    node = _node(request, node_id)
    form = RemoveDaysForm(request.POST)
    try:
        if form.is_valid():
            remove_days(actor=request.actor, organisation=node, at=timezone.now(), **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("已删除，这几天按上级和国家的安排。"))
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    return redirect("registry:calendar", node.pk)
