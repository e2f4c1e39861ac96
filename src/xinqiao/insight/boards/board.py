"""What stands on the wall board: plans and how far they are, figures with lights in words, places, what is due, today.

Whoever walks by may read it, so it shows the same to everybody: work that was done, figures as they are released, and
never the exact ones that a psychology teacher sees on pages of their own. A fixed number of queries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.indicators import shown
from xinqiao.indicators.places import PEOPLE_INSIDE, first_moment
from xinqiao.insight.boards import map as drawing
from xinqiao.insight.boards.words import FACES, Face, face_of
from xinqiao.insight.numbers import Numbers, numbers
from xinqiao.insight.report import hours_words
from xinqiao.people.models import Organisation
from xinqiao.plans.counting import NONE, Counts, counted
from xinqiao.plans.enums import Mode, PlanState, TaskState
from xinqiao.plans.models import HandIn, Plan, PlanUnit, Task
from xinqiao.plans.rules import OPEN_STATES, UNSETTLED
from xinqiao.plans.selectors.rows import listed, plan_title, rows_of
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Meeting

ANYBODY = Actor(account=None, person=None)
"""Who stands before the board: somebody without a post."""
AHEAD, LOOKED_BACK = timedelta(days=14), timedelta(days=60)
MOST_RECENT = 6
_UNKNOWN = gettext_lazy("还没有数字")
MOST_PLANS, MOST_FIGURES, MOST_DUE = 5, 6, 6
SHARES = (("far", 3), ("near", 2), ("met", 2), ("unknown", 0))
"""How many figures of each light stand there first; what room is left is filled in the same order."""


@dataclass(frozen=True)
class PlanLine:
    """A running plan. done, due: tasks whose last day has come, and those of them that are done. late: not handed in
    after their last day. share: per cent done of what is due."""

    title: str
    done: int
    due: int
    total: int
    late: int
    share: int | None
    ends_on: date
    mode: str
    paused: bool
    led_by: str

    @property
    def emergency(self) -> bool:
        return self.mode == Mode.EMERGENCY


@dataclass(frozen=True)
class Recent:
    """Work whose last day has just come: done of asked."""

    on: date
    title: str
    done: int
    asked: int


@dataclass(frozen=True)
class Light:
    title: str
    text: str
    target: str
    words: str
    tone: str
    icon: str
    state: str


@dataclass(frozen=True)
class Place:
    """An organisation that takes part. share: per cent of its due tasks that were handed in in time, None before any
    was due. spot: where it is drawn."""

    name: str
    share: int | None
    face: Face
    spot: drawing.Spot


@dataclass(frozen=True)
class Due:
    """What is to be done by a day, by how many organisations. days: from today."""

    on: date
    days: int
    title: str
    count: int
    kind: str


@dataclass(frozen=True)
class Board:
    node: Organisation
    at: datetime
    plans: list[PlanLine]
    more_plans: int
    recent: list[Recent]
    lights: list[Light]
    all_lights: list[Light]
    places: list[Place]
    located: bool
    land: str
    due: list[Due]
    today: list[tuple[str, str]]
    numbers: list[tuple[str, str]]
    numbers_on: date | None

    @property
    def light_counts(self) -> list[tuple[str, str, int]]:
        """(tone, words, how many) of all figures with a target."""
        found = {light.state: light for light in self.all_lights}
        counts = Counter(light.state for light in self.all_lights)
        return [
            (found[state].tone, str(_UNKNOWN) if state == "unknown" else found[state].words, counts[state])
            for state in ("met", "near", "far", "unknown")
            if counts[state]
        ]

    @property
    def legend(self) -> list[tuple[Face, int]]:
        """How many places stand how, in the order of the faces; those that nobody has are left out."""
        found = [(face, sum(place.face == face for place in self.places)) for face in FACES]
        return [(face, n) for face, n in found if n]


def plans_of(node: Organisation) -> QuerySet[Plan]:
    """Plans the organisation runs or takes part in, that are not over; its own first."""
    part = PlanUnit.objects.filter(organisation=node, left_on=None).values("plan")
    rows = Plan.objects.filter(Q(organisation=node) | Q(pk__in=part), state__in=[PlanState.RUNNING, PlanState.PAUSED])
    return (
        rows.select_related("organisation", "edition").defer("data", "edition__data", "edition__source").order_by("pk")
    )


def work_of(node: Organisation, plans: Sequence[Plan]) -> QuerySet[Task]:
    """Tasks of its own plans wherever they are done, and of others' plans those done here or below."""
    own = [plan.pk for plan in plans if plan.organisation_id == node.pk]
    others = [plan.pk for plan in plans if plan.organisation_id != node.pk]
    below = Organisation.objects.filter(path__startswith=node.path or "-").order_by().values("pk")
    return Task.objects.filter(Q(plan__in=own) | Q(plan__in=others, unit__in=below))


