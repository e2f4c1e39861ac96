"""A version of a summary as tables for the page, and as the Word file that is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.documents import shapes, word
from xinqiao.insight.enums import SummaryKind
from xinqiao.insight.models import Summary, SummaryVersion
from xinqiao.insight.rules import SECTIONS
from xinqiao.insight.summaries.drafting import NUMBER_WORDS, TITLES
from xinqiao.insight.summaries.facts import Facts

_DIGITS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十")


@dataclass(frozen=True)
class Table:
    """Counts beside a section's text; the last columns are numbers."""

    head: list[str]
    rows: list[list[str]]


def sections(summary: Summary) -> tuple[str, ...]:
    return SECTIONS[SummaryKind(summary.kind)]


def tables(facts: Facts) -> Mapping[str, list[Table]]:
    """Section → its tables; those without rows are left out."""
    found = {
        "tasks": [
            Table([_("单位"), _("已到期"), _("完成"), _("曾逾期")], _plain(facts["units"])),
        ],
        "work": [
            Table([_("日期"), _("会议"), _("到会"), _("决定")], _plain(facts["meetings"]["own"])),
            Table([_("开放日期"), _("单位"), _("服务")], _plain(facts["services"])),
            Table([_("到期的协议"), _("最后一天")], _plain(facts["agreements"]["ending"])),
        ],
        "figures": [
            Table(
                [_("指标"), _("期初"), _("期末"), _("目标值"), _("情况")],
                [[*row[:4], _stands(row[4])] for row in facts["figures"]],
            )
        ],
        "checks": [
            Table(
                [_("督导"), _("检查单位"), _("平均得分率")],
                [
                    [title, str(n), "—" if mean is None else f"{mean:g}%"]
                    for title, n, mean in facts["checks"]["rounds"]
                ],
            )
        ],
        "money": [
            Table(
                [_("经费项目"), _("支出（元）"), _("笔数")],
                [[title, f"{amount:,.2f}", str(n)] for title, amount, n in facts["money"]["own"]],
            )
        ],
        "numbers": [
            Table(
                [_("项目"), _("数字")],
                [[str(NUMBER_WORDS[name]), value] for name, value in facts["numbers"] if name in NUMBER_WORDS],
            )
        ],
    }
    return {name: [table for table in group if table.rows] for name, group in found.items()}


def _plain(rows: list[list[object]]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in rows]


def _stands(state: str) -> str:
    return {"met": _("已达到"), "open": _("还没达到")}.get(state, "")


def as_word(version: SummaryVersion) -> bytes:
    """The .docx: sections with text or tables, numbered, with places to sign."""
    summary = version.summary
    held = tables(version.facts)
    blocks: list[shapes.Block] = []
    number = 0
    for name in sections(summary):
        text = str(version.texts.get(name, ""))
        own = held.get(name, [])
        if not text.strip() and not own:
            continue
        mark = _DIGITS[number] if number < len(_DIGITS) else str(number + 1)
        blocks.append(shapes.Heading(_("%(n)s、%(title)s") % {"n": mark, "title": TITLES[name]}))
        number += 1
        if text.strip():
            blocks.append(shapes.Paragraph(text.strip()))
        blocks += [_drawn(table) for table in own]
    blocks.append(shapes.Signatures([_("填报人"), _("审核人")], seal=True))
    head = shapes.Head(
        organisation=summary.organisation.name,
        date=localdate(version.at).isoformat(),
        secrecy=_("内部资料"),
        version=str(version.number),
    )
    subtitle = _("（%(since)s 至 %(until)s）") % {
        "since": summary.starts_on.isoformat(),
        "until": summary.ends_on.isoformat(),
    }
    return word.report(shapes.Report(head=head, title=summary.title, subtitle=subtitle, blocks=blocks))


def _drawn(table: Table) -> shapes.Table:
    return shapes.Table(table.head, table.rows, align=["left", *["center"] * (len(table.head) - 1)])


def as_text(version: SummaryVersion) -> str:
    """Overview in a few lines, for the words of a hand-in."""
    return str(version.texts.get("overview") or version.summary.title).strip()
