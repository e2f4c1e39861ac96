"""When a budget line deserves a word. Plain Python."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum


class Word(StrEnum):
    """What is worth a look, worst first."""

    OVERSPENT = "overspent"
    NEARLY_SPENT = "nearly_spent"
    UNSET = "unset"
    SLEEPING = "sleeping"


NEARLY = Decimal("0.9")
"""Share of a line from which its keeper is told that little is left."""
SLEEPING_FROM_MONTH = 10
"""From October on a line of which nothing was spent is named: there is still time to use it this year."""


def warning(amount: Decimal, spent: Decimal, month: int) -> Word | None:
    """The word a line deserves in a month (1–12) of its own year; 12 for a year that is over."""
    if spent > amount:
        return Word.OVERSPENT
    if amount == 0:
        return Word.UNSET
    if spent >= amount * NEARLY:
        return Word.NEARLY_SPENT
    if spent == 0 and month >= SLEEPING_FROM_MONTH:
        return Word.SLEEPING
    return None
