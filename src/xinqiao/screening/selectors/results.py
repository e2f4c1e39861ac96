"""Results as pages, exports and sweeps need them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from xinqiao.people.models import Organisation
from xinqiao.screening.enums import CampaignState, SittingState
from xinqiao.screening.models import Campaign, Result, Sheet, Sitting

_AFTER_THE_END = timedelta(days=2)
_MOST_AT_ONCE = 2_000
_SCORABLE = [SittingState.STARTED, SittingState.SUBMITTED]


def unscored(at: datetime, since: datetime | None = None) -> list[int]:
    """Sittings with a submitted sheet and no result for it, oldest first, in campaigns that run or ended lately.

    since: look at sheets submitted from then on only.
    """
    lately = Q(state=CampaignState.OPEN) | Q(closed_at__gt=at - _AFTER_THE_END)
    campaigns = list(Campaign.objects.filter(lately).values_list("pk", flat=True))
    result = Result.objects.filter(sitting=OuterRef("sitting_id"), part=OuterRef("part"))
    sheets = Sheet.objects.filter(
        ~Exists(result), submitted_at__isnull=False, sitting__campaign__in=campaigns, sitting__state__in=_SCORABLE
    )
    if since is not None:
        sheets = sheets.filter(submitted_at__gte=since)
    ids = sheets.order_by("submitted_at").values_list("sitting_id", flat=True)[:_MOST_AT_ONCE]
    return list(dict.fromkeys(ids))


def uncounted() -> list[tuple[Campaign, Organisation]]:
    """Classes whose roll-up is behind their results."""
    pairs = Result.objects.filter(counted_at=None).values_list("sitting__campaign", "sitting__class_node").distinct()
    behind = list(pairs)
    campaigns = Campaign.objects.in_bulk({campaign for campaign, _node in behind})
    nodes = Organisation.objects.in_bulk({node for _campaign, node in behind})
    return [(campaigns[campaign], nodes[node]) for campaign, node in sorted(behind)]


def result_ids(campaign_id: int) -> list[int]:
    """Every result of a campaign, in the order they were made."""
    return list(Result.objects.filter(sitting__campaign=campaign_id).order_by("pk").values_list("pk", flat=True))


def for_scoring(ids: Iterable[int]) -> list[Result]:
    """Results with what reading their sheets again needs."""
    rows = Result.objects.filter(pk__in=list(ids)).select_related(
        "sitting__person", "sitting__class_node", "sitting__campaign__school", "sitting__campaign__approval__filing"
    )
    return list(rows.order_by("pk"))


def with_people(rows: QuerySet[Sitting]) -> QuerySet[Sitting]:
    """Sittings with what a list of results shows."""
    return rows.select_related("person", "class_node", "campaign").prefetch_related("results")
