"""Doors: what a URL asks of whoever knocks. A URL without a door fails the build (tests/architecture)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.freshness import ask_again

View = Callable[..., HttpResponseBase]

ANYONE = "anyone"
SIGNED_IN = "signed_in"
STAFF = "staff"
STUDENT = "student"
GUARDIAN = "guardian"
OUTSIDE = "outside"
_KINDS = {STAFF, STUDENT, GUARDIAN, OUTSIDE}
_WORDS = {ANYONE, SIGNED_IN, *_KINDS}


@dataclass(frozen=True)
class Door:
    """needs: actions of which one is enough, or one of the words above. fresh: asks for the password again when it
    was given more than fifteen minutes ago (``freshness``; the demonstration does not ask). reading: runs in a
    transaction; the trail of the read commits with it."""

    needs: tuple[str, ...]
    fresh: bool = False
    reading: bool = False


def door(*needs: str, fresh: bool = False, reading: bool = False) -> Callable[[View], View]:
    """``@door(Action.TRIAGE)`` on a view. Strangers to every needed action get 403; rows outside the reach give 404.

    SIGNED_IN is everybody but OUTSIDE, who may open one page only. GUARDIAN is whoever has wards today, staff too.
    """
    known = {*_WORDS, *Action.values}
    if not needs or not set(needs) <= known:
        raise ValueError(f"a door needs known words, not {needs}")
    lock = Door(tuple(str(need) for need in needs), fresh, reading)

    def hang(view: View) -> View:
        @wraps(view)
        def entrance(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            turned_away = _turned_away(request, lock)
            if turned_away is None and lock.fresh and not settings.DEMO:
                turned_away = ask_again(request)
            if turned_away is not None:
                return turned_away
            if lock.reading:
                with transaction.atomic():
                    return view(request, *args, **kwargs)
            return view(request, *args, **kwargs)

        entrance.door = lock  # type: ignore[attr-defined]
        return entrance

    return hang


def _turned_away(request: HttpRequest, lock: Door) -> HttpResponse | None:
    if ANYONE in lock.needs:
        return None
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return _to_sign_in(request, lock)
    if any(admits(need, actor) for need in lock.needs):
        return None
    raise PermissionDenied(_("您的岗位不包括这个页面。需要的话，请联系学校管理员。") if actor.kind == STAFF else "")


def admits(need: str, actor: Actor) -> bool:
    """Whether one word of a door lets the actor in."""
    if need == ANYONE:
        return True
    if need == SIGNED_IN:
        return actor.kind != OUTSIDE
    if need == GUARDIAN:
        return actor.kind == GUARDIAN or (actor.kind == STAFF and actor.has_wards)
    if need in _KINDS:
        return actor.kind == need
    return actor.may(need)


def _to_sign_in(request: HttpRequest, lock: Door) -> HttpResponse:
    """The entrance this door's people use; a fragment sends the whole page there instead of drawing it inside."""
    entrances: dict[tuple[str, ...], str] = {(STUDENT,): "entry:student", (GUARDIAN,): "entry:guardian"}
    entrance = resolve_url(entrances.get(lock.needs, str(settings.LOGIN_URL)))
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = entrance
        return answer
    target = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    return redirect_to_login(target, entrance)
