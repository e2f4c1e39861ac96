"""Shaped reads of the room; each is documented where it lives."""

from xinqiao.cases.selectors.around import CareOf, HeldBy, care_of, held_by
from xinqiao.cases.selectors.people import (
    adults_around,
    adults_of,
    guardians_of,
    heirs_of_case,
    heirs_of_duty,
    heirs_of_task,
)
from xinqiao.cases.selectors.work import (
    DutyRow,
    Waiting,
    case_rows,
    contact_log,
    duty_rows,
    listed_cases,
    listed_duties,
    listed_tasks,
    plan_parts,
    titles,
    waiting_for,
)

__all__ = [
    "CareOf",
    "DutyRow",
    "HeldBy",
    "Waiting",
    "adults_around",
    "adults_of",
    "care_of",
    "case_rows",
    "contact_log",
    "duty_rows",
    "guardians_of",
    "heirs_of_case",
    "heirs_of_duty",
    "heirs_of_task",
    "held_by",
    "listed_cases",
    "listed_duties",
    "listed_tasks",
    "plan_parts",
    "titles",
    "waiting_for",
]
