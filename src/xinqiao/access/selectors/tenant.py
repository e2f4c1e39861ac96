"""What the actor's organisation says of itself: help lines, words for levels. The nearest organisation wins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.policies import wards_of
from xinqiao.people.models import Enrolment, Organisation, current

LEVELS = 5


def tenant_options(actor: Actor, at: datetime) -> dict[str, Any]:
    """Options along the way from the root to where the actor is, nearer ones over farther ones.

    One query for who holds a post, two for students, three for guardians; none for who is nowhere.
    """
    return options_along(_path(actor, at))


def options_along(path: str) -> dict[str, Any]:
    """Options of the organisations on a path like ``1/4/9/``, nearer ones over farther ones. One query."""
    ids = [int(part) for part in path.split("/") if part]
    if not ids:
        return {}
    rows = Organisation.objects.filter(pk__in=ids).order_by("path").values_list("options", flat=True)
    merged: dict[str, Any] = {}
    for options in rows:
        merged.update(options or {})
    return merged


def _path(actor: Actor, at: datetime) -> str:
    """Where the actor is: the place of the deepest post, a student's class, the class of a guardian's first child."""
    if actor.posts:
        return max((post.path for post in actor.posts), key=len)
    if actor.person is None:
        return ""
    held = Enrolment.objects.filter(current(localdate(at)))
    own = held.filter(person=actor.person).values_list("class_node__path", flat=True).first()
    if own is None and actor.kind != "student":
        wards = wards_of(actor, at).values("pk")
        own = held.filter(person__in=wards).order_by("pk").values_list("class_node__path", flat=True).first()
    return own or ""


def help_lines(options: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """(label, number or words): the school's room and adult first, its own lines, then the numbers of the house."""
    lines: list[tuple[Any, Any]] = []
    place = " · ".join(part for part in (options.get("room"), options.get("hours")) if part)
    if place:
        lines.append((_("心理辅导室"), place))
    if options.get("adult"):
        lines.append((_("可以找的大人"), options["adult"]))
    lines += [(label, number) for label, number in options.get("help_lines") or []]
    return lines + list(settings.XINQIAO_HELP_LINES)


def level_words(options: Mapping[str, Any]) -> list[str] | None:
    """The school's five words for levels 0–4, or None for the house's."""
    words = options.get("level_words") or []
    return list(words) if len(words) == LEVELS else None
