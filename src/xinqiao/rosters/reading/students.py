"""Rows of a sheet become lines: what is known about one student, and what is wrong with the row."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from xinqiao.rosters.reading import cells, classnames, identity
from xinqiao.rosters.reading import words as w
from xinqiao.rosters.reading.classnames import ClassKey, Cohort, SchoolContext
from xinqiao.rosters.reading.heads import Head, normalise
from xinqiao.rosters.reading.trouble import BadCell

WHOLE_ROW = -1
BLOCKING = frozenset(
    {w.NAME, w.NUMBER, w.CLASS, w.GRADE, w.ENTRY, w.STAGE, w.SEX, w.BIRTH, w.IDENTITY, w.REGISTRATION, w.SCHOOL}
)
"""A fault in one of these keeps the whole row out; elsewhere only the cell is left out, and the row says so."""
_FOOTER = re.compile(f"({w.FOOTERS})")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: a column (counted from 0, WHOLE_ROW for none), a code of ``rosters.faults`` and its facts."""

    column: int
    code: str
    facts: Mapping[str, str]
    blocking: bool


@dataclass(frozen=True, slots=True)
class GuardianLine:
    name: str
    relation: str
    phone: str


@dataclass(slots=True)
class Line:
    """One student as the file has them. None in groups, boarding: the file says nothing about it."""

    number: int
    name: str = ""
    student_number: str = ""
    sex: str = ""
    birth_date: date | None = None
    key: ClassKey | None = None
    boarding: bool | None = None
    identity: str = ""
    groups: tuple[str, ...] | None = None
    guardians: tuple[GuardianLine, ...] = ()
    faults: list[Fault] = field(default_factory=list)
    written_class: str = ""

    @property
    def faulty(self) -> bool:
        return any(fault.blocking for fault in self.faults)

    def blame(self, column: int, code: str, *, blocking: bool = True, **facts: object) -> None:
        self.faults.append(Fault(column, code, {name: str(value) for name, value in facts.items()}, blocking))


@dataclass(frozen=True)
class Reading:
    """How a sheet is to be read. school_name: rows that name another school are refused. latest: today."""

    head: Head
    mapping: Mapping[int, str]
    context: SchoolContext
    latest: date
    school_name: str = ""
    date1904: bool = False

    def column_of(self, name: str) -> int:
        return next((index for index, known in self.mapping.items() if known == name), WHOLE_ROW)


def read_lines(rows: Iterable[list[Any]], reading: Reading, tick: Callable[[int], None] | None = None) -> list[Line]:
    """All lines below the head. Blank rows, repeated heads and remarks under the list are passed over.

    tick: called every thousand rows with the number of the row.
    """
    reader = _Reader(_counted(reading, ()))
    kept: list[tuple[int, list[Any]]] = []
    if reading.context.system == "54" and not reading.context.counting:
        kept = [(number, row) for number, row in enumerate(rows, 1) if number >= reading.head.first]
        columns = [index for index, known in reading.mapping.items() if known in (w.GRADE, w.CLASS)]
        texts = [str(row[index]) for _n, row in kept for index in columns if index < len(row)]
        reader = _Reader(_counted(reading, texts))
    lines = []
    for number, row in kept or enumerate(rows, 1):
        if number < reading.head.first:
            continue
        if tick is not None and number % 1000 == 0:
            tick(number)
        line = reader.line(number, row)
        if line is not None:
            lines.append(line)
    _find_twins(lines, reading)
    return lines


