"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xinqiao.access.doors import ANYONE, door
from xinqiao.insight.home import quiet, waiting
from xinqiao.insight.plan_part import plan_part


@door(ANYONE)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: which door is mine? Signed in: what should I do now, and below it the usual ways."""
    actor, at = request.actor, timezone.now()
    if actor is None:
        return render(request, "insight/landing.html")
    items = waiting(request)
    if request.htmx:
        return render(request, "insight/home_items.html", {"items": items, "at": at, "calm": quiet(actor).calm})
    lower = quiet(actor, shown={item.url for item in items})
    context = {
        "items": items,
        "at": at,
        "base": "ui/staff.html" if actor.at_desk else "ui/phone.html",
        "phone": not actor.at_desk,
        "quiet": lower,
        "calm": lower.calm,
        "part": plan_part(actor, at),
    }
    return render(request, "insight/home.html", context)
