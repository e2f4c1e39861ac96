"""What time brings: owners change, dates come near and pass, the next year begins. For the house; each is safe to call
again, and looks at as many tasks as there are in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import HOUSE
from xinqiao.packs.core.shapes import Pack, Target
from xinqiao.people.models import Organisation
from xinqiao.plans import figures
from xinqiao.plans.calendars import AHEAD, year_end
from xinqiao.plans.enums import PlanState
from xinqiao.plans.handling import BATCH, locked_plan, note, opened, save_alike, settled, tell
from xinqiao.plans.holders import Staff
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.rules import OPEN_STATES, TASK, climbs_on
from xinqiao.plans.selectors.passing import climbing, late, orphaned, overlooked, reminding, running
from xinqiao.plans.services.applying import units_for
from xinqiao.plans.services.running import change_units
from xinqiao.plans.workplan import units_of, work_out, write

RELATED = ("unit", "asker", "owner", "climbed_to")


def _by_batches(rows: QuerySet[Task], work: Callable[[list[Task]], int]) -> int:
    """Do some work on the rows, locked, each batch in a transaction of its own; the sum of what it returns.

    In the order of units: a batch touches few of them, and each has a trail of its own to be written to.
    """
    ids, count = list(rows.order_by("unit", "pk").values_list("pk", flat=True)), 0
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            chosen = rows.filter(pk__in=ids[start : start + BATCH]).order_by("unit", "pk")
            count += work(list(chosen.select_for_update(of=("self",)).select_related(*RELATED)))
    return count


def _staff(tasks: Iterable[Task], on: date) -> Staff:
    return Staff([node for task in tasks for node in (task.unit, task.asker)], on)


def hand_on_orphans(at: datetime) -> int:
    """A post ended: what its holder owned goes to whoever would own it today, with its date. Returns how many tasks.

    Where not one post is held in the unit, above it, or at the asker, the task waits (``checks`` tells of it).
    """
    return _by_batches(orphaned(localdate(at)), lambda tasks: _hand_on(tasks, at))


def _hand_on(tasks: list[Task], at: datetime) -> int:
    staff = _staff(tasks, localdate(at))
    moved: dict[tuple[int, int, int], list[Task]] = defaultdict(list)
    for task in tasks:
        post = staff.owner(task.unit, task.asker, task.owners, task.leads)
        if post is None:
            continue
        staff.load[post.pk] += 1
        moved[task.unit_id, task.owner_id or 0, post.pk].append(task)
        task.owner, task.reminded_on = post, None
    changed = [task for group in moved.values() for task in group]
    save_alike(changed, ["owner", "reminded_on"])
    for (unit, left, post_id), group in moved.items():
        note(HOUSE, "plan_task.re_owned", at, group[0], unit, from_post=left, to_post=post_id, tasks=len(group))
    tell({task.owner.person_id for task in changed if task.owner is not None}, at)
    return len(changed)


def mark_late(at: datetime) -> int:
    """The first day after the last one on which nothing was handed in is written down, and stays. How many tasks."""
    count = 0
    rows = late(localdate(at)).filter(late_on=None)
    for due_on in sorted(set(rows.values_list("due_on", flat=True))):
        count += rows.filter(due_on=due_on).update(late_on=due_on + timedelta(days=1))
    return count


def climb(at: datetime) -> int:
    """A late task is shown to the next person up as well: the unit's leader, then the asker's lead. How many tasks.

    The owner keeps it. A step nobody stands on (the leader is the owner) is taken without a stop.
    """
    today = localdate(at)
    count = _by_batches(climbing(today), lambda tasks: _climb(tasks, at))
    return count + _by_batches(overlooked(today), lambda tasks: _shown_again(tasks, at))


def _climb(tasks: list[Task], at: datetime) -> int:
    today = localdate(at)
    due = [task for task in tasks if _climbs(task, today)]
    staff, told = _staff(due, today), set()
    by_unit: dict[int, list[int]] = defaultdict(list)
    for task in due:
        while _climbs(task, today):
            post = staff.next_up(task, task.owner)
            task.climbed += 1
            if post is not None:
                task.climbed_to = post
                told.add(post.person_id)
        if task.owner is not None:
            told.add(task.owner.person_id)
        by_unit[task.unit_id].append(task.pk)
    save_alike(due, ["climbed", "climbed_to"])
    first = {task.unit_id: task for task in reversed(due)}
    for unit, ids in by_unit.items():
        note(HOUSE, "plan_task.climbed", at, first[unit], unit, tasks=ids)
    tell(told, at)
    return len(due)


def _climbs(task: Task, today: date) -> bool:
    on = climbs_on(task.due_on, tuple(task.climb_days), task.climbed)
    return on is not None and on <= today


def _shown_again(tasks: list[Task], at: datetime) -> int:
    """Whoever was shown a late task left: the same step finds somebody else."""
    staff = _staff(tasks, localdate(at))
    for task in tasks:
        steps, task.climbed_to, task.climbed = task.climbed, None, task.climbed - 1
        task.climbed_to = staff.next_up(task, task.owner)
        task.climbed = steps
    save_alike(tasks, ["climbed_to"])
    tell({task.climbed_to.person_id for task in tasks if task.climbed_to is not None}, at)
    return len(tasks)


@transaction.atomic
def remind(at: datetime) -> int:
    """Owners hear once, some days before the last one. How many tasks."""
    today = localdate(at)
    rows = list(reminding(today).values_list("pk", "owner__person"))
    for start in range(0, len(rows), BATCH):
        part = [pk for pk, _person in rows[start : start + BATCH]]
        Task.objects.filter(pk__in=part).update(reminded_on=today)
    tell({person for _pk, person in rows if person is not None}, at)
    return len(rows)


# --- once a day ---------------------------------------------------------------------------------------------------


@transaction.atomic
def roll(*, plan_id: int, at: datetime) -> int:
    """Bring a running plan up to today: units that opened or closed, the next year of an open plan, the next weeks of
    daily work, dates after a change of the calendar. Returns how many tasks are new.

    Work nobody could own is left out today and made tomorrow, when somebody is appointed.
    """
    plan = locked_plan(plan_id)
    if plan.state != PlanState.RUNNING:
        return 0
    pack, today = Pack(plan.data), localdate(at)
    before = plan.ends_on
    while pack.period == "open" and plan.ends_on < today + timedelta(days=AHEAD):
        plan.ends_on = year_end(pack, plan.ends_on + timedelta(days=1))
    if plan.ends_on != before:
        plan.save(update_fields=["ends_on"])
    if plan.ends_on < today:
        return 0
    _follow_tree(plan, pack, at)
    work = work_out(plan, pack, units_of(plan), today)
    if work.nothing:
        return 0
    fresh = write(work, by=None, reason=_("按新的日程不再需要"), at=at)
    note(HOUSE, "plan.rolled", at, plan, plan.organisation_id, made=len(fresh), dropped=len(work.dropped))
    opened([task.pk for task in fresh], at)
    return len(fresh)


def _follow_tree(plan: Plan, pack: Pack, at: datetime) -> None:
    """Schools that opened below take part from today, those that closed no longer."""
    held, today = units_of(plan), localdate(at)
    named = {key: [node.pk for node in nodes if _open(node, today)] for key, nodes in held.items()}
    units = units_for(pack, plan.organisation, named, actor=HOUSE, on=today)
    change_units(HOUSE, plan, pack, units, _("单位新设或撤并"), at)


def _open(node: Organisation, on: date) -> bool:
    return node.closed_on is None or node.closed_on > on


def settle_by_records(*, plan_id: int, at: datetime) -> int:
    """Tasks whose work the records show by themselves are settled without a hand-in. How many.

    Only where all of this holds: the measure names a live figure; the pack sets a target for the same figure and unit;
    the figure of the task's own unit comes from records (never from a report) and meets the target. What is kept up
    over a time (kinds keep and rule) is looked at on its last day, the rest as soon as its time has come. The reason
    says which figure it was; nobody's name stands under it.
    """
    plan = Plan.objects.select_related("organisation", "edition").get(pk=plan_id)
    pack, today, count = Pack(plan.data), localdate(at), 0
    if plan.state != PlanState.RUNNING:
        return 0
    for measure in pack.measures.values():
        target = figures.target_of(pack, measure)
        if target is not None:
            rows = plan.tasks.filter(measure=measure.id, state__in=OPEN_STATES, starts_on__lte=today)
            rows = rows.filter(due_on__lte=today) if measure.kind in ("keep", "rule") else rows
            count += _settle(plan, pack, target, rows, at)
    return count


def _settle(plan: Plan, pack: Pack, target: Target, rows: QuerySet[Task], at: datetime) -> int:
    found = list(rows.select_related("unit"))
    units = list({task.unit_id: task.unit for task in found}.values())
    aim = figures.goal(target.path, plan, pack, localdate(at))
    shown = figures.of_each(units, target, aim, localdate(at))
    met = {pk for pk, figure in shown.items() if figure.met and figure.source == "live"}
    return sum(_settled(task.pk, target, shown[task.unit_id], at) for task in found if task.unit_id in met)


@transaction.atomic
def _settled(pk: int, target: Target, shown: figures.Shown, at: datetime) -> int:
    task = Task.objects.select_for_update(of=("self",)).get(pk=pk)
    if task.state not in OPEN_STATES:
        return 0
    facts = {"title": target.title.zh, "value": shown.said, "day": localdate(at).isoformat()}
    task.state = TASK.after(task.state, "settle")
    task.settled_at, task.reason = at, (_("记录显示已达到：%(title)s %(value)s（%(day)s）") % facts)[:300]
    task.save(update_fields=["state", "settled_at", "reason"])
    note(HOUSE, "plan_task.settled", at, task, task.unit_id, code=target.indicator, value=shown.value)
    settled(task, at)
    return 1


def to_roll() -> list[int]:
    """Ids of the plans that ``roll`` looks at."""
    return list(running().values_list("pk", flat=True))
