"""What several pages do: put a refusal beside its field, find a row the reader may open."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.enums import Action
from xinqiao.signals import components, policies
from xinqiao.signals.models import Signal
from xinqiao.signals.selectors import lists


def page(
    request: HttpRequest, template: str, context: dict[str, object], form: forms.Form | None = None
) -> HttpResponse:
    """Drawn with status 422 when ``form`` has errors, so that tests, htmx and caches know."""
    return render(request, template, context, status=422 if form is not None and form.errors else 200)


def find_signal(request: HttpRequest, pk: int, at: datetime) -> Signal:
    """A signal the actor may open, with everything its page needs; 404 for all others."""
    rows = policies.visible_signals(request.actor, at).select_related(
        "subject", "school", "class_node", "owner", "owner_post__organisation", "taken_by", "closed_by", "merged_into"
    )
    return get_object_or_404(rows, pk=pk)


def desk_tabs(request: HttpRequest, current: str) -> list[dict[str, object]]:
    """Signals and second opinions side by side, for who has both; nobody gets a row of one tab."""
    doors = [
        ("queue", _("信号"), Action.ANSWER, lambda: lists.tally(request.actor, timezone.now()).raised),
        ("seconds", _("降级复核"), Action.SECOND_LEVEL, lambda: components.seconds(request)),
    ]
    open_ones = [(name, label, count) for name, label, action, count in doors if request.actor.may(action)]
    if len(open_ones) < 2:
        return []
    return [
        {"label": label, "url": reverse(f"signals:{name}"), "current": name == current, "badge": count() or None}
        for name, label, count in open_ones
    ]
