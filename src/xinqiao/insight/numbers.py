"""Figures of a school, a grade or a bureau: how many, never who. Everything here is a count of rows in one subtree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.timezone import localdate

from xinqiao.cases.enums import CaseState, DutyState, FollowUpState
from xinqiao.cases.models import CareDuty, Case, FollowUp
from xinqiao.insight.suppression import Cell, partition, share, shown, table
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.rules import grade_name, school_year_of
from xinqiao.screening.models import Sitting, Tally
from xinqiao.signals.enums import SignalState, Source
from xinqiao.signals.models import LevelChange, Signal

LEVELS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class GradeLevels:
    """One row of the level table: a cohort and its cells by level."""

    title: str
    cells: list[Cell]
    total: Cell


@dataclass(frozen=True)
class Numbers:
    """Figures of one subtree in one school year. Shares are words, so that hidden ones stay hidden."""

    node: Organisation
    since: date
    students: Cell
    invited: Cell
    submitted: Cell
    coverage: str
    valid: Cell
    valid_share: str
    signals: Cell
    signals_open: Cell
    sources: list[tuple[str, Cell]]
    first_contact_hours: float | None
    in_time: str
    cases_open: Cell
    cases_closed: Cell
    duties_in_time: str
    follow_ups_done: str
    levels: list[GradeLevels] = field(default_factory=list)


def school_year_start(on: date) -> date:
    return date(school_year_of(on), 9, 1)


def numbers(node: Organisation, at: datetime) -> Numbers:
    """Figures of the subtree of ``node`` in the school year of ``at``; a fixed number of queries."""
    path, since = node.path or "-", school_year_start(localdate(at))
    sittings = Sitting.objects.filter(class_node__path__startswith=path, invited_at__date__gte=since, retest_of=None)
    states = dict(sittings.values_list("state").annotate(n=Count("pk")))
    invited, submitted = sum(states.values()), states.get("submitted", 0)
    sheets = dict(
        Tally.objects.filter(class_node__path__startswith=path, campaign__opens_at__date__gte=since, score="")
        .values_list("band")
        .annotate(n=Sum("count"))
    )
    signals = list(
        Signal.objects.filter(class_node__path__startswith=path, raised_at__date__gte=since).values_list(
            "source", "state", "raised_at", "taken_at", "climbs"
        )
    )
    people = Enrolment.objects.filter(current(localdate(at)), class_node__path__startswith=path)
    cases = Case.objects.filter(person__in=people.values("person"))
    duties = CareDuty.objects.filter(class_node__path__startswith=path, given_at__date__gte=since)
    follow_ups = FollowUp.objects.filter(case__in=cases, due_at__date__gte=since, due_at__lte=at)
    sources = Counter(source for source, *_rest in signals)
    return Numbers(
        node=node,
        since=since,
        students=shown(people.count()),
        invited=shown(invited),
        submitted=shown(submitted),
        coverage=share(submitted, invited),
        valid=shown(sheets.get("valid", 0)),
        valid_share=share(sheets.get("valid", 0), sum(sheets.values())),
        signals=shown(len(signals)),
        signals_open=shown(sum(state in _OPEN for _s, state, *_r in signals)),
        sources=[(str(Source(key).label), cell) for key, cell in partition(dict(sources)).items()],
        first_contact_hours=_median_hours([(raised, taken) for _s, _st, raised, taken, _c in signals]),
        in_time=share(sum(climbs == 0 for *_r, climbs in signals), len(signals)),
        cases_open=shown(cases.exclude(state=CaseState.CLOSED).count()),
        cases_closed=shown(cases.filter(state=CaseState.CLOSED, closed_at__date__gte=since).count()),
        duties_in_time=_share_of(duties.exclude(state=DutyState.LIFTED), Q(climbs=0)),
        follow_ups_done=_share_of(follow_ups.exclude(state=FollowUpState.LIFTED), Q(state=FollowUpState.DONE)),
        levels=levels_by_grade(node, at),
    )


_OPEN = {
    SignalState.RAISED, SignalState.TAKEN, SignalState.INTERVIEWING, SignalState.INTERVIEWED, SignalState.AWAITING,
}  # fmt: skip


def _share_of(rows: QuerySet[Any], condition: Q) -> str:
    both = rows.aggregate(part=Count("pk", filter=condition), whole=Count("pk"))
    return share(both["part"], both["whole"])


def _median_hours(pairs: Sequence[tuple[datetime, datetime | None]]) -> float | None:
    """Median hours from raised to taken up; None below ten, where one time could be somebody's."""
    hours = [(taken - raised) / timedelta(hours=1) for raised, taken in pairs if taken is not None]
    return round(median(hours), 1) if len(hours) >= 10 else None


