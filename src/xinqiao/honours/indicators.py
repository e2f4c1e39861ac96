"""Honours held on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from xinqiao.honours.enums import HonourKind
from xinqiao.honours.models import Honour, held
from xinqiao.indicators.registry import Indicator, Live, Share
from xinqiao.people.models import Organisation


def holding(kind: HonourKind) -> Live:
    """How many honours of a kind each organisation (or somebody in it) holds on the day; one query."""

    def live(nodes: Sequence[Organisation], on: date, parameters: Mapping[str, Any]) -> dict[int, Share]:
        keys = [node.pk for node in nodes]
        rows = Honour.objects.filter(held(on), organisation__in=keys, kind=kind).order_by()
        counted = dict(rows.values_list("organisation").annotate(n=Count("pk")).values_list("organisation", "n"))
        return {key: Share(float(counted.get(key, 0))) for key in keys}

    return live


def rows(organisation: Organisation, on: date, parameters: Mapping[str, Any]) -> str:
    from django.urls import reverse

    return f"{reverse('honours:held')}?organisation={organisation.pk}"


def _count(code: str, title: Any, formula: Any, unit: Any, kind: HonourKind, *clauses: str) -> Indicator:
    return Indicator(
        code=f"honours.{code}", title=title, formula=formula, kind="count", unit=unit, scale=1, bears=(),
        live=holding(kind), rows=rows, clauses=clauses,
    )  # fmt: skip


INDICATORS = (
    _count("model_schools", _("心理健康教育示范校"), _("有效期内的示范校数"), _("所"), HonourKind.MODEL_SCHOOL, "16.2"),
    _count("model_rooms", _("示范心理辅导室"), _("有效期内的示范辅导室数"), _("个"), HonourKind.MODEL_ROOM, "16.1"),
    _count("masters", _("名师工作室"), _("有效期内的名师工作室数"), _("个"), HonourKind.MASTER, "14.6", "16.7"),
)
