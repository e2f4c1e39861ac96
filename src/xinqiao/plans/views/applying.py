"""From a pack to a running plan: choose, say when and who, see what it sets in motion, start."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.packs.policies import visible_editions
from xinqiao.packs.selectors import newest
from xinqiao.packs.wording import said
from xinqiao.people.models import Organisation
from xinqiao.plans.calendars import proposed
from xinqiao.plans.forms.applying import StartForm
from xinqiao.plans.previewing import Preview
from xinqiao.plans.selectors.asking import askers, packs_at_work
from xinqiao.plans.services import applying
from xinqiao.plans.views.shared import page
from xinqiao.ui.verbs import words_of


def _office(request: HttpRequest) -> tuple[Organisation, list[Organisation]]:
    """The organisation that is to run it (asked for, or the first), and all that the actor runs plans for."""
    offices = askers(request.actor)
    wanted = request.GET.get("organisation", "") or request.POST.get("organisation", "")
    chosen = next((node for node in offices if wanted.isdecimal() and node.pk == int(wanted)), None)
    if chosen is None and (wanted or not offices):
        raise Http404
    return chosen or offices[0], offices


@door(Action.RUN_PLANS)
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Packs that fit this kind of organisation first, the others below with what they are for."""
    office, offices = _office(request)
    editions = newest(visible_editions(request.actor).filter(state=EditionState.PUBLISHED).defer("source"))
    fitting = [edition for edition in editions if office.kind in edition.data.get("applies_to", [])]
    running = packs_at_work(office)
    context = {
        "office": office,
        "offices": offices,
        "fitting": [(edition, edition.pack in running) for edition in fitting],
        "others": [edition for edition in editions if edition not in fitting],
    }
    return page(request, "plans/choose.html", context)


@door(Action.RUN_PLANS)
def start(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Dates and units; then the preview; then, from the preview, the plan itself."""
    office, _offices = _office(request)
    rows = visible_editions(request.actor).filter(state=EditionState.PUBLISHED)
    edition = get_object_or_404(rows, pk=edition_id)
    actor, at, pack = request.actor, timezone.now(), edition.read
    choices = {
        unit.id: list(applying.choices(actor, office, unit, timezone.localdate(at)))
        for unit in pack.units.values()
        if unit.where == "named"
    }
    first, last = proposed(pack, timezone.localdate(at))
    initial = {"title": said(edition), "starts_on": first, "ends_on": last}
    form = StartForm(request.POST or None, pack=pack, choices=choices, initial=initial)
    preview: Preview | None = None
    if request.method == "POST" and form.is_valid():
        asked = _asked(request, form, edition, office)
        try:
            preview = applying.preview(actor=actor, at=at, **{k: v for k, v in asked.items() if k != "title"})
            if "apply" in request.POST and not preview.gaps:
                return _applied(request, preview, asked)
        except Refusal as refusal:
            preview = None
            field = refusal.field if refusal.field in form.fields else f"unit-{refusal.field}"
            form.add_error(field if field in form.fields else None, words_of(refusal))
    context = {
        "form": form,
        "edition": edition,
        "pack": pack,
        "data": edition.data,
        "office": office,
        "preview": preview,
        "seats": sum(line.places * line.minimum for line in preview.positions) if preview else 0,
        "big": preview is not None and preview.total >= applying.BIG,
        "back": f"{reverse('plans:apply')}?organisation={office.pk}",
    }
    return page(request, "plans/start.html", context, 422 if form.errors else 200)


def _asked(request: HttpRequest, form: StartForm, edition: Edition, office: Organisation) -> dict[str, Any]:
    starts_on, ends_on = form.dates()
    title = form.cleaned_data["title"]
    return {
        "edition": edition,
        "organisation": office,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "named": form.chosen(),
        "title": "" if title == said(edition) else title,
    }


def _applied(request: HttpRequest, preview: Preview, asked: dict[str, Any]) -> HttpResponse:
    """At once, or by a worker when it is much."""
    actor, at = request.actor, timezone.now()
    if preview.total >= applying.BIG:
        job = applying.start(actor=actor, at=at, **asked)
        return redirect("jobs:show", job.pk)
    plan = applying.apply_plan(actor=actor, at=at, **asked)
    messages.success(request, _("方案已启用，任务已经发到各单位。"))
    return redirect("plans:plan", plan.pk)
