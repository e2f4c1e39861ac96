"""How the room writes its trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from xinqiao.access.actor import Actor
from xinqiao.audit import services as audit


def note(actor: Actor, action: str, row: models.Model, school_id: int, at: datetime, **facts: Any) -> None:
    """One act on ``row`` in the trail of its school."""
    person = facts.pop("person", None)
    audit.record(
        account=actor.account, who=actor.who, action=action, at=at, owner=school_id, subject=row, person=person, **facts
    )
