from django.db import models
from django.utils.translation import gettext_lazy as _


class HonourKind(models.TextChoices):
    MODEL_SCHOOL = "model_school", _("示范校")
    MODEL_ROOM = "model_room", _("示范辅导室")
    MASTER = "master", _("名师工作室")
    BACKBONE = "backbone", _("骨干教师")
    OWN = "own", _("其他")


FOR_PERSONS = (HonourKind.MASTER, HonourKind.BACKBONE)
"""Kinds that a person usually applies for; a round says itself."""


class RoundState(models.TextChoices):
    DRAFT = "draft", _("准备中")
    OPEN = "open", _("申报中")
    JUDGING = "judging", _("评审中")
    NOTICE = "notice", _("公示中")
    PUBLISHED = "published", _("已公布")
    CANCELLED = "cancelled", _("已取消")


class ApplicationState(models.TextChoices):
    DRAFT = "draft", _("填写中")
    SUBMITTED = "submitted", _("已申报")
    PROPOSED = "proposed", _("拟入选")
    GRANTED = "granted", _("入选")
    DECLINED = "declined", _("未入选")


class ObjectionState(models.TextChoices):
    WAITING = "waiting", _("待答复")
    UPHELD = "upheld", _("成立")
    DISMISSED = "dismissed", _("不成立")
