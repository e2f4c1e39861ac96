"""Which duties, cases, tasks and files somebody sees, how deep, and what they may do.

A duty or task is in the hands of the post it was given to, and of the post it climbed away from while it is open. Posts
at a class or a grade reach a student only while the student is there. Psychology teachers see all of their school;
school leaders see names from level 3 on, and closings to confirm; the bureau sees what climbed that far, as initials
and school. Guardians and students see nothing of this room.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor, Held
from xinqiao.access.enums import Action, Depth
from xinqiao.access.models import Post
from xinqiao.access.policies import depth_into, visible_students
from xinqiao.access.table import depth_of
from xinqiao.cases.models import (
    CareDuty,
    Case,
    CaseClimb,
    CaseTask,
    DutyClimb,
    FollowUp,
    Summary,
    TaskClimb,
)
from xinqiao.cases.rules import LEADERS_OWN, rule_of
from xinqiao.people.models import Enrolment, Organisation, Person, current
from xinqiao.people.selectors import current_enrolment, under
from xinqiao.signals.models import LevelChange

NAMED_TO_LEADERS_FROM = 3
"""School leaders see names from this level on; below it they see counts."""
INSIDE = frozenset({"school", "grade", "class", "department"})
"""Kinds of organisations whose people know the students."""
NARROW = INSIDE - {"school"}
"""Kinds whose people reach a student only while the student is there."""


# --- where somebody reaches ----------------------------------------------------------------------------------------


def _there(paths: list[str], at: datetime, person: str = "person") -> Exists:
    """Whether the outer row's student is in a class of one of the subtrees today."""
    rows = Enrolment.objects.filter(under(paths, "class_node__path"), current(localdate(at)))
    return Exists(rows.filter(person=OuterRef(person)))


def _reach(paths: list[str], at: datetime) -> Q:
    """Rows of schools in the subtrees; for posts below a school, of its students who are in their part of it today."""
    rows = Enrolment.objects.filter(
        under(paths, "class_node__path"), current(localdate(at)), person=OuterRef("person"), school=OuterRef("school")
    )
    return under(paths, "school__path") | Q(Exists(rows)) if paths else Q(pk__in=[])


def _hands(actor: Actor, at: datetime, climbs: type[Model], row: str, still_open: Q, person: str) -> Q:
    """Rows a post holds, or let climb and that are open. A post at a class or grade reaches who is there."""
    held = Q(pk__in=[])
    for post in actor.posts:
        climbed = Exists(climbs._default_manager.filter(**{row: OuterRef("pk")}, from_post=post.id))
        own = Q(holder_post=post.id, holder=actor.person) | (still_open & Q(climbed))
        held |= own & Q(_there([post.path], at, person)) if post.organisation_kind in NARROW else own
    return held


def _knows(post: Held) -> bool:
    """Who works inside a school knows its students; the bureau knows initials."""
    return post.organisation_kind in INSIDE


def _open_glass(actor: Actor, at: datetime) -> Q:
    """Rows of students whose file is open by break-glass, at the school they are in."""
    if not actor.glass:
        return Q(pk__in=[])
    here = Enrolment.objects.filter(current(localdate(at)), person=OuterRef("person"), school=OuterRef("school"))
    return Q(person__in=actor.glass) & Q(Exists(here))


# --- duties --------------------------------------------------------------------------------------------------------


def visible_duties(actor: Actor, at: datetime) -> QuerySet[CareDuty]:
    """Duties somebody holds or let climb, and all of a school for who reads its notes."""
    if actor.person is None:
        return CareDuty.objects.none()
    hands = _hands(actor, at, DutyClimb, "duty", Q(state="open"), "person")
    return CareDuty.objects.filter(hands | under(actor.paths(Action.DO_DUTIES, Depth.NOTES), "class_node__path"))


def reads_duty(actor: Actor, duty: CareDuty) -> Depth:
    """CARE or deeper: name, class and what was written; NONE: initials and school only."""
    own = any(post.id == duty.holder_post_id and _knows(post) for post in actor.posts)
    depth = actor.depth(Action.DO_DUTIES, duty.class_node.path or "-")
    return max(depth, Depth.CARE) if own else depth


