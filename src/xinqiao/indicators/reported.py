"""Figures that no room of the house can tell yet: reported with proof, each organisation its own part.

When a room comes to know one, it declares the same code with ``live`` in its own table; this row then steps back by
itself and what was reported stays in the history.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinqiao.indicators.registry import Indicator, Text

SCHOOL = ("school",)
ANY: tuple[str, ...] = ()
_TIMES, _PEOPLE, _COPIES, _ITEMS = _("次"), _("人"), _("份"), _("项")


def _share(
    code: str, title: Text, formula: Text, bears: tuple[str, ...], *clauses: str, children: bool = False
) -> Indicator:
    return Indicator(code, title, formula, bears=bears, clauses=clauses, children=children)


def _count(code: str, title: Text, formula: Text, unit: Text, bears: tuple[str, ...], *clauses: str) -> Indicator:
    return Indicator(code, title, formula, kind="count", unit=unit, bears=bears, clauses=clauses)


def _average(code: str, title: Text, formula: Text, unit: Text, bears: tuple[str, ...], *clauses: str) -> Indicator:
    return Indicator(code, title, formula, kind="average", unit=unit, scale=1, bears=bears, clauses=clauses)


def _yes(code: str, title: Text, formula: Text, bears: tuple[str, ...], *clauses: str) -> Indicator:
    return Indicator(code, title, formula, kind="yes", bears=bears, clauses=clauses)


INDICATORS = (
    _yes(
        "staff.psych_full_time", _("配有专职心理教师的学校"), _("至少有一位专职心理教师的学校 ÷ 学校数"), SCHOOL, "16.5"
    ),
    _average(
        "lessons.per_two_weeks",
        _("每两周心理健康课"),
        _("Σ 两周内各班上的心理健康课 ÷ 班级数"),
        _("节/班"),
        SCHOOL,
        "14.2",
        "16.8",
    ),
    _share(
        "lessons.plans",
        _("教案课件齐全的心理健康课"),
        _("教案和课件齐全的课 ÷ 已上的课"),
        SCHOOL,
        "12.1",
        "13.1",
        "16.8",
    ),
    _yes(
        "lessons.stage_map",
        _("按学段安排课程内容"),
        _("已有本校各学段课程内容安排的学校 ÷ 学校数"),
        SCHOOL,
        "14.1",
        "16.9",
    ),
    _share(
        "training.psych_hours",
        _("心理教师完成年度培训"),
        _("当年培训满 40 学时或参加 2 次以上省级会议的心理教师 ÷ 心理教师"),
        ANY,
        "14.15",
    ),
    _share(
        "training.class_teacher_hours",
        _("班主任完成年度培训"),
        _("当年心理健康培训满 10 学时的班主任 ÷ 班主任"),
        ANY,
        "14.15",
    ),
    _share("training.cycle", _("三年内轮训过的教师"), _("近三年参加过心理健康培训的教师 ÷ 教师"), ANY, "14.15"),
    _count("credentials.a", _("持 A 级证书的教师"), _("取得 A 级资格的教师数"), _PEOPLE, ANY, "16.6"),
    _share(
        "credentials.b",
        _("持 B 级证书的比例"),
        _("取得 B 级及以上资格的心理教师、班主任和领导 ÷ 心理教师、班主任和领导"),
        ANY,
        "16.6",
    ),
    _share("credentials.c", _("持 C 级证书的比例"), _("取得 C 级及以上资格的教师 ÷ 教师"), ANY, "16.6"),
    _share(
        "credentials.before_post",
        _("具备资格后上岗"),
        _("上岗前有相关学历或完成岗前培训的心理教师 ÷ 心理教师"),
        ANY,
        "14.20",
    ),
    _share("desk.answered_24h", _("24 小时内答复"), _("24 小时内答复的群众提问 ÷ 收到的提问"), ANY, "05.4"),
    _count("desk.digests", _("每日汇总"), _("本学年编发的每日汇总份数"), _COPIES, ANY, "05.4"),
    _count(
        "content.pushed", _("推送的科普内容"), _("本学年通过各种渠道推送的篇数"), _("篇"), ANY, "01.4", "05.2", "07.2"
    ),
    _count("content.boards", _("宣传栏与板报"), _("本学年更换的期数"), _("期"), ANY, "07.3", "10.3"),
    _count("content.letters", _("致家长的信"), _("本学年发出的封数（同一内容算一封）"), _("封"), ANY, "08.6"),
    _share("content.reviewed", _("先审后发的内容"), _("发布前经第二人审核的内容 ÷ 发布的内容"), ANY, "14.19"),
    _count("events.per_year", _("心理健康活动"), _("本学年举办的主题活动次数"), _TIMES, ANY, "14.14", "16.5"),
    _count(
        "events.parents", _("面向家长的活动"), _("本学年家长会、家长学校和讲座的次数"), _TIMES, ANY, "08.6", "14.13"
    ),
    _count("events.contests", _("评选与竞赛"), _("本学年举办的作品评选和竞赛次数"), _TIMES, ANY, "09.2"),
    _count("groups.held", _("团体辅导"), _("本学年举办的团体辅导次数（每一节算一次）"), _TIMES, ANY, "08.2", "11.1"),
    _share("groups.sign_up", _("按规定报名的成员"), _("在报名时间内自愿报名的成员 ÷ 团体成员"), ANY, "09.3", "11.2"),
    _share("groups.pick_up", _("接送有登记"), _("接和送都有登记的人次 ÷ 参加人次"), ANY, "11.3"),
    _share("sessions.medium", _("记明方式的个别辅导"), _("记明当面、电话或网络的辅导 ÷ 个别辅导"), ANY, "03.9"),
    _share(
        "sessions.closed_stable",
        _("状态平稳后结束"),
        _("结束时有平稳评估的辅导对象 ÷ 结束的辅导对象"),
        ANY,
        "06.4",
        children=True,
    ),
    _share("hotline.qualified", _("合格的热线人员"), _("上岗前经培训合格的值班人员 ÷ 热线值班人员"), ANY, "02.4"),
    _share("referral.feedback", _("转介有回音"), _("收到医院反馈的转介 ÷ 转介"), ANY, "14.11", "16.13", children=True),
    _share(
        "referral.returned",
        _("复学前有评估"),
        _("复学前有评估和安排的学生 ÷ 复学的学生"),
        ANY,
        "14.11",
        "15.4",
        children=True,
    ),
    _count("research.projects", _("立项课题"), _("本年度立项的心理健康教育课题数"), _ITEMS, ANY, "14.16"),
    _count("research.competitions", _("教研竞赛"), _("本年度组织的教学、论文和案例评比次数"), _TIMES, ANY, "14.16"),
    _count(
        "library.items", _("共享资源"), _("资源库中可以共享的课例、案例和材料数"), _("件"), ANY, "06.2", "14.6", "16.15"
    ),
    _yes("library.handbook", _("编有手册"), _("已编印心理健康手册的单位 ÷ 单位数"), ANY, "07.3"),
    _share(
        "workforce.workload", _("工作量得到认定"), _("辅导和授课计入工作量的心理教师 ÷ 心理教师"), ANY, "14.12", "16.5"
    ),
    _share("volunteers.vetted", _("审核合格的志愿者"), _("经背景核查和培训的志愿者 ÷ 志愿者"), ANY, "01.9"),
    _share("staff.screening", _("参加教师心理关怀的教师"), _("自愿参加的教师 ÷ 教师"), ANY, "16.14"),
    _count(
        "exercises.used", _("使用自助练习"), _("本学年使用呼吸、放松等自助练习的人次"), _("人次"), ANY, "06.5", "06.6"
    ),
    _yes("handover.destroyed", _("档案移交与销毁有登记"), _("移交和到期销毁都有登记的单位 ÷ 单位数"), ANY, "16.16"),
    _yes(
        "crisis.protocol", _("有危机干预预案"), _("已有本单位危机干预预案的单位 ÷ 单位数"), ANY, "04.14", "08.4", "15.4"
    ),
)
