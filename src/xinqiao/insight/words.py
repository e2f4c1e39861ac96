"""What the codes this room writes into the trail mean, for people."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "report.made": _("生成数据报告"),
    "table.made": _("导出统计表"),
    "census.made": _("生成测评报告"),
    "ledger.exported": _("导出台账"),
    "board.printed": _("打印大屏"),
    "board.cast": _("把大屏放到墙上"),
    "summary.drafted": _("起草小结"),
    "summary.saved": _("修改小结"),
    "summary.sent": _("报送小结"),
    "summary.corrected": _("更正小结"),
    "summary.opened": _("查看小结"),
    "summary.rhythm": _("设定小结"),
    "work_ledger.exported": _("导出工作台账"),
}
