"""Where a person stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.timezone import localdate

from xinqiao.people.models import Enrolment, current
from xinqiao.signals.enums import ChangeState
from xinqiao.signals.models import Evidence, LevelChange, Signal

REVIEW_KEY = "due:"
"""How the key of a ground begins that asks for a level to be looked at again; the change's id follows."""


def current_level(person_id: int) -> LevelChange | None:
    """The change by which the person's level stands now; None when no level was ever set."""
    return current_levels([person_id]).get(person_id)


def current_levels(person_ids: Iterable[int]) -> dict[int, LevelChange]:
    """The same for many, in one query; persons without a level are not in it."""
    rows = LevelChange.objects.filter(person__in=list(person_ids), state=ChangeState.STANDING)
    return {row.person_id: row for row in rows.order_by("stands_from", "pk")}


def level_at(person_id: int, school_id: int) -> LevelChange | None:
    """The change by which a student's level stands at a school; another school's levels are none of its business."""
    rows = LevelChange.objects.filter(person=person_id, school=school_id, state=ChangeState.STANDING)
    return rows.order_by("-stands_from", "-pk").first()


def review_asked(signal: Signal, at: datetime) -> bool:
    """Whether this signal, or one merged into it, asks for a level that still stands to be set anew."""
    change = level_at(signal.subject_id, signal.school_id)
    here = Enrolment.objects.filter(current(localdate(at)), person=signal.subject_id, school=signal.school_id)
    if change is None or not here.exists():
        return False
    among = [signal.pk, *signal.merged.values_list("pk", flat=True)]
    return Evidence.objects.filter(signal__in=among, key__startswith=f"{REVIEW_KEY}{change.pk}:").exists()
