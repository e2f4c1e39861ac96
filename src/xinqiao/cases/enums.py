from django.db import models
from django.utils.translation import gettext_lazy as _


class DutyKind(models.TextChoices):
    """What one person of the chain does for a student once a level stands."""

    CLASS_CARE = "class_care", _("班主任日常关心")
    CLASS_GUARD = "class_guard", _("班主任看护与陪伴")
    GRADE_COORDINATE = "grade_coordinate", _("年级协调任课教师")
    LEADER_INFORMED = "leader_informed", _("学校领导知情并部署")
    CRISIS_TEAM = "crisis_team", _("启动危机干预小组")
    GUARDIAN_CONTACT = "guardian_contact", _("联系监护人")
    OPEN_CASE = "open_case", _("建立个案与支持方案")
    RAPID_ASSESSMENT = "rapid_assessment", _("到场快速评估")
    BUREAU_REPORT = "bureau_report", _("向教育局报告")


class DutyState(models.TextChoices):
    OPEN = "open", _("待完成")
    DONE = "done", _("已完成")
    LIFTED = "lifted", _("不再需要")


class CaseState(models.TextChoices):
    OPEN = "open", _("进行中")
    CLOSING = "closing", _("待复核结案")
    CLOSED = "closed", _("已结案")


class Outcome(models.TextChoices):
    STABLE = "stable", _("状态平稳，目标达成")
    REFERRED = "referred", _("已转介，由专业机构继续帮助")
    LEFT = "left", _("转学或毕业，已移交")
    DECLINED = "declined", _("本人及监护人不再需要，已告知求助途径")


class TaskState(models.TextChoices):
    OPEN = "open", _("待完成")
    DONE = "done", _("已完成")
    LIFTED = "lifted", _("已取消")


class ContactWith(models.TextChoices):
    STUDENT = "student", _("学生本人")
    GUARDIAN = "guardian", _("监护人")
    TEACHER = "teacher", _("任课教师")
    HOSPITAL = "hospital", _("医院")
    AGENCY = "agency", _("其他机构")


class Channel(models.TextChoices):
    FACE = "face", _("面谈")
    PHONE = "phone", _("电话")
    VISIT = "visit", _("家访")
    ONLINE = "online", _("线上")
    LETTER = "letter", _("书面")


class FollowUpState(models.TextChoices):
    DUE = "due", _("待随访")
    DONE = "done", _("已随访")
    LIFTED = "lifted", _("已取消")
