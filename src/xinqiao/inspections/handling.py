"""What every verb of this room does besides its own move: lock, trail, telling somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models

from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.audit.services import record
from xinqiao.inspections.models import Round, Sheet
from xinqiao.outbox.services import announce
from xinqiao.people.models import Organisation, current

TOLD = (PostKind.SCHOOL_LEADER, PostKind.MORAL_HEAD, PostKind.UNIT_LEADER, PostKind.BUREAU_LEADER)
"""Who hears at a unit that something waits."""


def locked_round(pk: int) -> Round:
    return Round.objects.select_for_update(of=("self",)).select_related("organisation", "plan").get(pk=pk)


def locked_sheet(pk: int) -> Sheet:
    """The sheet and its round, held until the transaction ends. The round first: publishing holds it too."""
    sheet = Sheet.objects.get(pk=pk)
    locked_round(sheet.round_id)
    rows = Sheet.objects.select_for_update(of=("self",)).select_related("round__organisation", "unit")
    return rows.get(pk=pk)


def note(actor: Actor, action: str, at: datetime, row: models.Model, owner: int, **facts: Any) -> None:
    """One act into the trail of organisation ``owner``; facts are codes and numbers only."""
    record(account=actor.account, who=actor.who, action=action, at=at, owner=owner, subject=row, **facts)


def tell_units(units: Iterable[Organisation], on: date, at: datetime) -> None:
    """Those who lead the units hear that something waits; no result leaves the house."""
    posts = Post.objects.filter(current(on), organisation__in=[unit.pk for unit in units], kind__in=TOLD)
    for person_id in sorted(set(posts.values_list("person", flat=True))):
        announce("person.waits", at=at, person_id=person_id)
