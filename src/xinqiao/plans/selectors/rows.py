"""Tasks as a page lists them: titles in the reader's language, whether they are late, nothing read once a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.wording import english, said
from xinqiao.plans.enums import PlanState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.rules import is_late

_LONG = ("plan__data", "plan__edition__data", "plan__edition__source")
"""Columns no list needs; a compiled pack has a hundred kilobytes."""


@dataclass(frozen=True)
class TaskRow:
    """title, plan_title: in the reader's language. days: to the last day, negative when it has passed. paused: its plan
    stands still, so nothing is late."""

    task: Task
    title: str
    plan_title: str
    late: bool
    days: int
    paused: bool


def listed(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """With what a row of a list shows, and without what it does not."""
    return tasks.select_related("unit", "asker", "owner__person", "plan__edition").defer(*_LONG)


def plan_title(plan: Plan) -> str:
    """The plan's title; the pack's English one for English readers unless the plan was given a title of its own."""
    edition = plan.edition
    own = plan.title != edition.title[:120]
    return plan.title if own or not english() else edition.title_en or plan.title


def rows_of(tasks: Iterable[Task], on: date) -> list[TaskRow]:
    """Rows for tasks read by ``listed``. No query for Chinese readers; one for the titles of the packs for others."""
    found = list(tasks)
    named = _measure_titles({task.plan_id for task in found if task.plan_id and task.measure})
    return [_row(task, named.get((task.plan_id, task.measure), ""), on) for task in found]


def _row(task: Task, title: str, on: date) -> TaskRow:
    paused = task.plan is not None and task.plan.state == PlanState.PAUSED
    return TaskRow(
        task,
        title or task.title,
        plan_title(task.plan) if task.plan else "",
        is_late(task.state, task.due_on, on) and not paused,
        (task.due_on - on).days,
        paused,
    )


def _measure_titles(plans: set[int]) -> dict[tuple[int | None, str], str]:
    if not english() or not plans:
        return {}
    rows = Plan.objects.filter(pk__in=plans).values_list("pk", "data__measures")
    return {(pk, measure["id"]): said(measure) for pk, measures in rows for measure in measures or []}


def measure_title(plan: Plan, pack: Pack, measure: str, fallback: str) -> str:
    """Title of a measure of a plan whose pack is read; ``fallback`` when the plan holds it no longer."""
    held = pack.measures.get(measure)
    return said(held.title) if held else fallback
