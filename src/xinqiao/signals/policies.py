"""Which signals somebody sees, how deep, and who may do what with one.

Psychology teachers see every signal of their school. Everybody else sees what was put into their hands (they own it,
it climbed to them or away from them, they are the asked second person); school leaders also those of students at level
3–4. The bureau sees a signal only when it climbed that far, with initials and school. Class teachers see none but those
they answer for while on duty: what they reported themselves is another list, without what came of it.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor, Held
from xinqiao.access.enums import Action, Depth
from xinqiao.access.models import Post
from xinqiao.access.policies import visible_enrolments
from xinqiao.access.table import depth_of
from xinqiao.people.models import Enrolment, Organisation, current
from xinqiao.people.selectors import under
from xinqiao.signals.enums import ChangeState, SignalState
from xinqiao.signals.models import OPEN, Climb, Evidence, Interview, LevelChange, Signal
from xinqiao.signals.rules import SECOND_PERSON_FROM

_NOWHERE = "-"
"""A path no post reaches: what is seen there is seen by break-glass alone."""
INSIDE = {"school", "grade", "class", "department"}
"""Kinds of organisations whose people know the students."""


def is_house(actor: Actor) -> bool:
    """Sweeps and receivers act for the house itself."""
    return actor.kind == "house"


def _post_ids(actor: Actor) -> list[int]:
    return [post.id for post in actor.posts]


def _at(actor: Actor, action: str, at_least: Depth) -> Q:
    """Signals of students whose place lies in reach of a post with this right.

    Nearly every post is held at a school, and then the school's id says it all: no join, and the index is used.
    """
    posts = [post for post in actor.posts if depth_of(post.kind, action) >= at_least]
    here = Q(school__in=[post.organisation_id for post in posts if post.organisation_kind == "school"])
    below = [post.path for post in posts if post.organisation_kind in INSIDE - {"school"}]
    above = [post.path for post in posts if post.organisation_kind not in INSIDE]
    return here | under(below, "class_node__path") | under(above, "school__path")


def standing_level() -> Subquery:
    """The level at which the outer row's ``subject`` stands, None when none was ever set."""
    changes = LevelChange.objects.filter(person=OuterRef("subject"), state=ChangeState.STANDING)
    return Subquery(changes.order_by("-stands_from", "-pk").values("level")[:1])


def visible_signals(actor: Actor, at: datetime) -> QuerySet[Signal]:
    """Every signal the actor may open; lists, searches, counts and exports start here."""
    mine = _post_ids(actor)
    climbed = Climb.objects.filter(Q(from_post__in=mine) | Q(to_post__in=mine)).values("signal")
    in_hands = OPEN & (Q(owner_post__in=mine) | Q(pk__in=climbed))
    leads = _at(actor, Action.ANSWER, Depth.PLAN)
    grave = leads & Q(standing__gte=SECOND_PERSON_FROM) & ~Q(state=SignalState.CLOSED)
    whole = _at(actor, Action.TRIAGE, Depth.NOTES) | Q(subject__in=actor.glass)
    return Signal.objects.annotate(standing=standing_level()).filter(whole | in_hands | grave)


def named_signals(actor: Actor, at: datetime) -> QuerySet[Signal]:
    """Those whose student the actor may know by name: only these can be found by a name."""
    whole = _at(actor, Action.ANSWER, Depth.PLAN) | Q(subject__in=actor.glass)
    own = Q(owner_post__in=[post.id for post in actor.posts if _knows_names(post)])
    return visible_signals(actor, at).filter(whole | own)


def _knows_names(post: Held) -> bool:
    """Who answers inside a school knows the student; the bureau knows initials, who only appoints knows nothing."""
    return post.organisation_kind in INSIDE and depth_of(post.kind, Action.ANSWER) >= Depth.CARE


def depth_in(actor: Actor, signal: Signal) -> Depth:
    """How deep the actor sees into a signal that is visible to them. No query when school and class are loaded.

    COUNTS: that somebody waits. CARE: source, urgency and what to do. PLAN: who, and the level. NOTES: words, results.
    """
    glass = actor.depth(Action.SEE_FILE, _NOWHERE, signal.subject_id)
    depths = [Depth.COUNTS, actor.depth(Action.TRIAGE, signal.path), glass]
    depths += [depth_of(post.kind, Action.ANSWER) for post in actor.posts if post.id == signal.owner_post_id]
    plan = actor.depth(Action.ANSWER, signal.path)
    return max(*depths, plan if plan >= Depth.PLAN or not _is_inside(actor) else Depth.COUNTS)


