"""What this room does when screening announces something."""

from __future__ import annotations

from datetime import datetime

from xinqiao.access.actor import HOUSE
from xinqiao.outbox.registry import receiver
from xinqiao.signals.services import screened


@receiver("answer.urgent")
def on_urgent_answer(*, sitting_id: int, part: int, items: list[str], at: datetime) -> None:
    screened.answer_is_urgent(actor=HOUSE, sitting_id=sitting_id, part=part, items=items, at=at)


@receiver("result.made")
def on_result(*, result_id: int, at: datetime) -> None:
    screened.result_was_made(actor=HOUSE, result_id=result_id, at=at)
