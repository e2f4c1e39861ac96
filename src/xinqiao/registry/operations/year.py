"""The yearly promotion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import LeavingReason
from xinqiao.people.models import Enrolment, Organisation
from xinqiao.people.rules import grade_name, grade_number
from xinqiao.people.services import add_organisation
from xinqiao.registry.endings import close_subtree
from xinqiao.registry.operations.draft import Draft, Step, enrolled_in, leave
from xinqiao.registry.rules import promotable_years

MOST_CLASSES = 60


def cohorts(school: Organisation) -> list[Organisation]:
    """Open grades of a school at any depth, oldest entry first."""
    grades = Organisation.objects.filter(path__startswith=school.path, kind="grade", closed_on=None)
    return list(grades.select_related("parent").order_by("stage", "entry_year"))


def new_year(school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """Every cohort one grade up; a cohort past its last year graduates; a new cohort opens for each stage taught.

    Classes change their names by themselves on 1 September. What is done already is passed by, so that a second run
    finds nothing (Refusal) or only what is missing.
    """
    year = int(parameters.get("school_year") or 0)
    if year not in promotable_years(on):
        raise Refusal(_("现在只能办理本学年的升级，6 月起可以提前办理下一学年。"), code="year", field="school_year")
    grades = cohorts(school)
    if not grades:
        raise Refusal(_("这所学校还没有年级和班级，请先导入花名册。"), code="empty")
    result = Draft()
    changes = 0
    for grade in grades:
        entered = grade.entry_year or 0
        if entered >= year:
            continue
        before, after = (
            grade_name(system=school.system, stage=grade.stage, entry_year=entered, school_year=shown)
            for shown in (year - 1, year)
        )
        rows = enrolled_in(grade, on)
        if grade_number(system=school.system, stage=grade.stage, entry_year=entered, school_year=year) is None:
            changes += 1
            step = Step("graduate", before, before, _("毕业离校，班级停用，岗位结束"), len(rows))
            result.add(step, _graduates(rows, grade, on), rows)
        else:
            result.add(Step("promote", before, before, after, len(rows)), lambda: None)
    for stage in dict.fromkeys(grade.stage for grade in grades):
        changes += _open_cohort(result, school, grades, stage, year, parameters)
    if not changes:
        raise Refusal(_("%(year)s 学年的升级已经做过了，没有需要变动的。") % {"year": year}, code="done")
    return result


def _open_cohort(
    result: Draft,
    school: Organisation,
    grades: list[Organisation],
    stage: str,
    year: int,
    parameters: Mapping[str, Any],
) -> int:
    """Add the step that opens the new cohort of a stage; 1 when there is anything to open."""
    count = int((parameters.get("classes") or {}).get(stage) or 0)
    if not 0 <= count <= MOST_CLASSES:
        raise Refusal(_("班级数请在 0 到 60 之间。"), code="classes", field=f"classes_{stage}")
    held = next((grade for grade in grades if grade.stage == stage and grade.entry_year == year), None)
    taken = set()
    if held is not None:
        taken = set(Organisation.objects.filter(parent=held, kind="class").values_list("number", flat=True))
    numbers = [number for number in range(1, count + 1) if number not in taken]
    if not numbers:
        return 0
    parent = [grade for grade in grades if grade.stage == stage][-1].parent or school
    name = grade_name(system=school.system, stage=stage, entry_year=year, school_year=year)
    step = Step("open", name, "", _("新开 %(n)s 个班") % {"n": len(numbers)})
    result.add(step, _opens(held, parent, stage, year, numbers))
    return 1


def _graduates(rows: list[Enrolment], grade: Organisation, on: date) -> Callable[[], None]:
    def work() -> None:
        leave(rows, on, LeavingReason.GRADUATED)
        close_subtree(grade, on)

    return work


def _opens(
    held: Organisation | None, parent: Organisation, stage: str, year: int, numbers: list[int]
) -> Callable[[], None]:
    def work() -> None:
        grade = held or add_organisation(parent=parent, kind="grade", name="年级", stage=stage, entry_year=year)
        for number in numbers:
            add_organisation(parent=grade, kind="class", name="班级", stage=stage, entry_year=year, number=number)

    return work
