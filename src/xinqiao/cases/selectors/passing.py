"""What time brings: rows whose date was missed, is near, or whose holder is no longer the right one. Ids only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.cases import policies, rules
from xinqiao.cases.enums import CaseState, DutyState, TaskState
from xinqiao.cases.models import CareDuty, Case, CaseTask
from xinqiao.people.models import Enrolment, current
from xinqiao.signals.models import OPEN, LevelChange, Signal
from xinqiao.signals.rules import REVIEW_DAYS, REVIEW_LEAD

LOOKS_BACK = timedelta(days=60)
"""How far back a lost announcement is looked for."""


def held(at: datetime, post: str, person: str) -> Q:
    """The post is held today, by the person the row names."""
    return current(localdate(at), f"{post}__") & Q(**{f"{post}__person": F(person)})


def _out_of_reach(at: datetime, person: str, school: str) -> Q:
    """Rows held in a post at a class or grade where the student is not."""
    inside = Enrolment.objects.filter(
        current(localdate(at)),
        person=OuterRef(person),
        school=OuterRef(school),
        class_node__path__startswith=OuterRef("holder_post__organisation__path"),
    )
    return Q(holder_post__organisation__kind__in=policies.NARROW) & ~Q(Exists(inside))


def open_duties() -> QuerySet[CareDuty]:
    return CareDuty.objects.filter(state=DutyState.OPEN)


def open_tasks() -> QuerySet[CaseTask]:
    return CaseTask.objects.filter(state=TaskState.OPEN)


def open_cases() -> QuerySet[Case]:
    return Case.objects.exclude(state=CaseState.CLOSED)


def orphaned_cases(at: datetime) -> list[int]:
    return list(open_cases().exclude(held(at, "owner_post", "owner")).values_list("pk", flat=True))


def orphaned_tasks(at: datetime) -> list[int]:
    rows = open_tasks().filter(
        ~Q(pk__in=open_tasks().filter(held(at, "holder_post", "holder")).values("pk"))
        | _out_of_reach(at, "case__person", "school")
    )
    return list(rows.values_list("pk", flat=True))


def orphaned_duties(at: datetime) -> list[int]:
    """Also duties of students who are in another class by now, and of those who left."""
    same = Enrolment.objects.filter(
        current(localdate(at)), person=OuterRef("person"), class_node=OuterRef("class_node")
    )
    away = Enrolment.objects.filter(current(localdate(at)), person=OuterRef("person"), school=OuterRef("school"))
    moved = ~Q(Exists(same)) & ~(Q(class_node=F("school")) & ~Q(Exists(away)))
    rows = open_duties().filter(
        ~Q(pk__in=open_duties().filter(held(at, "holder_post", "holder")).values("pk"))
        | _out_of_reach(at, "person", "school")
        | moved
    )
    return list(rows.values_list("pk", flat=True))


def late_duties(at: datetime) -> list[int]:
    return list(open_duties().filter(due_at__lte=at).order_by("due_at").values_list("pk", flat=True))


def late_tasks(at: datetime) -> list[int]:
    return list(open_tasks().filter(due_at__lte=at).order_by("due_at").values_list("pk", flat=True))


def late_cases(at: datetime) -> list[int]:
    return list(open_cases().filter(next_at__lte=at).order_by("next_at").values_list("pk", flat=True))


def nearly_due(at: datetime) -> list[int]:
    near = Q(pk__in=[])
    for level, before in rules.REMIND_BEFORE.items():
        near |= Q(change__level=level, due_at__lte=at + before)
    return list(open_duties().filter(near, due_at__gt=at, reminded_at=None).values_list("pk", flat=True))


def levels_without_duties(at: datetime) -> list[int]:
    """Standing changes that ask for duties, have none, and that no later change has overtaken."""
    later = LevelChange.objects.filter(
        person=OuterRef("person"), school=OuterRef("school"), state="standing", stands_from__gt=OuterRef("stands_from")
    )
    given = CareDuty.objects.filter(change=OuterRef("pk"))
    rows = LevelChange.objects.filter(
        ~Exists(given),
        ~Exists(later.exclude(level=F("previous"))),
        state="standing",
        level__gt=0,
        stands_from__gte=at - LOOKS_BACK,
        stands_from__lte=at,
    ).exclude(level=F("previous"))
    return list(rows.order_by("stands_from").values_list("pk", flat=True))


def levels_to_review(at: datetime, since: timedelta = timedelta(0)) -> list[int]:
    """Levels that are to be looked at again (since some time), and that nobody holds in their hands.

    An open case is looked at by its own date, an open signal by its clock; a case that two persons have just closed
    was a look as well. Only students who are at the school now.
    """
    whose = {"person": OuterRef("person"), "school": OuterRef("school")}
    later = LevelChange.objects.filter(
        Q(stands_from__gt=OuterRef("stands_from")) | Q(stands_from=OuterRef("stands_from"), pk__gt=OuterRef("pk")),
        state="standing",
        **whose,
    )
    here = Enrolment.objects.filter(current(localdate(at)), **whose)
    looked_at = OPEN | Q(closed_at__gt=at - since)
    signal = Signal.objects.filter(looked_at, subject=OuterRef("person"), school=OuterRef("school"))
    near = Q(pk__in=[])
    for level, days in REVIEW_DAYS.items():
        lead = timedelta(days=REVIEW_LEAD[level])
        closed = Case.objects.filter(closed_at__gt=at - timedelta(days=days) + lead, **whose)
        near |= Q(level=level, review_on__lte=localdate(at - since) + lead) & ~Q(Exists(closed))
    rows = LevelChange.objects.filter(near, Exists(here), ~Exists(later), ~Exists(signal), state="standing")
    rows = rows.exclude(Exists(open_cases().filter(**whose)))
    return list(rows.order_by("review_on", "pk").values_list("pk", flat=True))
