"""What upper rooms have built on a roster since it was applied. They are not imported: their models are walked.

At the time of applying, the newest row of every model that points at a person or a place is noted. A newer row that
points at somebody the import touched depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Max, QuerySet

from xinqiao.people.models import Enrolment, Organisation, Person

_OWN_ROOMS = frozenset({"people", "rosters", "vault", "audit", "outbox"})


def _pointers(target: type[models.Model]) -> Iterator[models.ForeignKey[Any, Any]]:
    for model in apps.get_models():
        if model._meta.app_label in _OWN_ROOMS or not model._meta.managed or model._meta.proxy:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is target:
                yield field


def newest_rows() -> dict[str, Any]:
    """Label of a model → primary key of its newest row, for models that point at persons or places."""
    found: dict[str, Any] = {}
    for target in (Person, Enrolment):
        for field in _pointers(target):
            label = field.model._meta.label_lower
            if label not in found:
                newest = field.model._default_manager.aggregate(newest=Max("pk"))["newest"]
                found[label] = newest if newest is None or isinstance(newest, int) else str(newest)
    return found


def rooms_leaning_on(people: QuerySet[Any, Any], places: QuerySet[Any, Any], marks: Mapping[str, Any]) -> list[str]:
    """Labels of rooms with rows newer than ``marks`` that point at these persons or enrolments (querysets of ids)."""
    rooms: dict[str, None] = {}
    for target, ids in ((Person, people), (Enrolment, places)):
        for field in _pointers(target):
            label = field.model._meta.app_label
            if label in rooms:
                continue
            rows = field.model._default_manager.filter(**{f"{field.name}__in": ids})
            newest = marks.get(field.model._meta.label_lower)
            if newest is not None:
                rows = rows.filter(pk__gt=newest)
            if rows.exists():
                rooms[label] = None
    return list(rooms)


def free_nodes(made: Sequence[int]) -> list[int]:
    """Those of the organisations ``made`` at which nothing points any more, but for one another."""
    free = set(made)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model is Organisation and model != Organisation:
                rows = model._default_manager.filter(**{f"{field.name}__in": made})
                free -= set(rows.order_by().values_list(field.attname, flat=True).distinct())
    while True:
        kept = set(
            Organisation.objects.filter(parent__in=free).exclude(pk__in=free).values_list("parent_id", flat=True)
        )
        if not kept:
            return sorted(free)
        free -= kept
