"""The report of one screening (普查报告): scope, questionnaires and whose wording, dates, who answered, results by
grade and by sex with small groups left out, interviews held, and what the figures cannot say. From the roll-up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Sum
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.documents import pdf
from xinqiao.documents.shapes import Facts, Head, Heading, Help, Notice, Paragraph, Report, Signatures, Table
from xinqiao.insight.report import Blocks, help_lines
from xinqiao.instruments.definition import Definition
from xinqiao.kernel.suppression import HIDDEN, Row, merged, released
from xinqiao.people.enums import Sex
from xinqiao.people.rules import grade_name, school_year_of
from xinqiao.screening import questionnaires
from xinqiao.screening.enums import SittingState
from xinqiao.screening.models import Campaign, CampaignPart, Result, Sitting, Tally
from xinqiao.screening.words import pick
from xinqiao.screening.words import sign as sign_words
from xinqiao.signals.enums import InterviewState, Source
from xinqiao.signals.models import Evidence, Interview


@dataclass(frozen=True)
class Group:
    """A grade or a sex: its name, and students by band of one score."""

    title: str
    bands: Mapping[str, int]


def table(groups: Sequence[Group], bands: Sequence[str]) -> tuple[list[tuple[str, ...]], list[tuple[str, list[str]]]]:
    """Columns (bands joined until none is small) and lines with all groups first; hidden counts are marked.

    The two tables of a score (by grade, by sex) share only their first line, so neither tells more of the other.
    """
    whole = Counter[str]()
    for group in groups:
        whole.update(group.bands)
    columns = merged([(band, whole[band]) for band in bands if whole[band]])
    named = [names for names, _n in columns]

    def counts(found: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(sum(found.get(name, 0) for name in names) for names in named)

    below = tuple(
        Row(place, counts(group.bands), size=sum(group.bands.values())) for place, group in enumerate(groups, start=1)
    )
    shown = released(Row(0, counts(whole), below), totals_known=True)
    lines = [(_("合计"), [str(n) if 0 in shown else HIDDEN for n in counts(whole)])]
    for row, group in zip(below, groups, strict=True):
        lines.append((group.title, [str(n) if row.key in shown else HIDDEN for n in row.counts]))
    return named, lines


def census(campaign: Campaign, at: datetime, *, made_by: str) -> bytes:
    """The PDF of one campaign, open or over. ``campaign`` with its school."""
    parts = list(campaign.parts.all())
    blocks: Blocks = [
        Notice(
            _(
                "测评结果不是诊断，只说明作答那几天的状态，供安排访谈和改进工作参考。"
                "人数不足 10 的格子和能推算出它们的格子以“—”代替。"
            ),
            _("怎样读这份报告"),
        ),
        *_scope(campaign, parts),
        *_turnout(campaign),
    ]
    blocks.append(Heading(_("三、结果")))
    for part in _once(parts):
        blocks += _results(campaign, part)
    blocks += [*_after(campaign), Heading(_("五、方法与局限")), *(Paragraph(text) for text in _limits())]
    blocks += [Help(_("求助途径"), help_lines()), Signatures([_("填报人"), _("心理教师"), _("学校负责人")], seal=True)]
    day = localdate(at)
    head = Head(
        organisation=campaign.school.name, form_no=f"XQ-C-{campaign.pk}-{day:%Y%m%d}", date=day.isoformat(),
        secrecy=_("内部资料"), made=made_by, version="1",
    )  # fmt: skip
    made = Report(head=head, title=_("心理健康测评报告"), subtitle=campaign.title, blocks=blocks)
    return pdf.report(made)


def _once(parts: Sequence[CampaignPart]) -> list[CampaignPart]:
    """One part for each questionnaire: two grades may have the same in two parts."""
    return list({part.instrument_id: part for part in parts}.values())


def _scope(campaign: Campaign, parts: Sequence[CampaignPart]) -> Blocks:
    year = school_year_of(localdate(campaign.opens_at))
    cohorts = Sitting.objects.filter(campaign=campaign).values_list("class_node__stage", "class_node__entry_year")
    grades = [_grade(campaign, stage, entry, year) for stage, entry in sorted(cohorts.distinct(), key=_order)]
    rows = [
        (_("学校"), campaign.school.name),
        (_("范围"), "、".join(grades) or HIDDEN),
        (_("开放时间"), f"{localtime(campaign.opens_at):%Y-%m-%d} – {localtime(campaign.closes_at):%Y-%m-%d}"),
        (_("知情同意"), str(campaign.get_consent_mode_display())),  # type: ignore[attr-defined]
    ]
    tools = [[_title(part), _wording(questionnaires.find(part.instrument_hash))] for part in _once(parts)]
    return [
        Heading(_("一、范围与工具")),
        Facts(rows, columns=1),
        Table([_("问卷"), _("题目文字与常模")], tools, widths=(1, 2)),
    ]


def _title(part: CampaignPart) -> str:
    definition = questionnaires.find(part.instrument_hash)
    return pick(definition.title) if definition else part.instrument_id


def _wording(definition: Definition | None) -> str:
    """Whose words the students read; said in full when they are ours."""
    if definition is None:
        return HIDDEN
    note = pick(definition.wording_note)
    if definition.wording == "own":
        return _("题目文字是本系统自己写的，不是经过信效度检验的正式文本；分数只作为谈话的线索。") + note
    if definition.wording == "adapted":
        return _("题目文字经过改写，分数不能与原常模比较。") + note
    return note or _("使用取得授权或可以公开使用的题目文字。")


def _turnout(campaign: Campaign) -> Blocks:
    states = dict(
        Sitting.objects.filter(campaign=campaign, retest_of=None).values_list("state").annotate(n=Count("pk"))
    )
    asked, done = sum(states.values()), states.get(SittingState.SUBMITTED, 0)
    first = Tally.objects.filter(campaign=campaign, score="").values_list("instrument_id", "band")
    sheets = Counter({(name, band): n for name, band, n in first.annotate(n=Sum("count"))})
    rows = [
        (_("应测（邀请）"), str(asked)),
        (_("实测（交卷）"), str(done)),
        (_("参与率"), f"{done / asked:.1%}" if asked else HIDDEN),
        (_("未参加"), _("包括选择不参加、请假和没有作答，不分别列出")),
    ]
    valid = [
        [_title(part), str(sheets[part.instrument_id, "valid"]), str(sheets[part.instrument_id, "careless"])]
        for part in _once(list(campaign.parts.all()))
    ]
    blocks: Blocks = [
        Heading(_("二、参与与有效")),
        Facts(rows),
        Table(
            [_("问卷"), _("有效答卷"), _("需要重测或不计入")], valid, align=("left", "right", "right"), widths=(2, 1, 1)
        ),
    ]
    reasons = Counter[str]()
    for validity in Result.objects.filter(sitting__campaign=campaign, needs_retest=True).values_list(
        "validity", flat=True
    ):
        reasons.update({sign["code"] for sign in validity.get("signs", [])})
    if reasons:
        lines = [[sign_words(code), _few(n)] for code, n in sorted(reasons.items())]
        caption = _("不计入的原因（一份答卷可有几个）")
        blocks.append(Table([_("原因"), _("份数")], lines, caption=caption, align=("left", "right"), widths=(3, 1)))
    return blocks


def _few(n: int) -> str:
    return str(n) if n == 0 or n >= 10 else _("少于 10")


def _order(cohort: tuple[str, int | None]) -> tuple[int, int]:
    return ("primary", "junior", "senior", "").index(cohort[0]), -(cohort[1] or 0)


def _grade(campaign: Campaign, stage: str, entry_year: int | None, year: int) -> str:
    if not stage or not entry_year:
        return HIDDEN
    return grade_name(system=campaign.school.system, stage=stage, entry_year=entry_year, school_year=year)


def _results(campaign: Campaign, part: CampaignPart) -> Blocks:
    """For each score with bands: students by band, by grade and by sex."""
    definition = questionnaires.find(part.instrument_hash)
    if definition is None:
        return []
    year = school_year_of(localdate(campaign.opens_at))
    rows = list(
        Tally.objects.filter(campaign=campaign, instrument_id=part.instrument_id)
        .exclude(score="")
        .values_list("score", "stage", "entry_year", "sex", "band")
        .annotate(n=Sum("count"))
    )
    blocks: Blocks = []
    for score in definition.scores:
        found = [row[1:] for row in rows if row[0] == score.id]
        bands = {band.id: pick(band.label) for band in score.bands}
        if not found or not bands:
            continue
        cohorts = sorted({(stage, entry) for stage, entry, _s, _b, _n in found}, key=_order)
        grades = [
            Group(_grade(campaign, stage, entry, year), _sum(found, lambda r, key=(stage, entry): r[:2] == key))
            for stage, entry in cohorts
        ]
        sexes = [
            Group(str(Sex(sex).label), _sum(found, lambda r, key=sex: r[2] == key))
            for sex in sorted({row[2] for row in found})
        ]
        blocks.append(Heading(f"{_title(part)} · {pick(score.title)}", 2))
        blocks += [_drawn(grades, bands, _("按年级")), _drawn(sexes, bands, _("按性别"))]
    return blocks


def _sum(found: Sequence[tuple[str, int, str, str, int]], fits: object) -> Counter[str]:
    total = Counter[str]()
    for row in found:
        if fits(row):  # type: ignore[operator]
            total[row[3]] += row[4]
    return total


def _drawn(groups: Sequence[Group], bands: Mapping[str, str], caption: str) -> Table:
    columns, lines = table(groups, list(bands))
    head = ["", *("、".join(bands[name] for name in names) for names in columns)]
    rows = [[title, *values] for title, values in lines]
    return Table(head, rows, caption=caption, align=("left", *(["right"] * len(columns))))


def _after(campaign: Campaign) -> Blocks:
    """Signals that rest on this campaign's answers, and how many of them were talked about."""
    sittings = Sitting.objects.filter(campaign=campaign).values("pk")
    signals = set(
        Evidence.objects.filter(
            sitting_id__in=sittings, signal__source__in=[Source.SAFETY, Source.SCORE, Source.RETEST]
        )
        .values_list("signal", flat=True)
        .distinct()
    )
    talks = Interview.objects.filter(signal__in=signals, state=InterviewState.DONE).values("signal").distinct().count()
    rows = [(_("需要谈一谈的信号"), _few(len(signals))), (_("其中已访谈"), _few(talks))]
    words = _("访谈之后由心理教师确定是否需要关注和关注的等级；只有访谈之后，班主任才会收到怎样关心的建议。")
    return [Heading(_("四、访谈")), Facts(rows), Paragraph(words)]


def _limits() -> list[str]:
    return [
        _("参加是自愿的，没有参加的同学情况不明，比例不能推到全校。"),
        _("自己填写的问卷会受当天心情、理解和环境影响；作答明显随意的答卷不计入结果。"),
        _("分界值来自问卷说明所写的人群，换一个地区或年龄不一定合适；不同问卷的比例不能互相比较。"),
        _("本报告不用来排名，也不放进学生的综合评价和升学材料。"),
    ]
