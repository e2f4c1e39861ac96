"""What every verb of the library needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xinqiao.access.actor import Actor
from xinqiao.audit.services import record
from xinqiao.packs.models import Edition


def locked(edition: Edition) -> Edition:
    return Edition.objects.select_for_update(of=("self",)).select_related("owner", "based_on").get(pk=edition.pk)


def note(actor: Actor, action: str, edition: Edition, at: datetime, **facts: Any) -> None:
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=edition.owner_id or 0,
        subject=edition,
        pack=edition.pack,
        version=edition.version,
        **facts,
    )
