"""Shaped reads for the pages of this room."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, localtime

from xinqiao.access.actor import Actor
from xinqiao.access.models import Post
from xinqiao.cases import policies
from xinqiao.cases.advice import ADVICE
from xinqiao.cases.enums import CaseState, DutyState, FollowUpState, TaskState
from xinqiao.cases.models import CareDuty, Case, CaseTask, FollowUp, Plan
from xinqiao.cases.rules import PLAN_PARTS
from xinqiao.people.models import Enrolment, Guardianship, Organisation, Person, current
from xinqiao.people.rules import school_year_of

ADULT_POSTS = ("class_teacher", "grade_head", "psych_teacher", "moral_head", "school_leader")


@dataclass(frozen=True)
class DutyRow:
    """A duty as a list shows it."""

    duty: CareDuty
    class_title: str
    advice: tuple[object, ...]
    mine: bool
    may_finish: bool


def titles(nodes: Sequence[Organisation], at: datetime) -> dict[int, str]:
    """Class names of today by id, with the system of their schools. One query."""
    schools = {pk for node in nodes for pk in node.ancestors_ids()}
    systems = dict(Organisation.objects.filter(pk__in=schools, kind="school").values_list("pk", "system"))
    year = school_year_of(localdate(at))
    return {
        node.pk: node.title_in(year, next((systems[pk] for pk in node.ancestors_ids() if pk in systems), "63"))
        for node in nodes
    }


def duty_rows(actor: Actor, rows: Sequence[CareDuty], at: datetime) -> list[DutyRow]:
    names = titles([duty.class_node for duty in rows], at)
    me = actor.person.pk if actor.person else None
    return [
        DutyRow(
            duty=duty,
            class_title=names[duty.class_node_id],
            advice=ADVICE[duty.kind],
            mine=duty.holder_id == me,
            may_finish=duty.state == DutyState.OPEN and policies.may_finish_duty(actor, duty),
        )
        for duty in rows
    ]


def open_duties(actor: Actor, at: datetime) -> QuerySet[CareDuty]:
    return (
        policies.visible_duties(actor, at)
        .filter(state=DutyState.OPEN)
        .select_related("person", "holder", "class_node", "school")
        .order_by("due_at", "pk")
    )


def case_list(actor: Actor, at: datetime, *, state: str = "", text: str = "") -> QuerySet[Case]:
    rows = policies.visible_cases(actor, at).select_related("person", "owner", "school")
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(Q(person__name__icontains=text) | Q(owner__name__icontains=text))
    return rows.order_by("next_at", "-closed_at", "pk")


def plan_parts(plan: Plan) -> list[tuple[str, str]]:
    """(part, text) in the order of the form; reveals the plan, so ask the policy and record the read first."""
    content = json.loads(plan.content.reveal())
    return [(part, content.get(part, "")) for part in PLAN_PARTS]


def adults_of(school: Organisation, at: datetime) -> list[Post]:
    """Posts of a school that can be given a task, with people, class and grade teachers included."""
    posts = Post.objects.filter(
        current(localdate(at)), organisation__path__startswith=school.path or "-", kind__in=ADULT_POSTS
    )
    return list(posts.select_related("person", "organisation").order_by("kind", "organisation__path", "pk"))


def psych_teachers_of(school: Organisation, at: datetime) -> list[Post]:
    return [post for post in adults_of(school, at) if post.kind == "psych_teacher"]


def guardians_of(person: Person, at: datetime) -> list[Guardianship]:
    rows = Guardianship.objects.filter(current(localdate(at)), child=person).select_related("guardian")
    return list(rows.order_by("-first_contact", "pk"))


def student_rows(enrolments: QuerySet[Enrolment], *, text: str = "") -> QuerySet[Enrolment]:
    """Students of a reach, found by name or number."""
    rows = enrolments.select_related("person", "class_node", "school")
    if text:
        rows = rows.filter(Q(person__name__icontains=text) | Q(student_number__startswith=text))
    return rows.order_by("class_node__path", "student_number")


@dataclass(frozen=True)
class Waiting:
    """Dates of what waits for one person, earliest first, and closings they may second."""

    duties: list[datetime]
    tasks: list[datetime]
    cases: list[datetime]
    follow_ups: list[datetime]
    closings: list[Case]


def waiting_for(actor: Actor, at: datetime) -> Waiting:
    """What waits for one person in this room. Five queries, none for somebody without a post."""
    if actor.person is None or not actor.posts:
        return Waiting([], [], [], [], [])
    me, tonight = actor.person, localtime(at).replace(hour=23, minute=59, second=59)
    duties = CareDuty.objects.filter(holder=me, state=DutyState.OPEN)
    tasks = CaseTask.objects.filter(holder=me, state=TaskState.OPEN)
    cases = Case.objects.filter(owner=me, next_at__lte=tonight).exclude(state=CaseState.CLOSED)
    looks = FollowUp.objects.filter(case__owner=me, case__state=CaseState.OPEN, state=FollowUpState.DUE)
    closings = policies.visible_cases(actor, at).filter(state=CaseState.CLOSING).select_related("school")
    return Waiting(
        duties=list(duties.order_by("due_at").values_list("due_at", flat=True)),
        tasks=list(tasks.order_by("due_at").values_list("due_at", flat=True)),
        cases=[due for due in cases.order_by("next_at").values_list("next_at", flat=True) if due],
        follow_ups=list(looks.filter(due_at__lte=tonight).order_by("due_at").values_list("due_at", flat=True)),
        closings=[case for case in closings.order_by("next_at") if policies.may_second_closing(actor, case)],
    )
