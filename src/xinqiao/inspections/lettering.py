"""Papers of a round for people to go on writing in: the notice to all, the letter to one unit.

A notice says how the whole stands and what has to be mended; units stand in the order of their codes, and none is put
above another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from xinqiao.documents.shapes import Bars, Block, Facts, Head, Heading, Paragraph, Report, Signatures, Table
from xinqiao.inspections.models import Appeal, Mending, Round, Sheet
from xinqiao.inspections.rules import plain
from xinqiao.inspections.selectors import Line, Spread

WELL, SHORT = 90, 70
"""Per cent of the points of an item from which it is named as done well, below which as to be strengthened."""


def day(on: date | None) -> str:
    return _("%(y)d年%(m)d月%(d)d日") % {"y": on.year, "m": on.month, "d": on.day} if on else ""


def notice(
    round_: Round, sheets: Sequence[Sheet], spread: Spread, mendings: Sequence[Mending], *, units: bool, on: date
) -> Report:
    """The notice (通报) of a published round. units: whether the results of each unit stand in it."""
    checked = [sheet for sheet in sheets if sheet.total is not None]
    blocks: list[Block] = [
        Paragraph(
            _("按照工作安排，%(office)s于%(start)s至%(end)s对%(n)d个单位开展了“%(title)s”。现将有关情况通报如下。")
            % {
                "office": round_.organisation.name,
                "start": day(round_.check_from),
                "end": day(round_.check_until),
                "n": len(checked),
                "title": round_.title,
            }
        ),
        Heading(_("一、总体情况")),
        Paragraph(_overall(spread)),
        Bars(
            _("各等次单位数"),
            [(grade, float(n), _("%(n)d 个") % {"n": n}) for grade, n in spread.grades.items()],
            float(max(spread.checked, 1)),
        ),
        Heading(_("二、各项得分情况")),
        Bars(
            _("各项平均得分率"),
            [(item.title, float(reached), f"{reached}%") for item, reached, _n in spread.lost],
            100.0,
        ),
        Heading(_("三、做得好的方面")),
        Paragraph(
            _named([item.title for item, reached, _n in spread.lost if reached >= WELL], _("请补写亮点和经验。"))
        ),
        Heading(_("四、需要改进的方面")),
        Paragraph(
            _named(
                [
                    _("%(item)s（%(n)d 个单位扣分）") % {"item": item.title, "n": n}
                    for item, reached, n in spread.lost
                    if reached < SHORT
                ],
                _("各项平均得分率都在 70% 以上。"),
            )
        ),
        *_red(spread),
        Heading(_("五、整改要求")),
        Paragraph(_mending(round_, mendings)),
    ]
    if units:
        rows = [[sheet.unit.name, _number(sheet.total), f"{sheet.share}%", sheet.grade] for sheet in checked]
        blocks += [
            Heading(_("附：各单位检查结果")),
            Paragraph(_("按单位代码排列，不分先后。")),
            Table(
                [_("单位"), _("得分"), _("得分率"), _("等次")], rows,
                align=["left", "right", "right", "center"], widths=[5, 2, 2, 3],
            ),
        ]  # fmt: skip
    head = Head(round_.organisation.name, date=day(on))
    return Report(head, _("关于%(title)s情况的通报") % {"title": round_.title}, blocks)


def _overall(spread: Spread) -> str:
    if spread.average is None:
        return _("还没有检查结果。")
    grades = "，".join(_("%(grade)s %(n)d 个") % {"grade": title, "n": n} for title, n in spread.grades.items())
    return _("共检查 %(n)d 个单位，平均得分率 %(average)s%%。其中：%(grades)s。") % {
        "n": spread.checked, "average": spread.average, "grades": grades,
    }  # fmt: skip


def _named(titles: Sequence[str], otherwise: str) -> str:
    return "；".join(titles) + "。" if titles else otherwise


def _red(spread: Spread) -> list[Block]:
    if not spread.red:
        return []
    words = "；".join(_("%(item)s：%(n)d 个单位") % {"item": item.title, "n": n} for item, n in spread.red)
    return [Paragraph(_("触及红线的项目：%(words)s。触及红线的单位按最低等次评定，须立即整改。") % {"words": words})]


def _mending(round_: Round, mendings: Sequence[Mending]) -> str:
    if not mendings:
        return _("本轮没有需要限期整改的问题，请各单位对照检查意见继续完善。")
    units, due = len({row.sheet.unit_id for row in mendings}), max(row.task.due_on for row in mendings)
    facts = {"units": units, "n": len(mendings), "due": day(due), "appeal": day(round_.appeal_until)}
    return (
        _(
            "共对 %(units)d 个单位提出 %(n)d 项整改要求，请于%(due)s前完成并报告，%(n)d 项逐一复查，复查通过才算完成。"
            "对结果有不同意见的，请于%(appeal)s前提出申诉。"
        )
        % facts
    )


def letter(sheet: Sheet, lines: Sequence[Line], appeals: Sequence[Appeal], *, on: date) -> Report:
    """Feedback to one unit (反馈意见书): what was seen, item by item, and what has to be mended."""
    round_ = sheet.round
    rows = [
        [
            line.item.title, plain(line.item.weight), _number(line.mark.self_score), _number(line.mark.score),
            line.mark.words or "—",
        ]
        for line in lines
    ]  # fmt: skip
    mend = [line for line in lines if line.mark.mend]
    blocks: list[Block] = [
        Paragraph(_("%(unit)s：") % {"unit": sheet.unit.name}),
        Paragraph(
            _("%(by)s于%(on)s对你单位进行了“%(title)s”检查，现将意见反馈如下。")
            % {
                "by": sheet.checked_for,
                "on": day(sheet.checked_at.date() if sheet.checked_at else None),
                "title": round_.title,
            }
        ),
        Facts(
            [
                (_("得分"), f"{_number(sheet.total)} / {plain(round_.read.full)}"),
                (_("得分率"), f"{sheet.share}%"),
                (_("等次"), sheet.grade),
                (_("自评得分率"), f"{sheet.self_share}%" if sheet.self_share is not None else _("未自评")),
            ]
        ),
        Heading(_("一、总体印象")),
        Paragraph(sheet.words or _("请补写总体印象。")),
        Heading(_("二、逐项情况")),
        Table(
            [_("项目"), _("分值"), _("自评"), _("得分"), _("看到的情况")],
            rows,
            align=["left", "right", "right", "right", "left"],
            widths=[4, 1.3, 1.3, 1.3, 6],
        ),
        Heading(_("三、整改要求")),
    ]
    for number, line in enumerate(mend, start=1):
        due = day(line.mending.task.due_on) if line.mending else ""
        words = _("%(n)d. %(item)s：%(mend)s") % {"n": number, "item": line.item.title, "mend": line.mark.mend}
        blocks.append(Paragraph(words + (_("（%(due)s前完成）") % {"due": due} if due else "")))
    if not mend:
        blocks.append(Paragraph(_("没有限期整改的问题，请对照上面的情况继续完善。")))
    for row in appeals:
        if row.answer:
            blocks.append(
                Paragraph(
                    _("申诉答复（%(state)s）：%(answer)s") % {"state": row.get_state_display(), "answer": row.answer}
                )
            )
    if round_.appeal_until:
        blocks.append(Paragraph(_("如有不同意见，请于%(day)s前在系统中提出申诉。") % {"day": day(round_.appeal_until)}))
    blocks.append(Signatures([_("检查人"), _("单位负责人")], seal=True))
    return Report(Head(round_.organisation.name, date=day(on)), _("督导检查反馈意见书"), blocks, round_.title)


def _number(value: Decimal | None) -> str:
    return "—" if value is None else plain(value)