def _is_inside(actor: Actor) -> bool:
    return any(post.organisation_kind in INSIDE for post in actor.posts)


def shows_name(actor: Actor, signal: Signal) -> bool:
    """Whether this reader may know who it is about."""
    depth = depth_in(actor, signal)
    own = [post for post in actor.posts if post.id == signal.owner_post_id]
    return depth >= Depth.PLAN or any(_knows_names(post) for post in own)


def may_triage(actor: Actor, signal: Signal) -> bool:
    """Somebody who reads and works on signals of this school."""
    return actor.person is not None and actor.may(Action.TRIAGE, signal.path, Depth.NOTES)


def owns(actor: Actor, signal: Signal) -> bool:
    """The owner, while they hold the post in which they answer."""
    return actor.person is not None and signal.owner_post_id in _post_ids(actor)


def may_take_up(actor: Actor, signal: Signal) -> bool:
    """The school's psychology teachers, and whoever it was put into the hands of (not those who only appoint)."""
    return may_triage(actor, signal) or (owns(actor, signal) and depth_in(actor, signal) >= Depth.CARE)


def may_hand_over(actor: Actor, signal: Signal) -> bool:
    """Whoever may answer for it may give it to somebody of the chain."""
    return may_triage(actor, signal) or owns(actor, signal)


def may_interview(actor: Actor, signal: Signal) -> bool:
    """Those who hold interviews at this school."""
    return actor.person is not None and actor.may(Action.INTERVIEW, signal.path, Depth.NOTES)


def may_second(actor: Actor, change: LevelChange) -> bool:
    """Another person than who set the level and who held the interview, with the right at this school."""
    if actor.person is None or actor.person.pk in {change.set_by_id, change.interview.interviewer_id}:
        return False
    return actor.may(Action.SECOND_LEVEL, change.school.path or "-", Depth.PLAN)


def visible_lowerings(actor: Actor, at: datetime) -> QuerySet[LevelChange]:
    """Lowerings that wait for a second person and that the actor may decide."""
    if actor.person is None:
        return LevelChange.objects.none()
    here = Q(under(actor.paths(Action.SECOND_LEVEL, Depth.PLAN), "school__path"))
    waiting = LevelChange.objects.filter(here, state=ChangeState.AWAITING)
    return waiting.exclude(set_by=actor.person).exclude(interview__interviewer=actor.person)


def visible_interviews(actor: Actor, at: datetime) -> QuerySet[Interview]:
    """Interviews the actor may read: those of the school's interviewers, and files opened by break-glass."""
    paths = actor.paths(Action.INTERVIEW, Depth.NOTES)
    here = under(paths, "signal__class_node__path") | (Q(signal__class_node=None) & under(paths, "school__path"))
    return Interview.objects.filter(here | Q(subject__in=actor.glass))


def visible_reports(actor: Actor) -> QuerySet[Evidence]:
    """What the actor reported, for a list that says when and about whom, never what came of it."""
    if actor.person is None:
        return Evidence.objects.none()
    return Evidence.objects.filter(reporter=actor.person, kind="report")


def reportable(actor: Actor, at: datetime, action: str) -> QuerySet[Enrolment]:
    """Students about whom the actor may write an observation, a quick or a peer report; never themselves."""
    rows = visible_enrolments(actor, at, action)
    return rows.exclude(person=actor.person) if actor.person is not None else rows.none()


def own_enrolment(actor: Actor, at: datetime) -> QuerySet[Enrolment]:
    """Where a student who asks to talk is today."""
    if actor.person is None:
        return Enrolment.objects.none()
    return Enrolment.objects.filter(current(localdate(at)), person=actor.person)


def may_hold(post: Post, school: Organisation) -> bool:
    """Whether a post can answer for a school: it lies at the school, below it, or above it."""
    place, path = post.organisation.path or "-", school.path or "-"
    return place.startswith(path) or path.startswith(place)
