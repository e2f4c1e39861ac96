"""What the file of one student holds, by depth and by the schools whose rows the reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Depth
from xinqiao.access.policies import visible_enrolments
from xinqiao.cases import policies
from xinqiao.cases.enums import DutyState
from xinqiao.cases.models import CareDuty, Case, FollowUp
from xinqiao.people.models import Enrolment, GroupMembership, Guardianship, Person, current
from xinqiao.people.selectors import current_enrolment
from xinqiao.screening.policies import visible_results
from xinqiao.screening.selectors.results import Line, line
from xinqiao.signals.enums import InterviewState
from xinqiao.signals.models import Interview, LevelChange
from xinqiao.signals.policies import visible_interviews
from xinqiao.ui.levels import face

MOST = 50
"""Rows of one kind on a file; a long story stays readable."""


def students(actor: Actor, at: datetime, *, text: str = "") -> QuerySet[Enrolment]:
    """Students of somebody's reach, found by part of the name or the beginning of the number."""
    rows = visible_enrolments(actor, at, "see_file").select_related("person", "class_node", "school")
    if text:
        rows = rows.filter(Q(person__name__icontains=text) | Q(student_number__startswith=text))
    return rows.order_by("class_node__path", "student_number")


@dataclass(frozen=True)
class File:
    """One student's file as one reader may read it. place: where the student is today, None for a former one."""

    person: Person
    place: Enrolment | None
    depth: Depth
    schools: list[int]
    owner: int
    """Organisation whose trail records the reading."""
    duties: list[CareDuty] = field(default_factory=list)
    levels: list[LevelChange] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    interviews: list[Interview] = field(default_factory=list)
    results: list[Line] = field(default_factory=list)
    groups: list[GroupMembership] = field(default_factory=list)
    guardians: list[Guardianship] = field(default_factory=list)
    phones: bool = False
    """Whether the reader may call the family: whoever cares for the student today, and who runs an open case."""


def file_of(actor: Actor, person: Person, at: datetime) -> File:
    """Everything the reader's depth holds. A fixed number of queries."""
    depth, place = policies.file_depth(actor, person, at), current_enrolment(person, localdate(at))
    schools = policies.file_schools(actor, person, at)
    here = place is not None and place.school_id in schools
    owner = place.school_id if place is not None and (here or not schools) else (schools or [person.keeper_id])[0]
    cases = _cases(actor, person, schools, at, depth)
    deep, helps = depth >= Depth.PLAN, any(case.state != "closed" for case in cases)
    return File(
        person=person,
        place=place,
        depth=depth,
        schools=schools,
        owner=owner,
        duties=_duties(actor, person, schools, at, deep=deep),
        levels=_levels(person, schools) if deep else [],
        cases=cases,
        follow_ups=_follow_ups(cases) if deep else [],
        interviews=_interviews(actor, person, at) if depth >= Depth.NOTES else [],
        results=result_rows(actor, person, at) if depth >= Depth.RESULTS else [],
        groups=_groups(person, depth, at),
        guardians=_guardians(person, at),
        phones=helps or (place is not None and (here or not deep)),
    )


def _duties(actor: Actor, person: Person, schools: list[int], at: datetime, *, deep: bool) -> list[CareDuty]:
    """A class teacher's own open ones; from PLAN on all of the school, the done ones too."""
    rows = CareDuty.objects.filter(person=person, school__in=schools)
    if not deep:
        rows = policies.visible_duties(actor, at).filter(person=person, state=DutyState.OPEN)
    rows = rows.exclude(state=DutyState.LIFTED).select_related("person", "holder", "class_node", "school", "change")
    return list(rows.order_by("-given_at", "due_at")[:MOST])


def _levels(person: Person, schools: list[int]) -> list[LevelChange]:
    rows = LevelChange.objects.filter(person=person, school__in=schools).select_related("set_by", "second_by")
    return list(rows.order_by("-set_at", "-pk")[:MOST])


