"""Asking for the password again, at doors that are ``fresh``.

allauth's own way keeps a POST in the session while it asks, in plain text in the database: a crisis note would lie
there for anybody with the file. So a page that was opened fresh may still be sent, as long as the session lives, and
nothing is ever put aside.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from xinqiao.accounts.freshness import is_fresh

OPENED = "opened_fresh"
REMEMBERED = 20
"""Paths opened fresh that a session remembers."""


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """None when the door may open; else the way to the page that asks."""
    opened: list[str] = request.session.get(OPENED, [])
    if request.method not in {"GET", "HEAD"}:
        return None if is_fresh(request) or request.path in opened else _to_question(request, _came_from(request))
    if is_fresh(request):
        if request.path not in opened:
            request.session[OPENED] = [*opened, request.path][-REMEMBERED:]
        return None
    return _to_question(request, request.get_full_path())


def _came_from(request: HttpRequest) -> str:
    """The page whose button was pressed; it is pressed again afterwards."""
    referer = urlsplit(request.headers.get("Referer", ""))
    here = referer.netloc == request.get_host() and referer.path
    return referer.path + (f"?{referer.query}" if referer.query else "") if here else "/"


def _to_question(request: HttpRequest, back_to: str) -> HttpResponse:
    if request.method not in {"GET", "HEAD"}:
        messages.info(request, _("请先再确认一次身份，然后重新点一下刚才的按钮。"))
    answer = redirect_to_login(back_to, reverse("account_reauthenticate"))
    if request.headers.get("HX-Request"):
        fragment = HttpResponse(status=204)
        fragment["HX-Redirect"] = answer["Location"]
        return fragment
    return answer
