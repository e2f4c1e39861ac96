"""What the codes this room writes into the trail mean, for people."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "pack.drafted": _("新建方案草稿"),
    "pack.changed": _("修改方案草稿"),
    "pack.discarded": _("删除方案草稿"),
    "pack.submitted": _("提交方案审核"),
    "pack.taken_back": _("撤回方案审核"),
    "pack.sent_back": _("退回方案"),
    "pack.published": _("发布方案"),
    "pack.withdrawn": _("停用方案"),
    "pack.restored": _("恢复方案"),
}
