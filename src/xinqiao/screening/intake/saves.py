"""What is written, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Save:
    """The whole state of one sheet as its page has it. ``submit`` is the client's own id of a submit, "" for a save.

    answers, clocks: packed (``Definition.encode``, ``screening.clocks``). hits: safety items among the answers.
    """

    sitting_id: int
    part: int
    instrument_hash: str
    sequence: int
    answers: bytes
    clocks: bytes
    hits: tuple[str, ...]
    submit: str
    at: datetime

    @property
    def key(self) -> tuple[int, int]:
        return self.sitting_id, self.part


@dataclass(slots=True)
class Outcome:
    """code: one of the words below. sequence: what is stored now, 0 when nothing is."""

    code: str
    sequence: int = 0
    done: bool = False
    """Every part of the sitting is submitted."""


SAVED = "saved"
SAME = "same"
"""Was stored before: the client sent it again because our first answer got lost."""
SUPERSEDED = "superseded"
"""A newer save of this sheet is stored already."""
SUBMITTED = "submitted"
"""Refused: the sheet was submitted, by another submit than this one."""
NEWER = "newer"
"""Refused: another device has gone on with this sheet; the page must load again."""
CLOSED = "closed"
DECLINED = "declined"
STOPPED = "stopped"
UNKNOWN = "unknown"
FAILED = "failed"
"""This row could not be written; its neighbours were."""
UNAVAILABLE = "unavailable"
"""Nothing of this group was written; try again."""

GOOD = frozenset({SAVED, SAME, SUPERSEDED})

Stored = tuple[Any, ...]
"""(sitting state, campaign state, sequence, submitted_at, client_key, answers), the last four None without a sheet."""


def explain(save: Save, stored: Stored | None) -> Outcome:
    """Why a save changed nothing."""
    if stored is None:
        return Outcome(UNKNOWN)
    sitting, campaign, sequence, submitted_at, client_key, answers = stored
    sequence = sequence or 0
    if submitted_at is not None:
        again = bool(save.submit) and save.submit == client_key
        return Outcome(SAME if again else SUBMITTED, sequence, done=sitting == "submitted")
    if sitting in (DECLINED, STOPPED):
        return Outcome(sitting, sequence)
    if campaign != "open" or sitting == "submitted":
        return Outcome(CLOSED, sequence)
    if save.submit:
        return Outcome(NEWER, sequence)
    if save.sequence == sequence:
        return Outcome(SAME if bytes(answers) == save.answers else NEWER, sequence)
    return Outcome(SUPERSEDED, sequence)


def newly(hits: tuple[str, ...], told: str) -> list[str]:
    """Safety items that nobody was told about yet. told: the sheet's column, ids joined by commas."""
    known = set(told.split(","))
    return [name for name in hits if name not in known]


def with_told(told: str, new: list[str]) -> str:
    return ",".join([*filter(None, told.split(",")), *new])
