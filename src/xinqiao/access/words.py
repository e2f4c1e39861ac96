"""What the codes this room writes into the trail mean, for people."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "consent.given": _("登记同意"),
    "consent.declined": _("登记不同意"),
    "consent.withdrawn": _("撤回答复"),
    "consent.text_published": _("发布告知书新版本"),
    "entry.student": _("学生本人登录"),
    "entry.bound": _("家长开通账号"),
    "binding.issued": _("生成家长绑定码"),
    "outside.made": _("给校外人员开通链接"),
    "outside.opened": _("校外人员打开链接"),
    "outside.revoked": _("停用校外人员链接"),
    "account.opened": _("开通账号"),
    "account.password_reset": _("重置密码"),
    "account.closed": _("停用账号"),
    "account.second_factor_removed": _("清除两步验证"),
    "account.signed_in": _("登录"),
    "account.sign_in_failed": _("登录失败"),
    "glass.broken": _("紧急查阅：打开档案"),
    "glass.ended": _("紧急查阅：提前结束"),
    "glass.told": _("紧急查阅：知情人已确认"),
    "glass.reviewed": _("紧急查阅：复核"),
    "glass.reason_read": _("阅读紧急查阅理由"),
    "trail.read": _("查看查阅记录"),
    "vault.key_rotated": _("更换加密密钥"),
}
