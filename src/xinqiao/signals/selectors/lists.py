"""Signals as their readers may see them: queue, search, counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, Q, QuerySet
from django.utils.timezone import localdate

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.people.models import Person
from xinqiao.people.selectors import class_title
from xinqiao.signals import policies, rules
from xinqiao.signals.enums import NudgeWhy, SignalState, Source, Urgency
from xinqiao.signals.models import OPEN, Nudge, Signal


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
    fresh: bool
    """The reader has not opened it since it was given to them."""

    @property
    def pk(self) -> int:
        return self.signal.pk


def listed(signals: QuerySet[Signal]) -> QuerySet[Signal]:
    """With everything a row draws, in the order of triage."""
    return signals.select_related("subject", "school", "class_node", "owner", "owner_post").order_by(
        "urgency", "respond_by", "raised_at", "pk"
    )


def rows(actor: Actor, signals: Iterable[Signal], at: datetime) -> list[Row]:
    """Two queries more than the signals themselves, however many there are."""
    found = list(signals)
    subjects = {signal.subject_id for signal in found}
    counts: Mapping[int, int] = dict(
        Signal.objects.filter(OPEN, subject__in=subjects).order_by().values_list("subject").annotate(Count("pk"))
    )
    fresh = set()
    if actor.person is not None:
        news = Nudge.objects.filter(person=actor.person, seen_at=None, signal__in=[signal.pk for signal in found])
        fresh = set(news.values_list("signal", flat=True))
    return [_row(actor, signal, at, counts.get(signal.subject_id, 0), signal.pk in fresh) for signal in found]


def _row(actor: Actor, signal: Signal, at: datetime, open_of_subject: int, fresh: bool) -> Row:
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
        fresh=fresh,
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
    """What waits for one actor: to be taken up (by whomever it may), and what they hold already."""

    raised: int
    urgent: int
    late: int
    mine: int
    reviews: int
    """Among both: levels that are to be looked at again, and talks that were agreed."""
    raised_due_at: datetime | None
    mine_due_at: datetime | None


def tally(actor: Actor, at: datetime) -> Tally:
    """Counts for the home page and the head of the queue: one query. Nothing for who answers for nobody."""
    if not actor.may(Action.ANSWER):
        return Tally(0, 0, 0, 0, 0, None, None)
    raised = Q(state=SignalState.RAISED)
    mine = Q(owner_post__in=[post.id for post in actor.posts]) & ~raised
    found = (
        policies.visible_signals(actor, at)
        .filter(OPEN)
        .order_by()
        .aggregate(
            raised=Count("pk", filter=raised),
            urgent=Count("pk", filter=raised & Q(urgency=Urgency.URGENT)),
            late=Count("pk", filter=raised & Q(respond_by__lt=at)),
            mine=Count("pk", filter=mine),
            reviews=Count("pk", filter=(raised | mine) & Q(source=Source.REVIEW)),
            raised_due_at=Min("respond_by", filter=raised),
            mine_due_at=Min("respond_by", filter=mine),
        )
    )
    return Tally(**found)


@dataclass(frozen=True)
class Wish:
    """What somebody looks for in the list. show: open (default), mine, ended, all."""

    q: str = ""
    show: str = "open"
    urgency: str = ""
    source: str = ""


def wished(actor: Actor, wish: Wish, at: datetime) -> QuerySet[Signal]:
    """The visible signals that fit. A name finds only signals whose student the reader may know by name."""
    found = policies.named_signals(actor, at) if wish.q else policies.visible_signals(actor, at)
    if wish.show == "mine":
        found = found.filter(OPEN, owner_post__in=[post.id for post in actor.posts])
    elif wish.show in {"open", ""}:
        found = found.filter(OPEN)
    elif wish.show == "ended":
        found = found.exclude(OPEN)
    if wish.urgency.isdigit():
        found = found.filter(urgency=int(wish.urgency))
    if wish.source:
        found = found.filter(source=wish.source)
    if wish.q:
        numbered = Q(subject__enrolments__student_number=wish.q)
        found = found.filter(Q(subject__name__icontains=wish.q) | numbered).distinct()
    ended = wish.show in {"ended", "all"}
    return listed(found).order_by("-raised_at", "-pk") if ended else listed(found)


def mark_of(shown: Iterable[Row], tally_now: Tally, at: datetime) -> str:
    """Changes when anything on the page would look different; clocks are shown to the minute."""
    facts = [
        (row.pk, row.signal.state, row.signal.owner_id, row.signal.urgency, row.signal.respond_by) for row in shown
    ]
    return hashlib.sha256(repr((facts, tally_now, at.strftime("%d%H%M"))).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Waits:
    """One line above the queue. pk: the signal. words: why; never what is in it."""

    pk: int
    words: str
    name: str
    place: str
    at: datetime


def nudges(actor: Actor, at: datetime) -> list[Waits]:
    """What changed hands or was missed and the actor has not looked at yet, newest first, one line a signal.

    That a signal is new is said in its row.
    """
    if actor.person is None:
        return []
    unseen = Nudge.objects.filter(person=actor.person, seen_at=None, signal__in=policies.visible_signals(actor, at))
    told = unseen.exclude(why=NudgeWhy.NEW).select_related(
        "signal__subject", "signal__school", "signal__class_node", "signal__owner_post"
    )
    latest: dict[int, Nudge] = {}
    for row in told.order_by("-at", "-pk")[:50]:
        latest.setdefault(row.signal_id, row)
    return [_waits(actor, row, at) for row in list(latest.values())[:4]]


def _waits(actor: Actor, nudge: Nudge, at: datetime) -> Waits:
    signal, named = nudge.signal, policies.shows_name(actor, nudge.signal)
    name = called(signal.subject, named=named, depth=policies.depth_in(actor, signal))
    return Waits(signal.pk, nudge.get_why_display(), name, place_of(signal, localdate(at), within=named), nudge.at)
