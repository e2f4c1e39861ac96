"""What every page knows: menu, help lines, level words, idle time, who and where."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject

from xinqiao.ui import nav


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor; the menu is worked out only when a template draws it."""
    actor = getattr(request, "actor", None)
    return {
        "nav": SimpleLazyObject(lambda: nav.items(request)),
        "actor": actor,
        "organisation": getattr(request, "organisation_name", "") or getattr(actor, "organisation_name", ""),
        "help_lines": _given(request, "help_lines", "XINQIAO_HELP_LINES"),
        "level_words": _given(request, "level_words", "LEVEL_WORDS"),
        "idle_seconds": idle_seconds(request, actor),
        "login_url": settings.LOGIN_URL,
        "who": who(request),
        "demo": getattr(settings, "DEMO", False),
    }


def _given(request: HttpRequest, name: str, setting: str) -> Any:
    """What a middleware or view put on the request (looked at only when a template asks), else the setting."""
    return SimpleLazyObject(lambda: getattr(request, name, None) or getattr(settings, setting, None) or [])


def who(request: HttpRequest) -> str:
    """A short opaque mark of the signed-in account, so that a browser never offers one person's draft to another."""
    pk = getattr(getattr(request, "user", None), "pk", None)
    return salted_hmac("xinqiao.ui.who", str(pk)).hexdigest()[:16] if pk else ""


def idle_seconds(request: HttpRequest, actor: object | None) -> int:
    """Seconds without a touch until the page goes back to sign-in; 0 = never, for nobody is signed in."""
    given = getattr(request, "idle_seconds", None)
    if given is not None:
        return int(given)
    if actor is None:
        return 0
    by_kind = getattr(settings, "IDLE_SECONDS", {})
    if isinstance(by_kind, int):
        return by_kind
    return int(by_kind.get(str(getattr(actor, "kind", "staff")), by_kind.get("staff", 0)))
