"""People around a task."""

from __future__ import annotations

from datetime import date

from xinqiao.access.models import Post
from xinqiao.people.models import current
from xinqiao.plans.models import Task
from xinqiao.plans.policies import WORKERS


def heirs(task: Task, on: date) -> list[Post]:
    """Posts of the unit, and of what is in it, to which a task may be handed on; those that may own it first."""
    held = Post.objects.filter(current(on), organisation__path__startswith=task.unit.path, kind__in=WORKERS)
    rank = {kind: place for place, kind in enumerate(task.owners)}
    found = held.exclude(pk=task.owner_id or 0).select_related("person", "organisation")
    return sorted(found, key=lambda post: (rank.get(post.kind, len(rank)), post.organisation.path, post.pk))
