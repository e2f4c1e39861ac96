"""Rounds, sheets and score cards as pages and papers show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.access.models import OutsideLink, Post
from xinqiao.access.table import TABLE, depth_of
from xinqiao.inspections import policies
from xinqiao.inspections.enums import AppealState, RoundState, SheetState, Side
from xinqiao.inspections.models import Appeal, Mark, Mending, Proof, Round, Sheet
from xinqiao.inspections.rules import OVERALL, TENTH, Item
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation, Person, current
from xinqiao.plans.models import Plan
from xinqiao.plans.policies import visible_plans


@dataclass(frozen=True)
class Line:
    """An item of a sheet with all that is known about it. gap: points lost, None before the check."""

    item: Item
    mark: Mark
    system: str
    own_files: Sequence[Proof]
    photos: Sequence[Proof]
    mending: Mending | None = None

    @property
    def gap(self) -> Decimal | None:
        return None if self.mark.score is None else self.item.weight - self.mark.score


@dataclass
class Spread:
    """How the checked units of a round are spread. grades: title → units, highest grade first; lost: (item, share of
    points reached in per cent, units that lost points); average: of the shares, None without a checked unit."""

    checked: int
    average: Decimal | None
    grades: dict[str, int] = field(default_factory=dict)
    lost: list[tuple[Item, Decimal, int]] = field(default_factory=list)
    red: list[tuple[Item, int]] = field(default_factory=list)


def rounds_seen(actor: Actor) -> QuerySet[Round]:
    rows = policies.visible_rounds(actor).select_related("organisation")
    return rows.annotate(
        units=Count("sheets", distinct=True),
        drawn=Count("sheets", filter=Q(sheets__drawn=True), distinct=True),
        checked=Count("sheets", filter=Q(sheets__state=SheetState.CHECKED), distinct=True),
    ).order_by("-check_from", "-pk")


def own_sheets(actor: Actor) -> QuerySet[Sheet]:
    """Sheets that people of the actor's own unit have to fill in now."""
    paths = {post.path for post in actor.posts if depth_of(post.kind, Action.DO_TASKS)}
    rows = Sheet.objects.filter(unit__path__in=paths, round__state=RoundState.OPEN, state=SheetState.OPEN)
    return rows.select_related("round__organisation", "unit").order_by("round__self_until", "pk")


def to_check(actor: Actor) -> QuerySet[Sheet]:
    """Sheets for which the actor is named and that are not checked yet."""
    if actor.person is None:
        return Sheet.objects.none()
    rows = Sheet.objects.filter(checkers=actor.person, drawn=True, round__state=RoundState.CHECKING)
    rows = rows.exclude(state=SheetState.CHECKED).select_related("round__organisation", "unit")
    return rows.order_by("round__check_until", "unit__code", "pk")


def sheets_of(round_: Round) -> list[Sheet]:
    """Every unit by its code, with ``waits`` (appeals that wait) and ``mend``, ``mended`` (how many). One query, and
    one for the checkers."""
    rows = round_.sheets.select_related("unit", "round").prefetch_related("checkers")
    return list(
        rows.annotate(
            waits=Count("appeals", filter=Q(appeals__state=AppealState.WAITING), distinct=True),
            mend=Count("mendings", distinct=True),
            mended=Count("mendings", filter=Q(mendings__task__state="accepted"), distinct=True),
        ).order_by("unit__code", "pk")
    )


def lines_of(sheet: Sheet, figures: dict[str, str]) -> list[Line]:
    """The items of a sheet in the order of the form. Three queries."""
    marks = {mark.item: mark for mark in sheet.marks.all()}
    proofs: dict[tuple[str, str], list[Proof]] = {}
    for proof in sheet.proofs.all():
        proofs.setdefault((proof.item, proof.side), []).append(proof)
    mendings = {row.item: row for row in sheet.mendings.select_related("task")}
    return [
        Line(
            item,
            marks.get(item.id) or Mark(sheet=sheet, item=item.id),
            figures.get(item.id, ""),
            proofs.get((item.id, Side.UNIT), []),
            proofs.get((item.id, Side.CHECKER), []),
            mendings.get(item.id),
        )
        for item in sheet.round.read.items
    ]


