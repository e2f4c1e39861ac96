"""What this room can tell about inspections and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from xinqiao.indicators.registry import Indicator, Share
from xinqiao.inspections.enums import RoundState, SheetState
from xinqiao.inspections.models import Mending, Sheet
from xinqiao.people.models import Organisation
from xinqiao.people.rules import SCHOOL_YEAR_STARTS, school_year_of

HELD = (RoundState.CHECKING, RoundState.PUBLISHED, RoundState.CLOSED)


def _began(on: date) -> date:
    """First day of the school year."""
    return date(school_year_of(on), *SCHOOL_YEAR_STARTS)


def done(nodes: Sequence[Organisation], on: date, parameters: Mapping[str, Any]) -> dict[int, Share]:
    """Of each unit: sheets checked ÷ sheets drawn, in rounds of the school year. A unit never drawn has no figure."""
    rows = Sheet.objects.filter(
        unit__in=[node.pk for node in nodes], drawn=True, round__state__in=HELD,
        round__check_from__gte=_began(on), round__check_from__lte=on,
    )  # fmt: skip
    checked = Q(state=SheetState.CHECKED, checked_at__date__lte=on)
    counted = rows.order_by().values_list("unit").annotate(n=Count("pk"), done=Count("pk", filter=checked))
    return {unit: Share(float(checked), float(n)) for unit, n, checked in counted}


def mended(nodes: Sequence[Organisation], on: date, parameters: Mapping[str, Any]) -> dict[int, Share]:
    """Of each unit: mending accepted after somebody looked again ÷ mending ordered, in the school year."""
    rows = Mending.objects.filter(
        sheet__unit__in=[node.pk for node in nodes], made_on__gte=_began(on), made_on__lte=on
    ).exclude(task__state="waived")
    passed = Q(rechecks__passed=True, task__state="accepted", rechecks__at__date__lte=on)
    counted = (
        rows.order_by()
        .values_list("sheet__unit")
        .annotate(n=Count("pk", distinct=True), done=Count("pk", filter=passed, distinct=True))
    )
    return {unit: Share(float(passed), float(n)) for unit, n, passed in counted}


def rows(organisation: Organisation, on: date, parameters: Mapping[str, Any]) -> str:
    from django.urls import reverse

    return reverse("inspections:card", args=[organisation.pk])


INDICATORS = (
    Indicator(
        code="inspections.done",
        title=_("督导检查完成率"),
        formula=_("本学年已检查的单位 ÷ 各轮督导抽到的单位"),
        live=done,
        rows=rows,
        bears=(),
        clauses=("14.18", "15.7", "16.16"),
    ),
    Indicator(
        code="inspections.mended",
        title=_("整改完成率"),
        formula=_("复查通过的整改 ÷ 本学年下达的整改（免做的不算）"),
        live=mended,
        rows=rows,
        bears=(),
        clauses=("14.18",),
    ),
)
