"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.rosters.factories import HEAD, a_workbook
from xinqiao.rosters import services

NAMES = ("apply", "columns", "decide", "decide_all", "discard", "faulty", "progress", "sheet", "show", "undo")


def samples(world: Any) -> dict[str, dict[str, Any]]:
    roster = services.receive(
        actor=world.actors["insider"],
        school=world.school,
        data=a_workbook([["" for _head in HEAD]]),
        file_name="名册.xlsx",
        at=timezone.now(),
    )
    return {f"rosters:{name}": {"pk": roster.pk} for name in NAMES}
