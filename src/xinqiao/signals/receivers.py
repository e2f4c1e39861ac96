"""What this room does when a room below announces something."""

from __future__ import annotations

from datetime import datetime

from xinqiao.access.actor import HOUSE
from xinqiao.outbox.registry import receiver
from xinqiao.signals.services import keeping, screened


@receiver("answer.urgent")
def on_urgent_answer(*, sitting_id: int, part: int, items: list[str], at: datetime) -> None:
    screened.answer_is_urgent(actor=HOUSE, sitting_id=sitting_id, part=part, items=items, at=at)


@receiver("result.made")
def on_result(*, result_id: int, at: datetime) -> None:
    screened.result_was_made(actor=HOUSE, result_id=result_id, at=at)


@receiver("post.ended")
def on_post_ended(*, post_id: int, at: datetime) -> None:
    """What somebody answered for goes to the next person at once; a post that ends on a later day, on that day."""
    keeping.keep_owned(actor=HOUSE, at=at, post_id=post_id)


@receiver("people.changed")
def on_people_changed(*, school_id: int, at: datetime, operation_id: int = 0) -> None:
    """A closed organisation ends the posts below it."""
    keeping.keep_owned(actor=HOUSE, at=at)
