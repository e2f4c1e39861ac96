"""The difference between what a plan asks for and the tasks it has: made, moved, dropped, taken back. One place for
applying, rolling on, amending, moving to a new edition, changing mode, and units that come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from xinqiao.access.models import Post
from xinqiao.packs.core.shapes import Measure, Pack
from xinqiao.people.models import Organisation, Person
from xinqiao.plans.calendars import HORIZON, Calendars, Wanted, is_daily, work_of
from xinqiao.plans.enums import TaskState
from xinqiao.plans.handling import BATCH, save_alike
from xinqiao.plans.holders import Staff
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.rules import OPEN_STATES, TASK

SHAPE = (
    "title", "words", "owners", "leads", "accept", "needs", "gathers", "starts_on", "due_on", "remind_on", "climb_days",
)  # fmt: skip
"""What the plan says about a task; the rest is its own life."""

Units = Mapping[str, Sequence[Organisation]]


@dataclass
class Gap:
    """A unit's work that nobody could own: no post that may do it is held there, above it, or at the asker."""

    measure: Measure
    unit: Organisation


@dataclass
class Work:
    """What is to be written. Tasks in ``made`` are not saved yet."""

    made: list[Task] = field(default_factory=list)
    changed: list[Task] = field(default_factory=list)
    dropped: list[Task] = field(default_factory=list)
    back: list[Task] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    past: int = 0
    """Occurrences that were over already, and are not asked for."""

    @property
    def nothing(self) -> bool:
        return not (self.made or self.changed or self.dropped or self.back)


def units_of(plan: Plan) -> dict[str, list[Organisation]]:
    """Organisations that take part today, by unit id, in the order of the tree. One query."""
    found: dict[str, list[Organisation]] = {}
    for row in plan.units.filter(left_on=None).select_related("organisation").order_by("organisation__path"):
        found.setdefault(row.key, []).append(row.organisation)
    return found


def work_out(plan: Plan, pack: Pack, units: Units, on: date, *, begun_stays: bool = False) -> Work:
    """What it takes for ``plan`` to hold the tasks that ``pack`` asks of ``units`` from a day on.

    Settled tasks and what was due before ``on`` stay as they are. A task the pack no longer asks for is dropped while
    its owner has something to do (with ``begun_stays``: only while its time has not come). ``plan`` may be unsaved:
    then everything is new. A fixed number of queries, plus two for each calendar of its own.
    """
    organisations = {node.pk: node for group in units.values() for node in group}
    calendars = Calendars(organisations.values(), plan.starts_on, plan.ends_on)
    staff = Staff([*organisations.values(), plan.organisation], on)
    held = _held(plan)
    work = Work()
    owners: dict[tuple[str, int], Post | None] = {}
    wanted: set[tuple[str, int, str]] = set()
    for want in work_of(pack, units, plan.mode, calendars):
        wanted.add(want.key)
        task = held.get(want.key)
        if task is None:
            _make(plan, pack, want, on, staff, owners, work)
        elif task.due_on >= on and not (begun_stays and task.starts_on <= on):
            _adjust(plan, want, task, on, staff, work)
    for key, task in held.items():
        if key not in wanted and _may_drop(task, on, begun_stays):
            work.dropped.append(task)
    return work


def _held(plan: Plan) -> dict[tuple[str, int, str], Task]:
    if plan._state.adding:
        return {}
    rows = plan.tasks.exclude(measure="").select_related("owner")
    return {(task.measure, task.unit_id, task.slot): task for task in rows}


def _may_drop(task: Task, on: date, begun_stays: bool) -> bool:
    if task.state not in OPEN_STATES or task.due_on < on:
        return False
    return not begun_stays or (task.state == TaskState.OPEN and task.starts_on > on)


