"""The shape of a preview, and moving students from place to place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from xinqiao.kernel.refusal import Refusal
from xinqiao.people.enums import LeavingReason
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.selectors import class_title
from xinqiao.registry.endings import CHUNK, end_peer_posts


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
    """Steps to show, the work behind them in order, and the enrolments they touch."""

    steps: list[Step] = field(default_factory=list)
    work: list[Callable[[], Any]] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)

    def add(self, step: Step, work: Callable[[], Any], rows: Iterable[Enrolment] = ()) -> None:
        self.steps.append(step)
        self.work.append(work)
        self.touched.extend(row.pk for row in rows)

    @property
    def digest(self) -> str:
        """Of what is shown and of whom it is about: as many students, but others, is another preview."""
        content = [[asdict(step) for step in self.steps], sorted(self.touched)]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def title(node: Organisation, school: Organisation, on: date) -> str:
    """A class as it is called on a day."""
    return class_title(node, on, school.system)


def class_of(school: Organisation, pk: Any, name: str) -> Organisation:
    """An open class of the school. Raises Refusal(field=name)."""
    node = Organisation.objects.filter(
        pk=pk or 0, kind="class", path__startswith=school.path or "-", closed_on=None
    ).first()
    if node is None:
        raise Refusal(_("请选择本校的一个班级。"), code="class", field=name)
    return node


def enrolled_in(node: Organisation, on: date) -> list[Enrolment]:
    """Who is in a subtree on a day, by student number."""
    return list(
        Enrolment.objects.filter(current(on), class_node__path__startswith=node.path)
        .select_related("person", "class_node")
        .order_by("student_number", "pk")
    )


def _in_chunks(rows: list[Enrolment]) -> Iterable[list[Enrolment]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def leave(rows: list[Enrolment], on: date, reason: LeavingReason) -> None:
    """Nobody of these is in their class from ``on``; posts as peer reps end with it."""
    for some in _in_chunks(rows):
        Enrolment.objects.filter(pk__in=[row.pk for row in some]).update(ends_on=on, left_for=reason)
    end_peer_posts((row.person_id for row in rows), on)


def move(rows: list[Enrolment], to: Organisation, school: Organisation, on: date, reason: LeavingReason) -> None:
    """End the old enrolments and begin new ones the same day; one that began that day is corrected."""
    same_day = [row for row in rows if row.starts_on >= on]
    for some in _in_chunks(same_day):
        Enrolment.objects.filter(pk__in=[row.pk for row in some]).update(class_node=to, school=school)
    end_peer_posts((row.person_id for row in same_day), on)
    older = [row for row in rows if row.starts_on < on]
    leave(older, on, reason)
    Enrolment.objects.bulk_create(
        Enrolment(
            person_id=row.person_id,
            class_node=to,
            school=school,
            student_number=row.student_number,
            boarding=row.boarding,
            starts_on=on,
        )
        for row in older
    )
