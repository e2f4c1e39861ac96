"""Reads of the room: who answers and until when, where a person stands, how lists look, what time brings."""

from xinqiao.signals.selectors.answering import (
    APPOINTERS,
    answering,
    barred_from,
    due,
    due_in,
    first_answering,
    heirs,
    held_on,
    next_answering,
    options_of,
    seconds_for,
)
from xinqiao.signals.selectors.levels import REVIEW_KEY, current_level, current_levels, level_at, review_asked
from xinqiao.signals.selectors.waiting import agreed, nearly_due, orphaned, overdue, told_long_ago

__all__ = [
    "APPOINTERS",
    "REVIEW_KEY",
    "agreed",
    "answering",
    "barred_from",
    "current_level",
    "current_levels",
    "due",
    "due_in",
    "first_answering",
    "heirs",
    "held_on",
    "level_at",
    "nearly_due",
    "next_answering",
    "options_of",
    "orphaned",
    "overdue",
    "review_asked",
    "seconds_for",
    "told_long_ago",
]
