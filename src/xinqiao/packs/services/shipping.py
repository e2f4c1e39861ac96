"""Packs that come with the house become editions when it starts, like the national calendar."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from xinqiao.access.actor import HOUSE
from xinqiao.packs.core import checks, read
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.packs.selectors import parent_of, shipped_texts
from xinqiao.packs.services.shared import note

LOG = logging.getLogger("xinqiao.packs")


def load_shipped(at: datetime) -> list[Edition]:
    """Bring every shipped pack in; returns the editions that are new or were corrected. Quick when all are there.

    A file with a new version becomes a new edition. A file that changed under its old version corrects the edition as
    long as nothing hangs on it; else the edition stays. A file with faults is left out and said in the log: one of
    them must not keep the house shut.
    """
    known = set(Edition.objects.filter(owner=None).values_list("source", flat=True))
    return [
        edition
        for name, text in shipped_texts().items()
        if text not in known and (edition := _bring_in(name, text, at)) is not None
    ]


@transaction.atomic
def _bring_in(name: str, text: str, at: datetime) -> Edition | None:
    raw = read.load(text)
    parent = parent_of(raw)
    faults = [p for p in checks.problems_of_text(text, None, parent.data if parent else None) if p.severity == "fault"]
    if faults:
        LOG.error("shipped pack %s left out: %s", name, faults[0])
        return None
    data = read.compile_pack(raw, parent.data if parent else None)
    held = Edition.objects.select_for_update().filter(pack=data["pack"], version=data["version"]).first()
    if held is not None and (held.owner_id is not None or is_used(held)):
        return None
    edition = held or Edition(pack=data["pack"], version=data["version"], state=EditionState.PUBLISHED)
    edition.title, edition.title_en = data["title"], data.get("title_en", "")
    edition.source, edition.data, edition.digest, edition.based_on = text, data, read.digest(data), parent
    edition.written_at = edition.published_at = at
    edition.save()
    note(HOUSE, "pack.published", edition, at, shipped=True)
    return edition


def is_used(edition: Edition) -> bool:
    """Whether any row of the house points at it: a running plan, or an edition derived from it."""
    for relation in Edition._meta.related_objects:
        name = relation.field.name
        if relation.related_model._default_manager.filter(**{name: edition}).exists():
            return True
    return False
