"""The annual evaluation of an organisation: how its plans, figures, inspections and money stood in a school year.

Put together from records each time it is asked for; the words people add are kept (``models.Report``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from xinqiao.budgets.selectors import totals
from xinqiao.documents.shapes import Bars, Block, Facts, Head, Heading, Paragraph, Signatures, Table
from xinqiao.documents.shapes import Report as Paper
from xinqiao.inspections import policies
from xinqiao.inspections.enums import SheetState
from xinqiao.inspections.lettering import day
from xinqiao.inspections.models import Mending, Report, Round
from xinqiao.inspections.selectors import spread_of
from xinqiao.packs.core.shapes import Pack
from xinqiao.people.models import Organisation
from xinqiao.people.rules import SCHOOL_YEAR_STARTS
from xinqiao.plans import figures as plan_figures
from xinqiao.plans import standing
from xinqiao.plans.enums import Standing
from xinqiao.plans.models import Plan


@dataclass(frozen=True)
class ClauseLine:
    plan: str
    clause: str
    title: str
    standing: str
    words: str


@dataclass(frozen=True)
class FigureLine:
    title: str
    value: float | None
    target: float | None
    unit: str
    words: str
    source: str


@dataclass(frozen=True)
class RoundLine:
    title: str
    checked: int
    average: Decimal | None
    grades: dict[str, int]
    mend: int
    mended: int


@dataclass(frozen=True)
class MoneyLine:
    """Of one calendar year, with everything below the organisation."""

    year: int
    amount: Decimal
    spent: Decimal
    students: int

    @property
    def per_student(self) -> Decimal | None:
        return (self.amount / self.students).quantize(Decimal("0.01")) if self.students else None


@dataclass
class Annual:
    organisation: Organisation
    year: int
    on: date
    report: Report | None
    clauses: list[ClauseLine] = field(default_factory=list)
    figures: list[FigureLine] = field(default_factory=list)
    rounds: list[RoundLine] = field(default_factory=list)
    money: list[MoneyLine] = field(default_factory=list)

    @property
    def title(self) -> str:
        facts = {"name": self.organisation.name, "year": f"{self.year}–{self.year + 1}"}
        return _("%(name)s%(year)s学年心理健康教育工作年度评估") % facts

    @property
    def tally(self) -> dict[str, int]:
        """Words of a standing → clauses that stand so; every standing is there."""
        return {str(each.label): sum(line.standing == str(each.label) for line in self.clauses) for each in Standing}


def annual(organisation: Organisation, year: int, today: date) -> Annual:
    """Everything of the school year that began in ``year``, up to its end or today."""
    begins = date(year, *SCHOOL_YEAR_STARTS)
    ends = date(year + 1, *SCHOOL_YEAR_STARTS) - timedelta(days=1)
    on = max(begins, min(ends, today))
    value = Annual(organisation, year, on, Report.objects.filter(organisation=organisation, year=year).first())
    plans = Plan.objects.filter(organisation=organisation, starts_on__lte=ends, ends_on__gte=begins)
    for plan in plans.order_by("starts_on", "pk").select_related("organisation"):
        value.clauses += [
            ClauseLine(
                plan.title, row.clause.id, str(row.clause.title.zh), str(Standing(row.standing).label), row.words
            )
            for row in standing.clauses(plan, on)
        ]
        value.figures += _figures(plan, on)
    value.rounds = _rounds(organisation, begins, ends)
    value.money = _money(organisation, begins, on)
    return value


def _figures(plan: Plan, on: date) -> list[FigureLine]:
    pack = Pack(plan.data)
    nodes = {
        key: [row.organisation for row in plan.units.filter(key=key, left_on=None).select_related("organisation")]
        for key in pack.units
    }
    asked = [
        plan_figures.Question(
            target.indicator, target.parameters, nodes.get(target.unit, ()),
            plan_figures.goal(target.path, plan, pack, on),
        )
        for target in pack.targets.values()
    ]  # fmt: skip
    sources = {"live": _("系统记录"), "reported": _("填报"), "none": "—"}
    return [
        FigureLine(str(target.title.zh), shown.value, shown.target, shown.unit, shown.words, sources[shown.source])
        for target, shown in zip(pack.targets.values(), plan_figures.ask(plan.organisation, asked, on), strict=True)
    ]


def _rounds(organisation: Organisation, begins: date, ends: date) -> list[RoundLine]:
    """Rounds it held, and rounds of others in which it was checked, in numbers."""
    seen = Q(organisation=organisation) | Q(sheets__unit=organisation, sheets__state=SheetState.CHECKED)
    rounds = Round.objects.filter(seen, state__in=policies.OUT, check_from__gte=begins, check_from__lte=ends).distinct()
    found = []
    for round_ in rounds.order_by("check_from", "pk"):
        spread, mendings = spread_of(round_), Mending.objects.filter(sheet__round=round_)
        if round_.organisation_id != organisation.pk:
            mendings = mendings.filter(sheet__unit=organisation)
        counted = mendings.aggregate(n=Count("pk"), done=Count("pk", filter=Q(task__state="accepted")))
        found.append(
            RoundLine(round_.title, spread.checked, spread.average, spread.grades, counted["n"], counted["done"])
        )
    return found


def _money(organisation: Organisation, begins: date, on: date) -> list[MoneyLine]:
    nodes = list(
        Organisation.objects.filter(path__startswith=organisation.path, closed_on=None).exclude(
            kind__in=policies.INSIDE
        )
    )
    found = []
    for year in sorted({begins.year, on.year}):
        rows = totals(nodes, year, on)
        nought = Decimal(0)
        found.append(
            MoneyLine(
                year, sum((row.amount for row in rows), nought), sum((row.spent for row in rows), nought),
                sum(row.students for row in rows),
            )
        )  # fmt: skip
    return found


def paper(value: Annual) -> Paper:
    """As Word (to go on writing in) and PDF."""
    report, said = value.report, _("请补写。")
    blocks: list[Block] = [
        Heading(_("一、概况")),
        Paragraph((report.opening if report else "") or _opening(value)),
        Heading(_("二、任务落实")),
        Bars(
            _("各条进展"), [(label, float(n), _("%(n)d 条") % {"n": n}) for label, n in value.tally.items()],
            float(max(len(value.clauses), 1)),
        ),
    ]  # fmt: skip
    if value.clauses:
        rows = [[line.clause, line.title, line.standing, line.words] for line in value.clauses]
        blocks.append(Table([_("条"), _("内容"), _("进展"), _("说明")], rows, widths=[1.2, 5, 2, 6]))
    blocks += [Heading(_("三、指标")), *_figure_blocks(value), Heading(_("四、督导与整改")), *_round_blocks(value)]
    blocks += [Heading(_("五、经费")), *_money_blocks(value)]
    blocks += [
        Heading(_("六、主要成效")),
        Paragraph((report.strengths if report else "") or said),
        Heading(_("七、存在的不足")),
        Paragraph((report.gaps if report else "") or said),
        Heading(_("八、下一步打算")),
        Paragraph((report.steps if report else "") or said),
        Signatures([_("填报人"), _("单位负责人")], seal=True),
    ]
    return Paper(Head(value.organisation.name, date=day(value.on)), value.title, blocks)


def _opening(value: Annual) -> str:
    met = value.tally[str(Standing.MET.label)]
    return _("本学年共落实 %(n)d 条工作要求，其中 %(met)d 条已达到；开展督导 %(rounds)d 轮。") % {
        "n": len(value.clauses), "met": met, "rounds": len(value.rounds),
    }  # fmt: skip


def _figure_blocks(value: Annual) -> list[Block]:
    if not value.figures:
        return [Paragraph(_("没有方案要求的指标。"))]
    shares = [line for line in value.figures if line.unit == "%" and line.value is not None]
    blocks: list[Block] = []
    if shares:
        blocks.append(Bars(_("完成比例"), [(line.title, line.value, f"{line.value:.1f}%") for line in shares], 100.0))
    rows = [
        [
            line.title, "—" if line.value is None else f"{line.value:.4g}{line.unit}",
            "—" if line.target is None else f"{line.target:.4g}{line.unit}", line.words or "—", line.source,
        ]
        for line in value.figures
    ]  # fmt: skip
    blocks.append(Table([_("指标"), _("现值"), _("目标值"), _("说明"), _("来源")], rows, widths=[5, 2, 2, 3, 2]))
    return blocks


def _round_blocks(value: Annual) -> list[Block]:
    if not value.rounds:
        return [Paragraph(_("本学年没有已发布的督导。"))]
    blocks: list[Block] = []
    for line in value.rounds:
        blocks.append(Heading(line.title, level=2))
        blocks.append(
            Facts(
                [
                    (_("检查单位"), str(line.checked)),
                    (_("平均得分率"), "—" if line.average is None else f"{line.average}%"),
                    (_("整改项"), str(line.mend)),
                    (_("复查通过"), str(line.mended)),
                ]
            )
        )
        blocks.append(
            Bars(
                _("各等次单位数"), [(grade, float(n), str(n)) for grade, n in line.grades.items()],
                float(max(line.checked, 1)),
            )
        )  # fmt: skip
    return blocks


def _money_blocks(value: Annual) -> list[Block]:
    rows = [
        [
            str(line.year), f"{line.amount:,.2f}", f"{line.spent:,.2f}",
            "—" if line.per_student is None else f"{line.per_student}",
        ]
        for line in value.money
    ]  # fmt: skip
    head = [_("年度"), _("经费（元）"), _("已支出（元）"), _("生均（元）")]
    return [Table(head, rows, align=["left", "right", "right", "right"])]
