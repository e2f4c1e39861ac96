"""Counts of one tree of organisations, exact. Nothing here is shown to anybody but through ``releasing``, except to a
school's psychology teachers, who see each student by name anyway."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.timezone import get_current_timezone, localdate, localtime

from xinqiao.cases.enums import CaseState, DutyState, FollowUpState
from xinqiao.cases.models import CareDuty, Case, FollowUp
from xinqiao.indicators.tree import Tree, tree_of
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.rules import school_year_of
from xinqiao.screening.enums import SittingState
from xinqiao.screening.models import Campaign, Sitting, Tally
from xinqiao.screening.selectors.campaigns import LEAST_SHOWN
from xinqiao.signals.enums import SignalState
from xinqiao.signals.models import LevelChange, Signal
from xinqiao.signals.rules import OPEN_STATES

LEVELS = (1, 2, 3, 4)
MOST_NAMED = 5_000
"""Ids a query names one by one; above, all rows are read and filtered here."""


@dataclass
class Counts:
    """Exact counts of a tree in a school year; every Counter is by node id."""

    tree: Tree
    since: date
    students: Counter[int] = field(default_factory=Counter)
    invited: Counter[int] = field(default_factory=Counter)
    submitted: Counter[int] = field(default_factory=Counter)
    untold: set[int] = field(default_factory=set)
    """Nodes with a campaign that was left out, so that no screening is not said of them."""
    sheets: Counter[int] = field(default_factory=Counter)
    valid: Counter[int] = field(default_factory=Counter)
    signals: Counter[int] = field(default_factory=Counter)
    open: Counter[int] = field(default_factory=Counter)
    in_time: Counter[int] = field(default_factory=Counter)
    sources: dict[str, Counter[int]] = field(default_factory=dict)
    months: dict[str, Counter[int]] = field(default_factory=dict)
    hours: dict[int, list[float]] = field(default_factory=dict)
    levels: dict[int, Counter[int]] = field(default_factory=dict)
    cases: Counter[int] = field(default_factory=Counter)
    closed: Counter[int] = field(default_factory=Counter)
    duties: Counter[int] = field(default_factory=Counter)
    duties_kept: Counter[int] = field(default_factory=Counter)
    looks: Counter[int] = field(default_factory=Counter)
    looks_done: Counter[int] = field(default_factory=Counter)

    def first_contact(self, node: int) -> float | None:
        """Median hours from raised to taken up, to the half hour; None below ten, where it could be somebody's own."""
        hours = self.hours.get(node, [])
        return round(median(hours) * 2) / 2 if len(hours) >= LEAST_SHOWN else None


def year_start(on: date) -> date:
    return date(school_year_of(on), 9, 1)


def first_moment(on: date) -> datetime:
    return datetime.combine(on, time(), tzinfo=get_current_timezone())


def count(root: Organisation, at: datetime, *, outside: bool) -> Counts:
    """Everything about the subtree of ``root`` in the school year of ``at``. A fixed number of queries.

    outside: leave out campaigns whose own count is not shown outside the school (few answered, or few did not).
    """
    on = localdate(at)
    counts = Counts(tree_of(root), year_start(on))
    places = Enrolment.objects.filter(current(on), class_node__in=_nodes(root))
    counts.students = counts.tree.rolled(_by(places.values_list("class_node"), Count("pk")))
    _screening(counts, outside=outside)
    _signals(counts)
    levelled = LevelChange.objects.filter(state="standing", person=OuterRef("person"))
    known = Exists(levelled) | Exists(Case.objects.filter(person=OuterRef("person")))
    where = dict(places.filter(known).values_list("person", "class_node"))
    _levels(counts, where)
    _cases(counts, where, at)
    return counts


def _by(rows: QuerySet[Any, Any], what: Count | Sum) -> dict[int, int]:
    return dict(rows.annotate(n=what).values_list(rows.query.values_select[0], "n"))


def _nodes(root: Organisation) -> QuerySet[Organisation, Any]:
    """Ids of the tree, for ``…__in``: a path compared in a join makes the database read the rows of the whole house."""
    return Organisation.objects.filter(path__startswith=root.path or "-").order_by().values("pk")


def _inside(counts: Counts, field_name: str) -> Q:
    return Q(**{f"{field_name}__in": _nodes(counts.tree.root)})