def holds_duty(actor: Actor, duty: CareDuty) -> bool:
    """Whether the actor holds it, by the post it was given to."""
    if actor.person is None or duty.holder_id != actor.person.pk:
        return False
    return any(post.id == duty.holder_post_id for post in actor.posts)


def may_finish_duty(actor: Actor, duty: CareDuty) -> bool:
    """Its holder, or a psychology teacher of the school for what teachers left undone; never for a leader's own part.

    For rows that ``visible_duties`` gave: that is where a class teacher's reach ends with the student's place.
    """
    if holds_duty(actor, duty):
        return True
    if actor.person is None or duty.kind in LEADERS_OWN:
        return False
    return actor.may(Action.DO_DUTIES, duty.class_node.path or "-", Depth.NOTES)


def duty_post(duty: CareDuty) -> str:
    """The post this duty begins with."""
    return rule_of(duty.change.level, duty.kind).post


# --- cases ---------------------------------------------------------------------------------------------------------


def standing_level() -> Subquery:
    """The level at which the outer row's student stands at the outer row's school; None when none was set there."""
    rows = LevelChange.objects.filter(person=OuterRef("person"), school=OuterRef("school"), state="standing")
    return Subquery(rows.order_by("-stands_from", "-pk").values("level")[:1])


def _cases() -> QuerySet[Case]:
    return Case.objects.annotate(standing=standing_level())


def run_cases(actor: Actor, at: datetime) -> QuerySet[Case]:
    """Cases somebody works on with everything that is in them."""
    return _cases().filter(_reach(actor.paths(Action.RUN_CASE, Depth.NOTES), at))


def named_cases(actor: Actor, at: datetime) -> QuerySet[Case]:
    """Cases whose student the actor may know by name: what they run, and for leaders level 3–4 and closings."""
    run = _reach(actor.paths(Action.RUN_CASE, Depth.NOTES), at)
    leads = _reach(actor.paths(Action.SECOND_CLOSING, Depth.PLAN), at)
    grave = Q(standing__gte=NAMED_TO_LEADERS_FROM) | Q(state="closing")
    own = Q(pk__in=[])
    if actor.person is not None:
        ids = [post.id for post in actor.posts if _knows(post)]
        own = Q(owner=actor.person, owner_post__in=ids) & ~Q(state="closed")
    return _cases().filter(run | (leads & grave) | own | _open_glass(actor, at))


def visible_cases(actor: Actor, at: datetime) -> QuerySet[Case]:
    """Every case the actor may open: those they may name, and open ones that are or were in their hands."""
    if actor.person is None:
        return _cases().none()
    ids = [post.id for post in actor.posts]
    climbed = CaseClimb.objects.filter(case=OuterRef("pk"), from_post__in=ids)
    hands = ~Q(state="closed") & (Q(owner=actor.person, owner_post__in=ids) | Q(Exists(climbed)))
    return _cases().filter(hands | Q(pk__in=named_cases(actor, at).values("pk")))


def visible_closings(actor: Actor, at: datetime) -> QuerySet[Case]:
    """Closings that wait for a second person and that the actor may confirm."""
    leads = _reach(actor.paths(Action.SECOND_CLOSING, Depth.PLAN), at)
    return _cases().filter(leads, state="closing").exclude(closing_asked_by=actor.person)


def owns(actor: Actor, case: Case) -> bool:
    """Whether the actor owns an open case, by the post they own it in."""
    if actor.person is None or case.owner_id != actor.person.pk or case.state == "closed":
        return False
    return any(post.id == case.owner_post_id for post in actor.posts)


def may_run(actor: Actor, case: Case, at: datetime) -> bool:
    """Everything in a case: the psychology teachers of the school, or of the student's part of it."""
    return actor.person is not None and run_cases(actor, at).filter(pk=case.pk).exists()


def may_steer(actor: Actor, case: Case, at: datetime) -> bool:
    """Dates and owner: who runs it, and whoever it climbed to."""
    return owns(actor, case) or may_run(actor, case, at)


def may_second_closing(actor: Actor, case: Case, at: datetime) -> bool:
    """Another person than the one who asked, with the right at this school."""
    return actor.person is not None and visible_closings(actor, at).filter(pk=case.pk).exists()


