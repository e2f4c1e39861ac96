"""Figures of a bureau, a school or a grade as pages, workbooks and reports show them: how many, never who.

A school's psychology teachers see exact figures of their school, live: they see each student by name anyway. Everybody
else sees the day's release (``releasing``), with small figures left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.access.actor import Actor
from xinqiao.access.policies import sees_each_child
from xinqiao.insight.counting import LEVELS, count
from xinqiao.insight.releasing import SOURCE_GROUPS, Figures, exact, release_of
from xinqiao.kernel.suppression import HIDDEN, Cell, share
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of
from xinqiao.people.selectors import school_of
from xinqiao.signals.enums import Source
from xinqiao.ui.charts import Bar

LEVEL_WORDS: Sequence[str | Promise] = (
    gettext_lazy("平稳"),
    gettext_lazy("关注"),
    gettext_lazy("追踪"),
    gettext_lazy("预警"),
    gettext_lazy("危机"),
)
LEVEL_TONES = ("good", "info", "info", "warn", "bad")
GROUP_WORDS = {
    "screening": gettext_lazy("测评"),
    "adults": gettext_lazy("老师"),
    "young": gettext_lazy("同学与本人"),
    "review": gettext_lazy("再次访谈"),
}
MONTH_WORDS = {
    "first": gettext_lazy("开始有记录"),
    "more": gettext_lazy("比上月多"),
    "fewer": gettext_lazy("比上月少"),
    "same": gettext_lazy("与上月相近"),
    "few": gettext_lazy("很少"),
}


@dataclass(frozen=True)
class Part:
    """A part of a whole: both shown, or neither."""

    part: Cell
    whole: Cell

    @property
    def share(self) -> str:
        return share(self.part.value, self.whole.value)

    @property
    def percent(self) -> float | None:
        if self.part.value is None or not self.whole.value:
            return None
        return round(100 * self.part.value / self.whole.value, 1)

    @property
    def words(self) -> str:
        return self.share if self.percent is None else f"{self.share}（{self.part.words} / {self.whole.words}）"


@dataclass(frozen=True)
class Line:
    """Figures of one organisation."""

    node: Organisation
    title: str
    students: Cell
    screened: Part
    sheets: Part
    signals: Cell
    open: Cell
    in_time: Part
    cases: Cell
    closed: Cell
    duties: Part
    looks: Part
    levels: tuple[Cell, ...]


@dataclass(frozen=True)
class Numbers:
    """Figures of a subtree in one school year. ``exact``: nothing is left out, and the figures are of this moment."""

    own: Line
    lines: list[Line]
    since: date
    made_at: datetime
    exact: bool
    sources: list[tuple[str, Cell]]
    hours: float | None
    months: list[tuple[str, str]]

    @property
    def node(self) -> Organisation:
        return self.own.node

    @property
    def level_bars(self) -> list[Bar]:
        cells = zip(LEVELS, self.own.levels, strict=True)
        return [Bar(str(LEVEL_WORDS[n]), cell.value, cell.words, LEVEL_TONES[n]) for n, cell in cells]

    @property
    def source_bars(self) -> list[Bar]:
        return [Bar(label, cell.value, cell.words) for label, cell in self.sources]

    @property
    def coverage_bars(self) -> list[Bar]:
        """Coverage of those below, in their own order: there is no ranking."""
        return [Bar(line.title, line.screened.percent, line.screened.share) for line in self.lines]

    @property
    def clock_bars(self) -> list[Bar]:
        parts = (
            (_("信号处理"), self.own.in_time),
            (_("关怀任务"), self.own.duties),
            (_("到期随访"), self.own.looks),
        )
        return [Bar(label, part.percent, part.share) for label, part in parts]


def numbers(actor: Actor, node: Organisation, at: datetime) -> Numbers:
    """Figures of ``node`` as the actor may see them, with those of the organisations right below it."""
    live = sees_each_child(actor, node)
    if live:
        figures, made_at = exact(count(school_of(node) or node, at, outside=False)), at
    else:
        release = release_of(node, at)
        figures, made_at = release.figures, release.made_at
    below = list(node.children.exclude(kind="class").filter(closed_on=None).order_by("code", "stage", "-entry_year"))
    below.sort(key=lambda child: (child.code, ("primary", "junior", "senior", "").index(child.stage)))
    school = school_of(node)
    system, year = (school.system if school else "63"), school_year_of(localdate(at))
    own = figures["nodes"].get(str(node.pk), {})
    return Numbers(
        own=_line(node, node.title_in(year, system), figures),
        lines=[_line(child, child.title_in(year, child.system or system), figures) for child in below],
        since=date.fromisoformat(figures["since"]),
        made_at=made_at,
        exact=live,
        sources=[
            (_group(group), Cell(n)) for group, n in zip(figures["groups"], own.get("sources") or [], strict=False)
        ],
        hours=own.get("hours"),
        months=[(_month(month), str(MONTH_WORDS[word])) for month, word in own.get("months") or []],
    )


def _line(node: Organisation, title: str, figures: Figures) -> Line:
    """A node the release does not know yet (made since) has nothing to show."""
    own = figures["nodes"].get(str(node.pk), {})
    return Line(
        node=node,
        title=title,
        students=Cell(own.get("students")),
        screened=_part(own.get("screened")),
        sheets=_part(own.get("sheets")),
        signals=Cell(own.get("signals")),
        open=Cell(own.get("open")),
        in_time=_part(own.get("in_time")),
        cases=Cell(own.get("cases")),
        closed=Cell(own.get("closed")),
        duties=_part(own.get("duties")),
        looks=_part(own.get("looks")),
        levels=tuple(Cell(n) for n in own.get("levels") or (None,) * len(LEVELS)),
    )


def _part(pair: Sequence[int] | None) -> Part:
    part, whole = pair or (None, None)
    return Part(Cell(part), Cell(whole))


def _group(members: Sequence[str]) -> str:
    """“测评、再次访谈” for whole groups; a single source by its own name."""
    left, names = list(members), []
    for key, group in SOURCE_GROUPS.items():
        if set(group) <= set(left):
            names.append(str(GROUP_WORDS[key]))
            left = [name for name in left if name not in group]
    return "、".join([*names, *(str(Source(name).label) for name in left)])


def _month(month: str) -> str:
    year, number = month.split("-")
    return _("%(year)s年%(month)s月") % {"year": year, "month": int(number)}


__all__ = ["HIDDEN", "LEVEL_WORDS", "Line", "Numbers", "Part", "numbers"]
