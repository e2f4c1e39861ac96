"""The school's or bureau's report as PDF: figures only, small cells hidden."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.documents import pdf
from xinqiao.documents.shapes import Facts, Head, Heading, Help, Notice, Paragraph, Report, Signatures, Table, plain
from xinqiao.insight.numbers import Numbers, SchoolRow

LEVEL_WORDS = (
    gettext_lazy("平稳"),
    gettext_lazy("关注"),
    gettext_lazy("追踪"),
    gettext_lazy("预警"),
    gettext_lazy("危机"),
)


def report(figures: Numbers, schools: list[SchoolRow], at: datetime, *, made_by: str) -> bytes:
    """A4 report of one subtree. ``schools`` is empty for a school or grade."""
    blocks = [
        Notice(_("本报告只含汇总数字。少于 10 人的格子和能推算出它们的格子不显示，以“<10”或“—”代替。"), _("说明")),
        Heading(_("一、测评")),
        Facts(
            [
                (_("在校学生"), figures.students.words),
                (_("邀请"), figures.invited.words),
                (_("交卷"), figures.submitted.words),
                (_("参与率"), figures.coverage),
                (_("有效答卷"), figures.valid.words),
                (_("有效率"), figures.valid_share),
            ]
        ),
        Heading(_("二、早发现")),
        Facts(
            [
                (_("本学年信号"), figures.signals.words),
                (_("处理中"), figures.signals_open.words),
                (_("首次接触（中位数）"), _hours(figures.first_contact_hours)),
                (_("按时处理"), figures.in_time),
            ]
        ),
        Table(
            [_("来源"), _("数量")], [(label, cell.words) for label, cell in figures.sources], align=("left", "right")
        ),
        Heading(_("三、有人负责")),
        Facts(
            [
                (_("进行中的个案"), figures.cases_open.words),
                (_("本学年结案"), figures.cases_closed.words),
                (_("关怀任务按时"), figures.duties_in_time),
                (_("到期随访完成"), figures.follow_ups_done),
            ]
        ),
        Heading(_("四、关注等级（各年级）")),
        Table(
            [_("年级"), *map(str, LEVEL_WORDS), _("合计")],
            [[row.title, *(cell.words for cell in row.cells), row.total.words] for row in figures.levels],
            align=("left", *(["right"] * 6)),
        ),
        *_school_table(schools),
        Paragraph(_("等级由心理教师在访谈之后确定，量表得分不定级。测评结果不是诊断，不用于评价、评优和升学。")),
        Help(_("求助途径"), [(str(label), str(number)) for label, number in settings.XINQIAO_HELP_LINES]),
        Signatures([_("填报人"), _("审核人")], seal=True),
    ]
    day = localdate(at)
    head = Head(
        organisation=figures.node.name, form_no=f"XQ-R-{figures.node.pk}-{day:%Y%m%d}", date=day.isoformat(),
        secrecy=_("内部资料"), made=made_by,
    )  # fmt: skip
    title = _("心理健康工作数据报告")
    subtitle = _("%(since)s 至 %(until)s") % {"since": figures.since.isoformat(), "until": day.isoformat()}
    return pdf.render("report.typ", plain(Report(head=head, title=title, subtitle=subtitle, blocks=blocks)))


def _hours(hours: float | None) -> str:
    return "—" if hours is None else _("%(h)s 小时") % {"h": hours}


def _school_table(schools: list[SchoolRow]) -> list[Heading | Table]:
    if not schools:
        return []
    heads = [_("学校"), _("学生"), _("交卷"), _("参与率"), _("信号"), _("按时"), _("个案"), _("任务按时")]
    rows = [
        [row.school.name, row.students.words, row.submitted.words, row.coverage, row.signals.words, row.in_time,
         row.cases.words, row.duties]
        for row in schools
    ]  # fmt: skip
    return [Heading(_("五、各学校（按学校代码排列，不排名）")), Table(heads, rows, align=("left", *(["right"] * 7)))]
