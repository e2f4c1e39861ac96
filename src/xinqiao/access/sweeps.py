"""Things that end by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from xinqiao.access.services.tries import forget_old
from xinqiao.outbox.registry import every


@every("access.forget_tries", timedelta(minutes=15))
def forget_tries(at: datetime) -> None:
    forget_old(at)


@every("access.forget_sessions", timedelta(hours=6))
def forget_sessions(at: datetime) -> None:
    """Ended sessions leave nothing behind."""
    Session.objects.filter(expire_date__lt=at).delete()
