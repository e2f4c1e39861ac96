from django.db import models
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """Where a figure comes from. The words stand beside every figure."""

    LIVE = "live", _("自动统计")
    REPORTED = "reported", _("填报")
    NONE = "", _("还没有数字")
