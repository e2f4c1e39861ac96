from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinqiao.accounts.freshness import is_fresh
from xinqiao.accounts.models import Account

_WAYS = {
    "reauthenticate": _("用密码"),
    "mfa_reauthenticate": _("用动态口令或备用码"),
    "mfa_reauthenticate:webauthn": _("用通行密钥"),
}


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

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        """allauth's list in our words."""
        return [way | {"description": _WAYS[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """User names are kept in lower case; what a phone's keyboard makes of the first letter does not matter."""
        return str(super().clean_username(username, shallow)).lower()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """The house keeps no e-mail addresses; what changed is written to the trail instead."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """The second factor in our words; a browser shows the house's name, not its address, beside a passkey."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("没有通过：动态口令不对或已过期，或者这个通行密钥不是在这里添加的。请再试一次。"),
        "unreadable": _(
            "这个账号的动态口令和备用码打不开：服务器上缺少当时的密钥。请联系管理员恢复密钥文件，或重置您的两步验证。"
        ),
    }

    def generate_authenticator_name(self, user: Any, kind: Any) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=kind).count() + 1
        return gettext("通行密钥 %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": gettext("心桥")}
