"""Every tree's figures are worked out once a day, by the worker's jobs: urgent announcements never wait behind them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from xinqiao.indicators.keeping import due, refresh
from xinqiao.indicators.services import REFRESH, enqueue_due
from xinqiao.outbox.registry import Progress, every, job
from xinqiao.people.models import Organisation


@every("indicators.nightly", timedelta(minutes=10))
def ask_for_todays(at: datetime) -> None:
    """The first sweep after midnight asks for each tree; later ones find it done."""
    for root in due(at):
        enqueue_due(root, at)


@job(REFRESH)
def work_out(
    *, at: datetime, progress: Progress, account_id: int | None, root_id: int, node_id: int | None = None
) -> dict[str, Any]:
    """All figures of one tree."""
    changed = refresh(Organisation.objects.get(pk=root_id), at=at, progress=progress)
    leads_to = reverse("indicators:of", args=[node_id]) if node_id else ""
    return {"changed": changed, "next": leads_to}
