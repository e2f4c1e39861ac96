from django.db import models
from django.utils.translation import gettext_lazy as _


class ServiceKind(models.TextChoices):
    """What people can turn to."""

    ROOM = "room", _("心理辅导室")
    CLINIC = "clinic", _("咨询门诊")
    HOTLINE = "hotline", _("心理热线")
    LETTERBOX = "letterbox", _("心理信箱")
    BOOKING = "booking", _("预约")
    ONLINE = "online", _("线上咨询")
    GROUP = "group", _("团体辅导")
    STATION = "station", _("心灵驿站")
    SITE = "site", _("现场服务点")
    CONTACT = "contact", _("公开联系方式")
    STUDIO = "studio", _("名师工作室")


class Season(models.TextChoices):
    """Hours may differ between the summer and the winter timetable (夏令时、冬令时作息)."""

    ALL = "all", _("全年")
    SUMMER = "summer", _("夏季作息")
    WINTER = "winter", _("冬季作息")


class AgreementKind(models.TextChoices):
    HOSPITAL = "hospital", _("医院")
    AGENCY = "agency", _("部门")
    OTHER = "other", _("社会机构")


class Equipment(models.TextChoices):
    """What a counselling room is looked at for. The first three are the basic ones of plan 16."""

    SOFTWARE = "software", _("心理测评软件")
    SAND_TRAY = "sand_tray", _("沙盘")
    GROUP_BOX = "group_box", _("团体辅导箱")
    FILES = "files", _("带锁的档案柜")
    SEATS = "seats", _("两张以上舒适的座椅")
    CURTAIN = "curtain", _("柔和的光线和窗帘")
    QUIET = "quiet", _("安静，外面听不见")
    RULES = "rules", _("墙上有工作职责和保密说明")
    HELP_LINES = "help_lines", _("墙上有求助电话")


BASIC = (Equipment.SOFTWARE, Equipment.SAND_TRAY, Equipment.GROUP_BOX)