def _screening(counts: Counts, *, outside: bool) -> None:
    since = first_moment(counts.since)
    campaigns = Campaign.objects.filter(_inside(counts, "school"), opens_at__gte=since).order_by().values("pk")
    rows = list(
        Sitting.objects.filter(campaign__in=campaigns, retest_of=None)
        .values_list("campaign", "class_node")
        .annotate(n=Count("pk"), done=Count("pk", filter=Q(state=SittingState.SUBMITTED)))
    )
    whole: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for campaign, _node, invited, submitted in rows:
        whole[campaign][0] += invited
        whole[campaign][1] += submitted
    untold = {node for campaign, node, _n, _d in rows if outside and not _told_outside(*whole[campaign])}
    counts.untold = {place for node in untold for place in counts.tree.above.get(node, ())}
    told = {campaign for campaign, (invited, done) in whole.items() if not outside or _told_outside(invited, done)}
    for campaign, node, invited, submitted in rows:
        if campaign in told:
            for place in counts.tree.above.get(node, ()):
                counts.invited[place] += invited
                counts.submitted[place] += submitted
    sheets = Tally.objects.filter(campaign__in=campaigns, score="")
    for node, band, n in sheets.values_list("class_node", "band").annotate(n=Sum("count")):
        for place in counts.tree.above.get(node, ()):
            counts.sheets[place] += n
            counts.valid[place] += n if band == "valid" else 0


def _told_outside(invited: int, submitted: int) -> bool:
    """The rule of the campaign pages (``screening.selectors.campaigns.for_outside``): with another one here, a bureau
    could subtract one page from the other."""
    if submitted in (0, invited):
        return submitted == 0 or invited >= LEAST_SHOWN
    return LEAST_SHOWN <= submitted <= invited - LEAST_SHOWN


def _signals(counts: Counts) -> None:
    rows = Signal.objects.filter(_inside(counts, "school"), raised_at__gte=first_moment(counts.since))
    hours: dict[int, list[float]] = defaultdict(list)
    sources: dict[str, Counter[int]] = defaultdict(Counter)
    months: dict[str, Counter[int]] = defaultdict(Counter)
    fields = ("class_node", "school", "source", "state", "climbs", "raised_at", "taken_at")
    for node, school, source, state, climbs, raised, taken in rows.exclude(state=SignalState.MERGED).values_list(
        *fields
    ):
        month = f"{localtime(raised):%Y-%m}"
        for place in counts.tree.above.get(node or school, ()):
            counts.signals[place] += 1
            counts.open[place] += state in OPEN_STATES
            counts.in_time[place] += climbs == 0
            sources[source][place] += 1
            months[month][place] += 1
            if taken is not None:
                hours[place].append((taken - raised) / timedelta(hours=1))
    counts.sources, counts.months, counts.hours = dict(sources), dict(months), dict(hours)


def _levels(counts: Counts, where: Mapping[int, int]) -> None:
    """Students by the newest level that stands, at the class where they are today."""
    rows = LevelChange.objects.filter(state="standing").order_by("stands_from", "id")
    if len(where) <= MOST_NAMED:  # a subquery over every enrolment of the tree is what takes the time
        rows = rows.filter(person__in=list(where))
    newest = dict(rows.values_list("person", "level"))
    by_level: dict[int, Counter[int]] = {level: Counter() for level in LEVELS}
    for person, level in newest.items():
        if level in by_level and person in where:
            by_level[level][where[person]] += 1
    counts.levels = {level: counts.tree.rolled(found) for level, found in by_level.items()}


def _cases(counts: Counts, where: Mapping[int, int], at: datetime) -> None:
    """Cases at the student's class of today, or at the school that holds the case when they left it."""
    since, above = first_moment(counts.since), counts.tree.above
    for person, school, state, closed_at in Case.objects.filter(_inside(counts, "school")).values_list(
        "person", "school", "state", "closed_at"
    ):
        places = _places(above, where.get(person), school)
        if state != CaseState.CLOSED:
            _add(counts.cases, places)
        elif closed_at is not None and closed_at >= since:
            _add(counts.closed, places)
    duties = CareDuty.objects.filter(_inside(counts, "school"), given_at__gte=since).exclude(state=DutyState.LIFTED)
    by_class = list(duties.values_list("class_node").annotate(n=Count("pk"), kept=Count("pk", filter=Q(climbs=0))))
    counts.duties = counts.tree.rolled({node: n for node, n, _kept in by_class})
    counts.duties_kept = counts.tree.rolled({node: kept for node, _n, kept in by_class})
    looks = FollowUp.objects.filter(_inside(counts, "school"), due_at__gte=since, due_at__lte=at)
    for person, school, state in looks.exclude(state=FollowUpState.LIFTED).values_list(
        "case__person", "school", "state"
    ):
        places = _places(above, where.get(person), school)
        _add(counts.looks, places)
        if state == FollowUpState.DONE:
            _add(counts.looks_done, places)


def _places(above: Mapping[int, tuple[int, ...]], node: int | None, school: int) -> tuple[int, ...]:
    """The class's nodes when the class lies in the school of the case; else the school's."""
    inside = above.get(node or 0, ())
    return inside if school in inside else above.get(school, ())


def _add(counter: Counter[int], places: Iterable[int]) -> None:
    for place in places:
        counter[place] += 1
