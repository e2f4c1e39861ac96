"""Finding and making data keys. Keys are few and never change, so each process remembers those it has opened."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret
from xinqiao.vault.models import DataKey

_MASTER_CONTEXT = "vault.data_key"
_opened: dict[int, bytes] = {}
_active: dict[int, int] = {}


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
    if owner not in _active:
        row = DataKey.objects.filter(owner=owner, retired_at=None).first()
        if row is None:
            try:
                with transaction.atomic():
                    row = _make(owner, timezone.now())
            except IntegrityError:  # another process was first
                row = DataKey.objects.get(owner=owner, retired_at=None)
            if transaction.get_connection().in_atomic_block:
                # Not remembered: the row disappears if the surrounding transaction rolls back.
                return row.pk, _open(row)
        _active[owner] = row.pk
        _opened[row.pk] = _open(row)
    key_id = _active[owner]
    return key_id, key_by_id(key_id)


def _open(row: DataKey) -> bytes:
    return crypto.unseal(bytes(row.sealed_key), key=_master(), context=_MASTER_CONTEXT)


def key_by_id(key_id: int) -> bytes:
    if key_id not in _opened:
        row = DataKey.objects.filter(pk=key_id).first()
        if row is None:
            raise crypto.Unreadable
        return _open(row) if transaction.get_connection().in_atomic_block else _opened.setdefault(key_id, _open(row))
    return _opened[key_id]


@transaction.atomic
def rotate(owner: int, at: datetime) -> DataKey:
    """Retire the active key of ``owner`` and make a new one. Old values open until they are sealed again."""
    DataKey.objects.filter(owner=owner, retired_at=None).update(retired_at=at)
    row = _make(owner, at)
    transaction.on_commit(forget)
    _active.pop(owner, None)
    return row
