"""Shaped reads of this room."""

from __future__ import annotations

from collections.abc import Iterable

from xinqiao.signals.models import LevelChange


def current_level(person_id: int) -> LevelChange | None:
    """The level that stands for a student now, or None when none was ever set."""
    return LevelChange.objects.filter(person=person_id, state="standing").order_by("-stands_from", "-id").first()


def current_levels(people: Iterable[int]) -> dict[int, LevelChange]:
    """Standing levels by person id; persons without one are left out. One query."""
    rows = LevelChange.objects.filter(person__in=list(people), state="standing").order_by("stands_from", "id")
    return {row.person_id: row for row in rows}
