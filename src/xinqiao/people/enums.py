from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    """What an organisation is. Rows may carry a kind that is not listed here: the column has no check on purpose."""

    BUREAU = "bureau", _("教育局")
    SCHOOL = "school", _("学校")
    GRADE = "grade", _("年级")
    CLASS = "class", _("班级")
    DEPARTMENT = "department", _("部门")
    STREET = "street", _("街道/乡镇")
    COMMUNITY = "community", _("社区/村")
    HOSPITAL = "hospital", _("医院")
    COURT = "court", _("法院")
    STATION = "station", _("服务站")
    HOTLINE = "hotline", _("热线中心")
    OTHER = "other", _("其他机构")


class Stage(models.TextChoices):
    PRIMARY = "primary", _("小学")
    JUNIOR = "junior", _("初中")
    SENIOR = "senior", _("高中")


class SchoolSystem(models.TextChoices):
    SIX_THREE = "63", _("六三学制")
    FIVE_FOUR = "54", _("五四学制")


class Sex(models.TextChoices):
    MALE = "m", _("男")
    FEMALE = "f", _("女")
    UNKNOWN = "", _("未填")


class Relation(models.TextChoices):
    FATHER = "father", _("父亲")
    MOTHER = "mother", _("母亲")
    GRANDPARENT = "grandparent", _("祖父母/外祖父母")
    RELATIVE = "relative", _("其他亲属")
    OTHER = "other", _("其他监护人")


class LeavingReason(models.TextChoices):
    MOVED_CLASS = "moved", _("调班")
    TRANSFERRED = "transfer", _("转学")
    GRADUATED = "graduated", _("毕业")
    SUSPENDED = "suspended", _("休学")
    MISSING = "missing", _("新名册中没有")
    OTHER = "other", _("其他")


class DayKind(models.TextChoices):
    HOLIDAY = "holiday", _("放假")
    WORKDAY = "workday", _("上课/上班（调休）")
    EXAM = "exam", _("考试")
