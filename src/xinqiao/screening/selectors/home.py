"""What waits for somebody in this room."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from xinqiao.screening.enums import CampaignState, FilingState
from xinqiao.screening.models import Campaign, Filing
from xinqiao.screening.selectors.campaigns import why_shut


def waiting(rows: QuerySet[Filing]) -> int:
    """Filings that wait for a decision."""
    return rows.filter(state=FilingState.SUBMITTED).count()


def to_mend(rows: QuerySet[Filing]) -> list[Filing]:
    """Filings the bureau sent back."""
    return list(rows.filter(state=FilingState.RETURNED)[:5])


def to_prepare(rows: QuerySet[Filing], at: datetime) -> list[Filing]:
    """Approved filings without a campaign, while their window lasts."""
    return list(rows.filter(state=FilingState.APPROVED, approval__campaign=None, closes_at__gt=at)[:5])


def shut(rows: QuerySet[Campaign], at: datetime) -> list[tuple[Campaign, str]]:
    """Campaigns that should be open and cannot, with the reason."""
    due = rows.filter(state=CampaignState.PREPARED, opens_at__lte=at).select_related("school")[:5]
    return [(campaign, why) for campaign in due if (why := why_shut(campaign, at))]


def open_now(rows: QuerySet[Campaign]) -> list[Campaign]:
    """Campaigns that run."""
    return list(rows.filter(state=CampaignState.OPEN)[:5])
