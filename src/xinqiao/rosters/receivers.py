"""Long work of this room: jobs a worker takes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xinqiao.access.actor import HOUSE, Actor, actor_for
from xinqiao.accounts.models import Account
from xinqiao.outbox.registry import Progress, job
from xinqiao.rosters import services
from xinqiao.rosters.models import RosterImport


def _actor(account_id: int | None, at: datetime) -> Actor:
    """Whoever asked, with the posts they hold now: a right that ended since then does no work any more."""
    return actor_for(Account.objects.get(pk=account_id), at) if account_id else HOUSE


def _roster(roster_id: int) -> RosterImport:
    return RosterImport.objects.select_related("school").get(pk=roster_id)


@job("roster.preview")
def preview(*, at: datetime, progress: Progress, account_id: int | None, roster_id: int) -> dict[str, Any]:
    actor = _actor(account_id, at)
    return services.make_preview(actor=actor, roster=_roster(roster_id), at=at, progress=progress)


@job("roster.apply")
def apply(*, at: datetime, progress: Progress, account_id: int | None, roster_id: int) -> dict[str, Any]:
    actor = _actor(account_id, at)
    return services.apply_roster(actor=actor, roster=_roster(roster_id), at=at, progress=progress)