def board(node: Organisation, at: datetime, *, counts_children: bool) -> Board:
    """counts_children: whether figures about children may stand there at all (as they are released)."""
    on = localdate(at)
    plans = list(plans_of(node))
    work = work_of(node, plans)
    running = work.filter(plan__in=[plan.pk for plan in plans if plan.state == PlanState.RUNNING])
    lines = _plans(node, plans, work, on)
    lights = _lights(node, at)
    places, located = _places(node, work, on)
    released = numbers(ANYBODY, node, at) if counts_children else None
    return Board(
        node=node, at=at, plans=lines[:MOST_PLANS], more_plans=max(0, len(lines) - MOST_PLANS),
        recent=_recent(running, on)[: 2 * (MOST_PLANS - 1 - len(lines))] if len(lines) < MOST_PLANS - 1 else [],
        lights=lights[:MOST_FIGURES], all_lights=lights, places=places, located=located,
        land=drawing.land([place.spot for place in places]) if located else "", due=_due(node, running, on)[:MOST_DUE],
        today=_today(running, on), numbers=_numbers(released) if released else [],
        numbers_on=localdate(released.made_at) if released else None,
    )  # fmt: skip


def in_time(counts: Counts) -> int | None:
    """Per cent of the tasks due that were never late; None before any was due."""
    return round(100 * max(0, counts.due - counts.was_late) / counts.due) if counts.due else None


def _plans(node: Organisation, plans: Sequence[Plan], work: QuerySet[Task], on: date) -> list[PlanLine]:
    found = counted(work, "plan", on)
    ordered = sorted(plans, key=lambda plan: (plan.organisation_id != node.pk, plan.ends_on, plan.pk))
    return [_plan(node, plan, found.get(plan.pk, NONE)) for plan in ordered]


def _plan(node: Organisation, plan: Plan, counts: Counts) -> PlanLine:
    led_by = plan.organisation.name if plan.organisation_id != node.pk else ""
    return PlanLine(
        plan_title(plan), counts.done_due, counts.due, counts.total, counts.late, counts.share, plan.ends_on, plan.mode,
        plan.state == PlanState.PAUSED, led_by,
    )  # fmt: skip


def _lights(node: Organisation, at: datetime) -> list[Light]:
    """Figures with a target: some that need hands, and some that are reached. The first ``MOST_FIGURES`` are shown."""
    groups = shown.overview(ANYBODY, node, at, every=False)
    lines = [line for group in groups for line in group.lines if line.target is not None]
    by_state = {state: [line for line in lines if line.light.state == state] for state, _least in SHARES}
    first = [line for state, least in SHARES for line in by_state[state][:least]]
    rest = [line for state, _least in SHARES for line in by_state[state] if line not in first]
    order = [state for state, _least in SHARES]
    chosen = sorted([*first, *rest][:MOST_FIGURES], key=lambda line: order.index(line.light.state))
    return [_light(line) for line in [*chosen, *(line for line in rest if line not in chosen)]]


def _light(line: shown.Line) -> Light:
    return Light(
        str(line.indicator.title), line.text, line.target_text, line.light.words, line.light.tone, line.light.icon,
        line.light.state,
    )  # fmt: skip


