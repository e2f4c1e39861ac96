"""A plan laid out: by state, by day, by month, by unit; each narrows to a list of tasks."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import XLSX, attachment
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.wording import said
from xinqiao.plans import exports
from xinqiao.plans.counting import Counts, UnitProgress
from xinqiao.plans.forms.filters import TaskFilter, UnitFilter
from xinqiao.plans.handling import note
from xinqiao.plans.models import Plan
from xinqiao.plans.selectors import boards
from xinqiao.plans.selectors import plans as reads
from xinqiao.plans.selectors.rows import listed, plan_title, rows_of
from xinqiao.plans.views.plans import frame
from xinqiao.plans.views.shared import page, plan_of

PAGE = 50
UNITS = 100


def _filter(request: HttpRequest, plan: Plan) -> TaskFilter:
    measures = [(measure.id, said(measure.title)) for measure in Pack(plan.data).measures.values()]
    return TaskFilter(request.GET, measures=measures, on=timezone.localdate())


@door(Action.SEE_PLANS)
@require_safe
def board(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan, on = plan_of(request, plan_id), timezone.localdate()
    form = _filter(request, plan)
    del form.fields["state"]
    query = request.GET.copy()
    query.pop("state", None)
    context = {
        **frame(request, plan, "board"),
        "columns": boards.columns(form.narrowed(reads.tasks_of(request.actor, plan)), on),
        "filter_form": form,
        "query": query.urlencode(),
    }
    return page(request, "plans/board.html", context)


@door(Action.SEE_PLANS)
@require_safe
def task_list(request: HttpRequest, plan_id: int) -> HttpResponse:
    plan, on = plan_of(request, plan_id), timezone.localdate()
    form = _filter(request, plan)
    rows = form.narrowed(reads.tasks_of(request.actor, plan)).order_by("due_on", "unit__path", "pk")
    sheet = Paginator(listed(rows), PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(request, plan, "board"),
        "page": sheet,
        "rows": rows_of(sheet.object_list, on),
        "filter_form": form,
        "total": sheet.paginator.count,
    }
    return page(request, "plans/tasks.html", context)


# --- by day and month ---------------------------------------------------------------------------------------------


def _month(request: HttpRequest, otherwise: date) -> date:
    """The first day of the month asked for (``2026-11``)."""
    text = request.GET.get("month", "")
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return otherwise.replace(day=1)


@door(Action.SEE_PLANS)
@require_safe
def calendar(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A month with what falls due, and the days the plan itself marks. On a phone a list of days."""
    plan, on = plan_of(request, plan_id), timezone.localdate()
    month = _month(request, min(max(on, plan.starts_on), plan.ends_on))
    pack, weeks = Pack(plan.data), boards.weeks(month)
    first, last = weeks[0][0], weeks[-1][-1]
    due = boards.days(reads.tasks_of(request.actor, plan), pack, first, last, on)
    marks: dict[date, list[str]] = {}
    for mark in reads.marks_of(plan, pack, first, last):
        marks.setdefault(mark.on, []).append(mark.title)
    grid = [[_day(day, month, on, due, marks) for day in week] for week in weeks]
    before, after = boards.month_after(month, -1), boards.month_after(month, 1)
    context = {
        **frame(request, plan, "calendar"),
        "month": month,
        "grid": grid,
        "listed": [day for week in grid for day in week if day["inside"] and (day["due"] or day["marks"])],
        "before": before if before >= plan.starts_on.replace(day=1) else None,
        "after": after if after <= plan.ends_on else None,
    }
    return page(request, "plans/calendar.html", context)


def _day(
    day: date, month: date, on: date, due: dict[date, list[boards.Due]], marks: dict[date, list[str]]
) -> dict[str, Any]:
    return {
        "day": day,
        "inside": day.month == month.month,
        "today": day == on,
        "due": due.get(day, []),
        "marks": marks.get(day, []),
    }


