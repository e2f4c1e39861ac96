"""Words of this room. The rules and tables are in ``rules``."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Where a reason to look at somebody came from."""

    SAFETY = "safety", _("测评安全题")
    SCORE = "score", _("测评结果")
    RETEST = "retest", _("重测结果")
    OBSERVATION = "observation", _("教师观察")
    PEER = "peer", _("同伴关心")
    QUICK = "quick", _("快速上报")
    SELF = "self", _("本人想谈谈")
    REVIEW = "review", _("再次访谈")


class Urgency(models.IntegerChoices):
    """Smaller is more urgent, so that a list sorts by it."""

    URGENT = 1, _("紧急")
    SOON = 2, _("尽快")
    ROUTINE = 3, _("常规")


class SignalState(models.TextChoices):
    RAISED = "raised", _("待接手")
    TAKEN = "taken", _("已接手，待访谈")
    INTERVIEWING = "interviewing", _("访谈中")
    INTERVIEWED = "interviewed", _("已访谈，待判断")
    AWAITING = "awaiting", _("降级待第二人复核")
    CLOSED = "closed", _("已关闭，无需特别关注")
    LEVELLED = "levelled", _("已定级")
    MERGED = "merged", _("已并入")


class Step(models.TextChoices):
    """What a clock waits for."""

    LOOK = "look", _("接手")
    INTERVIEW = "interview", _("访谈")
    DECIDE = "decide", _("作出判断")
    SECOND = "second", _("第二人复核")
    CLIMB = "climb", _("升级后接手")
    AGAIN = "again", _("链条末端再次提醒")


class EvidenceKind(models.TextChoices):
    ITEMS = "items", _("安全题作答")
    RESULT = "result", _("测评结果")
    REPORT = "report", _("上报")
    PROMISE = "promise", _("约定的再次访谈")


class NudgeWhy(models.TextChoices):
    """Why something waits for a person. Outside the house only “something waits” is said."""

    NEW = "new", _("有新的信号交给您")
    MORE = "more", _("您负责的信号有新的情况")
    DUE = "due", _("快到期限")
    MISSED = "missed", _("已超过期限，交给了下一位")
    CLIMBED = "climbed", _("上一位超过期限，交给了您")
    HANDED = "handed", _("同事转交给您")
    SECOND = "second", _("有一项降级等您复核")
    RETURNED = "returned", _("降级没有通过复核，已退回给您")


class InterviewState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    DONE = "done", _("已完成")


class GuardianTold(models.TextChoices):
    NOT_YET = "not_yet", _("还没有")
    TOLD = "told", _("已告知")
    NOT_NEEDED = "not_needed", _("目前不需要")


class GuardianHow(models.TextChoices):
    PHONE = "phone", _("电话")
    MEETING = "meeting", _("面谈")
    VISIT = "visit", _("家访")
    LETTER = "letter", _("书面告知")


class ChangeState(models.TextChoices):
    STANDING = "standing", _("生效")
    AWAITING = "awaiting", _("待第二人复核")
    REFUSED = "refused", _("未通过复核")


class Area(models.TextChoices):
    """What a teacher sees change (班主任观察表)."""

    ATTENDANCE = "attendance", _("出勤")
    STUDY = "study", _("学习")
    MOOD = "mood", _("情绪")
    PEERS = "peers", _("与人相处")
    BODY = "body", _("身体")
    SLEEP = "sleep", _("作息")


class Period(models.TextChoices):
    TODAY = "today", _("今天")
    WEEK = "week", _("这一周")
    MONTH = "month", _("近一个月")


class PeerNotice(models.TextChoices):
    """What a classmate may notice: behaviour only, nothing to judge."""

    SAD = "sad", _("常常不开心或者哭")
    ALONE = "alone", _("不愿意和大家在一起")
    TIRED = "tired", _("睡不好，上课没精神")
    QUARREL = "quarrel", _("和同学或家里闹矛盾")
    BULLIED = "bullied", _("被欺负、被孤立")
    HURT = "hurt", _("身上有伤")
    WORDS = "words", _("说过让人很担心的话")
    FAREWELL = "farewell", _("突然送东西、像在道别")


class Grade(models.IntegerChoices):
    """Urgency 1–4 of the quick report, as the reporter feels it."""

    NOW = 1, _("现在就可能有危险")
    TODAY = 2, _("今天需要有人看一看")
    WEEK = 3, _("这几天请留意")
    NOTE = 4, _("先告知一声")


class DeferWhy(models.TextChoices):
    """Why an agreed interview could not be held; a code, so that it can stand in the trail."""

    ABSENT = "absent", _("学生请假或不在校")
    NOT_TODAY = "not_today", _("学生今天不想谈，另约时间")
    EXAM = "exam", _("正在考试")
    TEACHER = "teacher", _("访谈老师临时不能到")


class Weight(models.TextChoices):
    """How an area of life stands, in an interview."""

    STEADY = "steady", _("平稳")
    SOME = "some", _("有些困扰")
    MUCH = "much", _("困扰明显")
    UNSAID = "unsaid", _("没有谈到")


class Ideas(models.TextChoices):
    NONE = "none", _("没有")
    PAST = "past", _("以前有过")
    SOMETIMES = "sometimes", _("近期偶尔")
    OFTEN = "often", _("近期经常")
    UNSAID = "unsaid", _("没有谈到")


class Plan(models.TextChoices):
    NONE = "none", _("没有")
    VAGUE = "vague", _("模糊")
    CONCRETE = "concrete", _("具体")
    UNSAID = "unsaid", _("没有谈到")


class YesNo(models.TextChoices):
    NO = "no", _("没有")
    YES = "yes", _("有")
    UNSAID = "unsaid", _("没有谈到")
