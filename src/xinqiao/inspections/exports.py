"""A round and an annual evaluation as workbooks with charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from xinqiao.documents.excel import Chart, Column, Sheet, workbook
from xinqiao.inspections import models
from xinqiao.inspections.annual import Annual
from xinqiao.inspections.selectors import Spread


def round_book(
    round_: models.Round, sheets: Sequence[models.Sheet], marks: Mapping[int, Mapping[str, models.Mark]],
    spread: Spread, mendings: Sequence[models.Mending],
) -> bytes:  # fmt: skip
    """Results by unit (in the order of codes), item by item, the points reached as a chart, and what is to be mended.

    marks: sheet id → item → mark.
    """
    note, form = round_.organisation.name, round_.read
    units = Sheet(
        title=round_.title, name=_("各单位结果"), note=note,
        columns=[
            Column(_("代码")), Column(_("单位"), width=26), Column(_("检查")), Column(_("自评得分率"), kind="number"),
            Column(_("得分"), kind="number"), Column(_("得分率"), kind="number"), Column(_("等次")),
            Column(_("检查人")), Column(_("检查日期"), kind="date"),
        ],
        rows=[
            (
                sheet.unit.code, sheet.unit.name, _("是") if sheet.drawn else _("否"), sheet.self_share, sheet.total,
                sheet.share, sheet.grade, sheet.checked_for, sheet.checked_at.date() if sheet.checked_at else None,
            )
            for sheet in sheets
        ],
    )  # fmt: skip
    items = Sheet(
        title=_("各项平均得分率"), name=_("各项得分率"), note=note,
        columns=[Column(_("项目"), width=36), Column(_("分值"), kind="number"),
                 Column(_("平均得分率（%）"), kind="number"),
                 Column(_("扣分单位数"), kind="number")],
        rows=[(item.title, item.weight, reached, n) for item, reached, n in spread.lost],
        chart=Chart(_("各项平均得分率（%）"), 0, [2], 100),
    )  # fmt: skip
    detail = Sheet(
        title=_("逐项评分"), name=_("逐项评分"), note=note,
        columns=[
            Column(_("单位"), width=26), Column(_("项目"), width=30), Column(_("分值"), kind="number"),
            Column(_("自评"), kind="number"), Column(_("得分"), kind="number"), Column(_("红线")),
            Column(_("看到的情况"), width=40), Column(_("整改要求"), width=40),
        ],
        rows=[
            (
                sheet.unit.name, item.title, item.weight, mark.self_score if mark else None,
                mark.score if mark else None, _("触及") if mark and mark.red else "", mark.words if mark else "",
                mark.mend if mark else "",
            )
            for sheet in sheets
            for item in form.items
            for mark in [marks.get(sheet.pk, {}).get(item.id)]
        ],
    )  # fmt: skip
    return workbook([units, items, detail, _mending(mendings, note)])


def _mending(mendings: Sequence[models.Mending], note: str) -> Sheet:
    return Sheet(
        title=_("整改台账"), name=_("整改台账"), note=note,
        columns=[
            Column(_("单位"), width=26), Column(_("整改内容"), width=36), Column(_("负责人")),
            Column(_("期限"), kind="date"), Column(_("状态")), Column(_("复查次数"), kind="number"),
            Column(_("最近一次复查"), width=36),
        ],
        rows=[
            (
                row.sheet.unit.name, row.task.title, row.task.owner.person.name if row.task.owner else "",
                row.task.due_on, row.task.get_state_display(), len(row.rechecks.all()),
                row.rechecks.all()[len(row.rechecks.all()) - 1].words if row.rechecks.all() else "",
            )
            for row in mendings
        ],
    )  # fmt: skip


def annual_book(value: Annual) -> bytes:
    """The figures of an annual evaluation: clauses, indicators, inspections, money; the middle two with charts."""
    title = value.title
    clauses = Sheet(
        title=title, name=_("任务落实"), note=_("方案各条"),
        columns=[Column(_("方案"), width=28), Column(_("条")), Column(_("内容"), width=44), Column(_("进展")),
                 Column(_("说明"), width=44)],
        rows=[(row.plan, row.clause, row.title, row.standing, row.words) for row in value.clauses],
    )  # fmt: skip
    figures = Sheet(
        title=title, name=_("指标"), note=_("截至 %(on)s") % {"on": value.on.isoformat()},
        columns=[Column(_("指标"), width=36), Column(_("现值"), kind="number"), Column(_("目标值"), kind="number"),
                 Column(_("单位")), Column(_("说明"), width=28), Column(_("来源"))],
        rows=[
            (row.title, None if row.value is None else round(row.value, 2), row.target, row.unit, row.words, row.source)
            for row in value.figures
        ],
        chart=Chart(_("现值与目标"), 0, [1, 2]),
    )  # fmt: skip
    rounds = Sheet(
        title=title, name=_("督导"),
        columns=[Column(_("督导"), width=36), Column(_("检查单位"), kind="number"),
                 Column(_("平均得分率（%）"), kind="number"), Column(_("整改项"), kind="number"),
                 Column(_("复查通过"), kind="number")],
        rows=[(row.title, row.checked, row.average, row.mend, row.mended) for row in value.rounds],
        chart=Chart(_("平均得分率（%）"), 0, [2], 100),
    )  # fmt: skip
    money = Sheet(
        title=title, name=_("经费"), note=_("日历年度"),
        columns=[Column(_("年度")), Column(_("经费（元）"), kind="number"), Column(_("已支出（元）"), kind="number"),
                 Column(_("在校学生"), kind="number"), Column(_("生均（元）"), kind="number")],
        rows=[(str(row.year), row.amount, row.spent, row.students, row.per_student) for row in value.money],
    )  # fmt: skip
    return workbook([clauses, figures, rounds, money])
