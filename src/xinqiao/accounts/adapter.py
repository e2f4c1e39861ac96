from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from xinqiao.accounts.freshness import is_fresh
from xinqiao.accounts.models import Account


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator or by binding; nobody signs up by themselves."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("用户名或密码不对。请检查大小写和输入法，再试一次。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Account, password: str) -> None:
        """A password somebody chose themselves ends the one-time password."""
        user.must_change_password = False
        super().set_password(user, password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """allauth counts only a second asking; for us a sign-in a moment ago is proof as well."""
        return super().is_reauthentication_required(app=app, **kwargs) and not is_fresh(self.request)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """User names are kept in lower case; what a phone's keyboard makes of the first letter does not matter."""
        return str(super().clean_username(username, shallow)).lower()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The house keeps no e-mail addresses; what changed is written to the trail instead."""
