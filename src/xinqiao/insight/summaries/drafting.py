"""The text a summary begins with: plain sentences out of the counts, for a person to finish."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.insight.enums import SummaryKind
from xinqiao.insight.rules import SECTIONS, Span
from xinqiao.insight.summaries.facts import Facts
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of

TITLES = {
    "overview": gettext_lazy("总体情况"),
    "tasks": gettext_lazy("任务完成情况"),
    "work": gettext_lazy("会议、服务与协议"),
    "figures": gettext_lazy("指标变化"),
    "checks": gettext_lazy("督导与整改"),
    "money": gettext_lazy("经费使用"),
    "numbers": gettext_lazy("学生工作数字"),
    "next": gettext_lazy("下一步"),
}
NUMBER_WORDS = {
    "students": gettext_lazy("在校学生"),
    "screened": gettext_lazy("测评参与"),
    "signals": gettext_lazy("本学年信号"),
    "in_time": gettext_lazy("信号按时处理"),
    "cases": gettext_lazy("进行中的个案"),
    "duties": gettext_lazy("关怀任务按时"),
    "looks": gettext_lazy("到期随访完成"),
}


def title_of(node: Organisation, kind: str, span: Span, terms: Sequence[Span]) -> str:
    """What stands on the first line: the organisation, the period, what it is."""
    starts_on, ends_on = span
    facts = {"name": node.name, "year": starts_on.year, "month": starts_on.month, "day": starts_on.day}
    if kind == SummaryKind.DAILY:
        return _("%(name)s%(month)d月%(day)d日工作日报") % facts
    if kind == SummaryKind.WEEKLY:
        facts["until"] = f"{ends_on:%m.%d}"
        return _("%(name)s%(year)d年%(month)d月%(day)d日至%(until)s周小结") % facts
    if kind == SummaryKind.MONTHLY:
        return _("%(name)s%(year)d年%(month)d月工作小结") % facts
    if kind == SummaryKind.TERM:
        year = school_year_of(starts_on)
        same = [term for term in terms if school_year_of(term[0]) == year]
        facts |= {"year": year, "next": year + 1, "term": sorted(same).index(span) + 1 if span in same else 1}
        return _("%(name)s%(year)d—%(next)d学年第%(term)d学期工作总结") % facts
    if (starts_on.month, starts_on.day) == (9, 1):
        return _("%(name)s%(year)d—%(next)d学年工作总结") % {**facts, "next": starts_on.year + 1}
    return _("%(name)s%(year)d年度工作总结") % facts


def drafted(kind: str, facts: Facts, *, over: bool) -> dict[str, str]:
    """Section → text, in order. over: the period has passed."""
    return {name: _DRAFT[name](facts, over) for name in SECTIONS[SummaryKind(kind)]}


def _join(*sentences: str) -> str:
    return "".join(sentence for sentence in sentences if sentence)


def _overview(facts: Facts, over: bool) -> str:
    tasks, meetings = facts["tasks"], facts["meetings"]
    if not tasks["due"] and not tasks["handed_in"]:
        begin = _("这段时间没有到期的方案任务。")
    else:
        share = round(100 * tasks["done"] / tasks["due"]) if tasks["due"] else 0
        begin = _("到期方案任务 %(due)d 项，完成 %(done)d 项（%(share)d%%），待审核 %(waiting)d 项。") % {
            **tasks,
            "share": share,
        }
    return _join(
        begin,
        _("收到上交材料 %(handed_in)d 份，审核通过 %(accepted)d 份，退回补充 %(returned)d 份。") % tasks
        if tasks["handed_in"] or tasks["accepted"] or tasks["returned"]
        else "",
        _("召开会议 %(all)d 次，形成决定 %(decisions)d 项。") % meetings if meetings["all"] else "",
        "" if over else _("本期还没有结束，数字截至起草当天。"),
    )  # fmt: skip


def _tasks(facts: Facts, over: bool) -> str:
    tasks, behind = facts["tasks"], facts["behind"]
    if not tasks["due"]:
        first = _("没有到期的任务。")
    elif tasks["late"]:
        first = _("到期的 %(due)d 项任务中，%(late)d 项曾逾期，现在还有 %(open)d 项没有上交。") % tasks
    else:
        first = _("到期的 %(due)d 项任务都没有逾期。") % tasks
    return _join(first, _("尚未上交的主要有：%(names)s。") % {"names": _names(behind)} if behind else "")


def _names(rows: Sequence[Sequence[object]]) -> str:
    """Up to four titles, each once."""
    return "、".join(list(dict.fromkeys(str(row[1]) for row in rows))[:4])


def _work(facts: Facts, over: bool) -> str:
    meetings, services, agreements = facts["meetings"], facts["services"], facts["agreements"]
    said = _join(
        _("共召开会议 %(all)d 次，形成决定 %(decisions)d 项，已落实 %(settled)d 项。") % meetings
        if meetings["all"]
        else "",
        _("新开放服务 %(n)d 处。") % {"n": len(services)} if services else "",
        _("新签协议 %(signed)d 份。") % agreements if agreements["signed"] else "",
        _("两个月内到期的协议 %(n)d 份，请提前续签。") % {"n": len(agreements["ending"])}
        if agreements["ending"]
        else "",
    )
    return said or _("这段时间没有新的会议、服务和协议记录。")


def _figures(facts: Facts, over: bool) -> str:
    rows = facts["figures"]
    if not rows:
        return _("有目标的指标没有变化。")
    met = sum(row[4] == "met" for row in rows)
    return _("有变化的指标 %(n)d 项，已达到目标的 %(met)d 项，见下表。") % {"n": len(rows), "met": met}


def _checks(facts: Facts, over: bool) -> str:
    checks = facts["checks"]
    rounds = [row for row in checks["rounds"] if row[1]]
    said = _join(
        *(
            _("发布督导“%(title)s”，检查 %(n)d 个单位，平均得分率 %(mean)s%%。")
            % {"title": title, "n": n, "mean": "—" if mean is None else f"{mean:g}"}
            for title, n, mean in rounds
        ),
        _("下达整改 %(asked)d 项，完成整改 %(mended)d 项，还有 %(open)d 项正在整改。") % checks
        if checks["asked"] or checks["mended"] or checks["open"]
        else "",
    )
    return said or _("这段时间没有发布督导结果。")


def _money(facts: Facts, over: bool) -> str:
    money = facts["money"]
    if not money["payments"]:
        return _("这段时间没有登记支出。")
    return _("登记支出 %(payments)d 笔，共 %(sum)s 元，都有凭证。") % {
        "payments": money["payments"], "sum": f"{money['all']:,.2f}",
    }  # fmt: skip


def _numbers(facts: Facts, over: bool) -> str:
    known = dict(facts["numbers"])
    if not known:
        return ""
    return _("以下数字公布到 %(day)s，人数太少的以“—”代替，不代表零。") % {"day": known["made_on"]}


def _next(facts: Facts, over: bool) -> str:
    steps = [
        _("%(day)s前：%(title)s（%(n)d 个单位）") % {"day": _day(str(day)), "title": title, "n": n}
        for day, title, n in facts["next"][:8]
    ]
    return "\n".join(f"{place}. {step}" for place, step in enumerate(steps, start=1)) or _("近期没有到期的任务。")


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


_DRAFT: Mapping[str, Callable[[Facts, bool], str]] = {
    "overview": _overview,
    "tasks": _tasks,
    "work": _work,
    "figures": _figures,
    "checks": _checks,
    "money": _money,
    "numbers": _numbers,
    "next": _next,
}
