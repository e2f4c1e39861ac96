"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.access.factories import an_answer
from xinqiao.access.enums import ConsentParty
from xinqiao.access.models import BreakGlass, ConsentText, OutsideLink
from xinqiao.outbox.models import Job


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now = timezone.now()
    insider, bureau = world.actors["insider"], world.actors["bureau"]
    consent = an_answer(world.student, ConsentParty.GUARDIAN, by=world.guardian, at=now)
    text = ConsentText.objects.create(
        purpose="screening", version=1, organisation=world.school, title="本校告知书", body="正文", made_at=now
    )
    glass = BreakGlass.objects.create(
        account=bureau.account,
        reader=bureau.person,
        person=world.student,
        school=world.school,
        reason="演示用的理由，足够长",
        told=insider.person,
        starts_at=now - timedelta(days=2),
        ends_at=now - timedelta(days=1),
    )
    link = OutsideLink.objects.create(
        room="test.page",
        target=1,
        school=world.school,
        for_whom="某医院",
        token_hash="0" * 64,
        code_hash="0" * 64,
        made_by=insider.account,
        made_at=now,
        expires_at=now + timedelta(days=1),
    )
    job = Job.objects.create(kind="test", account=insider.account, made_at=now, state="done", ended_at=now)
    glass_of_insider = BreakGlass.objects.create(
        account=insider.account,
        reader=insider.person,
        person=world.student,
        school=world.school,
        reason="演示用的理由，足够长",
        told=bureau.person,
        starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )
    return {
        "access:consent_withdraw": {"consent_id": consent.pk},
        "access:my_withdrawal": {"consent_id": consent.pk},
        "access:consent_text": {"text_id": text.pk},
        "access:glass_end": {"glass_id": glass_of_insider.pk},
        "access:glass_told": {"glass_id": glass.pk},
        "access:glass_verdict": {"glass_id": glass.pk},
        "access:link_revoke": {"link_id": link.pk},
        "jobs:show": {"job_id": job.pk},
    }
