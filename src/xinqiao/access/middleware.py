"""Puts the actor on the request, ends idle sessions, and keeps each kind of account to its own pages."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor, actor_for
from xinqiao.access.selectors.tenant import help_lines, level_words, tenant_options
from xinqiao.accounts.models import Account, AccountKind

SEEN = "seen"
SEEN_EVERY = 60
"""Seconds between notes of activity in the session, so that reading pages does not write at every click."""
BACKGROUND = "X-Background"
"""Header of requests a page makes by itself (live regions, job progress): nobody touched anything."""

ENTRANCES = {
    AccountKind.STUDENT: "entry:student",
    AccountKind.GUARDIAN: "entry:guardian",
    AccountKind.OUTSIDE: "entry:left",
}


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.idle_seconds = 0  # type: ignore[attr-defined]
        answer = self._admit(request, request.user) if request.user.is_authenticated else None
        if answer is None:
            answer = self.get_response(request)
        if request.actor is not None and not answer.has_header("Cache-Control"):  # type: ignore[attr-defined]
            add_never_cache_headers(answer)  # a shared computer's back button must not show a file after signing out
        return answer

    def _admit(self, request: HttpRequest, account: Account) -> HttpResponse | None:
        if _is_idle(request, account):
            kind = account.kind
            logout(request)
            messages.info(request, _("您有一段时间没有操作，为保护隐私已退出登录，请重新登录。"))
            return redirect(ENTRANCES.get(AccountKind(kind), settings.LOGIN_URL))
        actor = actor_for(account, timezone.now())
        request.actor = actor  # type: ignore[attr-defined]
        request.idle_seconds = settings.IDLE_SECONDS[account.kind]  # type: ignore[attr-defined]
        _speak_for_the_school(request, actor)
        if request.path.startswith(_always_open()):
            return None
        if account.kind in {AccountKind.STUDENT, AccountKind.OUTSIDE} and request.path.startswith(_account_pages()):
            raise Http404
        if account.kind == AccountKind.OUTSIDE and not request.path.startswith(reverse("entry:outside_page")):
            return redirect("entry:outside_page")
        if account.must_change_password and request.path != reverse("account_change_password"):
            messages.warning(request, _("这是一次性密码，请先设置您自己的密码。"))
            return redirect("account_change_password")
        if actor.needs_strong_login and not settings.DEMO and not account.must_change_password:
            if not request.path.startswith(_account_pages()) and not is_mfa_enabled(account):
                messages.warning(request, _("您的岗位可以看到学生的敏感信息，请先设置两步验证（动态口令或通行密钥）。"))
                return redirect("mfa_index")
        return None


def _speak_for_the_school(request: HttpRequest, actor: Actor) -> None:
    """Help lines and level words of the actor's school, read once and only when a page draws them."""
    options = SimpleLazyObject(lambda: tenant_options(actor, timezone.now()))
    request.help_lines = SimpleLazyObject(lambda: help_lines(options))  # type: ignore[attr-defined,arg-type]
    request.level_words = SimpleLazyObject(lambda: level_words(options) or [])  # type: ignore[attr-defined,arg-type]


def _is_idle(request: HttpRequest, account: Account) -> bool:
    now = time.time()
    seen = request.session.get(SEEN, now)
    if now - seen > settings.IDLE_SECONDS[account.kind]:
        return True
    if SEEN not in request.session or (now - seen > SEEN_EVERY and BACKGROUND not in request.headers):
        request.session[SEEN] = now
    return False


def _always_open() -> tuple[str, ...]:
    """Signing out, the language and files: whoever somebody is."""
    return (reverse("account_logout"), reverse("set_language"), str(settings.STATIC_URL))


def _account_pages() -> str:
    return reverse("account_login").removesuffix("login/")
