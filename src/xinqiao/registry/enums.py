from django.db import models
from django.utils.translation import gettext_lazy as _


class OperationKind(models.TextChoices):
    """Changes of many people at once; each is previewed before it is applied."""

    NEW_YEAR = "new_year", _("新学年升级")
    SPLIT = "split", _("分班")
    MERGE = "merge", _("并班")
    MOVE = "move", _("调班")
    TRANSFER = "transfer", _("转学")
    LEAVE = "leave", _("离校")


class OperationState(models.TextChoices):
    PREVIEWED = "previewed", _("待确认")
    APPLIED = "applied", _("已执行")
    DISCARDED = "discarded", _("已放弃")
