"""What this room does when a post ends."""

from __future__ import annotations

from datetime import datetime

from xinqiao.outbox.registry import receiver
from xinqiao.teams.services import keep_seats


@receiver("post.ended")
def on_post_ended(*, post_id: int, at: datetime) -> None:
    """The seat its holder had by it is vacant; of a post that ends on a later day, on that day (sweep)."""
    keep_seats(at=at)


@receiver("people.changed")
def on_people_changed(*, school_id: int, at: datetime, operation_id: int = 0) -> None:
    """Posts that ended with a closed class."""
    keep_seats(at=at)
