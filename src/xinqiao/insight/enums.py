from django.db import models
from django.utils.translation import gettext_lazy as _


class SummaryKind(models.TextChoices):
    DAILY = "daily", _("日报")
    WEEKLY = "weekly", _("周小结")
    MONTHLY = "monthly", _("月小结")
    TERM = "term", _("学期总结")
    YEAR = "year", _("年度总结")


class SummaryState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SENT = "sent", _("已报送")
