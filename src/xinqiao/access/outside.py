"""What a link for somebody outside may open. Rooms above sign up a name and a function; each link opens one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

Page = Callable[[HttpRequest, Any], HttpResponse]
"""``page(request, link)``: draws (and takes POSTs for) what ``link.target`` names, for ``link.for_whom``. It runs in a
transaction, after the opening was written to the trail, and extends ``ui/phone.html``."""

_rooms: dict[str, Page] = {}


def register(name: str, page: Page) -> None:
    """``register("referral.receipt", pages.receipt)`` in AppConfig.ready of the upper room."""
    _rooms[name] = page


def page_of(name: str) -> Page:
    """Raises KeyError for a name nobody has signed up."""
    return _rooms[name]


def known(name: str) -> bool:
    return name in _rooms
