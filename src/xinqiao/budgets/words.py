"""What the codes this room writes into the trail mean, and the words for a line."""

from django.utils.translation import gettext_lazy as _

from xinqiao.budgets.rules import Word

WORDS = {
    "budget.line_wanted": _("按方案设立经费项目"),
    "budget.line_set": _("设定经费"),
    "budget.spent": _("登记支出"),
    "budget.struck_out": _("作废支出"),
    "budget.exported": _("导出经费台账"),
}
OF_LINE = {
    Word.OVERSPENT: (_("已超支"), "bad"),
    Word.NEARLY_SPENT: (_("快用完了"), "warn"),
    Word.UNSET: (_("还没有定金额"), "warn"),
    Word.SLEEPING: (_("还没有动用"), "info"),
}
"""(words, tone)"""
