"""Reads: who answers, how a list looks, where a person stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.timezone import localdate, localtime

from xinqiao.access.actor import Actor
from xinqiao.access.chain import CARE_CHAIN, care_chain, holders, on_duty
from xinqiao.access.enums import Action, Depth, PostKind
from xinqiao.access.models import Post
from xinqiao.access.table import depth_of
from xinqiao.people.models import Organisation, Person, current
from xinqiao.people.selectors import class_title, working_time
from xinqiao.signals import policies, rules
from xinqiao.signals.enums import ChangeState, InterviewState, NudgeWhy, SignalState, Step, Urgency
from xinqiao.signals.models import OPEN, Interview, LevelChange, Nudge, Signal

APPOINTERS = (PostKind.SCHOOL_ADMIN, PostKind.SYSTEM_ADMIN, PostKind.DATA_OFFICER)
"""Who is told that a signal waits when nobody at the school and above it can answer: they can appoint somebody."""


# --- who answers, and until when -----------------------------------------------------------------------------------


def answering(school: Organisation, at: datetime) -> list[Post]:
    """Everybody who can answer for a school, nearest first; those who appoint only when there is nobody else."""
    chain = care_chain(school, at)
    if chain:
        return chain
    above = Organisation.objects.filter(pk__in=school.ancestors_ids()).order_by("-path")
    return [post for node in above for post in holders(node, APPOINTERS, at)]


def held_on(at: datetime) -> Q:
    """Posts that are held at a moment."""
    return current(localdate(at))


def first_answering(school: Organisation, urgency: int, at: datetime, duty_post_id: int | None = None) -> Post | None:
    """Who gets a new signal.

    Urgent: who is on duty, else ``duty_post_id`` (of a campaign) while it is held, else the first of the chain.
    Otherwise the psychology teacher of the school with the fewest open signals, so that two share the work evenly.
    """
    chain = answering(school, at)
    if urgency == Urgency.URGENT:
        return _standing_by(school, duty_post_id, at) or (chain[0] if chain else None)
    teachers = [post for post in chain if post.kind == PostKind.PSYCH_TEACHER]
    if len(teachers) < 2:
        return teachers[0] if teachers else (chain[0] if chain else None)
    load: Mapping[int, int] = dict(
        Signal.objects.filter(OPEN, owner__in=[post.person_id for post in teachers])
        .order_by()
        .values_list("owner")
        .annotate(Count("pk"))
    )
    return min(teachers, key=lambda post: load.get(post.person_id, 0))


def _standing_by(school: Organisation, duty_post_id: int | None, at: datetime) -> Post | None:
    """The post a campaign named for its urgent answers, unless a duty turn says who answers now."""
    if duty_post_id is None or on_duty(school, at) is not None:
        return None
    rows = Post.objects.filter(held_on(at), pk=duty_post_id, kind__in=CARE_CHAIN)
    return rows.select_related("person", "organisation").first()


def next_answering(signal: Signal, at: datetime, barred: Iterable[int] = ()) -> Post | None:
    """Who answers after the owner missed a date; the last of the chain keeps it. ``barred``: persons who may not."""
    chain = [post for post in answering(signal.school, at) if post.person_id not in set(barred)]
    if not chain:
        return None
    places = [place for place, post in enumerate(chain) if post.person_id == signal.owner_id]
    return chain[min(places[0] + 1, len(chain) - 1)] if places else chain[0]


def seconds_for(school: Organisation, barred: Iterable[int], at: datetime) -> list[Post]:
    """Who may agree to a lowering at this school, colleagues first."""
    others = [post for post in care_chain(school, at) if post.person_id not in set(barred)]
    return [post for post in others if depth_of(post.kind, Action.SECOND_LEVEL) >= Depth.PLAN]


def heirs(signal: Signal, at: datetime) -> list[Post]:
    """To whom a signal can be handed: the chain without its owner, and without who may not second their own change."""
    barred = {signal.owner_id, *barred_from(signal)}
    posts = seconds_for(signal.school, barred, at) if signal.state == "awaiting" else answering(signal.school, at)
    return [post for post in posts if post.person_id not in barred]


def barred_from(signal: Signal) -> set[int]:
    """Persons who may not answer for a lowering that waits: who set it and who held the interview."""
    if signal.state != "awaiting":
        return set()
    change = LevelChange.objects.filter(interview__signal=signal, state=ChangeState.AWAITING)
    return {pk for pair in change.values_list("set_by", "interview__interviewer") for pk in pair}


def options_of(school: Organisation) -> dict[str, Any]:
    """Settings at a school: its own win over those above it, key by key."""
    merged: dict[str, Any] = {}
    for options in (
        Organisation.objects.filter(pk__in=school.ancestors_ids()).order_by("path").values_list("options", flat=True)
    ):
        merged |= options or {}
    return merged


def due(school: Organisation, urgency: int, step: str, at: datetime) -> datetime:
    """The last moment of a step that starts now."""
    span = rules.clock(options_of(school), urgency, step)
    return min(span.due(localtime(at), working_time(school)), at + rules.NEVER_LATER[Urgency(urgency)])


def due_in(signal: Signal, at: datetime, state: str | None = None) -> datetime:
    """The date of the step a signal is in (or would be in, in ``state``) when its clock starts now."""
    step: Step = rules.STEP_OF[SignalState(state or signal.state)]
    return due(signal.school, signal.urgency, step, at)


# --- where a person stands -----------------------------------------------------------------------------------------


def current_level(person_id: int) -> LevelChange | None:
    """The change by which the person's level stands now; None when no level was ever set."""
    return current_levels([person_id]).get(person_id)


