"""Clause by clause: met, under way, not yet or late, with what shows it. Records come before reports: where the house
knows by itself that a thing is not so, no hand-in makes it so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from xinqiao.indicators import registry
from xinqiao.packs.core.period import Occurrence
from xinqiao.packs.core.shapes import Clause, Pack, Target, Watch
from xinqiao.packs.core.shapes import when as when_of
from xinqiao.packs.core.when import occurrences
from xinqiao.plans import figures, supplies
from xinqiao.plans.calendars import Calendars
from xinqiao.plans.counting import NONE, Counts, Progress, Spread, counted, progress, spreads
from xinqiao.plans.enums import Standing as S  # noqa: N817  a table is read by columns
from xinqiao.plans.enums import TaskState
from xinqiao.plans.models import Plan
from xinqiao.plans.workplan import Units, units_of

__all__ = ["ClauseStanding", "Counts", "Link", "Progress", "Seen", "clauses", "progress", "register"]

LIVE, REPORTED = "live", "reported"
AROUND = timedelta(days=14)
"""An activity this near a day of the calendar was for that day."""


@dataclass(frozen=True)
class Link:
    """Where the evidence is seen. kind: tasks (key: measure id), figure (key: indicator code), rows (key: a path of
    this house), team, service, budget (key: id in the pack), calendar, evaluation (key: path or "")."""

    label: str
    kind: str
    key: str = ""


@dataclass(frozen=True)
class ClauseStanding:
    """One clause of a running plan. section, carrier: what carries it in the pack. words: one sentence with the
    numbers. evidence: live (from records) or reported (handed in with proof)."""

    clause: Clause
    standing: str
    words: str
    links: tuple[Link, ...]
    evidence: str
    section: str = ""
    carrier: str = ""


@dataclass(frozen=True)
class Seen:
    """What an upper room tells of something this room cannot look at: ``done`` of ``whole``, in words, and where."""

    done: int
    whole: int
    words: str
    url: str = ""


_tellers: dict[str, Callable[[Plan, date], Seen]] = {}


def register(section: str, teller: Callable[[Plan, date], Seen]) -> None:
    """``register("evaluation", told)`` in ``apps.ready`` of the room that inspects."""
    _tellers[section] = teller


@dataclass
class _Look:
    """Everything read once for all clauses of one plan."""

    plan: Plan
    on: date
    units: Units
    pack: Pack = field(init=False)

    def __post_init__(self) -> None:
        self.pack = Pack(self.plan.data)

    @cached_property
    def counts(self) -> dict[str, Counts]:
        return counted(self.plan.tasks.exclude(measure=""), "measure", self.on)

    @cached_property
    def spreads(self) -> dict[str, Spread]:
        return spreads(self.plan)

    @cached_property
    def shown(self) -> dict[tuple[str, str], figures.Shown]:
        """By section and id: of targets, and of rules and records with an indicator."""
        asked: dict[tuple[str, str], figures.Question] = {}
        for target in self.pack.targets.values():
            aim = figures.goal(target.path, self.plan, self.pack, self.on)
            units = self.units.get(target.unit, ())
            asked["indicators", target.id] = figures.Question(target.indicator, target.parameters, units, aim)
        for section, watches in (("rules", self.pack.rules), ("records", self.pack.records)):
            for watch in watches.values():
                if watch.indicator:
                    aim = aim_of(watch)
                    asked[section, watch.id] = figures.Question(watch.indicator, watch.parameters, (), aim)
        for entry in self.pack.data.get("populations", []):
            if entry.get("group"):
                parameters = {"group": entry["group"]}
                asked["populations", entry["id"]] = figures.Question("people.groups", parameters, (), 1)
        for measure in self.pack.measures.values():
            if measure.evidence.live and figures.target_of(self.pack, measure) is None:
                units = self.units.get(measure.unit, ())
                asked["measures", measure.id] = figures.Question(measure.evidence.live, {}, units, None)
        answers = figures.ask(self.plan.organisation, list(asked.values()), self.on)
        return dict(zip(asked, answers, strict=True))

    @property
    def over(self) -> bool:
        return self.on > self.plan.ends_on


def aim_of(watch: Watch) -> float | None:
    """What a rule or record shall show when the pack names no number: no violation, all of them, at least one."""
    if "target" in watch.parameters:
        return float(watch.parameters["target"])
    try:
        indicator = registry.get(watch.indicator)
    except KeyError:
        return None
    if indicator.better == "down":
        return None if indicator.kind == "average" else 0
    return {"ratio": indicator.scale, "yes": indicator.scale, "count": 1}.get(indicator.kind)


def clauses(plan: Plan, on: date, units: Units | None = None) -> list[ClauseStanding]:
    """Every clause of the plan in its order, each with how it stands. A fixed number of queries for any number of
    units and tasks, plus those of the rooms that are asked. units: as ``units_of`` gives them, when they are read."""
    look = _Look(plan, on, units_of(plan) if units is None else units)
    carriers = {clause: (section, name) for clause, section, name in look.pack.carriers()}
    found = []
    for clause in look.pack.clauses:
        section, name = carriers.get(clause.id, ("", ""))
        found.append(SECTIONS.get(section, _nobody)(look, clause, section, name))
    return found


def _row(
    clause: Clause, section: str, name: str, standing: str, words: str, evidence: str, *links: Link
) -> ClauseStanding:
    return ClauseStanding(clause, standing, words, links, evidence, section, name)


def _nobody(look: _Look, clause: Clause, section: str, name: str) -> ClauseStanding:
    return _row(clause, section, name, S.NOT_YET, _("方案里还没有内容落实这一条。"), REPORTED)


# --- work ---------------------------------------------------------------------------------------------------------


def _work(look: _Look, name: str) -> tuple[str, str]:
    """How the tasks of a measure stand, in a word and a sentence."""
    counts, spread = look.counts.get(name, NONE), look.spreads.get(name)
    facts = {"total": counts.total, "due": counts.due, "done": counts.accepted, "late": counts.late}
    if not counts.total:
        return S.NOT_YET, _("任务都已免做。") if counts.waived else _("还没有下达任务。")
    if counts.accepted == counts.total:
        return S.MET, _("%(total)d 项任务都已完成。") % facts
    if counts.late:
        return S.LATE, _("%(total)d 项任务完成 %(done)d 项，%(late)d 项逾期未交。") % facts
    begins = spread.first if spread is not None else None
    if not counts.begun and begins is not None and begins > look.on:
        return S.NOT_YET, _("%(total)d 项任务，最早 %(day)s 开始。") % {**facts, "day": begins.isoformat()}
    return S.UNDER_WAY, _("%(total)d 项任务完成 %(done)d 项，到今天应完成 %(due)d 项。") % facts


def _measure(look: _Look, clause: Clause, section: str, name: str) -> ClauseStanding:
    measure = look.pack.measures[name]
    standing, words = _work(look, name)
    tasks = Link(_("任务与材料"), "tasks", name)
    target = figures.target_of(look.pack, measure)
    shown = look.shown.get(("indicators", target.id) if target else ("measures", name))
    if shown is None or shown.source != LIVE:
        return _row(clause, section, name, standing, words, REPORTED, tasks)
    links = (Link(_("记录里的数字"), "figure", measure.evidence.live), tasks)
    if target is not None and shown.light != figures.UNKNOWN:
        said = _("记录显示 %(value)s，目标 %(aim)s。") % {"value": shown.said, "aim": f"{shown.target:.4g}{shown.unit}"}
        if shown.met:
            return _row(clause, section, name, S.MET, said, LIVE, *links)
        kept = S.UNDER_WAY if standing == S.MET else standing
        return _row(clause, section, name, kept, said + words, LIVE, *links)
    return _row(clause, section, name, standing, words, LIVE, *links)


# --- figures ------------------------------------------------------------------------------------------------------


def _by_figure(look: _Look, shown: figures.Shown) -> tuple[str, str]:
    if shown.hidden:
        return S.UNDER_WAY, _("人数太少，不显示数字。")
    if shown.value is None:
        return (S.LATE if look.over else S.NOT_YET), _("还没有数字。")
    facts = {"value": shown.said, "words": shown.words}
    if shown.target is None:
        return S.UNDER_WAY, _("现在 %(value)s。") % facts
    facts["aim"] = f"{shown.target:.4g}{shown.unit}"
    words = _("现在 %(value)s，目标 %(aim)s：%(words)s。") % facts
    if shown.met:
        return S.MET, words
    return (S.LATE if look.over else S.UNDER_WAY if shown.value else S.NOT_YET), words


def _figure(look: _Look, clause: Clause, section: str, name: str) -> ClauseStanding:
    """Targets, rules, records and groups of people: what a figure shows."""
    shown = look.shown.get((section, name))
    if shown is None:
        return _told_by_hand(look, clause, section, name)
    code = _code(look.pack, section, name)
    standing, words = _by_figure(look, shown)
    if section == "rules" and standing == S.UNDER_WAY and shown.target == 0:
        standing, words = S.LATE, _("有 %(value)s 不符合，请核对。") % {"value": shown.said}
    live = shown.source == LIVE or (shown.source == "none" and _knows(code))
    links = [Link(_("数字与走势"), "figure", code)]
    if shown.rows:
        links.append(Link(_("背后的记录"), "rows", shown.rows))
    return _row(clause, section, name, standing, words, LIVE if live else REPORTED, *links)


def _knows(code: str) -> bool:
    return code in registry.known() and registry.get(code).live is not None


def _code(pack: Pack, section: str, name: str) -> str:
    if section == "populations":
        return "people.groups"
    held: Mapping[str, Target | Watch] = {
        "indicators": pack.targets, "rules": pack.rules, "records": pack.records
    }[section]  # type: ignore[assignment]  # fmt: skip
    return held[name].indicator


def _told_by_hand(look: _Look, clause: Clause, section: str, name: str) -> ClauseStanding:
    """No figure: the measure of the same id tells, when there is one."""
    if name in look.pack.measures:
        standing, words = _work(look, name)
        return _row(clause, section, name, standing, words, REPORTED, Link(_("任务与材料"), "tasks", name))
    return _row(clause, section, name, S.NOT_YET, _("没有可以核对的数字，请由负责人补交说明。"), REPORTED)


# --- what must be there -------------------------------------------------------------------------------------------


def _there(look: _Look, clause: Clause, section: str, name: str) -> ClauseStanding:
    """Teams with people in them, services that are open, money that is set aside: place by place."""
    kind, label = {
        "teams": ("team", _("队伍与岗位")), "services": ("service", _("服务清单")), "budget": ("budget", _("经费")),
    }[section]  # fmt: skip
    supply = supplies.ASK[section](look.plan, look.pack, look.units, name, look.on)
    facts = {"whole": supply.whole, "ready": supply.ready, "missing": "、".join(supply.missing[:3])}
    if not supply.whole:
        standing, words = S.NOT_YET, _("还没有参加的单位。")
    elif supply.ready == supply.whole:
        standing, words = S.MET, _("%(whole)d 处都已到位。") % facts
    else:
        standing = S.LATE if look.over else S.UNDER_WAY if supply.ready or supply.begun else S.NOT_YET
        words = _("%(whole)d 处中 %(ready)d 处到位，还缺：%(missing)s。") % facts
    return _row(clause, section, name, standing, words, LIVE, Link(label, kind, name))


def _calendar(look: _Look, clause: Clause, section: str, name: str) -> ClauseStanding:
    """Days the plan marks: met when around each day that has passed some work of the plan was accepted."""
    entry = next(each for each in look.pack.data["calendar"] if each["id"] == name)
    root = look.plan.organisation
    calendars = Calendars([root], look.plan.starts_on, look.plan.ends_on)
    days = occurrences(when_of(entry["when"]), calendars.period(root))
    past = [day for day in days if day.due_on <= look.on]
    done = [day for day in past if _marked(look, day)]
    facts = {"days": len(days), "past": len(past), "done": len(done)}
    link = Link(_("日历"), "calendar", name)
    if not past:
        first = days[0].due_on.isoformat() if days else ""
        words = _("第一次在 %(day)s。") % {"day": first} if days else _("这段时间里没有这个日子。")
        return _row(clause, section, name, S.NOT_YET, words, REPORTED, link)
    words = _("%(days)d 个日子过了 %(past)d 个，%(done)d 个有完成的工作。") % facts
    met = len(done) == len(days)
    standing = S.MET if met else S.LATE if look.over else S.UNDER_WAY
    return _row(clause, section, name, standing, words, REPORTED, link)


def _marked(look: _Look, day: Occurrence) -> bool:
    near = look.plan.tasks.filter(state=TaskState.ACCEPTED, due_on__gte=day.starts_on - AROUND)
    return near.filter(due_on__lte=day.due_on + AROUND).exists()


def _evaluation(look: _Look, clause: Clause, section: str, name: str) -> ClauseStanding:
    if section not in _tellers:
        return _told_by_hand(look, clause, section, name)
    seen = _tellers[section](look.plan, look.on)
    done = seen.whole > 0 and seen.done >= seen.whole
    standing = S.MET if done else S.LATE if look.over else S.UNDER_WAY if seen.done else S.NOT_YET
    return _row(clause, section, name, standing, seen.words, LIVE, Link(_("督导评价"), "evaluation", seen.url))


SECTIONS: Mapping[str, Callable[[_Look, Clause, str, str], ClauseStanding]] = {
    "measures": _measure,
    "rules": _figure,
    "records": _figure,
    "indicators": _figure,
    "populations": _figure,
    "teams": _there,
    "services": _there,
    "budget": _there,
    "calendar": _calendar,
    "evaluation": _evaluation,
}


def summary(rows: Sequence[ClauseStanding]) -> dict[str, int]:
    """How many clauses stand how, in the order of ``Standing``; every standing is there."""
    return {str(each.value): sum(row.standing == each for row in rows) for each in S}
