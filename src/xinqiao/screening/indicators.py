"""Figures of this room: who was reached by a screening, how many were held, and whether each was filed first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from xinqiao.indicators.places import ids, school_year_span
from xinqiao.indicators.registry import Indicator, Parameter, Share
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.rules import grade_number, school_year_of
from xinqiao.screening.enums import FilingState, SittingState
from xinqiao.screening.models import Campaign, CampaignPart, FilingInstrument, Sitting
from xinqiao.screening.selectors.campaigns import LEAST_SHOWN

Nodes = Sequence[Organisation]
Asked = Mapping[str, Any]
Shares = dict[int, Share]


@dataclass
class _School:
    """Students by grade (0: of no grade any more), who of them answered, and each campaign by grade."""

    students: Counter[int] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    invited: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    submitted: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def share(self, grades: Iterable[int]) -> Share:
        wanted = set(grades) or set(self.students)
        part = sum(self.answered[grade] for grade in wanted)
        whole = sum(self.students[grade] for grade in wanted)
        return Share(part, whole, quiet=not self._told(part, whole, narrowed=bool(set(self.students) - wanted)))

    def _told(self, part: int, whole: int, *, narrowed: bool) -> bool:
        """Whether the figure may be shown outside: each campaign's own may (``selectors.campaigns.for_outside``), and
        neither the answered nor the others are few. Of some grades only, each grade has to stand by itself: two
        figures of different grades could be subtracted."""
        wholes = [(self.submitted[key].total(), row.total()) for key, row in self.invited.items()]
        told = all(_enough(*pair) for pair in [*wholes, (part, whole)])
        if not told or not narrowed:
            return told
        cells = [(self.submitted[key][grade], n) for key, row in self.invited.items() for grade, n in row.items()]
        return all(_enough(*pair) for pair in [*cells, *((self.answered[g], n) for g, n in self.students.items())])


def _enough(part: int, whole: int) -> bool:
    return all(n == 0 or n >= LEAST_SHOWN for n in (part, whole - part))


def _coverage(nodes: Nodes, on: date, asked: Asked) -> Shares:
    """Today's students who handed in at least one sheet of a campaign of this school year at their school."""
    since, until = school_year_span(on)
    schools = {node.pk: _School() for node in nodes}
    rows = Campaign.objects.filter(school__in=schools, opens_at__gte=since, opens_at__lt=until)
    campaigns = rows.order_by().values("pk")
    grades = _grades(nodes, on)
    enrolled = Enrolment.objects.filter(current(on), school__in=schools).order_by()
    for school, node, n in enrolled.values_list("school", "class_node").annotate(n=Count("pk")):
        schools[school].students[grades.get(node, 0)] += n
    mine = Sitting.objects.filter(
        person=OuterRef("person"), campaign__school=OuterRef("school"), state=SittingState.SUBMITTED,
        campaign__in=campaigns,
    )  # fmt: skip
    answered = enrolled.filter(Exists(mine)).values_list("school", "class_node").annotate(n=Count("pk"))
    for school, node, n in answered:
        schools[school].answered[grades.get(node, 0)] += n
    sat = Sitting.objects.filter(campaign__in=campaigns, retest_of=None).order_by()
    for school, campaign, node, n, done in sat.values_list("campaign__school", "campaign", "class_node").annotate(
        n=Count("pk"), done=Count("pk", filter=Q(state=SittingState.SUBMITTED))
    ):
        schools[school].invited[campaign][grades.get(node, 0)] += n
        schools[school].submitted[campaign][grades.get(node, 0)] += done
    return {pk: school.share(int(grade) for grade in asked["grades"]) for pk, school in schools.items()}


def _grades(nodes: Nodes, on: date) -> dict[int, int]:
    """Grade 1–12 of each class of the schools that has students; classes of no grade this school year are left out."""
    systems, year = {node.pk: node.system or "63" for node in nodes}, school_year_of(on)
    rows = Enrolment.objects.filter(school__in=systems).order_by()
    known = rows.values_list("school", "class_node", "class_node__stage", "class_node__entry_year").distinct()
    found = {
        node: grade_number(system=systems[school], stage=stage, entry_year=entry, school_year=year)
        for school, node, stage, entry in known
        if stage and entry
    }
    return {node: grade for node, grade in found.items() if grade is not None}


def _campaigns(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    found = _by_school(_opened(nodes, on))
    return {node.pk: Share(found.get(node.pk, 0)) for node in nodes}


def _opened(nodes: Nodes, on: date) -> Any:
    since, until = school_year_span(on)
    return Campaign.objects.filter(school__in=ids(nodes), opened_at__gte=since, opened_at__lt=until).order_by()


def _by_school(rows: Any) -> dict[int, int]:
    return dict(rows.values_list("school").annotate(n=Count("pk", distinct=True)))


def _unfiled(nodes: Nodes, on: date, _asked: Asked) -> Shares:
    """Campaigns that began before the bureau had agreed, without its agreement, or with something it was not shown."""
    filed = FilingInstrument.objects.filter(
        filing=OuterRef("campaign__approval"), instrument_hash=OuterRef("instrument_hash")
    )
    strange = CampaignPart.objects.filter(~Exists(filed), campaign=OuterRef("pk"))
    early = Q(opened_at__lt=F("approval__decided_at"))
    rows = _opened(nodes, on).filter(early | Exists(strange) | ~Q(approval__filing__state=FilingState.APPROVED))
    found = _by_school(rows)
    return {node.pk: Share(found.get(node.pk, 0)) for node in nodes}


def _page(_node: Organisation, _on: date, _asked: Asked) -> str:
    return reverse("screening:index")


INDICATORS = (
    Indicator(
        "screening.coverage", _("测评覆盖率"),
        _(
            "本学年在本校至少交过一份答卷的在册学生 ÷ 当天在册学生；可以只数方案点名的年级。"
            "交卷或未交卷的人太少、不便公布的学校不计入上级合计"
        ),
        children=True, parameters=(Parameter("grades", _("年级（1–12，空为全部）"), ()),), live=_coverage, rows=_page,
        clauses=("14.8", "16.11"),
    ),
    Indicator(
        "screening.campaigns", _("开展的测评"), _("本学年开放作答的测评活动数"), kind="count", unit=_("次"),
        live=_campaigns, rows=_page, clauses=("08.4", "14.8"),
    ),
    Indicator(
        "screening.unfiled", _("没有先备案的测评"),
        _("本学年开放作答的测评中，早于教育局批准、没有批准或用了申报以外量表的次数；0 为好"), kind="count",
        unit=_("次"), better="down", live=_unfiled, rows=_page, clauses=("14.10",),
    ),
)  # fmt: skip