def _make(
    plan: Plan, pack: Pack, want: Wanted, on: date, staff: Staff, owners: dict[tuple[str, int], Post | None], work: Work
) -> None:
    """One person keeps one measure of one unit: its occurrences are not dealt out among equals."""
    occurrence, key = want.occurrence, (want.measure.id, want.unit.pk)
    if occurrence.due_on < on:
        work.past += 1
        return
    if occurrence.starts_on > on + HORIZON and is_daily(want.measure, plan.mode, pack.period):
        return
    if key not in owners:
        owners[key] = staff.owner(want.unit, plan.organisation, want.measure.owners, want.measure.lead)
        if owners[key] is None:
            work.gaps.append(Gap(want.measure, want.unit))
    owner = owners[key]
    if owner is None:
        return
    staff.load[owner.pk] += 1
    work.made.append(
        Task(
            plan=plan, asker=plan.organisation, unit=want.unit, measure=want.measure.id, slot=occurrence.slot,
            owner=owner, **shape(want),
        )
    )  # fmt: skip


def _adjust(plan: Plan, want: Wanted, task: Task, on: date, staff: Staff, work: Work) -> None:
    """A task that is there already: its dates and words follow the pack while nobody has begun on it."""
    if want.occurrence.due_on < on:
        return
    if task.state == TaskState.WAIVED and task.dropped:
        if _take_on(plan, want, task, staff):
            work.back.append(task)
        return
    if task.state != TaskState.OPEN or task.reason:
        return  # begun, or dated by hand: more time was given, it was opened again, the plan had paused
    new = shape(want)
    if all(getattr(task, name) == value for name, value in new.items()):
        return
    if task.owners != new["owners"] and not _take_on(plan, want, task, staff):
        return
    for name, value in new.items():
        setattr(task, name, value)
    task.reminded_on = None if task.remind_on > on else task.reminded_on
    work.changed.append(task)


def _take_on(plan: Plan, want: Wanted, task: Task, staff: Staff) -> bool:
    """Give it the owner it would have today. Whether there is one."""
    owner = staff.owner(want.unit, plan.organisation, want.measure.owners, want.measure.lead)
    if owner is None:
        return False
    task.owner = owner
    staff.load[owner.pk] += 1
    for name, value in shape(want).items():
        setattr(task, name, value)
    return True


def shape(want: Wanted) -> dict[str, Any]:
    """Columns of a task as the pack gives them."""
    measure, occurrence = want.measure, want.occurrence
    remind = max(occurrence.starts_on, occurrence.due_on - timedelta(days=measure.late.remind))
    proof = measure.evidence
    return {
        "title": measure.title.zh[:160],
        "words": measure.text.zh,
        "owners": list(measure.owners),
        "leads": list(measure.lead),
        "accept": measure.accept,
        "needs": {"text": proof.text, "files": proof.files, "pictures": proof.pictures},
        "gathers": measure.gathers,
        "starts_on": occurrence.starts_on,
        "due_on": occurrence.due_on,
        "remind_on": remind,
        "climb_days": list(measure.late.climb),
    }


def write(work: Work, *, by: Person | None, reason: str, at: datetime) -> list[Task]:
    """Save it, in the caller's transaction; returns the tasks that are new to their owners.

    reason: why tasks are dropped; may be empty when none is.
    """
    Task.objects.bulk_create(work.made, batch_size=BATCH)
    Task.objects.bulk_update(work.changed, [*SHAPE, "owner", "reminded_on"], batch_size=BATCH)
    for task in work.dropped:
        task.state = TASK.after(task.state, "waive")
        task.settled_at, task.settled_by, task.reason, task.dropped = at, by, reason[:300], True
    for task in work.back:
        task.state = TASK.after(task.state, "reopen")
        task.settled_at, task.settled_by, task.reason, task.dropped = None, None, "", False
        task.climbed, task.climbed_to, task.late_on, task.reminded_on = 0, None, None, None
    save_alike(work.dropped, ("state", "settled_at", "settled_by", "reason", "dropped"))
    fresh = ("climbed", "climbed_to", "late_on", "reminded_on")
    save_alike(work.back, ("state", "settled_at", "settled_by", "reason", "dropped", *fresh))
    Task.objects.bulk_update(work.back, [*SHAPE, "owner"], batch_size=BATCH)
    return [*work.made, *work.back]
