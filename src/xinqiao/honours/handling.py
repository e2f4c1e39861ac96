"""What every verb of this room does besides its own move: lock, trail, telling somebody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.honours.models import Application, Round
from xinqiao.outbox.services import announce


def locked_round(pk: int) -> Round:
    return Round.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=pk)


def locked_application(pk: int) -> Application:
    """The application, held; its round first, as deciding holds that too."""
    locked_round(Application.objects.values_list("round", flat=True).get(pk=pk))
    rows = Application.objects.select_for_update(of=("self",))
    return rows.select_related("round__organisation", "organisation", "person").get(pk=pk)


def note(actor: Actor, action: str, at: datetime, row: models.Model, owner: int, **facts: Any) -> None:
    """One act into the trail of organisation ``owner``; facts are codes and numbers only."""
    record(account=actor.account, who=actor.who, action=action, at=at, owner=owner, subject=row, **facts)


def tell(person_ids: Iterable[int], at: datetime) -> None:
    for person_id in sorted(set(person_ids)):
        announce("person.waits", at=at, person_id=person_id)
