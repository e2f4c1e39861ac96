"""Campaigns and how far they are: numbers only, by class."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from xinqiao.access.enums import Purpose
from xinqiao.access.selectors import consent_standings
from xinqiao.people.models import Organisation, Person
from xinqiao.screening import rules
from xinqiao.screening.enums import CampaignState, SittingState
from xinqiao.screening.models import Campaign, Sitting


@dataclass(frozen=True)
class Progress:
    """How far one class (or all of them) is. ``away`` lumps together who said no and who has no consent, without names.

    ready: consent is there and answering has not begun.
    """

    title: str
    invited: int
    consented: int
    started: int
    submitted: int
    away: int
    node: Organisation | None = None

    @property
    def ready(self) -> int:
        return max(0, self.invited - self.away - self.started - self.submitted)


def due_to_open(at: datetime) -> list[Campaign]:
    """Prepared campaigns whose time has come."""
    return list(Campaign.objects.filter(state=CampaignState.PREPARED, opens_at__lte=at, closes_at__gt=at))


def due_to_close(at: datetime) -> list[Campaign]:
    """Open campaigns whose time is over, after the grace for answers that are on their way."""
    return list(Campaign.objects.filter(state=CampaignState.OPEN, closes_at__lte=at - rules.SAVE_GRACE))


def progress(campaign: Campaign, classes: Iterable[Organisation], at: datetime) -> list[Progress]:
    """One row a class, in the order of the classes. A constant number of queries."""
    nodes = list(classes)
    sittings = Sitting.objects.filter(campaign=campaign, retest_of=None, class_node__in=nodes)
    rows = list(sittings.values_list("class_node_id", "person_id", "state"))
    waiting = {person for _node, person, state in rows if state == SittingState.INVITED}
    people = Person.objects.filter(pk__in=sittings.filter(state=SittingState.INVITED).values("person"))
    standings = (
        consent_standings(people.only("pk", "birth_date", "keeper_id"), Purpose.SCREENING, at) if waiting else {}
    )
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for node, person, state in rows:
        counts[node][state] += 1
        if state == SittingState.INVITED and not standings[person].ok:
            counts[node]["unagreed"] += 1
    year = campaign.approval.filing.school_year
    return [
        _row(node.title_in(year, campaign.school.system), counts[node.pk], node) for node in nodes if counts[node.pk]
    ]


def _row(title: str, counts: Counter[str], node: Organisation | None) -> Progress:
    invited = sum(counts[state] for state in SittingState.values)
    away = counts["declined"] + counts["stopped"] + counts["unagreed"]
    return Progress(title, invited, invited - away, counts["started"], counts["submitted"], away, node)


def total(rows: Iterable[Progress], title: str) -> Progress:
    """All classes together."""
    every = list(rows)
    return Progress(
        title,
        invited=sum(row.invited for row in every),
        consented=sum(row.consented for row in every),
        started=sum(row.started for row in every),
        submitted=sum(row.submitted for row in every),
        away=sum(row.away for row in every),
    )


@dataclass(frozen=True)
class Coverage:
    """What a bureau may count of one campaign."""

    campaign: Campaign
    invited: int
    submitted: int


def coverage(campaigns: Iterable[Campaign]) -> list[Coverage]:
    """Invited and submitted of each campaign. One query."""
    every = list(campaigns)
    counted = {
        row["campaign"]: row
        for row in Sitting.objects.filter(campaign__in=every, retest_of=None)
        .values("campaign")
        .annotate(invited=Count("pk"), submitted=Count("pk", filter=Q(state=SittingState.SUBMITTED)))
    }
    none = {"invited": 0, "submitted": 0}
    return [Coverage(c, **{key: counted.get(c.pk, none)[key] for key in none}) for c in every]


def running() -> list[Campaign]:
    """Campaigns that are open."""
    return list(Campaign.objects.filter(state=CampaignState.OPEN))
