"""The promises of this room, looked for in the rows themselves (``xinqiao doctor`` and the property tests)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.audit.services import subject_of
from xinqiao.kernel.findings import Finding
from xinqiao.packs.core.shapes import Pack
from xinqiao.plans.calendars import AHEAD
from xinqiao.plans.enums import PlanState, TaskState
from xinqiao.plans.models import HandIn, PlanUnit, Task
from xinqiao.plans.rules import OPEN_STATES, climbs_on
from xinqiao.plans.selectors import passing

GRACE = timedelta(days=2)
"""Sweeps come every ten minutes and once a day; what stands longer than this is not being looked after."""


def violations(at: datetime) -> Iterator[Finding]:
    """Every row of this room that breaks a promise at a moment. Changes nothing."""
    for check in CHECKS:
        yield from check(at)


def _owners(at: datetime) -> Iterator[Finding]:
    for task in passing.orphaned(localdate(at)):
        yield Finding(
            "owner", subject_of(task), _("方案任务没有在岗的负责人，请在本单位或上级任命一位，系统会自动交给他。")
        )


def _late(at: datetime) -> Iterator[Finding]:
    words = _("方案任务过了期限却没有记为逾期或提醒上级。后台任务可能停了，请检查 xinqiao worker。")
    before = localdate(at - GRACE)
    for task in passing.late(before).filter(late_on=None):
        yield Finding("late", subject_of(task), words)
    for task in passing.climbing(before):
        on = climbs_on(task.due_on, tuple(task.climb_days), task.climbed)
        if on is not None and on < before:
            yield Finding("climb", subject_of(task), words)


def _reviews(at: datetime) -> Iterator[Finding]:
    """A task waits for review exactly when its newest hand-in does."""
    waiting = HandIn.objects.filter(verdict="")
    for task in Task.objects.filter(state=TaskState.HANDED_IN).exclude(pk__in=waiting.values("task")):
        yield Finding("review", subject_of(task), _("任务待审核，却没有等待审核的材料，请核对留痕后处理。"))
    for row in waiting.exclude(task__state=TaskState.HANDED_IN):
        yield Finding("review", subject_of(row), _("材料等待审核，任务却不在待审核状态，请核对留痕后处理。"))


def _ended(at: datetime) -> Iterator[Finding]:
    over = Q(plan__state__in=[PlanState.ENDED, PlanState.ARCHIVED])
    for task in Task.objects.filter(over, state__in=OPEN_STATES):
        yield Finding("ended", subject_of(task), _("方案已经结束，任务却还开着，请免做或另下达补充任务。"))


def _rolled(at: datetime) -> Iterator[Finding]:
    """An open plan has work ahead; who has joined a running plan has tasks of the measures for it."""
    on = localdate(at - GRACE)
    for plan in passing.running():
        pack = Pack(plan.data)
        if pack.period == "open" and plan.ends_on < on + timedelta(days=AHEAD):
            yield Finding("rolled", subject_of(plan), _("长期方案没有续排下一年的任务，请检查 xinqiao worker。"))
        busy = {measure.unit for measure in pack.measures.values()}
        have = set(plan.tasks.values_list("unit", flat=True))
        idle = PlanUnit.objects.filter(plan=plan, left_on=None, key__in=busy, joined_on__lt=on)
        if plan.starts_on >= on or plan.ends_on < localdate(at):
            continue
        for unit in idle.exclude(organisation__in=have):
            yield Finding("unit", subject_of(unit), _("参加方案的单位没有任何任务，请在方案页核对参加单位和日期。"))


CHECKS: tuple[Callable[[datetime], Iterator[Finding]], ...] = (_owners, _late, _reviews, _ended, _rolled)
