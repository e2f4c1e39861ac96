"""What is in a pack, said in the reader's language. The pages of running plans say it the same way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from xinqiao.access.enums import PostKind
from xinqiao.packs.core.problems import Problem
from xinqiao.packs.core.shapes import When, Words
from xinqiao.packs.core.words import SECTION_NAMES
from xinqiao.people.enums import OrganisationKind

PERIODS = {
    "school_year": gettext_lazy("一个学年"),
    "calendar_year": gettext_lazy("一个自然年"),
    "dates": gettext_lazy("一段日期"),
    "open": gettext_lazy("长期，每年延续"),
}
KINDS = {
    "do": {"words": gettext_lazy("要做"), "icon": "checklist"},
    "keep": {"words": gettext_lazy("要有"), "icon": "folder"},
    "rule": {"words": gettext_lazy("要守"), "icon": "shield-check"},
    "due": {"words": gettext_lazy("要交"), "icon": "calendar-due"},
    "aim": {"words": gettext_lazy("要达到"), "icon": "target-arrow"},
}
"""Kind of a clause or measure: words and icon."""
ACCEPT = {
    "lead": gettext_lazy("牵头方审核"),
    "unit": gettext_lazy("本单位负责人审核"),
    "none": gettext_lazy("上交即完成"),
}
SERVICES = {
    "room": gettext_lazy("辅导室"),
    "hotline": gettext_lazy("热线"),
    "letterbox": gettext_lazy("信箱"),
    "booking": gettext_lazy("预约"),
    "clinic": gettext_lazy("门诊"),
    "group": gettext_lazy("小组"),
    "station": gettext_lazy("服务站"),
    "site": gettext_lazy("服务点"),
    "online": gettext_lazy("网络平台"),
    "contact": gettext_lazy("公布联系方式"),
    "studio": gettext_lazy("名师工作室"),
}
EVERY = {
    "day": gettext_lazy("每天"),
    "workday": gettext_lazy("每个工作日"),
    "week": gettext_lazy("每周"),
    "fortnight": gettext_lazy("每两周"),
    "month": gettext_lazy("每月"),
    "quarter": gettext_lazy("每季度"),
    "term": gettext_lazy("每学期"),
    "year": gettext_lazy("每年"),
}
EVENTS = {
    "term-start": gettext_lazy("学期开始"),
    "term-end": gettext_lazy("学期结束"),
    "year-start": gettext_lazy("学年开始"),
    "year-end": gettext_lazy("学年结束"),
    "exam": gettext_lazy("考试开始"),
}
FIELDS = {
    "title": gettext_lazy("名称"),
    "title_en": gettext_lazy("英文名称"),
    "summary": gettext_lazy("摘要"),
    "summary_en": gettext_lazy("英文摘要"),
    "text": gettext_lazy("内容"),
    "text_en": gettext_lazy("英文内容"),
    "version": gettext_lazy("版本"),
    "origin": gettext_lazy("来源"),
    "applies_to": gettext_lazy("适用单位"),
    "period": gettext_lazy("实施期限"),
    "starts": gettext_lazy("开始"),
    "ends": gettext_lazy("结束"),
    "kind": gettext_lazy("性质"),
    "unit": gettext_lazy("哪些单位"),
    "owners": gettext_lazy("负责岗位"),
    "lead": gettext_lazy("牵头岗位"),
    "responsible": gettext_lazy("配合单位"),
    "when": gettext_lazy("节奏"),
    "emergency": gettext_lazy("应急节奏"),
    "evidence": gettext_lazy("证据"),
    "accept": gettext_lazy("审核"),
    "late": gettext_lazy("逾期"),
    "clause": gettext_lazy("条款"),
    "indicator": gettext_lazy("指标代码"),
    "parameters": gettext_lazy("参数"),
    "target": gettext_lazy("目标值"),
    "positions": gettext_lazy("岗位设置"),
    "duties": gettext_lazy("职责"),
    "meets_per_term": gettext_lazy("每学期会议次数"),
    "hours_per_week": gettext_lazy("每周开放小时"),
    "around_the_clock": gettext_lazy("24 小时"),
    "steps": gettext_lazy("步骤"),
    "principle": gettext_lazy("原则"),
    "population": gettext_lazy("人群"),
    "protocol": gettext_lazy("流程"),
    "per_student": gettext_lazy("每生金额（元）"),
    "amount": gettext_lazy("总额（元）"),
    "weight": gettext_lazy("分值"),
    "red_line": gettext_lazy("红线"),
    "grades": gettext_lazy("等次"),
    "where": gettext_lazy("参与范围"),
    "gathers": gettext_lazy("汇总打包"),
}


LEAP = 2000
"""A year that has every day a plan may name."""


def english() -> bool:
    return (get_language() or "").startswith("en")


def said(entry: Any, name: str = "title") -> str:
    """A bilingual text of an entry (mapping, row or ``Words``) in the reader's language; Chinese when there is no
    other."""
    if isinstance(entry, Words):
        return (entry.en if english() else "") or entry.zh
    held = entry if isinstance(entry, Mapping) else vars(entry)
    other = held.get(f"{name}_en") if english() else ""
    return str(other or held.get(name) or "")


def posts_words(kinds: Any) -> str:
    """Post kinds as people call them."""
    return _("、").join(str(PostKind(kind).label) for kind in kinds)


def kinds_words(kinds: Any) -> str:
    """Organisation kinds as people call them."""
    return _("、").join(str(OrganisationKind(kind).label) for kind in kinds)


def day_words(text: str) -> str:
    """``05-25`` → 5月25日."""
    month, day = (int(part) for part in text.split("-"))
    return dateformat.format(date(LEAP, month, day), _("n月j日"))


def when_words(when: When) -> str:
    """A rhythm in words: 每月 10 日前, 5月25日, 学期开始后 14 天内 …"""
    if when.always:
        return _("全程")
    if when.every:
        return _by(str(EVERY[when.every]), when.by)
    if when.months:
        months = _("、").join(dateformat.format(date(LEAP, month, 1), _("n月")) for month in when.months)
        return _by(_("每年%(months)s") % {"months": months}, when.by)
    if when.on:
        return _("、").join(day_words(day) for day in when.on)
    if when.window:
        return _("%(first)s 至 %(last)s") % {"first": day_words(when.window[0]), "last": day_words(when.window[1])}
    days = when.days + 7 * when.weeks
    if when.after:
        return ngettext("启动后 %(n)d 天内", "启动后 %(n)d 天内", days) % {"n": days}
    event = str(EVENTS.get(when.event, when.event))
    if days == 0:
        return event
    words = _("%(event)s前 %(n)d 天") if days < 0 else _("%(event)s后 %(n)d 天")
    return words % {"event": event, "n": abs(days)}


def _by(base: str, by: str) -> str:
    if not by:
        return base
    day = day_words(by) if "-" in by else _("%(n)d 日") % {"n": int(by)}
    return _("%(base)s，%(day)s前") % {"base": base, "day": day}


def proof_words(evidence: Mapping[str, Any]) -> str:
    """What is handed in: 文字、2 张照片、1 个文件."""
    parts = [_("文字")] if evidence.get("text", True) else []
    if evidence.get("pictures"):
        parts.append(_("至少 %(n)d 张照片") % {"n": evidence["pictures"]})
    if evidence.get("files"):
        parts.append(_("至少 %(n)d 个文件") % {"n": evidence["files"]})
    return _("、").join(parts)


def problem_words(problem: Problem) -> str:
    """A problem in the reader's language."""
    if not problem.template:
        return problem.words
    facts = {name: _(value) if isinstance(value, str) and value else value for name, value in problem.facts.items()}
    return str(_(problem.template) % facts)


def section_name(section: str) -> str:
    return str(_(SECTION_NAMES.get(section, section)))


def field_name(field: str) -> str:
    return str(FIELDS.get(field, field))
