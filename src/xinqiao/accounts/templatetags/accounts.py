"""Which frame the account pages stand in."""

from __future__ import annotations

from django import template
from django.http import HttpRequest

register = template.Library()


@register.filter
def frame(request: HttpRequest) -> str:
    """The page template of whoever is signed in: a desk, a phone, or the door for strangers."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return "ui/login.html"
    return "ui/staff.html" if actor.at_desk else "ui/phone.html"
