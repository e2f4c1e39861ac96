"""Signing in by password, written to the trail of the house. Nobody's typed user name is kept when it was wrong:
people type their password into that field."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from xinqiao.access.actor import actor_for
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.audit.services import record


@receiver(user_logged_in, dispatch_uid="access.signed_in")
def note_sign_in(sender: Any, request: HttpRequest, user: Account, **_kwargs: Any) -> None:
    """Students and outside people are noted with their school where their code was checked."""
    if user.kind in {AccountKind.STUDENT, AccountKind.OUTSIDE}:
        return
    at = timezone.now()
    with transaction.atomic():
        record(account=user, who=actor_for(user, at).who, action="account.signed_in", at=at, subject=user)


@receiver(user_login_failed, dispatch_uid="access.sign_in_failed")
def note_failure(sender: Any, credentials: dict[str, Any], **_kwargs: Any) -> None:
    account = Account.objects.filter(username=str(credentials.get("username", ""))).first()
    if account is None:
        return
    with transaction.atomic():
        record(account=None, action="account.sign_in_failed", at=timezone.now(), subject=account)