def case_depth(actor: Actor, case: Case, at: datetime) -> Depth:
    """CARE: initials, school and dates. PLAN: name, level and plan. NOTES: reasons, contacts and words as well."""
    if may_run(actor, case, at) or _cases().filter(_open_glass(actor, at), pk=case.pk).exists():
        return Depth.NOTES
    return Depth.PLAN if named_cases(actor, at).filter(pk=case.pk).exists() else Depth.CARE


def running_post(actor: Actor, school: Organisation, place: Organisation) -> Held | None:
    """The post in which somebody runs cases of a school, the widest first; a class teacher's post is none."""
    able = [
        post
        for post in actor.posts
        if depth_of(post.kind, Action.RUN_CASE) >= Depth.NOTES
        and ((school.path or "-").startswith(post.path) or (place.path or "-").startswith(post.path))
    ]
    return min(able, key=lambda post: (len(post.path), post.id), default=None)


def may_own(post: Post, school: Organisation) -> bool:
    """Whether a case of a school can be given to this post: its psychology teachers, of a part of it too."""
    path = post.organisation.path or "-"
    return depth_of(post.kind, Action.RUN_CASE) >= Depth.NOTES and path.startswith(school.path or "-")


# --- inside a case -------------------------------------------------------------------------------------------------


def visible_tasks(actor: Actor, at: datetime) -> QuerySet[CaseTask]:
    """Tasks somebody holds or let climb, and those of cases they may read the plan of."""
    if actor.person is None:
        return CaseTask.objects.none()
    hands = _hands(actor, at, TaskClimb, "task", Q(state="open"), "case__person")
    return CaseTask.objects.filter(hands | Q(case__in=named_cases(actor, at).values("pk")))


def holds_task(actor: Actor, task: CaseTask) -> bool:
    if actor.person is None or task.holder_id != actor.person.pk:
        return False
    return any(post.id == task.holder_post_id for post in actor.posts)


def reads_task(actor: Actor, task: CaseTask, at: datetime) -> bool:
    """Whether the actor may read what is to be done: people of the school do, the bureau does not."""
    own = any(post.id == task.holder_post_id and _knows(post) for post in actor.posts)
    return own or named_cases(actor, at).filter(pk=task.case_id).exists()


def visible_follow_ups(actor: Actor, at: datetime) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(case__in=run_cases(actor, at).values("pk"))


def visible_summaries(actor: Actor, at: datetime) -> QuerySet[Summary]:
    """What was shared outside from cases the actor runs."""
    return Summary.objects.filter(case__in=run_cases(actor, at).values("pk"))


# --- files ---------------------------------------------------------------------------------------------------------


def visible_files(actor: Actor, at: datetime) -> QuerySet[Person]:
    """Students in reach, and former ones who had a case at a school whose cases the actor runs."""
    paths = actor.paths(Action.RUN_CASE, Depth.NOTES)
    helped = Case.objects.filter(under(paths, "school__path"), person=OuterRef("pk"))
    return Person.objects.filter(Q(pk__in=visible_students(actor, at).values("pk")) | Q(Exists(helped)))


def file_depth(actor: Actor, person: Person, at: datetime) -> Depth:
    """How deep somebody reads a file. Leaders read level and plan from level 3 on, below it what everyone sees.

    A former student's file is read as before by who runs cases of that school, and holds that school's rows only.
    """
    depth = depth_into(actor, person, at)
    if depth < Depth.CARE and visible_files(actor, at).filter(pk=person.pk).exists():
        return Depth.NOTES
    if depth == Depth.PLAN and not named_cases(actor, at).filter(person=person).exists():
        place = current_enrolment(person, localdate(at))
        rows = LevelChange.objects.filter(person=person, school=place.school_id if place else None, state="standing")
        last = rows.order_by("-stands_from", "-pk").first()
        return depth if last is not None and last.level >= NAMED_TO_LEADERS_FROM else Depth.CARE
    return depth


def file_schools(actor: Actor, person: Person, at: datetime) -> list[int]:
    """Schools whose rows about this student the reader sees: a later school does not read an earlier one's."""
    place = current_enrolment(person, localdate(at))
    here = [place.school_id] if place and depth_into(actor, person, at) >= Depth.PLAN else []
    ran = Case.objects.filter(under(actor.paths(Action.RUN_CASE, Depth.NOTES), "school__path"), person=person)
    return sorted({*here, *ran.values_list("school", flat=True)})
