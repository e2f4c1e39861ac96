"""What waits for somebody, gathered from every room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from xinqiao.ui import slots


@dataclass(frozen=True)
class Item:
    """One thing to do now. ``urgency``: 3 at once, 2 today, 1 soon, 0 good to know."""

    title: str
    url: str
    text: str = ""
    urgency: int = 0
    due_at: datetime | None = None
    count: int | None = None
    icon: str = ""

    @property
    def tone(self) -> str:
        return {3: "bad", 2: "warn", 1: "info"}.get(self.urgency, "neutral")


def _item(given: Mapping[str, Any]) -> Item:
    return Item(**given)


def waiting(request: HttpRequest) -> list[Item]:
    """Everything the rooms have for the person on the request, most urgent first, then by date."""
    given: list[Any] = [row for piece in slots.filled("home", request) for row in piece]
    items = [row if isinstance(row, Item) else _item(row) for row in given]
    return sorted(items, key=lambda item: (-item.urgency, item.due_at is None, item.due_at or 0, item.title))
