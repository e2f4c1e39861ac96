"""Puts the actor on the request, ends idle sessions, and asks for the second factor where it is owed."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.actor import actor_for

SEEN = "seen"
SEEN_EVERY = 60
"""Seconds between notes of activity in the session, so that reading pages does not write at every click."""


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        request.idle_seconds = 0  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            answer = self._admit(request)
            if answer is not None:
                return answer
        return self.get_response(request)

    def _admit(self, request: HttpRequest) -> HttpResponse | None:
        account = request.user
        idle = settings.IDLE_SECONDS.get(account.kind, 1200)  # type: ignore[union-attr]
        now = time.time()
        seen = request.session.get(SEEN, now)
        if now - seen > idle:
            logout(request)
            messages.info(request, _("您有一段时间没有操作，为保护隐私已退出登录，请重新登录。"))
            return redirect(settings.LOGIN_URL)
        if SEEN not in request.session or now - seen > SEEN_EVERY:
            request.session[SEEN] = now
        actor = actor_for(account, timezone.now())  # type: ignore[arg-type]
        request.actor = actor  # type: ignore[attr-defined]
        request.idle_seconds = idle  # type: ignore[attr-defined]
        if actor.needs_strong_login and not settings.DEMO and self._owes_second_factor(request):
            messages.warning(request, _("您的岗位可以看到学生的敏感信息，请先设置两步验证（动态口令或通行密钥）。"))
            return redirect("mfa_index")
        return None

    def _owes_second_factor(self, request: HttpRequest) -> bool:
        if request.path.startswith((reverse("account_login").rsplit("login", 1)[0], settings.STATIC_URL, "/i18n/")):
            return False
        return not is_mfa_enabled(request.user)
