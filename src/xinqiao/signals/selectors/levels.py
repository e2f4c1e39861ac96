"""Where a person stands."""

from __future__ import annotations

from collections.abc import Iterable

from xinqiao.signals.enums import ChangeState
from xinqiao.signals.models import LevelChange


def current_level(person_id: int) -> LevelChange | None:
    """The change by which the person's level stands now; None when no level was ever set."""
    return current_levels([person_id]).get(person_id)


def current_levels(person_ids: Iterable[int]) -> dict[int, LevelChange]:
    """The same for many, in one query; persons without a level are not in it."""
    rows = LevelChange.objects.filter(person__in=list(person_ids), state=ChangeState.STANDING)
    return {row.person_id: row for row in rows.order_by("stands_from", "pk")}