def overall_of(sheet: Sheet) -> str:
    """The overall impression as far as it is written."""
    mark = sheet.marks.filter(item=OVERALL).first()
    return sheet.words or (mark.words if mark is not None else "")


def spread_of(round_: Round) -> Spread:
    """The whole of a round in numbers; no unit is named and none is put above another. Two queries."""
    sheets = list(round_.sheets.filter(state=SheetState.CHECKED))
    form = round_.read
    if not sheets:
        return Spread(0, None)
    marks = Mark.objects.filter(sheet__in=sheets, score__isnull=False).values_list("item", "score", "red")
    reached: dict[str, list[Decimal]] = {}
    red: Counter[str] = Counter()
    for item, score, hit in marks:
        if score is None:
            continue
        reached.setdefault(item, []).append(score)
        red[item] += hit
    counted = Counter(sheet.grade for sheet in sheets)
    lost = [
        (
            item,
            share(sum(reached[item.id], Decimal(0)), item.weight * len(reached[item.id])),
            sum(score < item.weight for score in reached[item.id]),
        )
        for item in form.items
        if reached.get(item.id) and item.weight
    ]
    shares = [sheet.share for sheet in sheets if sheet.share is not None]
    return Spread(
        len(sheets),
        (sum(shares, Decimal(0)) / len(shares)).quantize(TENTH, ROUND_HALF_UP),
        {grade.title: counted[grade.title[:40]] for grade in form.grades},
        lost,
        [(item, red[item.id]) for item in form.items if red[item.id]],
    )


def share(part: Decimal, whole: Decimal) -> Decimal:
    """Per cent with one decimal; 0 of nothing."""
    return (part / whole * 100).quantize(TENTH, ROUND_HALF_UP) if whole else Decimal(0)


def mendings_of(sheets: Iterable[Sheet]) -> QuerySet[Mending]:
    rows = Mending.objects.filter(sheet__in=list(sheets)).select_related("task__owner__person", "sheet__unit")
    return rows.prefetch_related("rechecks__by").order_by("sheet__unit__code", "pk")


def appeals_of(round_: Round) -> QuerySet[Appeal]:
    return Appeal.objects.filter(sheet__round=round_).select_related("sheet__unit", "by", "decided_by")


def results_of(organisation: Organisation) -> list[Sheet]:
    """The unit's own results that are published, newest first."""
    rows = Sheet.objects.filter(unit=organisation, state=SheetState.CHECKED, round__state__in=policies.OUT)
    return list(rows.select_related("round__organisation", "unit").order_by("-round__check_from", "-pk"))


def rounds_within(organisation: Organisation) -> list[tuple[Round, Spread]]:
    """Published rounds in which units below took part, with how those units stand; newest first, at most six."""
    sheets = Sheet.objects.filter(unit__path__startswith=organisation.path).exclude(unit=organisation)
    rows = Round.objects.filter(pk__in=sheets.values("round"), state__in=policies.OUT).order_by("-check_from")[:6]
    return [(round_, spread_of(round_)) for round_ in rows]


def forms_at_hand(actor: Actor, organisation: Organisation) -> list[tuple[str, str, Mapping[str, Any], Plan | None]]:
    """Forms to start from: (key, title, evaluation block of the pack, plan). Running plans of the organisation first,
    then the newest published edition of each pack that holds one."""
    found: list[tuple[str, str, Mapping[str, Any], Plan | None]] = []
    plans = visible_plans(actor).filter(organisation=organisation, state__in=["running", "paused"])
    for plan in plans.order_by("title", "pk"):
        if plan.data.get("evaluation"):
            found.append((f"plan-{plan.pk}", plan.title, plan.data["evaluation"], plan))
    newest: dict[str, Edition] = {}
    for edition in Edition.objects.filter(state="published").order_by("pk"):
        if edition.data.get("evaluation"):
            newest[edition.pack] = edition
    for edition in newest.values():
        found.append((f"pack-{edition.pk}", f"{edition.title} {edition.version}", edition.data["evaluation"], None))
    return found


