"""Files of the room: sign-in slips as PDF, results as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from xinqiao.access.services import slip_fragment
from xinqiao.documents import excel, pdf, shapes
from xinqiao.instruments.definition import Definition
from xinqiao.people.models import Enrolment
from xinqiao.people.rules import school_year_of
from xinqiao.screening import questionnaires, words
from xinqiao.screening.models import Campaign, Result, Sitting
from xinqiao.screening.selectors.results import numbers


def slips(
    campaign: Campaign, rows: Iterable[Enrolment], codes: Mapping[int, str], entry_url: str, at: datetime
) -> bytes:
    """One slip for each enrolment. entry_url: absolute address of the students' sign-in page."""
    school = campaign.school
    year = school_year_of(localtime(at).date())
    cards = [
        shapes.Slip(
            class_name=row.class_node.title_in(year, school.system),
            student_no=row.student_number,
            name=row.person.name,
            code=codes[row.person_id],
            url=entry_url + slip_fragment(school.code, row.student_number, codes[row.person_id]),
        )
        for row in rows
    ]
    window = f"{localtime(campaign.opens_at):%Y-%m-%d} – {localtime(campaign.closes_at):%Y-%m-%d}"
    label, number = settings.XINQIAO_HELP_LINES[0]
    return pdf.slips(
        shapes.SlipSheet(
            head=shapes.Head(
                organisation=school.name,
                form_no=f"CP-{campaign.pk}",
                date=f"{localtime(at):%Y-%m-%d}",
                secrecy=_("请当面交给本人，用后收回"),
                made=_("心桥"),
            ),
            title=campaign.title,
            steps=[
                _("手机扫码，或在机房打开登录页。"),
                _("输入学校、学号和登录码。"),
                _("作答时间：%(window)s。可以不参加，也可以随时停下。") % {"window": window},
            ],
            help_line=f"{label} {number}",
            slips=cards,
        )
    )


def results_workbook(campaign: Campaign, sittings: Iterable[Sitting], numbers_of: Mapping[int, str]) -> bytes:
    """A sheet for each questionnaire, a row a student. numbers_of: student number by person id."""
    every = list(sittings)
    sheets = []
    for part in campaign.parts.all():
        definition = questionnaires.find(part.instrument_hash)
        if definition is not None:
            rows = [row for s in every for row in _rows(s, part.number, campaign, numbers_of)]
            sheets.append(_sheet(campaign, definition, part.number, rows))
    return excel.workbook(sheets)


def _sheet(campaign: Campaign, definition: Definition, number: int, rows: list[list[object]]) -> excel.Sheet:
    heads = [
        excel.Column(_("班级")),
        excel.Column(_("学号")),
        excel.Column(_("姓名")),
        excel.Column(_("性别")),
        excel.Column(_("交卷时间"), kind="datetime"),
    ]
    for score in definition.scores:
        heads += [excel.Column(words.pick(score.title), kind="number"), excel.Column(_("所在范围"))]
    heads += [excel.Column(_("作答提示")), excel.Column(_("建议重测"))]
    return excel.Sheet(
        title=f"{campaign.title} · {words.pick(definition.title)}",
        columns=heads,
        rows=rows,
        name=f"{number} {definition.id}",
        note=_("仅供心理教师使用。分数只是线索，不是诊断；定级以访谈为准。请勿外传，用后删除。"),
    )


def _rows(sitting: Sitting, part: int, campaign: Campaign, numbers_of: Mapping[int, str]) -> Iterable[list[object]]:
    year = campaign.approval.filing.school_year
    person = sitting.person
    for result in sitting.results.all():
        if result.part == part:
            yield [
                sitting.class_node.title_in(year, campaign.school.system),
                numbers_of.get(person.pk, ""),
                person.name,
                person.get_sex_display() if person.sex else "",
                sitting.submitted_at,
                *(cell for n in numbers(result) for cell in (n.value, n.band or n.why_not)),
                _signs(result),
                _("是") if result.needs_retest else "",
            ]


def _signs(result: Result) -> str:
    return "；".join(words.sign(row["code"]) for row in result.validity.get("signs", ()))
