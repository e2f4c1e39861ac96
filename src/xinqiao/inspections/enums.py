from django.db import models
from django.utils.translation import gettext_lazy as _


class RoundState(models.TextChoices):
    DRAFT = "draft", _("准备中")
    OPEN = "open", _("自评中")
    CHECKING = "checking", _("检查中")
    PUBLISHED = "published", _("已发布")
    CLOSED = "closed", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class SheetState(models.TextChoices):
    """OPEN: the unit has not handed in its own scores (perhaps never will); the check does not wait for it."""

    OPEN = "open", _("待自评")
    SUBMITTED = "submitted", _("已自评")
    CHECKED = "checked", _("已检查")


class Sampling(models.TextChoices):
    ALL = "all", _("全部检查")
    EVERY = "every", _("每隔几个查一个")
    RANDOM = "random", _("随机抽取")
    CHOSEN = "chosen", _("指定单位")


class AppealState(models.TextChoices):
    WAITING = "waiting", _("待答复")
    UPHELD = "upheld", _("成立")
    DISMISSED = "dismissed", _("不成立")


class Side(models.TextChoices):
    """Who put a file beside an item."""

    UNIT = "unit", _("单位自评材料")
    CHECKER = "checker", _("检查记录")
