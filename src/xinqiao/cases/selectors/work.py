"""What is to be done: duties, tasks and cases as lists show them, and what waits for one person."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate, localtime

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Depth
from xinqiao.cases import policies
from xinqiao.cases.advice import ADVICE
from xinqiao.cases.enums import CaseState, DutyState, FollowUpState, TaskState
from xinqiao.cases.models import CareDuty, Case, CaseTask, Contact, Plan
from xinqiao.cases.rules import PLAN_PARTS
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of
from xinqiao.signals.rules import initials


@dataclass(frozen=True)
class DutyRow:
    """A duty as one reader may see it. named: whether the reader knows the student; else initials and school only."""

    duty: CareDuty
    name: str
    place: str
    advice: tuple[object, ...]
    mine: bool
    may_finish: bool
    named: bool


def titles(nodes: Sequence[Organisation], at: datetime) -> dict[int, str]:
    """Class names of today by id, with the system of their schools. One query."""
    schools = {pk for node in nodes for pk in node.ancestors_ids()}
    systems = dict(Organisation.objects.filter(pk__in=schools, kind="school").values_list("pk", "system"))
    year = school_year_of(localdate(at))
    return {
        node.pk: node.title_in(year, next((systems[pk] for pk in node.ancestors_ids() if pk in systems), "63"))
        for node in nodes
    }


def duty_rows(actor: Actor, rows: Iterable[CareDuty], at: datetime) -> list[DutyRow]:
    """Rows of ``visible_duties`` with person, class and school loaded. One query more, however many there are."""
    duties = list(rows)
    names = titles([duty.class_node for duty in duties], at)
    return [_duty_row(actor, duty, names[duty.class_node_id]) for duty in duties]


def _duty_row(actor: Actor, duty: CareDuty, place: str) -> DutyRow:
    named = policies.reads_duty(actor, duty) >= Depth.CARE
    return DutyRow(
        duty=duty,
        name=duty.person.name if named else initials(duty.person.name),
        place=place if named else duty.school.name,
        advice=ADVICE[duty.kind],
        mine=policies.holds_duty(actor, duty),
        may_finish=duty.state == DutyState.OPEN and policies.may_finish_duty(actor, duty),
        named=named,
    )


def listed_duties(actor: Actor, at: datetime, *, mine: bool = False, text: str = "") -> QuerySet[CareDuty]:
    """Open duties in the order of their dates. ``text``: part of a student's name, for those who read names."""
    rows = policies.visible_duties(actor, at).filter(state=DutyState.OPEN)
    if mine:
        rows = rows.filter(holder=actor.person, holder_post__in=[post.id for post in actor.posts])
    if text:
        inside = [post.path for post in actor.posts if post.organisation_kind in policies.INSIDE]
        known = Q(pk__in=[])
        for path in inside:
            known |= Q(class_node__path__startswith=path)
        rows = rows.filter(known, person__name__icontains=text)
    return rows.select_related("person", "holder", "class_node", "school").order_by("due_at", "pk")


def listed_tasks(actor: Actor, at: datetime) -> QuerySet[CaseTask]:
    """Open tasks in somebody's hands, or that climbed away from them."""
    rows = policies.visible_tasks(actor, at).filter(state=TaskState.OPEN)
    posts = [post.id for post in actor.posts]
    own = Q(holder=actor.person, holder_post__in=posts) | Q(climb_log__from_post__in=posts)
    found = rows.filter(own).distinct()
    return found.select_related("case__person", "school", "given_by", "holder", "holder_post").order_by("due_at", "pk")


# --- cases ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CaseRow:
    """A case as one reader may see it. level: None where the reader may not know it or none was set."""

    case: Case
    name: str
    level: int | None
    named: bool
    mine: bool


def listed_cases(actor: Actor, at: datetime, *, state: str = "", text: str = "") -> QuerySet[Case]:
    """Cases in sight, next date first. ``text``: part of a student's name (where it may be known) or of the owner's."""
    rows = policies.visible_cases(actor, at).select_related("person", "owner", "school")
    if state:
        rows = rows.filter(state=state)
    if text:
        known = Q(person__name__icontains=text, pk__in=policies.named_cases(actor, at).values("pk"))
        rows = rows.filter(known | Q(owner__name__icontains=text))
    return rows.order_by("next_at", "-closed_at", "pk")


def case_rows(actor: Actor, rows: Iterable[Case], at: datetime) -> list[CaseRow]:
    """Rows of ``visible_cases``. One query more, however many there are."""
    cases = list(rows)
    known = set(policies.named_cases(actor, at).filter(pk__in=[case.pk for case in cases]).values_list("pk", flat=True))
    return [
        CaseRow(
            case=case,
            name=case.person.name if case.pk in known else initials(case.person.name),
            level=case.standing if case.pk in known else None,  # type: ignore[attr-defined]
            named=case.pk in known,
            mine=policies.owns(actor, case),
        )
        for case in cases
    ]


def plan_parts(plan: Plan) -> list[tuple[str, str]]:
    """(part, text) in the order of the form; reveals the plan, so ask the policy and record the read first."""
    content = json.loads(plan.content.reveal())
    return [(part, content.get(part, "")) for part in PLAN_PARTS]


def contact_log(case: Case) -> QuerySet[Contact]:
    """Talks, calls and attempts of a case, newest first."""
    return case.contacts.select_related("written_by", "guardian", "duty")


# --- what waits ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """Dates of what waits for one person, earliest first."""

    duties: list[datetime]
    missed: list[datetime]
    """Duties that climbed away from them and are still open."""
    tasks: list[datetime]
    cases: list[datetime]
    follow_ups: list[datetime]
    closings: list[datetime]


def waiting_for(actor: Actor, at: datetime) -> Waiting:
    """What waits for one person in this room. Six queries, none for somebody without a post."""
    if actor.person is None or not actor.posts:
        return Waiting([], [], [], [], [], [])
    tonight = localtime(at).replace(hour=23, minute=59, second=59)
    posts = [post.id for post in actor.posts]
    duties = listed_duties(actor, at, mine=True)
    missed = policies.visible_duties(actor, at).filter(state=DutyState.OPEN, climb_log__from_post__in=posts)
    own = policies.visible_cases(actor, at).filter(owner=actor.person, owner_post__in=posts)
    own = own.exclude(state=CaseState.CLOSED)
    looks = policies.visible_follow_ups(actor, at).filter(
        case__in=own.values("pk"), state=FollowUpState.DUE, due_at__lte=tonight
    )
    return Waiting(
        duties=_dates(duties, "due_at"),
        missed=_dates(missed.exclude(holder=actor.person).distinct(), "due_at"),
        tasks=_dates(listed_tasks(actor, at).filter(holder=actor.person), "due_at"),
        cases=_dates(own.filter(next_at__lte=tonight), "next_at"),
        follow_ups=_dates(looks, "due_at"),
        closings=_dates(policies.visible_closings(actor, at), "next_at"),
    )


def _dates(rows: QuerySet[Any], name: str) -> list[datetime]:
    return list(rows.order_by(name).values_list(name, flat=True))