@door(Action.SEE_PLANS)
@require_safe
def timeline(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Measures along the months: how many fall due and how many are done. Twelve months at a time."""
    plan, on = plan_of(request, plan_id), timezone.localdate()
    start, end = plan.starts_on.replace(day=1), plan.ends_on.replace(day=1)
    first = max(start, min(_month(request, start), end))
    months = [month for n in range(boards.SPAN) if (month := boards.month_after(first, n)) <= end]
    shell = frame(request, plan, "timeline")
    lines = boards.timeline(reads.tasks_of(request.actor, plan), Pack(plan.data), months, on)
    earlier, later = boards.month_after(first, -boards.SPAN), boards.month_after(first, boards.SPAN)
    context = {
        **shell,
        "months": [(month, month == on.replace(day=1)) for month in months],
        "lines": lines if shell["whole"] else [line for line in lines if any(line.cells)],
        "earlier": max(earlier, start) if first > start else None,
        "later": later if later <= end else None,
    }
    return page(request, "plans/timeline.html", context)


# --- by unit ------------------------------------------------------------------------------------------------------

_ORDER = {
    "late": lambda unit: (-unit.counts.late, unit.organisation.path),
    "waiting": lambda unit: (-unit.counts.waiting, unit.organisation.path),
}


def _units(request: HttpRequest, plan: Plan) -> tuple[UnitFilter, list[UnitProgress]]:
    form = UnitFilter(request.GET)
    form.is_valid()
    text, order = form.cleaned_data.get("q", "").strip(), form.cleaned_data.get("order", "")
    rows = reads.units_of(request.actor, plan, timezone.localdate())
    rows = [unit for unit in rows if text in unit.organisation.name]
    return form, sorted(rows, key=_ORDER[order]) if order in _ORDER else rows


@door(Action.SEE_PLANS)
@require_safe
def units(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Each unit with what is done, waiting and late."""
    plan = plan_of(request, plan_id)
    form, rows = _units(request, plan)
    context = {
        **frame(request, plan, "units"),
        "page": Paginator(rows, UNITS).get_page(request.GET.get("page")),
        "total": sum((unit.counts for unit in rows), Counts()),
        "count": len(rows),
        "filter_form": form,
        "query": request.GET.urlencode(),
    }
    return page(request, "plans/units.html", context)


@door(Action.SEE_PLANS)
@require_safe
def units_table(request: HttpRequest, plan_id: int) -> HttpResponseBase:
    """The same as a workbook."""
    plan, at = plan_of(request, plan_id), timezone.now()
    _form, rows = _units(request, plan)
    with transaction.atomic():
        note(request.actor, "plan.units_exported", at, plan, plan.organisation_id, units=len(rows))
        data = exports.units_table(plan_title(plan), rows, at)
    name = _("%(title)s 各单位进度 %(day)s.xlsx") % {"title": plan_title(plan), "day": timezone.localdate(at)}
    return attachment(name, XLSX, data)


@door(Action.SEE_PLANS)
@require_safe
def unit(request: HttpRequest, plan_id: int, unit_id: int) -> HttpResponse:
    """One unit's tasks of the plan."""
    plan, on = plan_of(request, plan_id), timezone.localdate()
    mine = reads.tasks_of(request.actor, plan).filter(unit=unit_id)
    every = reads.units_of(request.actor, plan, on)
    node = next((each.organisation for each in every if each.organisation.pk == unit_id), None)
    if node is None:
        raise Http404
    form = _filter(request, plan)
    del form.fields["q"]
    rows = form.narrowed(mine).order_by("due_on", "pk")
    sheet = Paginator(listed(rows), PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(request, plan, "units"),
        "node": node,
        "counts": next(each.counts for each in every if each.organisation.pk == node.pk),
        "page": sheet,
        "rows": rows_of(sheet.object_list, on),
        "filter_form": form,
    }
    return page(request, "plans/unit.html", context)
