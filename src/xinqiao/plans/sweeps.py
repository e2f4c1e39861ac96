"""What happens because time passes. What may take long goes to a worker: this thread also carries urgent things."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from xinqiao.outbox.registry import every
from xinqiao.outbox.services import enqueue
from xinqiao.plans.services import keeping

log = logging.getLogger("xinqiao.plans")

STEPS: tuple[Callable[[datetime], int], ...] = (
    keeping.hand_on_orphans,
    keeping.mark_late,
    keeping.climb,
    keeping.remind,
)
"""In this order: whoever is shown or told something holds the post today."""


@every("plans.tasks", timedelta(minutes=10))
def tasks(at: datetime) -> None:
    """Owners in post, late tasks marked and shown, owners reminded. One step that fails does not hold up the others."""
    for step in STEPS:
        try:
            step(at)
        except Exception:
            log.exception("%s failed", step.__name__)


@every("plans.roll", timedelta(days=1))
def roll(at: datetime) -> None:
    """Once a day a worker brings every running plan up to today."""
    if keeping.to_roll():
        enqueue("plans.roll", account=None, at=at)
