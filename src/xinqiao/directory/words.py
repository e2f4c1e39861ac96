"""What the codes this room writes into the trail mean, and the words for how things stand."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "service.wanted": _("按方案列出服务"),
    "service.set": _("维护服务"),
    "service.closed": _("关闭服务"),
    "service.published": _("公布联系方式"),
    "service.unpublished": _("撤下联系方式"),
    "service.photo": _("添加照片"),
    "service.photo_removed": _("移除照片"),
    "agreement.set": _("维护协议"),
}
OF_AGREEMENT = {
    "holds": (_("有效"), "good"),
    "soon": (_("快到期"), "warn"),
    "over": (_("已到期"), "bad"),
    "ahead": (_("尚未开始"), "neutral"),
}
OF_GAP = {"wished": _("还没有开放"), "hours": _("开放时间不够")}
