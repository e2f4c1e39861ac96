"""Doors: what a URL asks of whoever knocks. A URL without a door fails the build (tests/architecture)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from xinqiao.access.enums import Action

View = Callable[..., HttpResponse]

ANYONE = "anyone"
SIGNED_IN = "signed_in"
STAFF = "staff"
STUDENT = "student"
GUARDIAN = "guardian"
OUTSIDE = "outside"
_KINDS = {STAFF, STUDENT, GUARDIAN, OUTSIDE}


@dataclass(frozen=True)
class Door:
    """needs: actions of which one is enough, or one of the words above. fresh: asks for the password again when it
    was given more than fifteen minutes ago. reading: runs in a transaction; the trail of the read commits with it."""

    needs: tuple[str, ...]
    fresh: bool = False
    reading: bool = False


def door(*needs: str, fresh: bool = False, reading: bool = False) -> Callable[[View], View]:
    """``@door(Action.TRIAGE)`` on a view. Strangers to every needed action get 403; rows outside the reach give 404."""
    known = {ANYONE, SIGNED_IN, *_KINDS, *Action.values}
    if not needs or not set(needs) <= known:
        raise ValueError(f"a door needs known words, not {needs}")
    lock = Door(tuple(str(need) for need in needs), fresh, reading)

    def hang(view: View) -> View:
        guarded = reauthentication_required(view) if fresh and not _may_skip_fresh() else view

        @wraps(view)
        def entrance(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refusal = _refusal(request, lock)
            if refusal is not None:
                return refusal
            if lock.reading:
                with transaction.atomic():
                    return guarded(request, *args, **kwargs)
            return guarded(request, *args, **kwargs)

        entrance.door = lock  # type: ignore[attr-defined]
        return entrance

    return hang


def _may_skip_fresh() -> bool:
    return bool(settings.DEMO)


def _refusal(request: HttpRequest, lock: Door) -> HttpResponse | None:
    if ANYONE in lock.needs:
        return None
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        return redirect_to_login(request.get_full_path())
    if SIGNED_IN in lock.needs or actor.kind in lock.needs:
        return None
    if any(actor.may(need) for need in lock.needs if need not in _KINDS):
        return None
    raise PermissionDenied
