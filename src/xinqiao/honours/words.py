"""What the codes this room writes into the trail mean, and how states look."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "honours.drafted": _("编制评选"),
    "honours.opened": _("开始申报"),
    "honours.judging": _("开始评审"),
    "honours.proposed": _("公示拟入选"),
    "honours.published": _("公布评选结果"),
    "honours.cancelled": _("取消评选"),
    "honours.revoked": _("撤销荣誉"),
    "honours.application_saved": _("填写申报"),
    "honours.applied": _("提交申报"),
    "honours.withdrawn": _("撤回申报"),
    "honours.file_added": _("上传佐证材料"),
    "honours.file_dropped": _("移除佐证材料"),
    "honours.scored": _("评审打分"),
    "honours.objected": _("提出异议"),
    "honours.objection_answered": _("答复异议"),
    "honours.exported": _("导出荣誉台账"),
    "honours.certificate": _("打印证书"),
}
TONES = {
    "draft": "neutral", "open": "info", "judging": "warn", "notice": "warn", "published": "good",
    "cancelled": "neutral",
    "submitted": "info", "proposed": "warn", "granted": "good", "declined": "neutral", "waiting": "warn",
    "upheld": "good", "dismissed": "neutral",
}  # fmt: skip
"""State of a round, an application or an objection → tone of its badge."""