STARTER = (
    ("lead", 15), ("staff", 20), ("lessons", 20), ("room", 15), ("care", 20), ("files", 10),
)  # fmt: skip
"""A form of our own to start from: item and weight; words in ``form_of``."""


def form_of(block: Mapping[str, Any] | None, source: str) -> dict[str, Any]:
    """A form as a round keeps it, from the evaluation block of a pack, or the house's own to start from."""
    if block is not None:
        keep = ("id", "title", "weight", "evidence", "red_line", "indicator")
        items = [{name: row[name] for name in keep if name in row} for row in block["items"]]
        grades = [{"from": row["from"], "title": row["title"]} for row in block["grades"]]
        return {"items": items, "grades": grades, "source": source}
    words = {
        "lead": (_("组织领导与制度"), _("领导小组名单、会议记录、学年计划")),
        "staff": (_("心理教师配备与培训"), _("任职登记、资格证书、培训学时")),
        "lessons": (_("课程与活动"), _("课表、教案、活动记录")),
        "room": (_("辅导室建设与开放"), _("现场查看、开放记录、制度上墙")),
        "care": (_("预警、访谈与干预"), _("工作流程、时限、随访的汇总数")),
        "files": (_("档案管理与保密"), _("查阅记录、保管条件")),
    }
    items = [
        {"id": key, "title": words[key][0], "weight": weight, "evidence": words[key][1], "red_line": False}
        for key, weight in STARTER
    ]
    titles = ((90, _("优秀")), (80, _("良好")), (70, _("合格")), (0, _("需要整改")))
    return {"items": items, "grades": [{"from": mark, "title": title} for mark, title in titles], "source": ""}


def units_at_hand(round_: Round) -> list[Organisation]:
    """Who may take part: the plan's units, or everything that works below the organisation."""
    if round_.plan is not None:
        ids = round_.plan.units.filter(left_on=None).values_list("organisation", flat=True)
        nodes = Organisation.objects.filter(pk__in=list(ids)).exclude(pk=round_.organisation_id)
        if nodes.exists():
            return list(nodes.order_by("code", "pk"))
    below = Organisation.objects.filter(path__startswith=round_.organisation.path, closed_on=None)
    return list(below.exclude(kind__in=policies.INSIDE).exclude(pk=round_.organisation_id).order_by("code", "pk"))


def checkers_at_hand(round_: Round, unit: Organisation, on: date) -> list[Person]:
    """People who may be sent: inspectors of the office and those who work in its other units; nobody of the unit."""
    inspects = [kind for kind in TABLE if depth_of(kind, Action.INSPECT)]
    goes = [*inspects, "psych_teacher", "moral_head"]
    near = Post.objects.filter(current(on), organisation__path__startswith=round_.organisation.path, kind__in=goes)
    own = Post.objects.filter(current(on), organisation__path__startswith=unit.path).values("person")
    people = Person.objects.filter(pk__in=near.values("person")).exclude(pk__in=own)
    return list(people.order_by("name", "pk"))


def sheets_behind(link: OutsideLink) -> QuerySet[Sheet]:
    """What an outside evaluator's link opens while the round is afoot; by the units' codes."""
    rows = Sheet.objects.filter(drawn=True, round__state__in=[RoundState.OPEN, RoundState.CHECKING])
    rows = rows.filter(pk=link.target) if link.room == policies.SHEET_LINK else rows.filter(round=link.target)
    return rows.select_related("round__organisation", "unit").order_by("unit__code", "pk")


def marks_of(sheets: Sequence[Sheet]) -> dict[int, dict[str, Mark]]:
    """sheet id → item → mark. One query."""
    found: dict[int, dict[str, Mark]] = {sheet.pk: {} for sheet in sheets}
    for mark in Mark.objects.filter(sheet__in=sheets):
        found[mark.sheet_id][mark.item] = mark
    return found
