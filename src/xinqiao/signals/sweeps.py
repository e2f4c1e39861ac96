"""What happens because time passes. Each signal is its own transaction: one that fails does not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import models

from xinqiao.access.actor import HOUSE
from xinqiao.outbox.registry import every
from xinqiao.signals import selectors
from xinqiao.signals.services import keeping, raising, triage

log = logging.getLogger("xinqiao.signals")


def _each(what: str, found: Iterable[models.Model], act: Callable[[models.Model], object]) -> None:
    for row in found:
        try:
            act(row)
        except Exception:
            log.exception("%s failed for %s %s", what, row._meta.label_lower, row.pk)


@every("signals.owners", timedelta(minutes=1))
def keep_owned(at: datetime) -> None:
    """A post that ended leaves nothing behind without an owner. Runs before anything climbs."""
    keeping.keep_owned(actor=HOUSE, at=at)


@every("signals.climb", timedelta(minutes=1))
def climb_overdue(at: datetime) -> None:
    """Missed dates go to the next person of the chain."""
    _each("climbing", selectors.overdue(at), lambda row: triage.climb(actor=HOUSE, signal=row, at=at))  # type: ignore[arg-type]


@every("signals.remind", timedelta(minutes=1))
def remind_before_due(at: datetime) -> None:
    """The owner hears once, shortly before a date."""
    _each("reminding", selectors.nearly_due(at), lambda row: triage.remind(actor=HOUSE, signal=row, at=at))  # type: ignore[arg-type]


@every("signals.agreed", timedelta(hours=1))
def raise_agreed_talks(at: datetime) -> None:
    """The day on which it was agreed to talk again has come."""
    _each("agreed talk", selectors.agreed(at), lambda row: raising.raise_agreed_talk(actor=HOUSE, interview=row, at=at))  # type: ignore[arg-type]


@every("signals.forget_told", timedelta(hours=1))
def forget_told(at: datetime) -> None:
    """What somebody was told and has seen does not pile up."""
    keeping.forget_told(at=at)