def _places(node: Organisation, work: QuerySet[Task], on: date) -> tuple[list[Place], bool]:
    """In the order of their codes: there is no ranking. Drawn where they lie when every one says where."""
    found = counted(work, "unit", on)
    rows = Organisation.objects.filter(pk__in=list(found)).exclude(pk=node.pk).exclude(kind__in=PEOPLE_INSIDE)
    units = list(rows.order_by("code", "path"))
    names = [unit.name for unit in units]
    points = [drawing.location_of(unit.options) for unit in units]
    known = [point for point in points if point is not None]
    located = bool(units) and len(known) == len(units)
    spots = drawing.spots(known, names) if located else drawing.tiles(names)
    shares = [in_time(found[unit.pk]) for unit in units]
    return [
        Place(name, share, face_of(share), spot) for name, share, spot in zip(names, shares, spots, strict=True)
    ], located


def _due(node: Organisation, running: QuerySet[Task], on: date) -> list[Due]:
    """Of the next fortnight, by day: tasks nobody has handed in yet, and meetings."""
    rows = running.filter(state__in=OPEN_STATES, due_on__range=(on, on + AHEAD)).order_by()
    groups = rows.values("due_on", "plan", "measure").annotate(n=Count("unit", distinct=True), first=Min("pk"))
    found_groups = list(groups.order_by("due_on", "-n", "first").values_list("due_on", "n", "first")[:MOST_DUE])
    firsts = listed(Task.objects.filter(pk__in=[first for _day, _n, first in found_groups]))
    titles = {row.task.pk: row.title for row in rows_of(firsts, on)}
    found = [Due(day, (day - on).days, titles[first], n, "task") for day, n, first in found_groups]
    until = first_moment(on + AHEAD + timedelta(days=1))
    meetings = Meeting.objects.filter(
        team__organisation=node, state=MeetingState.PLANNED, held_at__gte=first_moment(on), held_at__lt=until
    ).select_related("team")
    for meeting in meetings.order_by("held_at")[:MOST_DUE]:
        day = localdate(meeting.held_at)
        found.append(Due(day, (day - on).days, meeting.team.title, 1, "meeting"))
    return sorted(found, key=lambda due: (due.on, due.kind, -due.count))


def _recent(running: QuerySet[Task], on: date) -> list[Recent]:
    """The work that was due last, newest first: where few plans run there is room for it."""
    rows = running.filter(due_on__range=(on - LOOKED_BACK, on)).exclude(state=TaskState.WAIVED).order_by()
    groups = rows.values("due_on", "plan", "measure").annotate(
        n=Count("pk"), done=Count("pk", filter=Q(state=TaskState.ACCEPTED)), first=Min("pk")
    )
    found = list(groups.order_by("-due_on", "-n", "first").values_list("due_on", "n", "done", "first")[:MOST_RECENT])
    firsts = listed(Task.objects.filter(pk__in=[first for *_counts, first in found]))
    titles = {row.task.pk: row.title for row in rows_of(firsts, on)}
    return [Recent(day, titles[first], done, n) for day, n, done, first in found]


def _today(running: QuerySet[Task], on: date) -> list[tuple[str, str]]:
    """Work of this day in numbers."""
    counts = running.aggregate(
        due=Count("pk", filter=Q(state__in=UNSETTLED, due_on=on)),
        waiting=Count("pk", filter=Q(state=TaskState.HANDED_IN)),
        done=Count("pk", filter=Q(settled_at__gte=first_moment(on), state=TaskState.ACCEPTED)),
    )
    handed = HandIn.objects.filter(task__in=running, at__gte=first_moment(on)).values("task").distinct().count()
    return [
        (_("今天到期"), str(counts["due"])), (_("今天上交"), str(handed)), (_("今天通过"), str(counts["done"])),
        (_("等待审核"), str(counts["waiting"])),
    ]  # fmt: skip


def _numbers(figures: Numbers) -> list[tuple[str, str]]:
    """As the statistics page has them, small ones left out."""
    own = figures.own
    return [
        (_("在校学生"), own.students.words), (_("测评参与率"), own.screened.share),
        (_("信号按时处理"), own.in_time.share), (_("首次接触"), hours_words(figures.hours)),
        (_("关怀任务按时"), own.duties.share), (_("到期随访完成"), own.looks.share),
    ]  # fmt: skip


def may_count_children(actor: Actor, node: Organisation) -> bool:
    """Whether the person who puts the board up sees the statistics of the organisation."""
    return actor.may(Action.SEE_NUMBERS, node.path or "-")
