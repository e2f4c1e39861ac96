from enum import IntEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class PostKind(models.TextChoices):
    """What somebody is appointed as. A right is a post held at an organisation, from–until."""

    CLASS_TEACHER = "class_teacher", _("班主任")
    SUBJECT_TEACHER = "subject_teacher", _("科任教师")
    GRADE_HEAD = "grade_head", _("年级组长")
    PSYCH_TEACHER = "psych_teacher", _("心理教师")
    MORAL_HEAD = "moral_head", _("德育主任")
    SCHOOL_LEADER = "school_leader", _("学校领导")
    SCHOOL_ADMIN = "school_admin", _("学校管理员")
    BUREAU_OFFICER = "bureau_officer", _("教育局专干")
    BUREAU_EXPERT = "bureau_expert", _("教研员")
    BUREAU_LEADER = "bureau_leader", _("教育局领导")
    DATA_OFFICER = "data_officer", _("数据保护专员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")
    UNIT_LEADER = "unit_leader", _("单位负责人")
    UNIT_OFFICER = "unit_officer", _("单位专员")
    PEER_REP = "peer_rep", _("心理委员")


class Depth(IntEnum):
    """How deep a post sees into one subject. Each field and document belongs to one depth."""

    NONE = 0
    COUNTS = 1
    """How many; never who."""
    CARE = 2
    """That somebody needs care and what to do."""
    PLAN = 3
    """Level and support plan."""
    RESULTS = 4
    """Screening results, population groups."""
    NOTES = 5
    """Interviews, session notes, raw answers."""


class Action(models.TextChoices):
    """What can be done in the house. Every URL names one (see ``doors``); the table says who may."""

    SEE_PEOPLE = "see_people", _("查看组织与人员")
    MANAGE_PEOPLE = "manage_people", _("维护班级与学生")
    MANAGE_POSTS = "manage_posts", _("任免岗位")
    MANAGE_CALENDAR = "manage_calendar", _("维护校历")
    MANAGE_DUTY = "manage_duty", _("安排值班")
    ROSTER_IMPORT = "roster_import", _("导入花名册")
    MANAGE_CONSENT = "manage_consent", _("登记知情同意")
    FILE_SCREENING = "file_screening", _("申报测评")
    APPROVE_SCREENING = "approve_screening", _("审批测评")
    RUN_SCREENING = "run_screening", _("组织测评")
    SEE_PROGRESS = "see_progress", _("查看测评进度")
    SEE_RESULTS = "see_results", _("查看测评结果")
    OBSERVE = "observe", _("填写观察")
    QUICK_REPORT = "quick_report", _("快速上报")
    PEER_REPORT = "peer_report", _("同伴关心")
    TRIAGE = "triage", _("分诊")
    ANSWER = "answer", _("接手交到手上的信号")
    INTERVIEW = "interview", _("访谈与定级")
    SECOND_LEVEL = "second_level", _("复核降级")
    DO_DUTIES = "do_duties", _("完成关怀任务")
    SEE_FILE = "see_file", _("查看学生档案")
    RUN_CASE = "run_case", _("个案工作")
    SECOND_CLOSING = "second_closing", _("复核结案")
    SEE_NUMBERS = "see_numbers", _("查看统计")
    EXPORT_LEDGER = "export_ledger", _("导出台账")
    SEE_TRAIL = "see_trail", _("查看查阅记录")
    BREAK_GLASS = "break_glass", _("紧急查阅")
    REVIEW_GLASS = "review_glass", _("复核紧急查阅")
    INVITE_OUTSIDE = "invite_outside", _("邀请外部人员")
    SEE_PLANS = "see_plans", _("查看方案")
    RUN_PLANS = "run_plans", _("实施方案")
    DO_TASKS = "do_tasks", _("完成方案任务")
    WRITE_PACKS = "write_packs", _("编写方案包")
    PUBLISH_PACKS = "publish_packs", _("审核发布方案包")
    REPORT_FIGURES = "report_figures", _("填报指标")
    MANAGE_TEAMS = "manage_teams", _("维护队伍与会议")
    MANAGE_PLACES = "manage_places", _("维护服务与协议")
    MANAGE_BUDGET = "manage_budget", _("维护经费")
    INSPECT = "inspect", _("督导检查")
    RUN_HONOURS = "run_honours", _("组织评选")
    JUDGE_HONOURS = "judge_honours", _("评审")
    APPLY_HONOURS = "apply_honours", _("申报评选")


class Purpose(models.TextChoices):
    """What a consent is for; one purpose per row."""

    SCREENING = "screening", _("心理健康测评")
    COUNSELLING = "counselling", _("个别辅导")
    SHARING = "sharing", _("向校外机构提供信息")


class ConsentForm(models.TextChoices):
    PAPER = "paper", _("纸质签字")
    ONLINE = "online", _("在线确认")
    VERBAL = "verbal", _("口头并有见证人")


class ConsentParty(models.TextChoices):
    """Who speaks: the student, or a guardian for the student."""

    SELF = "self", _("本人")
    GUARDIAN = "guardian", _("监护人")


class WithdrawChannel(models.TextChoices):
    """How an answer was taken back. CHANGED closes an answer that a newer one of the same giver replaces."""

    ONLINE = "online", _("本人在线操作")
    PAPER = "paper", _("书面")
    PHONE = "phone", _("电话")
    IN_PERSON = "person", _("当面")
    CHANGED = "changed", _("已由新的答复替换")
