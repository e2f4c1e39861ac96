"""What an operation would do, step by step, and doing it. A preview and its application run the same code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.access.models import Post
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import LeavingReason
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.rules import grade_name, grade_number
from xinqiao.people.services import add_organisation
from xinqiao.registry.enums import OperationKind


@dataclass(frozen=True)
class Step:
    """One line of a preview. ``count`` is how many students it touches."""

    kind: str
    subject: str
    before: str = ""
    after: str = ""
    count: int = 0


@dataclass
class Draft:
    """Steps to show and the work behind them, in order."""

    steps: list[Step]
    work: list[Callable[[], Any]]

    def add(self, step: Step, work: Callable[[], Any]) -> None:
        self.steps.append(step)
        self.work.append(work)

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([asdict(s) for s in self.steps], ensure_ascii=False).encode()).hexdigest()


def draft(kind: str, school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """The draft of an operation on a day. Raises Refusal with the field that does not fit."""
    return _DRAFTS[OperationKind(kind)](school, parameters, on)


def _title(node: Organisation, school: Organisation, on: date) -> str:
    year = on.year if on.month >= 9 else on.year - 1
    return node.title_in(year, school.system)


def _class_of(school: Organisation, pk: Any, field: str) -> Organisation:
    node = Organisation.objects.filter(pk=pk, kind="class", path__startswith=school.path or "-", closed_on=None).first()
    if node is None:
        raise Refusal(_("请选择本校的一个班级。"), code="class", field=field)
    return node


def _open_in(node: Organisation, on: date) -> list[Enrolment]:
    return list(
        Enrolment.objects.filter(current(on), class_node__path__startswith=node.path)
        .select_related("person", "class_node")
        .order_by("student_number")
    )


def _end(rows: list[Enrolment], on: date, reason: LeavingReason) -> None:
    Enrolment.objects.filter(pk__in=[row.pk for row in rows]).update(ends_on=on, left_for=reason)


def _move(rows: list[Enrolment], to: Organisation, school: Organisation, on: date, reason: LeavingReason) -> None:
    """End the old enrolments and begin new ones the same day; one that began that day is corrected."""
    same_day = [row for row in rows if row.starts_on >= on]
    Enrolment.objects.filter(pk__in=[row.pk for row in same_day]).update(class_node=to, school=school)
    older = [row for row in rows if row.starts_on < on]
    _end(older, on, reason)
    Enrolment.objects.bulk_create(
        Enrolment(
            person=row.person,
            class_node=to,
            school=school,
            student_number=row.student_number,
            boarding=row.boarding,
            starts_on=on,
        )
        for row in older
    )


def _close(node: Organisation, on: date) -> None:
    Organisation.objects.filter(path__startswith=node.path, closed_on=None).update(closed_on=on)
    Post.objects.filter(current(on), organisation__path__startswith=node.path).update(ends_on=on)


def _new_year(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """Every cohort one grade up; the last one graduates; a new cohort opens for each stage the school teaches."""
    year = int(parameters["school_year"])
    result = Draft([], [])
    grades = list(Organisation.objects.filter(parent=school, kind="grade", closed_on=None).order_by("entry_year"))
    if any((grade.entry_year or 0) >= year for grade in grades):
        raise Refusal(_("%(year)s 级已经存在，新学年升级似乎已经做过了。") % {"year": year}, code="done")
    for grade in grades:
        cohort = {"system": school.system, "stage": grade.stage, "entry_year": grade.entry_year or 0}
        before, after = grade_name(**cohort, school_year=year - 1), grade_name(**cohort, school_year=year)
        rows = _open_in(grade, on)
        if grade_number(**cohort, school_year=year) is None:
            result.add(Step("graduate", before, before, _("毕业离校"), len(rows)), _graduates(rows, grade, on))
        else:
            result.add(Step("promote", before, before, after, len(rows)), lambda: None)
    for stage in dict.fromkeys(grade.stage for grade in grades):
        count = int(parameters.get("classes", {}).get(stage, 0))
        name = grade_name(system=school.system, stage=stage, entry_year=year, school_year=year)
        result.add(Step("open", name, "", _("新开 %(n)s 个班") % {"n": count}), _opens(school, stage, year, count))
    if not result.steps:
        raise Refusal(_("这所学校还没有年级和班级，请先导入花名册。"), code="empty")
    return result


def _graduates(rows: list[Enrolment], grade: Organisation, on: date) -> Callable[[], None]:
    def work() -> None:
        _end(rows, on, LeavingReason.GRADUATED)
        _close(grade, on)

    return work


def _opens(school: Organisation, stage: str, year: int, count: int) -> Callable[[], None]:
    def work() -> None:
        grade = add_organisation(parent=school, kind="grade", name="年级", stage=stage, entry_year=year)
        for number in range(1, count + 1):
            add_organisation(parent=grade, kind="class", name="班级", stage=stage, entry_year=year, number=number)

    return work


def _split(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """Some students of a class into a new class of the same grade."""
    source = _class_of(school, parameters.get("source"), "source")
    chosen = set(parameters.get("people", []))
    rows = [row for row in _open_in(source, on) if row.person_id in chosen]
    if not rows:
        raise Refusal(_("请至少选择一名要分到新班的学生。"), code="people", field="people")
    if len(rows) != len(chosen):
        raise Refusal(_("有学生已不在这个班，请刷新后重新选择。"), code="people", field="people")
    numbers = Organisation.objects.filter(parent=source.parent, kind="class").values_list("number", flat=True)
    number = int(parameters.get("number") or max(n or 0 for n in numbers) + 1)
    if number in numbers:
        raise Refusal(_("这个年级已有 %(n)s 班，请换一个班号。") % {"n": number}, code="number", field="number")
    probe = Organisation(kind="class", stage=source.stage, entry_year=source.entry_year, number=number)
    result = Draft([], [])

    def work() -> None:
        node = add_organisation(
            parent=source.parent,
            kind="class",
            name="班级",
            stage=source.stage,
            entry_year=source.entry_year,
            number=number,
        )
        _move(rows, node, school, on, LeavingReason.MOVED_CLASS)

    names = "、".join(row.person.name for row in rows[:6])
    step = Step("split", names, _title(source, school, on), _title(probe, school, on), len(rows))
    result.add(step, work)
    return result


def _merge(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """All students of one class into another of the same grade; the empty class is closed."""
    source = _class_of(school, parameters.get("source"), "source")
    target = _class_of(school, parameters.get("target"), "target")
    if source.pk == target.pk or source.parent_id != target.parent_id:
        raise Refusal(_("只能并入同一年级的另一个班。"), code="target", field="target")
    rows = _open_in(source, on)

    def work() -> None:
        _move(rows, target, school, on, LeavingReason.MOVED_CLASS)
        _close(source, on)

    before, after = _title(source, school, on), _title(target, school, on)
    return Draft([Step("merge", before, before, after, len(rows))], [work])


def _one_by_one(rows: list[Enrolment], school: Organisation, after: str, on: date, kind: str) -> list[Step]:
    return [Step(kind, row.person.name, _title(row.class_node, school, on), after, 1) for row in rows]


def _chosen(school: Organisation, parameters: Mapping[str, Any], on: date) -> list[Enrolment]:
    chosen = set(parameters.get("people", []))
    rows = [row for row in _open_in(school, on) if row.person_id in chosen]
    if not chosen or len(rows) != len(chosen):
        raise Refusal(_("请选择本校在读的学生。"), code="people", field="people")
    return rows


def _move_people(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    rows = _chosen(school, parameters, on)
    target = _class_of(school, parameters.get("target"), "target")
    if any(row.class_node_id == target.pk for row in rows):
        raise Refusal(_("有学生已经在这个班。"), code="target", field="target")
    steps = _one_by_one(rows, school, _title(target, school, on), on, "move")
    return Draft(steps, [lambda: _move(rows, target, school, on, LeavingReason.MOVED_CLASS)])


def _transfer(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """To a class of another school of the district. The file follows the student."""
    rows = _chosen(school, parameters, on)
    target = Organisation.objects.filter(pk=parameters.get("target"), kind="class", closed_on=None).first()
    other = Organisation.objects.filter(pk__in=target.ancestors_ids(), kind="school").first() if target else None
    if target is None or other is None or other.pk == school.pk:
        raise Refusal(_("请选择接收学校的班级。"), code="target", field="target")
    taken = Enrolment.objects.filter(
        school=other, ends_on=None, student_number__in=[row.student_number for row in rows]
    ).values_list("student_number", flat=True)
    if taken:
        raise Refusal(
            _("接收学校已有学号 %(numbers)s，请先在本校改好学号再转。") % {"numbers": "、".join(taken[:5])},
            code="number",
        )
    steps = _one_by_one(rows, school, f"{other.name} {_title(target, other, on)}", on, "transfer")
    return Draft(steps, [lambda: _move(rows, target, other, on, LeavingReason.TRANSFERRED)])


def _leave(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    rows = _chosen(school, parameters, on)
    reason = LeavingReason(parameters.get("reason") or LeavingReason.OTHER)
    steps = _one_by_one(rows, school, str(reason.label), on, "leave")
    return Draft(steps, [lambda: _end(rows, on, reason)])


_DRAFTS: Mapping[OperationKind, Callable[[Organisation, Mapping[str, Any], date], Draft]] = {
    OperationKind.NEW_YEAR: _new_year,
    OperationKind.SPLIT: _split,
    OperationKind.MERGE: _merge,
    OperationKind.MOVE: _move_people,
    OperationKind.TRANSFER: _transfer,
    OperationKind.LEAVE: _leave,
}
