"""The doctor finds what was planted behind the back of the verbs of screening, and nothing in a sound campaign."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON
from tests.plants import plants
from tests.screening.factories import a_campaign, a_sheet, a_world, says_yes, sitting_of
from xinqiao.access.actor import HOUSE
from xinqiao.outbox.models import Announcement
from xinqiao.screening.checks import violations
from xinqiao.screening.models import Campaign, Filing, Sheet, Sitting
from xinqiao.screening.services.results import score_sitting

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def campaign():
    return a_campaign(a_world())


def answered(campaign):
    sitting = sitting_of(campaign, campaign.sittings.first().person)
    says_yes(sitting.person)
    return a_sheet(sitting)


def codes(at=NOON):
    return {finding.code for finding in violations(at)}


def test_a_sound_campaign(campaign):
    score_sitting(actor=HOUSE, sitting_id=answered(campaign).sitting_id, at=NOON)
    assert codes() == set()


@plants("screening.sheet_unread")
def test_a_sheet_nobody_read(campaign):
    answered(campaign)
    assert codes(NOON + 9 * MINUTE) == set()
    assert codes(NOON + 11 * MINUTE) == {"sheet_unread"}


@plants("screening.urgent_untold")
def test_a_safety_answer_that_was_not_announced(campaign):
    sheet = answered(campaign)
    Sheet.objects.filter(pk=sheet.pk).update(told="q9")
    Announcement.objects.filter(topic="answer.urgent").delete()
    assert codes() == {"urgent_untold"}


@plants("screening.sitting_empty")
def test_a_submitted_sitting_whose_sheet_is_gone(campaign):
    sheet = answered(campaign)
    Sheet.objects.filter(pk=sheet.pk).delete()
    assert codes() == {"sitting_empty"}


@plants("screening.declined_result")
def test_somebody_who_declined_and_has_a_result(campaign):
    sheet = answered(campaign)
    score_sitting(actor=HOUSE, sitting_id=sheet.sitting_id, at=NOON)
    Sitting.objects.filter(pk=sheet.sitting_id).update(
        state="declined", submitted_at=None, ended_at=NOON, declined_by="student"
    )
    assert codes() == {"declined_result"}


@plants("screening.campaign_over")
def test_a_campaign_that_stayed_open(campaign):
    late = campaign.closes_at + timedelta(hours=2)
    assert codes(campaign.closes_at) == set()
    assert codes(late) == {"campaign_over"}


@plants("screening.campaign_duty")
def test_a_campaign_whose_person_on_duty_left(campaign):
    post = campaign.duty_post
    post.ends_on = NOON.date()
    post.save(update_fields=["ends_on"])
    assert codes() == {"campaign_duty"}


@plants("screening.campaign_unapproved")
def test_a_campaign_whose_filing_is_not_approved(campaign):
    Filing.objects.filter(pk=campaign.approval.filing_id).update(state="submitted")
    assert codes() == {"campaign_unapproved"}
    assert Campaign.objects.get().state == "open"