def current_levels(person_ids: Iterable[int]) -> dict[int, LevelChange]:
    """The same for many, in one query; persons without a level are not in it."""
    rows = LevelChange.objects.filter(person__in=list(person_ids), state=ChangeState.STANDING)
    return {row.person_id: row for row in rows.order_by("stands_from", "pk")}


# --- lists ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A signal as one reader may see it."""

    signal: Signal
    depth: Depth
    name: str
    place: str
    level: int | None
    mine: bool
    others: int
    """Further open signals of the same student."""
    moves: tuple[str, ...] = field(default=())

    @property
    def pk(self) -> int:
        return self.signal.pk


def listed(signals: QuerySet[Signal]) -> QuerySet[Signal]:
    """With everything a row draws, in the order of triage."""
    return signals.select_related("subject", "school", "class_node", "owner", "owner_post").order_by(
        "urgency", "respond_by", "raised_at", "pk"
    )


def rows(actor: Actor, signals: Iterable[Signal], at: datetime) -> list[Row]:
    """One query more than the signals themselves, however many there are."""
    found = list(signals)
    subjects = {signal.subject_id for signal in found}
    counts: Mapping[int, int] = dict(
        Signal.objects.filter(OPEN, subject__in=subjects).order_by().values_list("subject").annotate(Count("pk"))
    )
    return [_row(actor, signal, at, counts.get(signal.subject_id, 0)) for signal in found]


def _row(actor: Actor, signal: Signal, at: datetime, open_of_subject: int) -> Row:
    depth, named = policies.depth_in(actor, signal), policies.shows_name(actor, signal)
    triages = policies.may_triage(actor, signal)
    return Row(
        signal=signal,
        depth=depth,
        name=called(signal.subject, named=named, depth=depth),
        place=place_of(signal, localdate(at), within=named),
        level=getattr(signal, "standing", None) if depth >= Depth.PLAN else None,
        mine=policies.owns(actor, signal),
        others=max(0, open_of_subject - signal.is_open) if triages else 0,
        moves=tuple(signal.moves),
    )


def called(person: Person, *, named: bool, depth: Depth) -> str:
    """A student's name, initials, or nothing at all, by what the reader may know."""
    if named:
        return person.name
    return rules.initials(person.name) if depth >= Depth.CARE else ""


def place_of(signal: Signal, on: date, *, within: bool) -> str:
    """The class for colleagues of the school, the school for everybody else."""
    if within and signal.class_node is not None:
        return class_title(signal.class_node, on, signal.school.system or "63")
    return signal.school.name


@dataclass(frozen=True)
class Tally:
    """What waits for one actor."""

    raised: int
    urgent: int
    mine: int
    late: int
    due_at: datetime | None


def tally(actor: Actor, at: datetime) -> Tally:
    """Counts for the home page and the head of the queue: one query."""
    ids = [post.id for post in actor.posts]
    mine = Q(owner_post__in=ids)
    found = (
        policies.visible_signals(actor, at)
        .filter(OPEN)
        .aggregate(
            raised=Count("pk", filter=Q(state="raised")),
            urgent=Count("pk", filter=Q(state="raised", urgency=Urgency.URGENT)),
            mine=Count("pk", filter=mine),
            late=Count("pk", filter=Q(respond_by__lt=at)),
        )
    )
    first = (
        policies.visible_signals(actor, at)
        .filter(OPEN, mine)
        .order_by("respond_by")
        .values_list("respond_by", flat=True)
    )
    return Tally(**found, due_at=first.first())


# --- what time brings ----------------------------------------------------------------------------------------------


def orphaned(at: datetime) -> QuerySet[Signal]:
    """Open signals whose owner does not hold the post in which they answer, or whose post is somebody else's."""
    day = localdate(at)
    held = current(day, "owner_post__") & Q(owner_post__person=F("owner"))
    return Signal.objects.filter(OPEN).exclude(held)


def overdue(at: datetime) -> QuerySet[Signal]:
    return Signal.objects.filter(OPEN, respond_by__lt=at).order_by("urgency", "respond_by")


def nearly_due(at: datetime) -> QuerySet[Signal]:
    """Open signals whose date is near and whose owner was not told of this date."""
    near = Q(pk__in=[])
    for urgency, before in rules.REMIND_BEFORE.items():
        near |= Q(urgency=urgency, respond_by__lte=at + before)
    told = Nudge.objects.filter(
        signal=OuterRef("pk"), person=OuterRef("owner"), why=NudgeWhy.DUE, due_at=OuterRef("respond_by")
    )
    return Signal.objects.filter(near, ~Exists(told), OPEN, respond_by__gte=at)


def agreed(at: datetime) -> QuerySet[Interview]:
    """Finished interviews whose agreed next date has come and did not become a signal yet."""
    return Interview.objects.filter(state=InterviewState.DONE, next_raised_at=None, next_on__lte=localdate(at))
