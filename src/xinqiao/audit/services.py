"""Adding to the trail, and checking it.

Each entry's digest covers its content and the digest before it, and is made with a key that is not in the database
(HMAC-SHA-256): whoever can write to the tables can neither change an entry nor forge the rest of the chain to fit. The
head is sealed the same way, so that the end of a chain cannot be cut off and the head rewritten.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import models, transaction

from xinqiao.accounts.models import Account
from xinqiao.audit.models import Chain, Entry
from xinqiao.kernel.home import secret


def subject_of(row: models.Model | None) -> str:
    return f"{row._meta.label_lower}:{row.pk}" if row is not None else ""


@cache
def _key() -> bytes:
    return secret("audit")


def _mac(content: list[Any]) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(_key(), text.encode(), hashlib.sha256).hexdigest()


def _digest(entry: Entry) -> str:
    return _mac(
        [
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
    )


def _seal(chain: Chain) -> str:
    return _mac(["head", chain.owner, chain.length, chain.head])


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
    chain.seal = _seal(chain)
    chain.save(update_fields=["length", "head", "seal"])
    return entry


@dataclass(frozen=True)
class Break:
    """A place where a trail does not fit. ``number`` is the first entry that is wrong.

    reason: missing (an entry is gone), changed (an entry is not what it was), cut (the end is gone, or the head was
    rewritten), anchor (a head noted elsewhere is no longer in the chain).
    """

    owner: int
    number: int
    reason: str


Anchors = Mapping[str, tuple[int, str]]
"""Heads noted at another time, and kept elsewhere: owner → (length, digest)."""


def verify(anchors: Anchors | None = None) -> Iterator[Break]:
    """Walk every trail. Yields at most one Break per chain: what follows a break proves nothing."""
    known = dict(anchors or {})
    for chain in Chain.objects.order_by("owner"):
        found = _first_break(chain, known.pop(str(chain.owner), None))
        if found is not None:
            yield found
    for owner, (length, _head) in known.items():
        if length:
            yield Break(int(owner), length, "anchor")


def _first_break(chain: Chain, anchor: tuple[int, str] | None) -> Break | None:
    previous, number = "", 0
    entries = Entry.objects.filter(chain=chain).order_by("number").iterator(chunk_size=2000)
    for number, entry in enumerate(entries, start=1):
        if entry.number != number:
            return Break(chain.owner, number, "missing")
        if entry.previous != previous or not hmac.compare_digest(entry.digest, _digest(entry)):
            return Break(chain.owner, number, "changed")
        previous = entry.digest
        if anchor and anchor[0] == number and anchor[1] != entry.digest:
            return Break(chain.owner, number, "anchor")
    if (chain.length, chain.head) != (number, previous) or not hmac.compare_digest(chain.seal, _seal(chain)):
        return Break(chain.owner, number + 1, "cut")
    if anchor and anchor[0] > number:
        return Break(chain.owner, number + 1, "anchor")
    return None


def heads() -> dict[str, tuple[int, str]]:
    """Today's anchors: note them somewhere an intruder does not reach."""
    return {str(chain.owner): (chain.length, chain.head) for chain in Chain.objects.order_by("owner")}
