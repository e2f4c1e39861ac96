"""What the codes this room writes into the trail mean, and how states look."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "inspection.drafted": _("编制督导方案"),
    "inspection.drawn": _("确定督导单位并抽样"),
    "inspection.opened": _("启动督导自评"),
    "inspection.checking": _("开始督导检查"),
    "inspection.published": _("发布督导结果"),
    "inspection.closed": _("结束督导"),
    "inspection.cancelled": _("取消督导"),
    "inspection.checkers": _("安排检查人"),
    "inspection.self_saved": _("保存自评"),
    "inspection.self_submitted": _("提交自评"),
    "inspection.self_withdrawn": _("撤回自评"),
    "inspection.proof_added": _("上传自评材料"),
    "inspection.proof_dropped": _("移除自评材料"),
    "inspection.scored": _("现场评分"),
    "inspection.photo": _("上传检查照片"),
    "inspection.checked": _("完成检查"),
    "inspection.reopened": _("重新打开检查表"),
    "inspection.appealed": _("提出申诉"),
    "inspection.appeal_decided": _("答复申诉"),
    "inspection.rechecked": _("整改复查"),
    "inspection.report_written": _("编写年度评估"),
    "inspection.paper": _("下载督导文书"),
}
TONES = {
    "draft": "neutral", "open": "info", "checking": "warn", "published": "good", "closed": "neutral",
    "cancelled": "neutral", "submitted": "info", "checked": "good", "waiting": "warn", "upheld": "good",
    "dismissed": "neutral",
}  # fmt: skip
"""State of a round, a sheet or an appeal → tone of its badge."""
