"""Figures as workbooks: the overview of an organisation, one figure of all below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.indicators.shown import Group, Line
from xinqiao.people.models import Organisation


def overview_table(node: Organisation, groups: Sequence[Group], at: datetime) -> bytes:
    """Every line of the overview, as the page shows it."""
    columns = [
        Column(_("类别"), width=12), Column(_("指标"), width=28), Column(_("数字"), width=12),
        Column(_("构成"), width=14), Column(_("目标值"), width=10), Column(_("情况"), width=12),
        Column(_("来源"), width=10), Column(_("截至"), width=12), Column(_("计算方法"), width=46),
        Column(_("方案条款"), width=14),
    ]  # fmt: skip
    rows = [
        (
            group.title, _title(line), line.text, line.made_of, line.target_text, line.light.words,
            str(line.source["label"]), line.figure.made_on.isoformat() if line.figure.made_on else "",
            str(line.indicator.formula), "、".join(line.indicator.clauses),
        )
        for group in groups
        for line in group.lines
    ]  # fmt: skip
    title = _("%(name)s 指标") % {"name": node.name}
    return workbook([Sheet(title=title, name=_("指标"), note=_note(at), columns=columns, rows=rows)])


def below_table(line: Line, below: Sequence[Line], at: datetime) -> bytes:
    """One figure of an organisation and of those right below it."""
    columns = [
        Column(_("单位"), width=28), Column(_("数字"), width=12), Column(_("构成"), width=14),
        Column(_("目标值"), width=10), Column(_("情况"), width=14), Column(_("来源"), width=10),
        Column(_("截至"), width=12),
    ]  # fmt: skip
    rows = [
        (
            each.node.name, each.text, each.made_of, each.target_text, each.light.words, str(each.source["label"]),
            each.figure.made_on.isoformat() if each.figure.made_on else "",
        )
        for each in (line, *below)
    ]  # fmt: skip
    note = "；".join([str(line.indicator.formula), _note(at)])
    return workbook([Sheet(title=_title(line), name=_("各单位"), note=note, columns=columns, rows=rows)])


def _title(line: Line) -> str:
    return f"{line.indicator.title}（{line.narrowed}）" if line.narrowed else str(line.indicator.title)


def _note(at: datetime) -> str:
    moment = f"{localtime(at):%Y-%m-%d %H:%M}"
    return _("导出于 %(at)s；“—”表示人数太少不公布，或还没有数字") % {"at": moment}
