"""Adding to the trail, and checking it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction

from xinqiao.accounts.models import Account
from xinqiao.audit.models import Chain, Entry


def subject_of(row: models.Model | None) -> str:
    return f"{row._meta.label_lower}:{row.pk}" if row is not None else ""


def _digest(entry: Entry) -> str:
    content = [
        entry.chain_id,
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.account_id,
        entry.who,
        entry.action,
        entry.subject,
        entry.person,
        entry.reading,
        entry.facts,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def record(
    *,
    account: Account | None,
    action: str,
    at: datetime,
    owner: int = 0,
    who: str = "",
    subject: models.Model | None = None,
    person: int | None = None,
    reading: bool = False,
    **facts: Any,
) -> Entry:
    """Add one act to the trail of organisation ``owner``, in the caller's transaction.

    Raises RuntimeError outside a transaction: an act and its trace must commit or vanish together.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit.record needs the transaction of the act it records")
    chain = Chain.objects.select_for_update().filter(owner=owner).first()
    if chain is None:
        Chain.objects.bulk_create([Chain(owner=owner)], ignore_conflicts=True)
        chain = Chain.objects.select_for_update().get(owner=owner)
    entry = Entry(
        chain=chain,
        number=chain.length + 1,
        at=at,
        account=account,
        who=who[:128],
        action=action,
        subject=subject_of(subject),
        person=person,
        reading=reading,
        facts=facts,
        previous=chain.head,
    )
    entry.digest = _digest(entry)
    entry.save(force_insert=True)
    chain.length, chain.head = entry.number, entry.digest
    chain.save(update_fields=["length", "head"])
    return entry


@dataclass(frozen=True)
class Break:
    """A place where a trail does not fit. ``number`` is the first entry that is wrong."""

    owner: int
    number: int
    reason: str


def verify() -> Iterator[Break]:
    """Walk every trail. Yields at most one Break per chain: what follows a break proves nothing."""
    for chain in Chain.objects.order_by("owner"):
        previous, number = "", 0
        for entry in Entry.objects.filter(chain=chain).order_by("number").iterator(chunk_size=2000):
            number += 1
            if entry.number != number:
                yield Break(chain.owner, number, "missing")
                break
            if entry.previous != previous or entry.digest != _digest(entry):
                yield Break(chain.owner, number, "changed")
                break
            previous = entry.digest
        else:
            if (chain.length, chain.head) != (number, previous):
                yield Break(chain.owner, number + 1, "cut")
