"""Figures of this room: signals of the school year, how soon somebody was there, and that levels rest on interviews.

Counted as on the statistics page: every signal but merged ones, at the class it was raised for, from 1 September on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.indicators.places import homes, ids, school_year_span
from xinqiao.indicators.registry import Indicator, Share
from xinqiao.people.models import Organisation, current
from xinqiao.screening.models import Campaign
from xinqiao.signals.enums import InterviewState, SignalState
from xinqiao.signals.models import LevelChange, Signal

Nodes = Sequence[Organisation]
Asked = Mapping[str, Any]
Shares = dict[int, Share]

Row = tuple[int, int, datetime, datetime | None]
"""Where, missed dates, raised, taken up."""

WAYS_IN = 3
"""Ways in which a reason to look reaches somebody: screening, adults at school, classmates."""


def _signals(nodes: Nodes, on: date) -> Iterator[Row]:
    since, until = school_year_span(on)
    rows = Signal.objects.filter(school__in=ids(nodes), raised_at__gte=since, raised_at__lt=until)
    rows = rows.exclude(state=SignalState.MERGED).order_by()
    for node, school, climbs, raised, taken in rows.values_list(
        "class_node", "school", "climbs", "raised_at", "taken_at"
    ):
        yield node or school, climbs, raised, taken


def _found(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    counted = Counter(place for place, _climbs, _raised, _taken in _signals(nodes, on))
    return {node.pk: Share(0, cells=(0,)) for node in nodes} | {
        place: Share(n, cells=(n,)) for place, n in counted.items()
    }


def _first_contact(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    found = {node.pk: Share(0, 0, cells=(0,), guards=(0,)) for node in nodes}
    for place, _climbs, raised, taken in _signals(nodes, on):
        held = found.get(place, Share(0, 0))
        if taken is None:
            found[place] = held + Share(0, 0, cells=(0,), guards=(1,))
        else:
            found[place] = held + Share((taken - raised) / timedelta(hours=1), 1, cells=(1,), guards=(1,))
    return found


def _clocks(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    whole, kept = Counter[int](), Counter[int]()
    for place, climbs, _raised, _taken in _signals(nodes, on):
        whole[place] += 1
        kept[place] += climbs == 0
    return {node.pk: Share(0, 0) for node in nodes} | {
        place: Share(kept[place], n, guards=(n,)) for place, n in whole.items()
    }


def _ways_in(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    """What stands open, not what was said: a figure of what came in would tell of single children."""
    since, until = school_year_span(on)
    own = homes(nodes)
    opened = Campaign.objects.filter(school__in=ids(nodes), opened_at__gte=since, opened_at__lt=until)
    open_ways: dict[int, set[str]] = defaultdict(set)
    for school in opened.order_by().values_list("school", flat=True):
        open_ways[school].add("screening")
    posts = Post.objects.filter(current(on), kind__in=[PostKind.CLASS_TEACHER, PostKind.PEER_REP])
    for place, kind in posts.values_list("organisation", "kind").distinct():
        if place in own:
            open_ways[own[place]].add(kind)
    return {node.pk: Share(len(open_ways[node.pk]), WAYS_IN) for node in nodes}


def _without_interview(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    since, until = school_year_span(on)
    rows = LevelChange.objects.filter(school__in=ids(nodes), set_at__gte=since, set_at__lt=until).order_by()
    not_held = ~Q(interview__state=InterviewState.DONE) | Q(interview__held_at__gt=F("set_at"))
    other = ~Q(interview__subject=F("person"))
    found = dict(rows.filter(not_held | other).values_list("school").annotate(n=Count("pk")))
    return {node.pk: Share(found.get(node.pk, 0)) for node in nodes}


def _page(_node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("signals:queue")


INDICATORS = (
    Indicator(
        "signals.found", _("早发现的信号"), _("本学年提出的信号数，已并入的不重复计"), kind="count", unit=_("条"),
        children=True, live=_found, rows=_page, clauses=("03.3", "08.4", "14.9"),
    ),
    Indicator(
        "signals.first_contact_hours", _("从信号到首次接触"),
        _("Σ（首次有人接手的时刻 − 提出的时刻）÷ 本学年已接手的信号数"), kind="average", unit=_("小时"), better="down",
        scale=1, children=True, live=_first_contact, rows=_page, clauses=("06.7",),
    ),
    Indicator(
        "signals.clocks_met", _("按时处理的信号"), _("从未超过期限的信号 ÷ 本学年的信号"), children=True, live=_clocks,
        rows=_page, clauses=("04.6", "06.7", "14.9"),
    ),
    Indicator(
        "signals.sources", _("开通的发现渠道"),
        _("已开通的渠道 ÷ 3：本学年开放过测评、有在任班主任、有在任心理委员，各算一条"), live=_ways_in, rows=_page,
        clauses=("08.4", "16.10"),
    ),
    Indicator(
        "signals.level_without_interview", _("没有访谈的定级"),
        _("本学年的定级中，访谈没有完成、定级早于访谈或访谈对象不是本人的次数；0 为好"), kind="count", unit=_("次"),
        better="down", live=_without_interview, rows=_page, clauses=("16.11",),
    ),
)  # fmt: skip
