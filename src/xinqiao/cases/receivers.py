"""What this room does when a level stands, a post ends, or students move."""

from __future__ import annotations

from datetime import datetime

from xinqiao.cases.services.duties import give_duties
from xinqiao.cases.services.keeping import keep_all
from xinqiao.cases.services.opening import follow_level
from xinqiao.outbox.registry import receiver
from xinqiao.signals.models import LevelChange


@receiver("level.set")
def on_level_set(*, change_id: int, at: datetime) -> None:
    """Everyone's part, and the open case's dates. Twice is as good as once."""
    change = LevelChange.objects.select_related("person", "school").get(pk=change_id)
    give_duties(change=change, at=at)
    follow_level(change=change, at=at)


@receiver("post.ended")
def on_post_ended(*, post_id: int, at: datetime) -> None:
    """What somebody held goes to the next person at once; of a post that ends on a later day, on that day."""
    keep_all(at=at, post_id=post_id)


@receiver("people.changed")
def on_people_changed(*, school_id: int, at: datetime, operation_id: int = 0) -> None:
    """Students in another class, or gone, and posts that ended with a closed class: duties follow."""
    keep_all(at=at)
