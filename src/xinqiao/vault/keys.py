"""Finding and making data keys. Keys are few and never change, so each process remembers those it has opened.

Nothing is remembered before it is committed: a key made in a transaction that rolls back is gone, and a value sealed
with it from memory afterwards could never be opened again. Which key is active is remembered for a minute only, so that
a server notices a rotation done from the command line.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret
from xinqiao.vault.models import DataKey

_MASTER_CONTEXT = "vault.data_key"
_ACTIVE_SECONDS = 60.0
KEPT_AFTER_RETIREMENT = timedelta(hours=1)
"""A retired key is not destroyed before every process has certainly stopped sealing with it."""
_opened: dict[int, tuple[int, bytes]] = {}
_active: dict[int, tuple[int, float]] = {}


def _master() -> bytes:
    return secret("master")


def forget() -> None:
    """Drop remembered keys (after rotation, and between tests)."""
    _opened.clear()
    _active.clear()


def _make(owner: int, at: datetime) -> DataKey:
    key = crypto.new_key()
    sealed = crypto.seal(key, key=_master(), key_id=0, context=_MASTER_CONTEXT)
    return DataKey.objects.create(owner=owner, sealed_key=sealed, made_at=at)


def active_key(owner: int) -> tuple[int, bytes]:
    """(key id, key) that seals new values of ``owner``, made on first use."""
    key_id, since = _active.get(owner, (0, 0.0))
    if not key_id or time.monotonic() - since > _ACTIVE_SECONDS:
        key_id = _find_active(owner).pk
        found = key_id
        transaction.on_commit(lambda: _active.update({owner: (found, time.monotonic())}))
    return key_id, key_by_id(key_id)[1]


def _find_active(owner: int) -> DataKey:
    row = DataKey.objects.filter(owner=owner, retired_at=None).first()
    if row is not None:
        return row
    try:
        with transaction.atomic():
            return _make(owner, timezone.now())
    except IntegrityError:  # another process was first
        return DataKey.objects.get(owner=owner, retired_at=None)


def key_by_id(key_id: int) -> tuple[int, bytes]:
    """(owner, key). Raises crypto.Unreadable for a key that is not here (any more)."""
    if key_id in _opened:
        return _opened[key_id]
    row = DataKey.objects.filter(pk=key_id).first()
    if row is None:
        raise crypto.Unreadable
    found = (row.owner, _open(row))
    transaction.on_commit(lambda: _opened.update({key_id: found}))
    return found


def _open(row: DataKey) -> bytes:
    return crypto.unseal(bytes(row.sealed_key), key=_master(), context=_MASTER_CONTEXT)


def opens(row: DataKey) -> None:
    """Raises crypto.Unreadable when the master key here is not the one ``row`` was sealed with."""
    _open(row)


@transaction.atomic
def rotate(owner: int, at: datetime) -> DataKey:
    """Retire the active key of ``owner`` and make a new one. Old values open until they are sealed again."""
    DataKey.objects.filter(owner=owner, retired_at=None).update(retired_at=at)
    row = _make(owner, at)
    transaction.on_commit(forget)
    _active.pop(owner, None)
    return row
