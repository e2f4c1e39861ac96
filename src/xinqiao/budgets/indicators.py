"""What this room can tell about money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from xinqiao.budgets.selectors import totals
from xinqiao.indicators.registry import Indicator, Share
from xinqiao.people.models import Organisation


def per_student(nodes: Sequence[Organisation], on: date, parameters: Mapping[str, Any]) -> dict[int, Share]:
    return {row.organisation.pk: Share(float(row.amount), row.students) for row in totals(nodes, on.year, on)}


def spent(nodes: Sequence[Organisation], on: date, parameters: Mapping[str, Any]) -> dict[int, Share]:
    return {row.organisation.pk: Share(float(row.spent), float(row.amount)) for row in totals(nodes, on.year, on)}


def rows(organisation: Organisation, on: date, parameters: Mapping[str, Any]) -> str:
    from django.urls import reverse

    return f"{reverse('budgets:index')}?organisation={organisation.pk}&year={on.year}"


INDICATORS = (
    Indicator(
        code="budgets.per_student",
        title=_("生均心理健康教育经费"),
        formula=_("当年列支的经费 ÷ 在校学生数"),
        kind="average",
        unit=_("元"),
        scale=1,
        live=per_student,
        rows=rows,
        clauses=("14.17",),
    ),
    Indicator(
        code="budgets.spent",
        title=_("经费执行率"),
        formula=_("当年有凭证的支出 ÷ 当年列支的经费"),
        live=spent,
        rows=rows,
        bears=("school", "bureau", "department", "court", "street", "hospital", "station", "other"),
        clauses=("04.15", "15.7"),
    ),
)
