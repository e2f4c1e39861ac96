"""The report of a school or bureau as PDF and its table as Excel: the figures of the page, and what they do not say."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.documents import pdf
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.documents.shapes import (
    Bars,
    Facts,
    Head,
    Heading,
    Help,
    Notice,
    Paragraph,
    Report,
    Signatures,
    Table,
)
from xinqiao.insight.numbers import LEVEL_WORDS, Line, Numbers
from xinqiao.kernel.suppression import HIDDEN

Blocks = list[Heading | Facts | Table | Bars | Notice | Paragraph | Help | Signatures]


def report(figures: Numbers, at: datetime, *, made_by: str) -> bytes:
    """A4 report of one organisation, with one line for each organisation right below it."""
    blocks: Blocks = [Notice(how_to_read(figures), _("怎样读这份报告"))]
    blocks += _screening(figures) + _early(figures) + _care(figures) + _levels(figures) + _below(figures)
    blocks += [Heading(_("方法与局限")), *(Paragraph(text) for text in limits())]
    blocks.append(Help(_("求助途径"), help_lines()))
    blocks.append(Signatures([_("填报人"), _("审核人")], seal=True))
    day = localdate(at)
    head = Head(
        organisation=figures.node.name, form_no=f"XQ-R-{figures.node.pk}-{day:%Y%m%d}", date=day.isoformat(),
        secrecy=_("内部资料"), made=made_by, version="1",
    )  # fmt: skip
    subtitle = _("%(place)s · %(since)s 至 %(until)s") % {
        "place": figures.own.title, "since": figures.since.isoformat(), "until": localdate(figures.made_at).isoformat(),
    }  # fmt: skip
    title = _("心理健康工作数据报告")
    return pdf.report(Report(head=head, title=title, subtitle=subtitle, blocks=blocks))


def how_to_read(figures: Numbers) -> str:
    made = f"{localtime(figures.made_at):%Y-%m-%d %H:%M}"
    if figures.exact:
        return _("数字截至 %(made)s，没有作隐去处理，只供本校心理教师工作使用，请不要转发。") % {"made": made}
    return _(
        "数字截至 %(made)s，每天更新一次。人数不足 10 的格子，以及能推算出它们的格子，以“—”代替；"
        "“—”不表示零，也不表示一定少于 10。"
    ) % {"made": made}


def limits() -> list[str]:
    return [
        _("参与率是交卷人数除以邀请人数。学生和家长可以不参加，不参加没有任何影响，也不追问原因。"),
        _("测评只说明作答那几天的状态，不是诊断；等级由心理教师在访谈之后确定，量表得分不定级。"),
        _("“按时”指在规定时限内处理、没有因超时交给上一级。数字多不表示工作差：发现得多，往往是看得仔细。"),
        _("本报告不排名，不用于评价、评优和升学，也不能用来推断某一名学生的情况。"),
    ]


def help_lines() -> list[tuple[str, str]]:
    return [(str(label), str(number)) for label, number in settings.XINQIAO_HELP_LINES]


def _screening(figures: Numbers) -> Blocks:
    own = figures.own
    rows = [
        (_("在校学生"), own.students.words), (_("邀请"), own.screened.whole.words),
        (_("交卷"), own.screened.part.words), (_("参与率"), own.screened.share),
        (_("有效答卷"), own.sheets.part.words), (_("有效率"), own.sheets.share),
    ]  # fmt: skip
    return [Heading(_("一、测评")), Facts(rows)]


def _early(figures: Numbers) -> Blocks:
    own = figures.own
    rows = [
        (_("本学年信号"), own.signals.words), (_("处理中"), own.open.words),
        (_("首次接触（中位数）"), hours_words(figures.hours)), (_("按时处理"), own.in_time.words),
    ]  # fmt: skip
    blocks: Blocks = [Heading(_("二、早发现")), Facts(rows)]
    if figures.sources:
        blocks.append(Bars(_("信号的来源"), [(label, cell.value, cell.words) for label, cell in figures.sources]))
    if figures.months:
        blocks.append(Table([_("月份"), _("信号")], figures.months, caption=_("各月情况（只用文字）")))
    return blocks


def _care(figures: Numbers) -> Blocks:
    own = figures.own
    rows = [
        (_("进行中的个案"), own.cases.words), (_("本学年结案"), own.closed.words),
        (_("关怀任务按时"), own.duties.words), (_("到期随访已完成"), own.looks.words),
    ]  # fmt: skip
    return [Heading(_("三、有人负责")), Facts(rows)]


def _levels(figures: Numbers) -> Blocks:
    bars = [(bar.label, bar.value, bar.shown) for bar in figures.level_bars]
    return [Heading(_("四、关注等级")), Bars(_("今天在校学生中各等级的人数"), bars)]


def heads() -> list[str]:
    """Columns of the table of organisations below."""
    return [
        _("学生"), _("邀请"), _("交卷"), _("参与率"), _("信号"), _("按时"), _("个案数"), _("任务按时"),
        *(str(word) for word in LEVEL_WORDS[1:]),
    ]  # fmt: skip


def cells(line: Line) -> list[str]:
    return [
        line.students.words, line.screened.whole.words, line.screened.part.words, line.screened.share,
        line.signals.words, line.in_time.share, line.cases.words, line.duties.share,
        *(cell.words for cell in line.levels),
    ]  # fmt: skip


def _below(figures: Numbers) -> Blocks:
    if not figures.lines:
        return []
    schools = figures.lines[0].node.kind == "school"
    title = _("五、各学校（按学校代码排列，不排名）") if schools else _("五、各年级")
    first = _("学校") if schools else _("年级")
    rows = [[line.title, *cells(line)] for line in figures.lines]
    table = Table([first, *heads()], rows, align=("left", *(["right"] * 12)), widths=(3, *([1.2] * 12)))
    return [Heading(title), table]


def hours_words(hours: float | None) -> str:
    return HIDDEN if hours is None else _("%(h)s 小时") % {"h": f"{hours:g}"}


def sheet(figures: Numbers, at: datetime) -> bytes:
    """The table of the page as a workbook: the organisation itself first, then those below it."""
    columns = [Column(_("机构"), 26), *(Column(head, 10) for head in heads())]
    rows = [[line.title, *cells(line)] for line in (figures.own, *figures.lines)]
    name = _("统计")
    return workbook([Sheet(title=f"{figures.own.title} {name} {localdate(at)}", columns=columns, rows=rows, name=name,
                           note=how_to_read(figures))])  # fmt: skip