def standing_levels(path: str, at: datetime) -> dict[int, int]:
    """Level by person id, for today's students of a subtree who have one above 0."""
    people = Enrolment.objects.filter(current(localdate(at)), class_node__path__startswith=path).values("person")
    rows = LevelChange.objects.filter(state="standing", person__in=people).order_by("stands_from", "id")
    newest = dict(rows.values_list("person", "level"))
    return {person: level for person, level in newest.items() if level > 0}


def levels_by_grade(node: Organisation, at: datetime) -> list[GradeLevels]:
    """Students by grade and level, with small cells and what would reveal them hidden."""
    path, on = node.path or "-", localdate(at)
    enrolled = Enrolment.objects.filter(current(on), class_node__path__startswith=path)
    totals = {
        (stage, year): n
        for stage, year, n in enrolled.values_list("class_node__stage", "class_node__entry_year").annotate(
            n=Count("pk")
        )
    }
    levels = standing_levels(path, at)
    where = enrolled.filter(person__in=levels).values_list("person", "class_node__stage", "class_node__entry_year")
    counts: dict[tuple[str, int], Counter[int]] = {key: Counter() for key in totals}
    for person, stage, year in where:
        counts[stage, year][levels[person]] += 1
    keys = sorted(totals, key=lambda key: (("primary", "junior", "senior").index(key[0]), -key[1]))
    raw = [{str(n): totals[key] - counts[key].total() if n == 0 else counts[key][n] for n in LEVELS} for key in keys]
    system = "63"
    return [
        GradeLevels(
            title=grade_name(system=system, stage=stage, entry_year=year, school_year=school_year_of(on)),
            cells=[row[str(n)] for n in LEVELS],
            total=shown(totals[stage, year]),
        )
        for (stage, year), row in zip(keys, table(raw), strict=True)
    ]


@dataclass(frozen=True)
class SchoolRow:
    """One school in a bureau's table. Rows stand in the order of codes: there is no ranking."""

    school: Organisation
    students: Cell
    submitted: Cell
    coverage: str
    signals: Cell
    in_time: str
    cases: Cell
    duties: str


def school_rows(bureau: Organisation, at: datetime) -> list[SchoolRow]:
    """One row a school; a fixed number of queries, however many schools."""
    path, since = bureau.path or "-", school_year_start(localdate(at))
    schools = list(Organisation.objects.filter(path__startswith=path, kind="school", closed_on=None).order_by("code"))
    inside = Q(school__path__startswith=path)
    students = dict(
        Enrolment.objects.filter(current(localdate(at)), inside).values_list("school").annotate(n=Count("pk"))
    )
    sittings = {
        school: (invited, submitted)
        for school, invited, submitted in Sitting.objects.filter(
            campaign__school__path__startswith=path, invited_at__date__gte=since, retest_of=None
        )
        .values_list("campaign__school")
        .annotate(n=Count("pk"), done=Count("pk", filter=Q(state="submitted")))
    }
    signals = _pairs(Signal.objects.filter(inside, raised_at__date__gte=since), Q(climbs=0))
    cases = dict(
        Case.objects.filter(inside).exclude(state=CaseState.CLOSED).values_list("school").annotate(n=Count("pk"))
    )
    duties = _pairs(
        CareDuty.objects.filter(inside, given_at__date__gte=since).exclude(state=DutyState.LIFTED), Q(climbs=0)
    )
    rows = []
    for school in schools:
        invited, submitted = sittings.get(school.pk, (0, 0))
        raised, quiet = signals.get(school.pk, (0, 0))
        given, kept = duties.get(school.pk, (0, 0))
        rows.append(
            SchoolRow(
                school=school,
                students=shown(students.get(school.pk, 0)),
                submitted=shown(submitted),
                coverage=share(submitted, invited),
                signals=shown(raised),
                in_time=share(quiet, raised),
                cases=shown(cases.get(school.pk, 0)),
                duties=share(kept, given),
            )
        )
    return rows


def _pairs(rows: QuerySet[Any], condition: Q) -> dict[int, tuple[int, int]]:
    found = rows.values_list("school").annotate(whole=Count("pk"), part=Count("pk", filter=condition))
    return {school: (whole, part) for school, whole, part in found}
