from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanState(models.TextChoices):
    RUNNING = "running", _("实施中")
    PAUSED = "paused", _("已暂停")
    ENDED = "ended", _("已结束")
    ARCHIVED = "archived", _("已归档")


class Mode(models.TextChoices):
    """Emergency mode takes the emergency rhythm of each measure that has one."""

    NORMAL = "normal", _("平时")
    EMERGENCY = "emergency", _("应急")


class TaskState(models.TextChoices):
    """Where a task stands. Late is not a state: it is a date that has passed (``Task.late_on``), whatever the state."""

    OPEN = "open", _("待接收")
    TAKEN = "taken", _("进行中")
    HANDED_IN = "handed_in", _("待审核")
    RETURNED = "returned", _("退回补充")
    ACCEPTED = "accepted", _("已完成")
    WAIVED = "waived", _("免做")


class Origin(models.TextChoices):
    """Where a task comes from."""

    MEASURE = "measure", _("方案措施")
    CALL = "call", _("征集")
    EXTRA = "extra", _("补充任务")
    DECISION = "decision", _("会议决定")
    MENDING = "mending", _("整改")


class Verdict(models.TextChoices):
    WAITING = "", _("待审核")
    ACCEPTED = "accepted", _("通过")
    RETURNED = "returned", _("退回")
    WITHDRAWN = "withdrawn", _("已撤回")


class ChangeKind(models.TextChoices):
    APPLIED = "applied", _("启用")
    AMENDED = "amended", _("修改")
    MOVED = "moved", _("换用新版本")
    PAUSED = "paused", _("暂停")
    RESUMED = "resumed", _("恢复")
    MODE = "mode", _("切换模式")
    ENDED = "ended", _("结束")
    ARCHIVED = "archived", _("归档")
    UNITS = "units", _("单位变动")


class Standing(models.TextChoices):
    """How a clause stands. The words on every page; a colour never stands alone."""

    MET = "met", _("已达到")
    UNDER_WAY = "under_way", _("进行中")
    NOT_YET = "not_yet", _("尚未开始")
    LATE = "late", _("已逾期")
