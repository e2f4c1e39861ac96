"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from xinqiao.rosters.models import RosterImport

NAMES = ("apply", "columns", "decide", "decide_all", "discard", "faulty", "progress", "sheet", "show", "undo")


def samples(world: Any) -> dict[str, dict[str, Any]]:
    insider, now = world.actors["insider"], timezone.now()
    roster = RosterImport.objects.create(
        school=world.school,
        made_by=insider.account,
        made_at=now,
        file_name="名册.xlsx",
        file_digest="0" * 64,
        school_year=2026,
        effective_on=now.date(),
        head={"row": 1, "depth": 1, "columns": [], "sheets": ["学生"]},
        sheet="学生",
        samples="[]",
    )
    return {f"rosters:{name}": {"pk": roster.pk} for name in NAMES}
