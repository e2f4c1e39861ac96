"""Figures of this room: open files, who has a plan, who of those at level 3 and 4 is cared for, follow-ups, closings.

Counted as on the statistics page: at the student's class of today, or at the school that holds the case when they left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from xinqiao.cases.enums import CaseState, FollowUpState
from xinqiao.cases.models import Case, FollowUp, Plan
from xinqiao.indicators.places import first_moment, ids, school_year_span
from xinqiao.indicators.registry import Indicator, Share
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.signals.enums import ChangeState
from xinqiao.signals.models import LevelChange
from xinqiao.signals.rules import SECOND_PERSON_FROM

Nodes = Sequence[Organisation]
Asked = Mapping[str, Any]
Shares = dict[int, Share]

HIGH = (SECOND_PERSON_FROM, SECOND_PERSON_FROM + 1)
"""Levels 预警 and 危机."""


class Places:
    """Where students with a case or a level are today."""

    def __init__(self, nodes: Nodes, on: date) -> None:
        levelled = LevelChange.objects.filter(state=ChangeState.STANDING, person=OuterRef("person"))
        known = Exists(levelled) | Exists(Case.objects.filter(person=OuterRef("person")))
        rows = Enrolment.objects.filter(current(on), known, school__in=ids(nodes))
        self.found = {person: (node, school) for person, node, school in rows.values_list(*_PLACE)}

    def of(self, person: int, school: int) -> int:
        """The class, when it lies in the school of the case; else that school."""
        node, own = self.found.get(person, (0, 0))
        return node if own == school else school


_PLACE = ("person", "class_node", "school")


def _zeros(nodes: Nodes, share: Share) -> Shares:
    return {node.pk: share for node in nodes}


def _open(nodes: Nodes, on: date) -> Iterator[tuple[int, bool]]:
    """(place, whether it has a plan) of each open case."""
    places = Places(nodes, on)
    planned = Exists(Plan.objects.filter(case=OuterRef("pk")))
    rows = Case.objects.filter(school__in=ids(nodes), opened_at__lt=school_year_span(on)[1])
    rows = rows.exclude(state=CaseState.CLOSED).annotate(planned=planned).order_by()
    for person, school, has_plan in rows.values_list("person", "school", "planned"):
        yield places.of(person, school), has_plan


def _files(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    found = Counter(place for place, _planned in _open(nodes, on))
    return _zeros(nodes, Share(0, cells=(0,))) | {place: Share(n, cells=(n,)) for place, n in found.items()}


def _plans(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    whole, part = Counter[int](), Counter[int]()
    for place, planned in _open(nodes, on):
        whole[place] += 1
        part[place] += planned
    return _zeros(nodes, Share(0, 0)) | {place: Share(part[place], n, guards=(n,)) for place, n in whole.items()}


def _high_risk(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    """Levels 3 and 4 are figures of their own on the statistics page: each guards this one."""
    places = Places(nodes, on)
    newest: dict[int, tuple[int, datetime]] = {}
    rows = LevelChange.objects.filter(state=ChangeState.STANDING, stands_from__lt=school_year_span(on)[1])
    for person, level, since in rows.order_by("stands_from", "id").values_list("person", "level", "stands_from"):
        if person in places.found and since is not None:
            newest[person] = (level, since)
    high = {person: row for person, row in newest.items() if row[0] in HIGH}
    cared = _cared(high)
    found: Shares = _zeros(nodes, Share(0, 0, guards=(0, 0)))
    for person, (level, _since) in high.items():
        place = places.found[person][0]
        one = Share(int(person in cared), 1, guards=(int(level == HIGH[0]), int(level == HIGH[1])))
        found[place] = found[place] + one if place in found else one
    return found


def _cared(high: Mapping[int, tuple[int, datetime]]) -> set[int]:
    """Those with an open case, or one that two people closed after the level was set."""
    cared = set()
    rows = Case.objects.filter(person__in=LevelChange.objects.filter(level__in=HIGH).values("person")).order_by()
    for person, state, closed_at, asked_by, closed_by in rows.values_list(
        "person", "state", "closed_at", "closing_asked_by", "closed_by"
    ):
        if person in high:
            by_two = closed_at is not None and closed_at >= high[person][1] and asked_by != closed_by
            if state != CaseState.CLOSED or by_two:
                cared.add(person)
    return cared


def _follow_ups(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    """Due on a day of this school year that is over; done no later than on that day."""
    places = Places(nodes, on)
    since = school_year_span(on)[0]
    rows = FollowUp.objects.filter(school__in=ids(nodes), due_at__gte=since, due_at__lt=first_moment(on))
    counted: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for person, school, due, state, done in rows.exclude(state=FollowUpState.LIFTED).values_list(
        "case__person", "school", "due_at", "state", "done_at"
    ):
        late = state == FollowUpState.DONE and localdate(done) > localdate(due)
        counted[places.of(person, school)][2 if state != FollowUpState.DONE else int(late)] += 1
    return _zeros(nodes, Share(0, 0)) | {
        place: Share(cells[0], sum(cells), cells=(cells[0], cells[1], cells[2])) for place, cells in counted.items()
    }


def _by_two(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    places = Places(nodes, on)
    since, until = school_year_span(on)
    rows = Case.objects.filter(school__in=ids(nodes), closed_at__gte=since, closed_at__lt=until).order_by()
    whole, part = Counter[int](), Counter[int]()
    for person, school, asked_by, closed_by in rows.values_list("person", "school", "closing_asked_by", "closed_by"):
        place = places.of(person, school)
        whole[place] += 1
        part[place] += asked_by is not None and closed_by is not None and asked_by != closed_by
    return _zeros(nodes, Share(0, 0)) | {place: Share(part[place], n, guards=(n,)) for place, n in whole.items()}


def _page(_node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("cases:cases")


INDICATORS = (
    Indicator(
        "cases.files", _("进行中的个案档案"), _("当天没有结案的个案数"), kind="count", unit=_("例"), children=True,
        live=_files, rows=_page, clauses=("08.4", "14.8", "10.3"),
    ),
    Indicator(
        "cases.plans", _("有支持方案的个案"), _("有支持方案的个案 ÷ 当天没有结案的个案"), children=True, live=_plans,
        rows=_page, clauses=("01.3", "08.4"),
    ),
    Indicator(
        "cases.high_risk_cared", _("预警和危机学生得到干预"),
        _("有进行中的个案，或定级后由两人复核结案的学生 ÷ 当天在册、现为 3–4 级的学生"), children=True,
        live=_high_risk, rows=_page, clauses=("15.1",),
    ),
    Indicator(
        "cases.followups_on_time", _("按时完成的随访"), _("不晚于当天完成的随访 ÷ 本学年到昨天为止应做的随访"),
        children=True, live=_follow_ups, rows=_page, clauses=("03.6", "16.12"),
    ),
    Indicator(
        "cases.reviewed_by_two", _("两人复核的结案"), _("由第二人复核的结案 ÷ 本学年的结案"), children=True,
        live=_by_two, rows=_page, clauses=("06.4",),
    ),
)  # fmt: skip
