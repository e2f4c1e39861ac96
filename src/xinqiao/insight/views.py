"""Home pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xinqiao.access.doors import ANYONE, door
from xinqiao.accounts.models import AccountKind
from xinqiao.insight.home import waiting

PHONE_KINDS = {AccountKind.STUDENT, AccountKind.GUARDIAN}


@door(ANYONE)
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: which door is mine? Signed in: what should I do now?"""
    actor = request.actor
    if actor is None:
        return render(request, "insight/landing.html")
    items = waiting(request)
    phone = actor.kind in PHONE_KINDS
    context = {"items": items, "base": "ui/phone.html" if phone else "ui/staff.html", "phone": phone}
    if request.htmx:
        return render(request, "insight/home_items.html", context)
    return render(request, "insight/home.html", context)
