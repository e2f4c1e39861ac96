from django.db import models
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    """Where an import stands."""

    MAPPING = "mapping", _("待确认列")
    READING = "reading", _("正在生成预览")
    READY = "ready", _("待确认导入")
    APPLYING = "applying", _("正在导入")
    APPLIED = "applied", _("已导入")
    UNDONE = "undone", _("已撤销")
    DISCARDED = "discarded", _("已放弃")


class RowKind(models.TextChoices):
    """What one row of the file means for the school; ``left`` rows are students the file no longer has."""

    NEW = "new", _("新学生")
    RETURNED = "returned", _("回来的学生")
    CHANGED = "changed", _("资料有变")
    MOVED = "moved", _("调班")
    LEFT = "left", _("名册中没有")
    UNDECIDED = "undecided", _("重名待确认")
    FAULTY = "faulty", _("有错误")
    SAME = "same", _("没有变化")


class Scope(models.TextChoices):
    """For which students the file is complete: those of them it does not have are marked as left."""

    SCHOOL = "school", _("全校：文件里没有的学生都算离校")
    COHORTS = "cohorts", _("文件里出现的年级：这些年级里没有的学生算离校")
    CLASSES = "classes", _("文件里出现的班级：这些班级里没有的学生算离校")
    NOBODY = "nobody", _("只增加和更新，不处理离校")
