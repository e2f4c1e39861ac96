"""What the holder of a duty is asked to do, in words that need no label and name no score."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from xinqiao.cases.enums import DutyKind

ADVICE: Mapping[str, tuple[object, ...]] = {
    DutyKind.CLASS_CARE: (
        _("这几天多一点自然的关心：聊聊近况，先听，不追问、不说教。"),
        _("留意出勤、情绪、和同学的相处；有变化就填一份观察。"),
        _("不在班里提起，不告诉其他学生和家长。"),
    ),
    DutyKind.CLASS_GUARD: (
        _("安排一位可信任的老师或同学自然陪伴，不让学生独处。"),
        _("留意教室和周围的安全，需要时请德育处协助。"),
        _("有任何让人担心的话或举动，马上联系心理老师，不要等。"),
    ),
    DutyKind.GRADE_COORDINATE: (
        _("和任课老师协调作业、考试和座位，减轻近期压力。"),
        _("只说“近期需要多一些关心”，不说原因和测评。"),
        _("确认班主任知道今天怎么做、找谁。"),
    ),
    DutyKind.LEADER_INFORMED: (
        _("了解安排，确认心理老师、班主任、年级都有人负责。"),
        _("需要人手、场地、时间或家校沟通支持时，由您协调。"),
    ),
    DutyKind.CRISIS_TEAM: (
        _("召集危机干预小组，明确谁陪在学生身边、谁联系家长、谁在现场。"),
        _("学生身边任何时候都要有人；移开可能造成伤害的物品。"),
        _("情况紧急时直接拨打 120 或 110。"),
    ),
    DutyKind.GUARDIAN_CONTACT: (
        _("联系监护人：说看到的情况、学校的关心和建议，不说诊断。"),
        _("联系不上就记一笔，按提示的时间再试，并联系下一位联系人。"),
        _("约定见面时间和今天的看护安排，并记下来。"),
    ),
    DutyKind.OPEN_CASE: (_("和学生一起商量需要什么帮助，建立个案，写好一生一策。"),),
    DutyKind.RAPID_ASSESSMENT: (
        _("到场：危险性、保护因素、诱因、身边的支持，四项都看。"),
        _("评估之后重新定级；判断不了时按更严重的处理，并请求会商。"),
    ),
    DutyKind.BUREAU_REPORT: (
        _("一小时内电话报告教育局值班人员，24 小时内补书面报告。"),
        _("只报必要的内容：学校、年级、时间、已采取的措施、需要的支持。"),
    ),
}
