"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.timezone import localdate

from xinqiao.access.actor import actor_of
from xinqiao.insight.services import draft_summary
from xinqiao.screening.models import Approval, Campaign, Filing


def samples(world: Any) -> dict[str, dict[str, Any]]:
    at, insider = timezone.now(), world.actors["insider"]
    opens, closes = at - timedelta(days=2), at + timedelta(days=2)
    filing = Filing.objects.create(
        school=world.school, school_year=2026, title="秋季测评", purpose="了解近况", opens_at=opens, closes_at=closes,
        state="approved", made_by=insider.account, made_at=opens, submitted_at=opens, decided_by=insider.person,
        decided_at=opens,
    )  # fmt: skip
    approval = Approval.objects.create(filing=filing, decided_by=insider.person, decided_at=opens)
    campaign = Campaign.objects.create(
        approval=approval, school=world.school, title="秋季测评", consent_mode="both", opens_at=opens, closes_at=closes,
        day_from=filing.day_from, day_until=filing.day_until, state="open", made_at=opens, opened_at=opens,
    )  # fmt: skip
    school = {"pk": world.school.pk}
    summary = draft_summary(
        actor=actor_of(insider.person, at), organisation=world.school, kind="weekly", on=localdate(at), at=at
    )
    own = {"pk": summary.pk}
    return {
        "insight:summary": own,
        "insight:summary_word": own,
        "insight:summary_send": own,
        "insight:summary_refresh": own,
        "insight:summary_correct": own,
        "insight:numbers_of": school,
        "insight:report": school,
        "insight:table": school,
        "insight:census": {"pk": campaign.pk},
        "insight:board_of": school,
        "insight:board_pdf": school,
        "insight:board_cast": school,
    }
