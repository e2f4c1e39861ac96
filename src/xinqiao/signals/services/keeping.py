"""Posts end and people move: no open signal stays without somebody who holds a post. At once, and by the sweep."""

from __future__ import annotations

import logging
from datetime import datetime

from xinqiao.access.actor import Actor
from xinqiao.signals import selectors
from xinqiao.signals.models import Nudge
from xinqiao.signals.services.triage import re_own

log = logging.getLogger("xinqiao.signals")
AT_ONCE = 5_000
"""Rows one turn takes away, so that it never holds the database for long."""


def keep_owned(*, actor: Actor, at: datetime, post_id: int | None = None) -> int:
    """Hand on every open signal whose owner no longer holds the post (of one post, when it is named); returns how many.

    Each is its own transaction: one that cannot be handed on does not hold up the others, and is tried again.
    """
    rows = selectors.orphaned(at)
    handed = 0
    for signal in rows if post_id is None else rows.filter(owner_post=post_id):
        try:
            handed += re_own(actor=actor, signal=signal, at=at) is not None
        except Exception:
            log.exception("handing on failed for signal %s", signal.pk)
    return handed


def forget_told(*, at: datetime) -> int:
    """Take away what waits for nobody any more; returns how many. Who missed which date stays with the signal."""
    ids = list(selectors.told_long_ago(at).values_list("pk", flat=True)[:AT_ONCE])
    return Nudge.objects.filter(pk__in=ids).delete()[0]
