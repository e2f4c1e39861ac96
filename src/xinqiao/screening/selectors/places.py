"""Parts, cohorts and what one sitting still has to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime

from xinqiao.instruments.definition import Definition
from xinqiao.people.models import Organisation
from xinqiao.screening import questionnaires, rules
from xinqiao.screening.models import Campaign, CampaignPart, Sheet, Sitting


def class_order(node: Organisation) -> tuple[int, int, int]:
    """Sorts classes as a school does: stage, lower grades first, number."""
    stages = {"primary": 0, "junior": 1, "senior": 2}
    return stages.get(node.stage, 3), -(node.entry_year or 0), node.number or 0


def parts_of(sitting: Sitting, parts: Iterable[CampaignPart]) -> list[CampaignPart]:
    """The parts of the campaign that this sitting answers. Needs ``sitting.class_node``."""
    return [
        part
        for part in parts
        if part.is_for(sitting.class_node) and (sitting.only_part is None or part.number == sitting.only_part)
    ]


@dataclass(frozen=True)
class Step:
    """One questionnaire of a sitting as the student sees it."""

    part: CampaignPart
    definition: Definition | None
    saved: bool
    submitted: bool


def steps_of(sitting: Sitting) -> list[Step]:
    """What there is to answer, in order. Two queries."""
    sheets = {sheet.part: sheet for sheet in Sheet.objects.filter(sitting=sitting).only("part", "submitted_at")}
    return [
        Step(
            part,
            questionnaires.find(part.instrument_hash),
            saved=part.number in sheets,
            submitted=part.number in sheets and sheets[part.number].submitted_at is not None,
        )
        for part in parts_of(sitting, sitting.campaign.parts.all())
    ]


def answering_until(campaign: Campaign, at: datetime) -> datetime:
    """When the answering that is open now ends."""
    return rules.answering_ends(localtime(at), localtime(campaign.closes_at), campaign.day_until)


def is_answering_time(campaign: Campaign, at: datetime) -> bool:
    """Within the window and within the hours of the day."""
    inside = campaign.opens_at <= at < campaign.closes_at
    return inside and rules.is_within_hours(localtime(at), campaign.day_from, campaign.day_until)
