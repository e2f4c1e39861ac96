"""Announcements this room listens to."""

from __future__ import annotations

from datetime import datetime

from xinqiao.inspections.services.mending import keep_up
from xinqiao.outbox.registry import receiver
from xinqiao.plans.enums import Origin


@receiver("task.settled")
def settled(*, at: datetime, task_id: int, origin: str, **_rest: object) -> None:
    """A mending task that was accepted on the page of the task counts as looked at by whoever accepted it."""
    if origin == Origin.MENDING:
        keep_up(task_id, at)
