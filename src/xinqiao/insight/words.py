"""What the codes this room writes into the trail mean, for people."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "report.made": _("生成数据报告"),
    "table.made": _("导出统计表"),
    "census.made": _("生成测评报告"),
    "ledger.exported": _("导出台账"),
    "board.printed": _("打印大屏"),
    "board.cast": _("把大屏放到墙上"),
}
