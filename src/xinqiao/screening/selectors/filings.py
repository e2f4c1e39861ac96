"""What a filing asks for, and what stands against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, localtime

from xinqiao.access.chain import CARE_CHAIN
from xinqiao.access.models import Post
from xinqiao.instruments.definition import Definition
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.rules import school_year_of
from xinqiao.screening import questionnaires, rules
from xinqiao.screening.models import Filing, FilingInstrument
from xinqiao.screening.rules import Cohort, Finding


def cohorts_at(school: Organisation, at: datetime) -> list[Cohort]:
    """Grades of a school that have classes and are at school today, youngest first."""
    keys = (
        Organisation.objects.filter(kind="class", path__startswith=school.path, closed_on=None)
        .values_list("stage", "entry_year")
        .order_by()
        .distinct()
    )
    year = school_year_of(localdate(at))
    found = [rules.cohort(s, y, system=school.system, school_year=year) for s, y in keys if y]
    return sorted((c for c in found if c), key=lambda c: c.grade)


def cohorts_of(filing: Filing) -> list[Cohort | None]:
    """The grades of a filing in its school year; None for one that is not at school then."""
    return [
        rules.cohort(g["stage"], g["entry_year"], system=filing.school.system, school_year=filing.school_year)
        for g in filing.grades
    ]


def in_grades(grades: Iterable[Mapping[str, object]], prefix: str = "class_node__") -> Q:
    """Rows whose class belongs to one of the cohorts."""
    condition = Q(pk__in=[])
    for grade in grades:
        condition |= Q(**{f"{prefix}stage": grade["stage"], f"{prefix}entry_year": grade["entry_year"]})
    return condition


def enrolled(school: Organisation, grades: Iterable[Mapping[str, object]], at: datetime) -> Q:
    """Enrolments that hold today in these grades of a school."""
    return current(localdate(at)) & Q(school=school) & in_grades(grades)


def students(filing: Filing, at: datetime) -> int:
    """How many would be invited today."""
    return Enrolment.objects.filter(enrolled(filing.school, filing.grades, at)).count()


@dataclass(frozen=True)
class Use:
    """One questionnaire of a filing with the grades that answer it; definition is None when it is not here any more."""

    row: FilingInstrument
    definition: Definition | None
    cohorts: tuple[Cohort, ...]


def uses_of(filing: Filing) -> list[Use]:
    """The questionnaires of a filing in order."""
    groups = [c for c in cohorts_of(filing) if c]
    return [
        Use(
            row,
            questionnaires.find(row.instrument_hash),
            tuple(c for c in groups if not row.stage or (c.stage, c.entry_year) == (row.stage, row.entry_year)),
        )
        for row in filing.instruments.all()
    ]


def findings(filing: Filing, at: datetime) -> list[Finding]:
    """Everything that stands against a filing (``stops``) or is worth knowing before it is approved."""
    uses = uses_of(filing)
    known = [(use.definition, use.cohorts) for use in uses if use.definition is not None]
    found = [Finding("unknown") for use in uses if use.definition is None]
    if not uses or not filing.grades:
        found.append(Finding("nothing"))
    if any(c is None for c in cohorts_of(filing)):
        found.append(Finding("grade_gone"))
    minutes: dict[str, int] = defaultdict(int)
    for definition, groups in known:
        refused = rules.unusable(definition)
        found += [refused] if refused else [f for group in groups for f in rules.fits(definition, group)]
        for group in groups:
            minutes[group.name] += definition.population["minutes"]
    found += rules.check_length(minutes)
    found += _about_time(filing, any(rules.is_sensitive(d) for d, _groups in known), at)
    return found + _about_people(filing, at)


def _about_time(filing: Filing, sensitive: bool, at: datetime) -> list[Finding]:
    found = [Finding("past")] if filing.closes_at <= at else []
    return found + rules.check_window(
        localtime(filing.opens_at),
        localtime(filing.closes_at),
        filing.day_from,
        filing.day_until,
        sensitive=sensitive,
        has_duty=filing.duty_post_id is not None,
    )


def _about_people(filing: Filing, at: datetime) -> list[Finding]:
    found = []
    if filing.duty_post_id and not duty_posts(filing.school, at).filter(pk=filing.duty_post_id).exists():
        found.append(Finding("duty_gone"))
    if not filing.proctors.strip():
        found.append(Finding("proctors"))
    if not filing.safety_plan.strip():
        found.append(Finding("safety_plan"))
    number = students(filing, at)
    if not number:
        found.append(Finding("nobody"))
    return found + rules.check_capacity(number, filing.interviewers, filing.capacity_plan)


def duty_posts(school: Organisation, at: datetime) -> QuerySet[Post]:
    """Posts that can stand by during a screening of the school today."""
    return Post.objects.filter(current(localdate(at)), organisation=school, kind__in=CARE_CHAIN).select_related(
        "person"
    )
