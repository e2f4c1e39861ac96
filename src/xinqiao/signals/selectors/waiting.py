"""What time brings: for the sweeps and the doctor."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.people.models import current
from xinqiao.signals import rules
from xinqiao.signals.enums import InterviewState, NudgeWhy
from xinqiao.signals.models import OPEN, Interview, Nudge, Signal


def orphaned(at: datetime) -> QuerySet[Signal]:
    """Open signals whose owner does not hold the post in which they answer, or whose post is somebody else's."""
    day = localdate(at)
    held = current(day, "owner_post__") & Q(owner_post__person=F("owner"))
    return Signal.objects.filter(OPEN).exclude(held)


def overdue(at: datetime) -> QuerySet[Signal]:
    return Signal.objects.filter(OPEN, respond_by__lt=at).order_by("urgency", "respond_by")


def nearly_due(at: datetime) -> QuerySet[Signal]:
    """Open signals whose date is near and whose owner was not told of this date."""
    near = Q(pk__in=[])
    for urgency, before in rules.REMIND_BEFORE.items():
        near |= Q(urgency=urgency, respond_by__lte=at + before)
    told = Nudge.objects.filter(
        signal=OuterRef("pk"), person=OuterRef("owner"), why=NudgeWhy.DUE, due_at=OuterRef("respond_by")
    )
    return Signal.objects.filter(near, ~Exists(told), OPEN, respond_by__gte=at)


def told_long_ago(at: datetime) -> QuerySet[Nudge]:
    """What was looked at, or whose signal ended, a week ago. A reminder stays until its date has passed: it keeps the
    same date from being reminded of twice."""
    old = at - rules.KEEP_TOLD
    over = Q(seen_at__lte=old) | Q(signal__closed_at__lte=old)
    return Nudge.objects.filter(over, Q(due_at=None) | Q(due_at__lt=at), at__lte=old)


def agreed(at: datetime) -> QuerySet[Interview]:
    """Finished interviews whose agreed next date has come and did not become a signal yet."""
    return Interview.objects.filter(state=InterviewState.DONE, next_raised_at=None, next_on__lte=localdate(at))
