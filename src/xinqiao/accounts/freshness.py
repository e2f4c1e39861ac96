"""Whether somebody proved who they are a moment ago."""

from __future__ import annotations

import time

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest


def is_fresh(request: HttpRequest) -> bool:
    """A password, passkey or code was given within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds, at sign-in or since."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    newest = max((record.get("at", 0) for record in records), default=0)
    return bool(time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
