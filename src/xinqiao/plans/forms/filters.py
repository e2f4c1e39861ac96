"""What a list is narrowed by. Each form reads the address and narrows a query; nonsense there narrows nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from xinqiao.plans.enums import PlanState, TaskState
from xinqiao.plans.models import Task
from xinqiao.plans.rules import OPEN_STATES

Choices = Iterable[tuple[Any, Any]]


class _Filter(forms.Form):
    q = forms.CharField(label=_("单位或任务"), required=False, max_length=60)

    def value(self, name: str) -> str:
        """What was chosen, "" when it is none of the choices."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "") if name in self.fields else ""

    def _found(self, rows: QuerySet[Task]) -> QuerySet[Task]:
        text = self.value("q").strip()
        return rows.filter(Q(unit__name__icontains=text) | Q(title__icontains=text)) if text else rows

    def _offer(self, name: str, every: Any, choices: Choices) -> None:
        self.fields[name].choices = [("", every), *choices]  # type: ignore[attr-defined]


class ReviewFilter(_Filter):
    plan = forms.ChoiceField(label=_("方案"), required=False)

    def __init__(self, data: Mapping[str, Any], *, plans: Choices) -> None:
        super().__init__(data)
        self._offer("plan", _("全部方案"), plans)

    def narrowed(self, rows: QuerySet[Task]) -> QuerySet[Task]:
        rows = self._found(rows)
        return rows.filter(plan__pk=self.value("plan")) if self.value("plan") else rows


class RemindFilter(_Filter):
    plan = forms.ChoiceField(label=_("方案"), required=False)
    when = forms.ChoiceField(label=_("期限"), required=False)

    def __init__(self, data: Mapping[str, Any], *, plans: Choices, on: date) -> None:
        super().__init__(data)
        self.on = on
        self._offer("plan", _("全部方案"), plans)
        self._offer("when", _("逾期和未交的"), [("late", _("已逾期")), ("week", _("七天内到期"))])

    def narrowed(self, rows: QuerySet[Task]) -> QuerySet[Task]:
        rows = self._found(rows)
        if self.value("plan"):
            rows = rows.filter(plan__pk=self.value("plan"))
        if self.value("when") == "late":
            rows = rows.filter(due_on__lt=self.on)
        if self.value("when") == "week":
            rows = rows.filter(due_on__range=(self.on, self.on + timedelta(days=7)))
        return rows


class TaskFilter(_Filter):
    """Tasks of one plan."""

    state = forms.ChoiceField(label=_("状态"), required=False)
    measure = forms.ChoiceField(label=_("措施"), required=False)
    day = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any], *, measures: Choices, on: date) -> None:
        super().__init__(data)
        self.on = on
        self._offer("state", _("全部状态"), [("late", _("已逾期")), ("unsettled", _("未了结")), *TaskState.choices])
        self._offer("measure", _("全部措施"), [*measures, ("-", _("补充任务与征集"))])

    def narrowed(self, rows: QuerySet[Task]) -> QuerySet[Task]:
        rows, state, measure = self._found(rows), self.value("state"), self.value("measure")
        if self.value("day"):
            rows = rows.filter(due_on=self.value("day"))
        if state == "late":
            rows = rows.filter(state__in=OPEN_STATES, due_on__lt=self.on)
        elif state == "unsettled":
            rows = rows.filter(state__in=[*OPEN_STATES, TaskState.HANDED_IN])
        elif state:
            rows = rows.filter(state=state)
        return rows.filter(measure="" if measure == "-" else measure) if measure else rows


class UnitFilter(forms.Form):
    q = forms.CharField(label=_("单位"), required=False, max_length=60)
    order = forms.ChoiceField(
        label=_("顺序"),
        required=False,
        choices=[("", _("按单位")), ("late", _("逾期多的在前")), ("waiting", _("待审核多的在前"))],
    )


class PlanFilter(forms.Form):
    q = forms.CharField(label=_("方案或单位"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("实施中和暂停的")), ("all", _("全部")), *PlanState.choices]
    )
