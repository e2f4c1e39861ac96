"""What this room can tell: filled positions, meetings held, minutes written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext_lazy as _

from xinqiao.indicators.registry import Indicator, Share
from xinqiao.people.models import Organisation
from xinqiao.people.rules import SCHOOL_YEAR_STARTS, school_year_of
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Meeting
from xinqiao.teams.selectors.meetings import rhythms
from xinqiao.teams.selectors.seats import counted

Parameters = Mapping[str, Any]
Told = Iterable[tuple[int, bool]]
"""(organisation id, whether it is as it shall be), one for each thing that counts."""


def _shares(told: Told) -> dict[int, Share]:
    found: dict[int, Share] = defaultdict(lambda: Share(0.0, 0.0))
    for node_id, fine in told:
        found[node_id] += Share(float(fine), 1.0)
    return dict(found)


def filled(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    rows = counted(nodes, on).filter(minimum__gt=0)
    return _shares(
        (node_id, sits >= minimum)
        for node_id, minimum, sits in rows.values_list("team__organisation", "minimum", "sits")
    )


def meetings(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    return _shares((row.team.organisation_id, row.enough) for row in rhythms(nodes, on) if row.asked)


def minutes(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    since = make_aware(datetime.combine(date(school_year_of(on), *SCHOOL_YEAR_STARTS), time(0)))
    rows = Meeting.objects.filter(team__organisation__in=nodes, state=MeetingState.HELD, held_at__gte=since)
    return _shares(
        (node_id, written_at is not None and localdate(written_at) <= on)
        for node_id, held_at, written_at in rows.values_list("team__organisation", "held_at", "minutes_at")
        if localdate(held_at) <= on
    )


def _page(name: str) -> Callable[[Organisation, date, Parameters], str]:
    def rows(organisation: Organisation, on: date, parameters: Parameters) -> str:
        from django.urls import reverse

        return f"{reverse(f'teams:{name}')}?organisation={organisation.pk}"

    return rows


INDICATORS = (
    Indicator(
        code="teams.filled",
        title=_("岗位配备率"),
        formula=_("人数已配够的职位 ÷ 各支队伍的职位"),
        bears=(),
        live=filled,
        rows=_page("index"),
        clauses=("02.1", "05.6", "06.1", "07.1"),
    ),
    Indicator(
        code="teams.meetings",
        title=_("按要求开会的队伍"),
        formula=_("本学期已开够规定次数会议的队伍 ÷ 规定了会议次数的队伍"),
        bears=(),
        live=meetings,
        rows=_page("meetings"),
        clauses=("02.1",),
    ),
    Indicator(
        code="teams.minutes",
        title=_("会议有纪要"),
        formula=_("本学年有纪要的会议 ÷ 本学年已召开的会议"),
        bears=(),
        live=minutes,
        rows=_page("meetings"),
        clauses=("02.1", "07.2"),
    ),
)
