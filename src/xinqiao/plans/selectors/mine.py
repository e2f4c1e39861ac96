"""What is somebody's to do, by the posts they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action
from xinqiao.people.models import Organisation
from xinqiao.people.selectors import under
from xinqiao.plans import policies
from xinqiao.plans.enums import PlanState, TaskState
from xinqiao.plans.models import HandIn, Task
from xinqiao.plans.rules import OPEN_STATES, UNSETTLED
from xinqiao.plans.selectors.rows import TaskRow

NOW, LATER, WAITING, DONE, SHOWN = "now", "later", "waiting", "done", "shown"
_NOT_PUT_AWAY = Q(plan=None) | ~Q(plan__state=PlanState.ARCHIVED)


def _which(on: date) -> dict[str, Q]:
    begun = Q(state__in=OPEN_STATES)
    return {
        NOW: begun & Q(starts_on__lte=on),
        LATER: begun & Q(starts_on__gt=on),
        WAITING: Q(state=TaskState.HANDED_IN),
        DONE: Q(state__in=[TaskState.ACCEPTED, TaskState.WAIVED]) & _NOT_PUT_AWAY,
    }


def mine(actor: Actor, show: str, on: date) -> QuerySet[Task]:
    """Tasks of the actor's own posts; ``shown``: late ones of others that were brought to the actor."""
    posts = policies.own_posts(actor)
    if show == SHOWN:
        return Task.objects.filter(climbed_to__in=posts, state__in=OPEN_STATES).order_by("due_on", "pk")
    rows = Task.objects.filter(_which(on)[show], owner__in=posts)
    return rows.order_by("-settled_at", "-pk") if show == DONE else rows.order_by("due_on", "pk")


def tally(actor: Actor, on: date) -> dict[str, int]:
    """How many there are of each. Two queries."""
    posts = policies.own_posts(actor)
    counts = {name: Count("pk", filter=which) for name, which in _which(on).items()}
    found = Task.objects.filter(owner__in=posts).aggregate(**counts)
    return {**found, SHOWN: mine(actor, SHOWN, on).count()}


@dataclass(frozen=True)
class Band:
    """Tasks of one last day. late: all that are late, in one band whatever their day."""

    due_on: date | None
    late: bool
    rows: list[TaskRow]


def bands(rows: Iterable[TaskRow]) -> list[Band]:
    """Rows in order of their last day → bands, late ones first."""
    found: list[Band] = []
    for row in sorted(rows, key=lambda row: not row.late):
        due_on = None if row.late else row.task.due_on
        if not found or (found[-1].late, found[-1].due_on) != (row.late, due_on):
            found.append(Band(due_on, row.late, []))
        found[-1].rows.append(row)
    return found


# --- what waits for a review --------------------------------------------------------------------------------------


def to_review(actor: Actor) -> list[int]:
    """Ids of the tasks that were handed in and that one of the actor's posts accepts, longest waiting first.

    One query for the candidates; ``policies.reviews`` decides, once for all that are alike to it.
    """
    places = {post.organisation_id for post in actor.posts}
    near = Q(asker__in=places) | Q(unit__in=places, accept="unit")
    near |= under([*actor.paths(Action.RUN_PLANS), *actor.paths(Action.INSPECT)], "asker__path")
    rows = policies.visible_tasks(actor).filter(near, state=TaskState.HANDED_IN).order_by("due_on", "pk")
    known: dict[tuple[Any, ...], bool] = {}
    found = []
    columns = ("pk", "leads", "asker__path", "asker", "unit", "accept", "origin")
    row: tuple[Any, ...]
    for row in rows.values_list(*columns):
        pk, leads, path, *alike = row
        key = (tuple(leads), *alike)
        if key not in known:
            asker, unit, accept, origin = alike
            office = Organisation(pk=asker, path=path)
            task = Task(asker=office, unit_id=unit, accept=accept, origin=origin, leads=leads)
            known[key] = policies.reviews(actor.posts, task)
        if known[key]:
            found.append(pk)
    return found


def to_remind(actor: Actor, on: date) -> QuerySet[Task]:
    """What the actor's offices have asked for, has begun, and is not handed in. Tasks of plans that run."""
    running = Q(plan=None) | Q(plan__state=PlanState.RUNNING)
    rows = Task.objects.filter(running, under(actor.paths(Action.RUN_PLANS), "asker__path"), state__in=OPEN_STATES)
    return rows.filter(starts_on__lte=on).order_by("due_on", "unit__path", "pk")


def unsettled(actor: Actor) -> QuerySet[Task]:
    """What the actor's posts hold and somebody has still to settle."""
    return Task.objects.filter(owner__in=policies.own_posts(actor), state__in=UNSETTLED)


def reviewing(actor: Actor) -> QuerySet[Task]:
    """The tasks of ``to_review``."""
    return Task.objects.filter(pk__in=to_review(actor))


def with_hand_ins(rows: QuerySet[Task]) -> QuerySet[Task]:
    """Each task with the hand-in that waits for a verdict, in ``waiting``, and its files. Two queries more."""
    latest = HandIn.objects.filter(verdict="").select_related("by").prefetch_related("attachments")
    return rows.prefetch_related(Prefetch("hand_ins", latest, to_attr="waiting"))
