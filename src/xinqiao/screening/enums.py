from django.db import models
from django.utils.translation import gettext_lazy as _


class FilingState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    APPROVED = "approved", _("已批准")
    RETURNED = "returned", _("退回修改")
    WITHDRAWN = "withdrawn", _("已撤回")


class ConsentMode(models.TextChoices):
    """How families and students are asked before a campaign."""

    ONLINE = "online", _("在线确认")
    PAPER = "paper", _("纸质回收，学校登记")
    BOTH = "both", _("在线、纸质都可以")


class CampaignState(models.TextChoices):
    PREPARED = "prepared", _("准备中")
    OPEN = "open", _("进行中")
    CLOSED = "closed", _("已结束")
    STOPPED = "stopped", _("已中止")


class SittingState(models.TextChoices):
    INVITED = "invited", _("已邀请")
    STARTED = "started", _("作答中")
    SUBMITTED = "submitted", _("已交卷")
    DECLINED = "declined", _("不参加")
    STOPPED = "stopped", _("中途退出")
