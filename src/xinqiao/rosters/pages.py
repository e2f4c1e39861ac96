"""Staged rows in the words of the preview page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.people.enums import Relation, Sex
from xinqiao.people.models import Enrolment
from xinqiao.rosters import faults
from xinqiao.rosters.enums import ImportState, RowKind
from xinqiao.rosters.models import RosterImport, RosterRow
from xinqiao.rosters.naming import class_words
from xinqiao.rosters.reading.classnames import ClassKey
from xinqiao.rosters.reading.heads import column_letter
from xinqiao.rosters.reading.students import WHOLE_ROW

WARNED = "warned"
ORDER = (
    RowKind.FAULTY,
    RowKind.UNDECIDED,
    RowKind.NEW,
    RowKind.MOVED,
    RowKind.CHANGED,
    RowKind.RETURNED,
    RowKind.LEFT,
    RowKind.SAME,
)
ICONS = {
    RowKind.FAULTY: "alert-triangle",
    RowKind.UNDECIDED: "users",
    RowKind.NEW: "user-plus",
    RowKind.MOVED: "arrows-exchange",
    RowKind.CHANGED: "pencil",
    RowKind.RETURNED: "user-check",
    RowKind.LEFT: "logout",
    RowKind.SAME: "equal",
}


@dataclass
class Candidate:
    """A student of the same name a row may be."""

    person: int
    words: str
    chosen: bool = False


@dataclass
class PageRow:
    """One row of the preview. ``details``: sentences; ``candidates``: whom a person may choose."""

    row: RosterRow
    details: list[str] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


def tab_labels() -> dict[str, str]:
    return {**{kind: str(kind.label) for kind in ORDER}, WARNED: _("有提醒")}


def tabs(roster: RosterImport) -> list[tuple[str, str, int]]:
    """(kind, label, count) of the tabs that have something, warnings last."""
    labels = tab_labels()
    kinds = [*ORDER, WARNED]
    return [(str(kind), labels[kind], roster.counts.get(kind, 0)) for kind in kinds if roster.counts.get(kind, 0)]


def page_rows(roster: RosterImport, rows: Sequence[RosterRow], kind: str) -> list[PageRow]:
    """Rows of one page. One query more when namesakes have to be shown."""
    people = _candidates(roster, rows)
    shown = []
    for row in rows:
        page_row = PageRow(row)
        if row.kind == RowKind.FAULTY or kind == WARNED:
            page_row.details = fault_words(roster, row)
        elif row.kind == RowKind.NEW:
            page_row.details = [new_words(row)]
        else:
            page_row.details = change_words(roster, row)
        page_row.candidates = [
            Candidate(pk, people[pk], chosen=row.person_id == pk) for pk in row.candidates if pk in people
        ]
        shown.append(page_row)
    return shown


def _candidates(roster: RosterImport, rows: Iterable[RosterRow]) -> dict[int, str]:
    wanted = {pk for row in rows for pk in row.candidates}
    if not wanted:
        return {}
    places = Enrolment.objects.filter(person__in=wanted, school=roster.school, ends_on=None)
    found = {}
    for enrolment in places.select_related("person", "class_node"):
        person, node = enrolment.person, enrolment.class_node
        parts = [
            node.title_in(roster.school_year, roster.school.system or "63"),
            _("学号 %(number)s") % {"number": enrolment.student_number},
            Sex(person.sex).label if person.sex else "",
            person.birth_date.isoformat() if person.birth_date else _("没有出生日期"),
        ]
        found[person.pk] = " · ".join(str(part) for part in parts if part)
    return found


def fault_words(roster: RosterImport, row: RosterRow) -> list[str]:
    """C 列“学号”：… what is wrong and what to do."""
    said = []
    for column, code, facts, _blocking in row.faults:
        sentence = faults.say(code, facts)
        said.append(sentence if column == WHOLE_ROW else f"{place_words(roster, column)}{sentence}")
    return said


def place_words(roster: RosterImport, column: int) -> str:
    label = field_label(roster.mapping.get(str(column), ""))
    return _("%(letter)s 列“%(label)s”：") % {"letter": column_letter(column), "label": label}


def field_label(name: str) -> str:
    return str(faults.FIELD_LABELS.get(name, name))


def new_words(row: RosterRow) -> str:
    values = row.values
    parts = [
        Sex(values["sex"]).label if values.get("sex") else _("没填性别"),
        values.get("birth_date") or _("没填出生日期"),
    ]
    guardians = values.get("guardians", [])
    if guardians:
        parts.append(_("监护人：%(names)s") % {"names": "、".join(name for name, _relation, _phone in guardians)})
    return " · ".join(str(part) for part in parts)


def change_words(roster: RosterImport, row: RosterRow) -> list[str]:
    said = []
    for name, change in row.changes.items():
        if name == "guardians":
            said += [_guardian_words(entry, row) for entry in change]
            continue
        old, new = (_shown(roster, name, value) for value in change)
        label = _("班级") if name == "class" else field_label(name)
        if name == "id_number":
            said.append(_("%(label)s有更新（加密保存，不显示）") % {"label": label})
        else:
            said.append(f"{label}：{old or _('空')} → {new or _('空')}")
    return said


def _guardian_words(entry: dict[str, Any], row: RosterRow) -> str:
    words = {
        "new": _("新增监护人 %(name)s"),
        "phone": _("监护人 %(name)s 的电话有变"),
        "relation": _("监护人 %(name)s 的关系改为%(relation)s"),
    }
    relation = row.values["guardians"][entry["at"]][1]
    return words[entry["what"]] % {"name": entry["name"], "relation": Relation(relation).label}


def _shown(roster: RosterImport, name: str, value: Any) -> str:
    if name == "class":
        return class_words(roster.school, ClassKey(*value) if value else None, roster.school_year)
    if name == "sex":
        return str(Sex(value).label)
    if name == "boarding":
        return {True: _("住宿"), False: _("走读")}.get(value, "")
    return "、".join(value) if isinstance(value, list) else str(value)


def leaving_share(roster: RosterImport) -> float:
    """Share of today's students the import would mark as left."""
    return roster.counts.get(RowKind.LEFT, 0) / max(1, roster.seen.get("open", 0))


def is_open(roster: RosterImport) -> bool:
    """Whether its columns may still be changed; a preview whose worker gave up may be asked for again."""
    lost = roster.state == ImportState.READING and (roster.job is None or roster.job.ended_at is not None)
    return roster.state in (ImportState.MAPPING, ImportState.READY) or lost
