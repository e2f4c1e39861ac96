"""What this room does when a level stands."""

from __future__ import annotations

from datetime import datetime

from xinqiao.cases.services.duties import give_duties
from xinqiao.cases.services.opening import follow_level
from xinqiao.outbox.registry import receiver
from xinqiao.signals.models import LevelChange


@receiver("level.set")
def on_level_set(*, change_id: int, at: datetime) -> None:
    """Everyone's part, and the open case's dates. Twice is as good as once."""
    change = LevelChange.objects.select_related("person", "school").get(pk=change_id)
    give_duties(change=change, at=at)
    follow_level(change=change, at=at)
