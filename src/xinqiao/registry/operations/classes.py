"""Splitting, merging, moving, transferring, leaving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import LeavingReason
from xinqiao.people.models import Enrolment, Organisation
from xinqiao.people.services import add_organisation
from xinqiao.registry.endings import close_subtree
from xinqiao.registry.operations.draft import Draft, Step, class_of, enrolled_in, leave, move, title

_SHOWN = 6
"""Names in a line of the preview that stands for many."""


def _chosen(node: Organisation, parameters: Mapping[str, Any], on: date) -> list[Enrolment]:
    """The chosen students of a place, all of whom must still be there."""
    chosen = {int(pk) for pk in parameters.get("people") or []}
    rows = [row for row in enrolled_in(node, on) if row.person_id in chosen]
    if not rows:
        raise Refusal(_("请至少选择一名学生。"), code="people", field="people")
    if len(rows) != len(chosen):
        raise Refusal(_("有学生已不在这里，请刷新后重新选择。"), code="people", field="people")
    return rows


def split(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """Some students of a class into a new class of the same grade."""
    source = class_of(school, parameters.get("source"), "source")
    rows = _chosen(source, parameters, on)
    grade = source.parent
    if grade is None or grade.closed_on:
        raise Refusal(_("这个年级已停用，不能再开新班。"), code="grade", field="source")
    taken = set(Organisation.objects.filter(parent=grade, kind="class").values_list("number", flat=True))
    number = int(parameters.get("number") or max(n or 0 for n in taken) + 1)
    if number in taken:
        words = _("这个年级已经有（或曾经有）%(n)s 班，请换一个班号。")
        raise Refusal(words % {"n": number}, code="number", field="number")
    cohort = {"stage": source.stage, "entry_year": source.entry_year, "number": number}

    def work() -> None:
        node = add_organisation(parent=grade, kind="class", name="班级", **cohort)
        move(rows, node, school, on, LeavingReason.MOVED_CLASS)

    names = "、".join(row.person.name for row in rows[:_SHOWN]) + ("……" if len(rows) > _SHOWN else "")
    after = title(Organisation(kind="class", **cohort), school, on)
    result = Draft()
    result.add(Step("split", names, title(source, school, on), after, len(rows)), work, rows)
    return result


def merge(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """All students of one class into another of the same grade; the empty class is closed, its posts end."""
    source = class_of(school, parameters.get("source"), "source")
    target = class_of(school, parameters.get("target"), "target")
    if source.pk == target.pk or source.parent_id != target.parent_id:
        raise Refusal(_("只能并入同一年级的另一个班。"), code="target", field="target")
    rows = enrolled_in(source, on)
    before, after = title(source, school, on), title(target, school, on)
    result = Draft()
    step = Step("merge", before, before, after, len(rows))
    result.add(step, lambda: move(rows, target, school, on, LeavingReason.MOVED_CLASS), rows)
    closing = Step("close", before, before, _("班级停用，岗位结束"))
    result.add(closing, lambda: close_subtree(source, on))
    return result


def _one_by_one(rows: list[Enrolment], school: Organisation, after: str, on: date, kind: str) -> list[Step]:
    return [Step(kind, row.person.name, title(row.class_node, school, on), after, 1) for row in rows]


def move_people(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """Some students into another class of the school."""
    rows = _chosen(school, parameters, on)
    target = class_of(school, parameters.get("target"), "target")
    if any(row.class_node_id == target.pk for row in rows):
        raise Refusal(_("有学生已经在这个班。"), code="target", field="target")
    steps = _one_by_one(rows, school, title(target, school, on), on, "move")
    work = [lambda: move(rows, target, school, on, LeavingReason.MOVED_CLASS)]
    return Draft(steps, list(work), [row.pk for row in rows])


def receiving_school(school: Organisation, target: Organisation | None) -> Organisation | None:
    """The other school of the same root (district) to which a class belongs."""
    if target is None or not school.path or not target.path:
        return None
    if target.ancestors_ids()[:1] != school.ancestors_ids()[:1]:
        return None
    above = Organisation.objects.filter(pk__in=target.ancestors_ids(), kind="school", closed_on=None)
    return above.exclude(pk=school.pk).order_by("-path").first()


def transfer(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """To a class of another school of the district. The file follows the student."""
    rows = _chosen(school, parameters, on)
    target = Organisation.objects.filter(pk=parameters.get("target") or 0, kind="class", closed_on=None).first()
    other = receiving_school(school, target)
    if target is None or other is None:
        raise Refusal(_("请选择本区县另一所学校的班级。"), code="target", field="target")
    numbers = [row.student_number for row in rows]
    held = Enrolment.objects.filter(school=other, ends_on=None, student_number__in=numbers)
    taken = list(held.order_by("student_number").values_list("student_number", flat=True)[:5])
    if taken:
        words = _("接收学校已有学号 %(numbers)s，请先在学生信息里改好学号再转。")
        raise Refusal(words % {"numbers": "、".join(taken)}, code="number", field="people")
    steps = _one_by_one(rows, school, f"{other.name} {title(target, other, on)}", on, "transfer")
    work = [lambda: move(rows, target, other, on, LeavingReason.TRANSFERRED)]
    return Draft(steps, list(work), [row.pk for row in rows])


LEAVING = (LeavingReason.TRANSFERRED, LeavingReason.SUSPENDED, LeavingReason.GRADUATED, LeavingReason.OTHER)
"""Reasons a page offers; moving between classes and missing in a roster have their own ways."""


def leave_people(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """Some students leave the school; what is kept about them stays with its dates."""
    rows = _chosen(school, parameters, on)
    if parameters.get("reason") not in LEAVING:
        raise Refusal(_("请选择离校原因。"), code="reason", field="reason")
    reason = LeavingReason(parameters["reason"])
    steps = _one_by_one(rows, school, str(reason.label), on, "leave")
    return Draft(steps, [lambda: leave(rows, on, reason)], [row.pk for row in rows])
