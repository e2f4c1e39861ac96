"""What a check of the house finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """A promise of the house that does not hold for one row.

    code: stable name of the promise (``owner``, ``next_date``, ``two_persons`` …). subject: app.model:id.
    words: one Chinese sentence that says what is wrong and what to do, without naming a student.
    """

    code: str
    subject: str
    words: str