def _counted(reading: Reading, texts: Iterable[str]) -> Reading:
    counting = reading.context.counting or classnames.counting_of(texts)
    return replace(reading, context=replace(reading.context, counting=counting))


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        at: dict[str, int] = {}
        self.groups: list[tuple[int, str]] = []
        for index, name in reading.mapping.items():
            if name == w.GROUPS:
                self.groups.append((index, self._constant(index)))
            else:
                at[name] = index
        self.at = at
        self.width = max(reading.mapping, default=0) + 1
        self.mapped = sorted(reading.mapping)
        self.labels = {column.index: normalise(column.label.rpartition("/")[2]) for column in reading.head.columns}
        self.guardians = [(at.get(f"guardian{n}_name"), at.get(f"guardian{n}_phone")) for n in (1, 2)]

    def _constant(self, index: int) -> str:
        return next((column.constant for column in self.reading.head.columns if column.index == index), "")

    def line(self, number: int, row: list[Any]) -> Line | None:
        if len(row) < self.width:
            row = row + [""] * (self.width - len(row))
        if self._passed_over(row):
            return None
        line = Line(number)
        line.name = self._take(line, row, w.NAME, cells.name) or ""
        line.student_number = self._take(line, row, w.NUMBER, cells.code) or ""
        line.sex = self._take(line, row, w.SEX, cells.sex) or ""
        line.birth_date = self._take(line, row, w.BIRTH, self._day)
        line.boarding = self._take(line, row, w.BOARDING, cells.boarding)
        self._require(line, w.NAME, line.name)
        self._require(line, w.NUMBER, line.student_number)
        self._school(line, row)
        self._class(line, row)
        self._identity(line, row)
        self._groups(line, row)
        self._guardians(line, row)
        return line

    def _day(self, raw: Any) -> date | None:
        return cells.day(raw, latest=self.reading.latest, date1904=self.reading.date1904)

    def _passed_over(self, row: list[Any]) -> bool:
        name, number = row[self.at[w.NAME]], row[self.at[w.NUMBER]]
        if name not in ("", None) and number not in ("", None) and name != number:
            return normalise(str(name)) == self.labels.get(self.at[w.NAME])
        if all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in (row[i] for i in self.mapped)):
            return True
        first = next((str(cell).strip() for cell in row if cell not in ("", None)), "")
        return number in ("", None) and bool(_FOOTER.match(first))

    def _take(self, line: Line, row: list[Any], name: str, parse: Callable[[Any], Any]) -> Any:
        index = self.at.get(name)
        if index is None:
            return None
        try:
            return parse(row[index])
        except BadCell as bad:
            line.faults.append(Fault(index, bad.code, bad.facts, name in BLOCKING))
            return None

    def _require(self, line: Line, name: str, value: object) -> None:
        index = self.at[name]
        if not value and not any(fault.column == index for fault in line.faults):
            line.blame(index, "missing")

    def _school(self, line: Line, row: list[Any]) -> None:
        index = self.at.get(w.SCHOOL)
        if index is None or not self.reading.school_name:
            return
        written = normalise(str(self._take(line, row, w.SCHOOL, cells.text) or ""))
        ours = normalise(self.reading.school_name)
        if written and written not in ours and ours not in written:
            line.blame(index, "school_other", value=written[:20])

    def _class(self, line: Line, row: list[Any]) -> None:
        context, at = self.reading.context, self.at
        name = w.CLASS
        try:
            stage = cells.text(row[at[w.STAGE]]) if w.STAGE in at else ""
            grade = ""
            for name in (w.GRADE, w.ENTRY):
                if name in at and not grade:
                    grade = _year(row[at[name]]) if name == w.ENTRY else cells.text(row[at[name]])
                    found: Cohort | None = classnames.cohort(_with_stage(stage, grade), context) if grade else None
            within = found if grade else None
            name = w.CLASS
            line.written_class = cells.text(row[at[name]])
            if not line.written_class:
                line.blame(at[name], "missing")
                return
            line.key = classnames.class_key(line.written_class, context, within)
        except BadCell as bad:
            line.faults.append(Fault(at.get(name, WHOLE_ROW), bad.code, bad.facts, True))

    def _identity(self, line: Line, row: list[Any]) -> None:
        latest = self.reading.latest
        if w.IDENTITY not in self.at and w.REGISTRATION not in self.at:
            return
        own = self._take(line, row, w.IDENTITY, lambda raw: identity.identity_number(raw, latest=latest))
        inside = self._take(line, row, w.REGISTRATION, lambda raw: identity.registration_number(raw, latest=latest))
        if own and inside and own.value != inside.value:
            line.blame(self.at[w.REGISTRATION], "identity_two")
        known = own or inside
        if known is None:
            return
        line.identity = known.value
        column = self.at[w.IDENTITY] if own else self.at[w.REGISTRATION]
        if line.birth_date and line.birth_date != known.birth_date:
            line.blame(column, "identity_birth")
        if line.sex and line.sex != known.sex:
            line.blame(column, "identity_sex")
        line.birth_date, line.sex = line.birth_date or known.birth_date, line.sex or known.sex

    def _groups(self, line: Line, row: list[Any]) -> None:
        if not self.groups:
            return
        found: list[str] = []
        for index, circumstance in self.groups:
            try:
                if circumstance:
                    found += [circumstance] if _has(row[index]) else []
                else:
                    found += cells.listed(row[index])
            except BadCell as bad:
                line.faults.append(Fault(index, bad.code, bad.facts, False))
        line.groups = tuple(dict.fromkeys(found))

    def _guardians(self, line: Line, row: list[Any]) -> None:
        found = []
        for n, (name_at, phone_at) in enumerate(self.guardians, 1):
            if name_at is None and phone_at is None:
                continue
            name = self._take(line, row, f"guardian{n}_name", cells.name) or ""
            phone = self._take(line, row, f"guardian{n}_phone", identity.phone) or ""
            relation = self._take(line, row, f"guardian{n}_relation", cells.relation) or ""
            if not relation and (name_at is not None or phone_at is not None):
                relation = self._constant(name_at if name_at is not None else phone_at or 0)
            if not name and phone and line.name:
                name = f"{line.name}的监护人"
                line.blame(phone_at or WHOLE_ROW, "guardian_without_name", blocking=False)
            if name:
                found.append(GuardianLine(name, relation or "other", phone))
        line.guardians = tuple(found)


