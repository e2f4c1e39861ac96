"""What the room does when something was announced, and its long work over results."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse

from xinqiao.access.actor import HOUSE
from xinqiao.outbox.registry import Progress, job, receiver
from xinqiao.screening.selectors import campaigns
from xinqiao.screening.selectors import results as reads
from xinqiao.screening.services import files, results

_A_BATCH = 200


@receiver("sitting.submitted")
def score(*, at: datetime, sitting_id: int) -> None:
    results.score_sitting(actor=HOUSE, sitting_id=sitting_id, at=at)


@job("screening.rescore")
def rescore(*, at: datetime, progress: Progress, account_id: int | None, campaign_id: int) -> dict[str, Any]:
    """Read every sheet of a campaign again, a batch a transaction; running it twice changes nothing more."""
    ids = reads.result_ids(campaign_id)
    changed = 0
    for start in range(0, len(ids), _A_BATCH):
        rows = reads.for_scoring(ids[start : start + _A_BATCH])
        changed += results.rescore_sheets(actor=HOUSE, results=rows, at=at)
        progress(min(start + _A_BATCH, len(ids)), len(ids))
    return {"sheets": len(ids), "changed": changed}


@job("screening.slips")
def draw_slips(
    *, at: datetime, progress: Progress, account_id: int | None, campaign_id: int, entry_url: str
) -> dict[str, Any]:
    """Slips for a whole school; the file waits a day for its download."""
    campaign = campaigns.by_id(campaign_id)
    name = files.draw_slips(actor=HOUSE, campaign=campaign, entry_url=entry_url, at=at, progress=progress)
    return {"file": name, "next": reverse("screening:slips", args=[campaign_id])}
