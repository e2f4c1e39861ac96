"""The sealed words of a signal, opened. Call only after the policy and the trail (``services.reading``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xinqiao.instruments.definition import Definition
from xinqiao.screening import questionnaires
from xinqiao.screening.models import Result, Sheet
from xinqiao.signals.enums import Area, EvidenceKind, Grade, PeerNotice, Period
from xinqiao.signals.models import Evidence, Signal


@dataclass(frozen=True)
class Ground:
    """One piece of evidence as a reader with depth NOTES sees it. lines: (label, text)."""

    kind: str
    at: datetime
    who: str
    lines: list[tuple[str, str]]
    result_id: int | None = None


def grounds(signal: Signal) -> list[Ground]:
    """Everything this signal and those merged into it rest on, oldest first."""
    rows = Evidence.objects.filter(signal__in=[signal.pk, *signal.merged.values_list("pk", flat=True)])
    return [_ground(row) for row in rows.select_related("reporter", "signal").order_by("at", "pk")]


def _ground(row: Evidence) -> Ground:
    lines: list[tuple[str, str]] = []
    if row.kind == EvidenceKind.ITEMS:
        lines = _items(row)
    elif row.kind == EvidenceKind.RESULT:
        lines = _result(row)
    elif row.words:
        lines = _said(json.loads(row.words.reveal()))
    who = row.reporter.name if row.reporter else ""
    title = row.signal.get_source_display() if row.kind == EvidenceKind.REPORT else row.get_kind_display()
    return Ground(title, row.at, who, lines, row.result_id)


def _said(words: dict[str, Any]) -> list[tuple[str, str]]:
    """A report's fields in reading order; codes as the words of their form."""
    spoken: dict[str, tuple[str, Callable[[Any], str]]] = {
        "grade": (_("上报人判断"), lambda value: str(Grade(value).label)),
        "urgent": (_("是否着急"), lambda value: _("现在就需要有人看看") if value else _("不着急")),
        "period": (_("时间范围"), lambda value: str(Period(value).label)),
        "areas": (_("有变化的方面"), lambda value: "、".join(str(Area(each).label) for each in value)),
        "noticed": (_("留意到"), lambda value: "、".join(str(PeerNotice(each).label) for each in value)),
        "event": (_("看到的情况"), str),
        "done": (_("已经做了什么"), str),
        "when": (_("方便的时间"), str),
        "words": (_("原话"), str),
        "review_on": (_("等级复评，请在此日期前完成"), str),
    }
    return [(label, say(words[name])) for name, (label, say) in spoken.items() if words.get(name) not in (None, "", [])]


def _items(row: Evidence) -> list[tuple[str, str]]:
    """The safety items and what was chosen, as long as the sheet is kept."""
    sheet = Sheet.objects.filter(sitting=row.sitting_id or 0, part=row.part or 0).first()
    definition = questionnaires.find(sheet.instrument_hash) if sheet else None
    if sheet is None or definition is None:
        return [(_("安全题"), _("答卷已按保存期限删除。"))]
    answers = definition.decode(bytes(sheet.answers))
    return [_item(definition, item, answers.get(item)) for item in row.items.split(",") if item in definition.item]


def _item(definition: Definition, name: str, code: str | None) -> tuple[str, str]:
    item, lang = definition.item[name], (get_language() or "zh")[:2]
    chosen = [definition.words(option.text, lang) for option in item.options if option.code == code]
    return definition.words(item.text, lang) or name, (chosen[0] or code or "") if chosen else _("后来改为不作答")


def _result(row: Evidence) -> list[tuple[str, str]]:
    result = Result.objects.filter(pk=row.result_id or 0).first()
    definition = questionnaires.find(result.instrument_hash) if result else None
    if result is None or definition is None:
        return [(_("测评"), _("结果已按保存期限删除。"))]
    lang = (get_language() or "zh")[:2]
    hit = [definition.words(alert.text, lang) for alert in definition.alerts if alert.id in set(result.alerts)]
    return [(_("问卷"), definition.words(definition.title, lang)), *((_("系统提示，待老师核实"), text) for text in hit)]