def _cases(actor: Actor, person: Person, schools: list[int], at: datetime, depth: Depth) -> list[Case]:
    if depth < Depth.PLAN:
        return []
    rows = policies.named_cases(actor, at).filter(person=person, school__in=schools)
    return list(rows.select_related("owner", "school", "closed_by").order_by("-opened_at", "-pk"))


def _follow_ups(cases: list[Case]) -> list[FollowUp]:
    rows = FollowUp.objects.filter(case__in=[case.pk for case in cases]).select_related("done_by")
    return list(rows.exclude(state="lifted").order_by("-due_at")[:MOST])


def _interviews(actor: Actor, person: Person, at: datetime) -> list[Interview]:
    rows = visible_interviews(actor, at).filter(subject=person).select_related("interviewer", "signal")
    return list(rows.order_by("-started_at", "-pk")[:MOST])


def result_rows(actor: Actor, person: Person, at: datetime) -> list[Line]:
    """Results the actor may read, newest first, each as the lists of screening show it."""
    rows = visible_results(actor, at).filter(sitting__person=person).select_related("sitting__campaign")
    return [line(row) for row in rows.order_by("-made_at", "-pk")[:MOST]]


def _groups(person: Person, depth: Depth, at: datetime) -> list[GroupMembership]:
    rows = GroupMembership.objects.filter(current(localdate(at)), person=person, group__depth__lte=int(depth))
    return list(rows.select_related("group"))


def _guardians(person: Person, at: datetime) -> list[Guardianship]:
    rows = Guardianship.objects.filter(current(localdate(at)), child=person).select_related("guardian")
    return list(rows.order_by("-first_contact", "pk"))


# --- the story -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """One line of the timeline. ``on`` is its local day."""

    at: datetime
    title: str
    who: str = ""
    text: str = ""
    icon: str = "point"
    tone: str = ""

    @property
    def on(self) -> date:
        return localdate(self.at)


def story(file: File) -> list[Event]:
    """What happened, newest first, from what the reader already has: no further query, no word of any note."""
    events = [
        *_told_levels(file.levels),
        *_told_cases(file.cases),
        *_told_duties(file.duties),
        *_told_follow_ups(file.follow_ups),
        *_told_talks(file.interviews),
        *_told_results(file.results),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)[:MOST]


def _told_levels(levels: Iterable[LevelChange]) -> Iterator[Event]:
    for row in levels:
        if row.state == "standing" and row.stands_from:
            words = _("关注等级：%(level)s") % {"level": face(row.level).word}
            who = "、".join(str(person.name) for person in (row.set_by, row.second_by) if person)
            tone = "bad" if row.level == 4 else "warn" if row.level >= 2 else "good" if row.level == 0 else "info"
            yield Event(row.stands_from, words, who, icon="stairs", tone=tone)


def _told_cases(cases: Iterable[Case]) -> Iterator[Event]:
    for case in cases:
        yield Event(case.opened_at, _("建立个案"), icon="folder-plus")
        if case.closed_at:
            yield Event(
                case.closed_at, _("个案结案"), text=str(case.get_outcome_display()), icon="folder-check", tone="good"
            )


def _told_duties(duties: Iterable[CareDuty]) -> Iterator[Event]:
    for duty in duties:
        if duty.done_at and duty.done_by_id:
            yield Event(duty.done_at, str(duty.get_kind_display()), icon="heart-handshake")


def _told_follow_ups(follow_ups: Iterable[FollowUp]) -> Iterator[Event]:
    for row in follow_ups:
        if row.done_at and row.done_by:
            words = _("随访：平稳") if row.steady else _("随访：还不平稳")
            yield Event(row.done_at, words, row.done_by.name, icon="walk", tone="good" if row.steady else "warn")


def _told_talks(talks: Iterable[Interview]) -> Iterator[Event]:
    for row in talks:
        if row.state == InterviewState.DONE and row.held_at:
            yield Event(row.held_at, _("访谈"), row.interviewer.name, icon="message-2")


def _told_results(lines: Iterable[Line]) -> Iterator[Event]:
    for row in lines:
        yield Event(row.result.made_at, _("测评：%(title)s") % {"title": row.title}, icon="clipboard-text")
