"""What this room can tell about the work itself. A task counts for the organisation that owes it, a class's for its
school; waived ones do not count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from xinqiao.indicators.places import homes, year_start
from xinqiao.indicators.registry import Indicator, Share
from xinqiao.people.models import Organisation
from xinqiao.plans.enums import TaskState
from xinqiao.plans.models import Task

Parameters = Mapping[str, Any]
EVERYBODY: tuple[str, ...] = ()
"""Every organisation but grades and classes bears these figures."""


def _asked(nodes: Sequence[Organisation], on: date) -> tuple[dict[int, int], QuerySet[Task]]:
    """(home of each place, tasks of the school year that were due by the day)."""
    home = homes(nodes)
    rows = Task.objects.filter(unit__in=home, due_on__gte=year_start(on), due_on__lte=on)
    return home, rows.exclude(state=TaskState.WAIVED)


def _shares(home: Mapping[int, int], rows: QuerySet[Task], part: Q, *, whole: bool = True) -> dict[int, Share]:
    found: dict[int, Share] = {}
    counted = rows.order_by().values("unit").annotate(n=Count("pk"), m=Count("pk", filter=part))
    for unit, n, m in counted.values_list("unit", "n", "m"):
        held = found.get(home[unit], Share(0.0, 0.0 if whole else None))
        found[home[unit]] = Share(held.part + m, held.whole + n if held.whole is not None else None)
    return found


def on_time(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    home, rows = _asked(nodes, on)
    return _shares(home, rows, Q(late_on=None, state__in=[TaskState.ACCEPTED, TaskState.HANDED_IN]))


def handed_in(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    home, rows = _asked(nodes, on)
    return _shares(home, rows, Q(state__in=[TaskState.ACCEPTED, TaskState.HANDED_IN]))


def summaries(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    home, rows = _asked(nodes, on)
    return _shares(home, rows.filter(measure__contains="summary"), Q(state=TaskState.ACCEPTED))


def activities(nodes: Sequence[Organisation], on: date, parameters: Parameters) -> dict[int, Share]:
    """Accepted tasks of measures whose id starts with ``activity``, per organisation; settled in this school year."""
    home = homes(nodes)
    rows = Task.objects.filter(unit__in=home, state=TaskState.ACCEPTED, measure__startswith="activity")
    rows = rows.filter(settled_at__date__gte=year_start(on), settled_at__date__lte=on)
    found = {node.pk: Share(0.0, 1.0) for node in nodes}
    for unit, n in rows.order_by().values("unit").annotate(n=Count("pk")).values_list("unit", "n"):
        found[home[unit]] = Share(found[home[unit]].part + n, 1.0)
    return found


def rows(organisation: Organisation, on: date, parameters: Parameters) -> str:
    from django.urls import reverse

    return reverse("plans:index")


INDICATORS = (
    Indicator(
        code="plans.tasks_on_time",
        title=_("方案任务按时完成率"),
        formula=_("本学年到期的任务中按时交的 ÷ 到期的任务（免做的不算）"),
        live=on_time,
        rows=rows,
        bears=EVERYBODY,
    ),
    Indicator(
        code="plans.handed_in",
        title=_("方案材料上交率"),
        formula=_("本学年到期的任务中已交的 ÷ 到期的任务（免做的不算）"),
        live=handed_in,
        rows=rows,
        bears=EVERYBODY,
    ),
    Indicator(
        code="plans.summaries",
        title=_("总结报送率"),
        formula=_("本学年到期的总结中审核通过的 ÷ 到期的总结"),
        live=summaries,
        rows=rows,
        bears=EVERYBODY,
    ),
    Indicator(
        code="plans.activities",
        title=_("主题活动次数"),
        formula=_("本学年审核通过的活动 ÷ 学校数"),
        kind="average",
        unit=_("次"),
        scale=1,
        live=activities,
        rows=rows,
        clauses=("14.14",),
    ),
)
