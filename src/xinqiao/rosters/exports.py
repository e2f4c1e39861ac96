"""Workbooks out: the empty template, a file's faulty rows with their reasons, and a school's roster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.people.enums import Sex
from xinqiao.people.models import Enrolment, Guardianship, Organisation
from xinqiao.people.rules import school_year_of
from xinqiao.rosters import pages, selectors
from xinqiao.rosters.enums import RowKind
from xinqiao.rosters.models import RosterImport
from xinqiao.rosters.reading.cells import text
from xinqiao.rosters.reading.heads import meaning
from xinqiao.rosters.reading.trouble import BadCell
from xinqiao.rosters.reading.workbook import open_workbook

EMPTY_ROWS = 60
BIG = 20_000
"""Rows above which a workbook is written through the disk."""


def template() -> bytes:
    """The sheet to fill, its cells already text so that no number loses digits, and a sheet that explains it."""
    columns = [
        (_("学号"), 16),
        (_("姓名"), 14),
        (_("性别"), 8),
        (_("出生日期"), 14),
        (_("班级"), 16),
        (_("住宿"), 8),
        (_("监护人姓名"), 14),
        (_("与学生关系"), 12),
        (_("监护人电话"), 16),
        (_("特殊群体"), 18),
    ]
    blank = [[""] * len(columns) for _row in range(EMPTY_ROWS)]
    students = Sheet(_("学生花名册"), [Column(label, width) for label, width in columns], blank, name=_("学生"))
    guide = Sheet(_("填写说明"), [Column(_("列"), 14), Column(_("怎么填"), 70)], _guide(), name=_("填写说明"))
    return workbook([students, guide])


def _guide() -> list[tuple[str, str]]:
    return [
        (_("学号"), _("必填。校内学号，全校不重复；不要填学籍号或身份证号。学生用它登录。")),
        (_("姓名"), _("必填。照户口簿填写；少数民族姓名的间隔号用“·”。")),
        (_("班级"), _("必填。七年级1班、初一(1)班、2023级1班都可以；也可以分成“年级”“班级”两列。")),
        (_("性别"), _("男或女，可以不填。")),
        (_("出生日期"), _("2012-09-01 或 2012.9.1，写全年月日。区分同名学生要靠它，建议填写。")),
        (_("住宿"), _("住宿填“是”，走读填“否”，可以不填。")),
        (_("监护人"), _("姓名、关系、电话可以不填。电话会加密保存，一格只填一个号码。")),
        (_("特殊群体"), _("例如：留守儿童、单亲家庭；多个用顿号隔开，可以不填。只有指定岗位能看到。")),
        (_("不用填"), _("民族、住址、家长职业与收入、成绩等，本系统不收集，填了也不会导入。")),
    ]


def faulty_rows(roster: RosterImport, data: bytes) -> bytes:
    """The rows that could not be taken, as they stand in the file ``data``, with the reason in front."""
    reasons = {
        row.number: "\n".join(pages.fault_words(roster, row))
        for row in selectors.rows_of(roster, RowKind.FAULTY).iterator(chunk_size=2000)
    }
    labels = [
        _label(column["label"], roster.mapping.get(str(column["index"]), "")) for column in roster.head["columns"]
    ]
    book = open_workbook(data, checked=True)

    def lines() -> Iterator[list[str]]:
        for number, row in enumerate(book.rows(roster.sheet), 1):
            if number in reasons:
                cells = [_cell(cell) for cell in row[: len(labels)]]
                yield [str(number), reasons[number], *cells, *[""] * (len(labels) - len(cells))]

    columns = [Column(_("原来的行"), 9), Column(_("哪里不对，怎么改"), 46), *(Column(label) for label in labels)]
    note = _("改好后可以直接上传这个文件：导入时选“只增加和更新”。前两列不用删。")
    sheet = Sheet(_("没有导入的行"), columns, lines(), note=note)
    return workbook([sheet], low_memory=len(reasons) > BIG)


def _label(written: str, field: str) -> str:
    """A head of one row that means what the column was taken for, so that the file can be handed in as it is."""
    upper, _slash, lower = written.rpartition("/")
    for label in (lower, upper + lower):
        if not field or meaning(label)[0] == field:
            return label
    return pages.field_label(field)


def _cell(raw: object) -> str:
    try:
        return text(raw)
    except BadCell:
        return ""


def roster_of(school: Organisation, on: date) -> tuple[bytes, int]:
    """A school's students today, in a form that can be imported again, and how many. Without phones and identity
    numbers: an empty column erases nothing."""
    held = (
        Enrolment.objects.filter(school=school, ends_on=None)
        .select_related("person", "class_node")
        .order_by("class_node__stage", "class_node__entry_year", "class_node__number", "student_number")
    )
    guardians: dict[int, tuple[str, str]] = {}
    for row in Guardianship.objects.filter(child__in=held.values("person"), ends_on=None).select_related("guardian"):
        if row.first_contact or row.child_id not in guardians:
            guardians[row.child_id] = (row.guardian.name, str(row.get_relation_display()))
    year, system = school_year_of(on), school.system or "63"
    boarding = {True: _("是"), False: _("否"), None: ""}
    rows = [
        (
            enrolment.student_number,
            enrolment.person.name,
            str(Sex(enrolment.person.sex).label) if enrolment.person.sex else "",
            enrolment.person.birth_date,
            enrolment.class_node.title_in(year, system),
            boarding[enrolment.boarding],
            *guardians.get(enrolment.person_id, ("", "")),
        )
        for enrolment in held.iterator(chunk_size=2000)
    ]
    labels = [_("学号"), _("姓名"), _("性别"), _("出生日期"), _("班级"), _("住宿"), _("监护人姓名"), _("与学生关系")]
    columns = [Column(label, kind="date" if at == 3 else "text") for at, label in enumerate(labels)]
    title = _("%(school)s学生花名册") % {"school": school.name}
    return workbook([Sheet(title, columns, rows, name=_("学生"))], low_memory=len(rows) > BIG), len(rows)
