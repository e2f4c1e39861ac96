"""What must hold of teams; asked by ``xinqiao doctor``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.timezone import localdate

from xinqiao.kernel.findings import Finding
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Meeting
from xinqiao.teams.selectors.seats import abandoned

GRACE = timedelta(days=1)
"""The sweep comes every ten minutes; a seat that stands a day longer means that it did not."""


def violations(at: datetime) -> Iterator[Finding]:
    """Seats whose person holds no fitting post any more, held meetings nobody attended. Changes nothing."""
    for pk in abandoned(localdate(at)).filter(pk__in=abandoned(localdate(at - GRACE))).values_list("pk", flat=True):
        yield Finding(
            "seat_without_post", f"teams.seat:{pk}", "任职的人已经没有相应的岗位，请运行巡检，或结束这项任职。"
        )
    empty = Meeting.objects.filter(Q(attended=None) & Q(guests=""), state=MeetingState.HELD)
    for pk in empty.values_list("pk", flat=True):
        yield Finding("nobody_met", f"teams.meeting:{pk}", "会议登记为已召开，但没有到会的人，请补登记。")
