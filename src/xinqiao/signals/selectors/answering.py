"""Who answers for a signal, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.timezone import localdate, localtime

from xinqiao.access.chain import CARE_CHAIN, care_chain, holders, on_duty
from xinqiao.access.enums import Action, Depth, PostKind
from xinqiao.access.models import Post
from xinqiao.access.table import depth_of
from xinqiao.people.models import Organisation, current
from xinqiao.people.selectors import working_time
from xinqiao.signals import rules
from xinqiao.signals.enums import ChangeState, SignalState, Step, Urgency
from xinqiao.signals.models import OPEN, LevelChange, Signal

APPOINTERS = (PostKind.SCHOOL_ADMIN, PostKind.SYSTEM_ADMIN, PostKind.DATA_OFFICER)
"""Who is told that a signal waits when nobody at the school and above it can answer: they can appoint somebody."""


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
