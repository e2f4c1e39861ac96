"""What this room does by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from xinqiao.outbox.registry import every
from xinqiao.people.services import load_national_calendar


@every("people.calendar", timedelta(days=1))
def keep_national_calendar(at: datetime) -> None:
    """National holidays and make-up days from last year to the year after next, as the package knows them today."""
    year = localdate(at).year
    load_national_calendar(range(year - 1, year + 3))
