"""Sentences for what the rules find, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from xinqiao.instruments import reasons
from xinqiao.instruments.definition import Alert
from xinqiao.screening.rules import Finding

SENTENCES = {
    "unknown": gettext_noop("系统里没有这份问卷的这一版，可能已更新。请重新选择。"),
    "lifecycle": gettext_noop("“%(title)s”还没有通过审核或已停用，请换一份问卷。"),
    "rights": gettext_noop("“%(title)s”的授权不包括学校使用，请先取得权利人的书面许可。"),
    "respondent": gettext_noop("“%(title)s”不是由学生本人填写的，不能用于学生自评。"),
    "no_text": gettext_noop(
        "“%(title)s”受版权保护，系统只带计分方法，没有题目文字。请取得授权后由管理员导入题目文字，再来申报。"
    ),
    "too_young": gettext_noop(
        "“%(title)s”适用于 %(low)s–%(high)s 岁，%(grade)s的学生一般从 %(age)s 岁起，年龄还小。请为这个年级换一份问卷。"
    ),
    "too_old": gettext_noop(
        "“%(title)s”适用于 %(low)s–%(high)s 岁，%(grade)s的学生已超过这个年龄。请为这个年级换一份问卷。"
    ),
    "gated": gettext_noop("“%(title)s”有 %(items)s 道题要到规定年龄才出示，%(grade)s年龄不够的学生看不到这些题。"),
    "grade_gone": gettext_noop("所选年级中有的在这个学年已不在校，请重新选择年级。"),
    "nothing": gettext_noop("请至少为一个年级选择一份问卷。"),
    "nobody": gettext_noop("所选年级现在没有在册学生，请先导入花名册。"),
    "past": gettext_noop("作答结束时间已经过去，请改成将来的时间。"),
    "long": gettext_noop("作答时间最长 %(days)s 天，请把结束时间提前。"),
    "duty": gettext_noop("所选问卷含有情绪与安全方面的敏感题目，请指定测评期间的值班人。"),
    "duty_gone": gettext_noop("指定的值班人已不在岗，请另行指定。"),
    "night": gettext_noop("所选问卷含有敏感题目，每天的作答时段应在 %(from)s–%(until)s 之内，夜间不开放。"),
    "proctors": gettext_noop("请写明测评时由谁在场、怎样做准备。"),
    "safety_plan": gettext_noop("请写明发现需要及时关心的同学时怎样处置。"),
    "capacity": gettext_noop(
        "预计约 %(talks)s 名学生需要访谈，%(interviewers)s 人访谈约需 %(days)s 个工作日，超过两周。"
        "至少要 %(needed)s 人，或分年级分批进行。请在“访谈安排”中写明怎样解决。"
    ),
    "capacity_planned": gettext_noop(
        "预计约 %(talks)s 名学生需要访谈，%(interviewers)s 人访谈约需 %(days)s 个工作日，超过两周；"
        "学校的安排见“访谈安排”。"
    ),
    "length": gettext_noop("%(grade)s合计约 %(minutes)s 分钟，超过一次 %(most)s 分钟，建议分两次进行或减少问卷。"),
}
GATE = {
    "declined": gettext_noop("已经登记为不参加。如果改变主意，可以在“我的测评”里重新选择参加。"),
    "guardian": gettext_noop("还差家长（监护人）的同意。家长在手机上确认或交回纸质同意书以后，就可以开始。"),
    "self": gettext_noop("请先读一读说明，再由你自己决定要不要参加。"),
    "self_paper": gettext_noop("还没有登记你本人的同意。请把签好的同意书交给老师，登记后就可以开始。"),
}
LIFECYCLE_REFUSALS = (
    gettext_noop("这份申报现在不能这样做，请刷新页面看看最新情况。"),
    gettext_noop("这次测评现在不能这样做，请刷新页面看看最新情况。"),
    gettext_noop("现在不能这样做，请刷新页面看看最新情况。"),
)


URGENCY = {
    "immediate": gettext_noop("请当天谈话"),
    "soon": gettext_noop("请两周内访谈"),
    "routine": gettext_noop("请留意"),
}


def language() -> str:
    """The reader's language as the questionnaires know it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def pick(text: Mapping[str, str]) -> str:
    """A definition's text in the reader's language, Chinese where there is no other."""
    return text.get(language()) or text.get("zh", "")


def urgency(alert: Alert) -> str:
    """How soon somebody should talk with the student."""
    return _(URGENCY[alert.urgency])


def sign(code: str) -> str:
    """A sign of haste or polish, as evidence for a person."""
    return reasons.words(code, language())


def reason(code: str) -> str:
    """Why a number is not there."""
    return reasons.words(code, language())


def gate(code: str) -> str:
    """Why a student may not start; a code of ``rules.gate``."""
    return _(GATE[code])


def say(finding: Finding) -> str:
    """The finding as one sentence."""
    facts = {key: pick(value) if isinstance(value, Mapping) else value for key, value in finding.facts.items()}
    return _(SENTENCES[finding.code]) % facts
