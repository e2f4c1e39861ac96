"""What a school says of itself: where help is, its words for levels, who signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation

LEVELS = 5


@dataclass(frozen=True)
class TenantWords:
    """room, hours, adult: lines of the help block. lines: further (label, number or words). level_words: five words,
    gravest last, or none for the house's. guardian_signs: guardians of 14–17 year-olds sign for screening too.
    location: where the school lies on the district's drawing, 0–1000 from the left and from the top; None: nowhere."""

    room: str = ""
    hours: str = ""
    adult: str = ""
    lines: list[tuple[str, str]] = field(default_factory=list)
    level_words: list[str] = field(default_factory=list)
    guardian_signs: bool = False
    location: tuple[int, int] | None = None


@transaction.atomic
def save_tenant_words(*, actor: Actor, school: Organisation, words: TenantWords, at: datetime) -> Organisation:
    """Keep what the school says; other options of the organisation stay as they are.

    Raises PermissionDenied, Refusal when level words are neither five nor none, or two are the same.
    """
    school = Organisation.objects.select_for_update(of=("self",)).get(pk=school.pk)
    if not actor.may(Action.MANAGE_PEOPLE, school.path or "-", Depth.CARE):
        raise PermissionDenied
    levels = [word.strip() for word in words.level_words if word.strip()]
    if levels and (len(levels) != LEVELS or len(set(levels)) != LEVELS):
        raise Refusal(_("五个级别的叫法要么都填、互不相同，要么都不填。"), code="levels", field="level_0")
    options: dict[str, Any] = dict(school.options or {})
    before = dict(options)
    _set(options, "room", words.room.strip())
    _set(options, "hours", words.hours.strip())
    _set(options, "adult", words.adult.strip())
    _set(options, "help_lines", [[label.strip(), number.strip()] for label, number in words.lines if label.strip()])
    _set(options, "level_words", levels)
    _set(options, "location", list(words.location) if words.location else None)
    consent: Mapping[str, Any] = options.get("consent") or {}
    options["consent"] = {**consent, "guardian_14_17": "consent" if words.guardian_signs else "notice"}
    changed = sorted(name for name in {*options, *before} if options.get(name) != before.get(name))
    if changed:
        school.options = options
        school.save(update_fields=["options"])
        record(
            account=actor.account,
            who=actor.who,
            action="tenant.changed",
            at=at,
            owner=school.pk,
            subject=school,
            fields=changed,
        )
    return school


def _set(options: dict[str, Any], name: str, value: Any) -> None:
    if value:
        options[name] = value
    else:
        options.pop(name, None)
