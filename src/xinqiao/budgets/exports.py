"""The account of a year as a workbook, for whoever audits it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from xinqiao.budgets.models import Line, Spending
from xinqiao.budgets.selectors import Total
from xinqiao.documents.excel import Column, Sheet, workbook


def account(title: str, totals: Sequence[Total], lines: Sequence[Line], payments: Sequence[Spending]) -> bytes:
    """Three sheets: sums by organisation, lines, and every payment with those struck out. Lines carry ``spent``."""
    return workbook([_sums(title, totals), _lines(title, lines), _payments(title, payments)])


def _sums(title: str, totals: Sequence[Total]) -> Sheet:
    return Sheet(
        title=_("汇总"),
        name=_("汇总"),
        note=title,
        columns=[
            Column(_("单位"), width=28),
            Column(_("经费（元）"), kind="number"),
            Column(_("已支出（元）"), kind="number"),
            Column(_("结余（元）"), kind="number"),
            Column(_("学生"), kind="number"),
            Column(_("生均（元）"), kind="number"),
        ],
        rows=[
            (t.organisation.name, float(t.amount), float(t.spent), float(t.left), t.students, _number(t))
            for t in totals
        ],
    )


def _lines(title: str, lines: Sequence[Line]) -> Sheet:
    return Sheet(
        title=_("经费项目"),
        name=_("经费项目"),
        note=title,
        columns=[
            Column(_("单位"), width=28),
            Column(_("经费项目"), width=28),
            Column(_("经费（元）"), kind="number"),
            Column(_("已支出（元）"), kind="number"),
            Column(_("来源与用途"), width=36),
        ],
        rows=[
            (line.organisation.name, line.title, float(line.amount), float(line.spent), line.words)  # type: ignore[attr-defined]
            for line in lines
        ],
    )


def _payments(title: str, payments: Sequence[Spending]) -> Sheet:
    return Sheet(
        title=_("支出明细"),
        name=_("支出明细"),
        note=title,
        columns=[
            Column(_("单位"), width=28),
            Column(_("经费项目"), width=28),
            Column(_("日期"), kind="date"),
            Column(_("金额（元）"), kind="number"),
            Column(_("用途"), width=36),
            Column(_("凭证号")),
            Column(_("凭证附件")),
            Column(_("登记人")),
            Column(_("作废原因"), width=28),
        ],
        rows=[
            (
                row.line.organisation.name, row.line.title, row.on, float(row.amount), row.words, row.voucher,
                row.file_name, row.by.name, row.reason,
            )
            for row in payments
        ],
    )  # fmt: skip


def _number(total: Total) -> float | None:
    return float(total.per_student) if total.per_student is not None else None
