"""What a link for somebody outside may open. Rooms above sign up a name and a function; each link opens one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from xinqiao.access.enums import Action

Page = Callable[[HttpRequest, Any], HttpResponseBase]
"""``page(request, link)``: draws (and takes POSTs for) what ``link.target`` names, for ``link.for_whom``. It runs in a
transaction, after the opening was written to the trail, and extends ``ui/phone.html``."""

_rooms: dict[str, Page] = {}
_rights: dict[str, str] = {}


def register(name: str, page: Page, right: str = Action.INVITE_OUTSIDE) -> None:
    """``register("referral.receipt", pages.receipt)`` in AppConfig.ready of the upper room.

    right: what somebody needs to make such a link; a room whose pages name no child asks for a right of its own.
    """
    _rooms[name], _rights[name] = page, right


def right_of(name: str) -> str:
    """Raises KeyError for a name nobody has signed up."""
    return _rights[name]


def page_of(name: str) -> Page:
    """Raises KeyError for a name nobody has signed up."""
    return _rooms[name]


def known(name: str) -> bool:
    return name in _rooms
