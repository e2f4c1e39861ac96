"""The ledger of honours as a workbook, certificates as Word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from xinqiao.documents import word
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.documents.shapes import Block, Head, Paragraph, Report, Signatures
from xinqiao.honours.models import Honour


def ledger(title: str, honours: Sequence[Honour], on: date) -> bytes:
    """Every honour with how it stands on a day."""
    return workbook(
        [
            Sheet(
                title=title, name=_("荣誉台账"), note=_("截至 %(on)s") % {"on": on.isoformat()},
                columns=[
                    Column(_("证书编号")), Column(_("种类")), Column(_("名称"), width=30), Column(_("单位"), width=26),
                    Column(_("个人")), Column(_("授予单位"), width=26), Column(_("授予日期"), kind="date"),
                    Column(_("有效期至（不含）"), kind="date"), Column(_("状态")), Column(_("撤销原因"), width=30),
                ],
                rows=[
                    (
                        row.number, row.get_kind_display(), row.title, row.organisation.name,
                        row.person.name if row.person else "", row.giver.name, row.granted_on, row.valid_until,
                        standing(row, on), row.reason,
                    )
                    for row in honours
                ],
            )
        ]
    )  # fmt: skip


def standing(honour: Honour, on: date) -> str:
    """有效, 已到期 or 已撤销 on a day."""
    if honour.revoked_on is not None and honour.revoked_on <= on:
        return _("已撤销")
    if honour.valid_until is not None and honour.valid_until <= on:
        return _("已到期")
    return _("有效")


def certificate(honour: Honour) -> bytes:
    """A certificate to print on the office's own paper."""
    whom = f"{honour.organisation.name} {honour.person.name}" if honour.person else honour.organisation.name
    facts = {"title": honour.title}
    until = (
        _("有效期至%(y)d年%(m)d月%(d)d日（不含）。")
        % {"y": honour.valid_until.year, "m": honour.valid_until.month, "d": honour.valid_until.day}
        if honour.valid_until
        else ""
    )
    day = _("%(y)d年%(m)d月%(d)d日") % {
        "y": honour.granted_on.year, "m": honour.granted_on.month, "d": honour.granted_on.day,
    }  # fmt: skip
    blocks: list[Block] = [
        Paragraph(_("%(whom)s：") % {"whom": whom}),
        Paragraph(_("经申报、评审和公示，授予“%(title)s”称号，特发此证。") % facts + until),
        Signatures([honour.giver.name], seal=True),
    ]
    return word.report(Report(Head(honour.giver.name, form_no=honour.number, date=day), _("荣誉证书"), blocks))
