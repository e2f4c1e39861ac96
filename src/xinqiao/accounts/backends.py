from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from xinqiao.accounts.models import Account


class TicketBackend(BaseBackend):
    """For sessions opened by a ticket that was already checked (student code, binding code, outside link).

    It never authenticates by itself; it lets ``login(request, account, backend=…)`` name where a session came from.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()