def _has(raw: Any) -> bool:
    """A circumstance column holds yes or no, or the circumstance itself (留守儿童)."""
    try:
        return bool(cells.yes(raw))
    except BadCell as bad:
        if bad.code == "yes_or_no" and len(cells.text(raw)) >= 2:
            return True
        raise


def _year(raw: Any) -> str:
    """The year of entry in 2023, 2023年, 2023级, 2023-09-01 or a date, written as a cohort."""
    if isinstance(raw, (date, datetime)):
        return f"{raw.year}级"
    written = cells.text(raw)
    match = re.match(r"((?:19|20)\d{2})(?!\d{5})", written)
    return f"{match[1]}级" if match else written


def _with_stage(stage: str, grade: str) -> str:
    short = {"小学": "小学", "初中": "初中", "高中": "高中", "普通高中": "高中", "普通初中": "初中"}.get(stage, "")
    return grade if not short or grade.startswith(short[0]) else short + grade


def _find_twins(lines: list[Line], reading: Reading) -> None:
    """Mark rows that claim the same number or identity, and rows with the same name in one class."""
    checks: tuple[tuple[str, str, Callable[[Line], Any], bool], ...] = (
        (w.NUMBER, "number_twice", lambda line: line.student_number, True),
        (w.IDENTITY, "identity_twice", lambda line: line.identity, True),
        (w.NAME, "same_name", lambda line: (line.name, line.key) if line.name and line.key else None, False),
    )
    for column, code, key, blocking in checks:
        alike: dict[Any, list[Line]] = defaultdict(list)
        for line in lines:
            value = key(line)
            if value:
                alike[value].append(line)
        for twins in alike.values():
            for line in twins if len(twins) > 1 else ():
                others = "、".join(str(other.number) for other in twins[:6] if other is not line)
                line.blame(reading.column_of(column), code, blocking=blocking, rows=others)


def iterate_codes(lines: Iterable[Line]) -> Iterator[str]:
    """Codes of all faults, for counting."""
    for line in lines:
        for fault in line.faults:
            yield fault.code
