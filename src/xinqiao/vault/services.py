"""Changing keys: a new one for each organisation, and every sealed value under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction

from xinqiao.kernel import crypto
from xinqiao.vault import keys, second_factor
from xinqiao.vault.fields import Sealed, SealedField
from xinqiao.vault.models import DataKey

BATCH = 500
Report = Callable[[int, int], None]
"""``report(done, total)`` after each batch of rows looked at."""


def _silent(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True)
class Column:
    model: type[models.Model]
    field: SealedField[Any, Any]

    def __str__(self) -> str:
        return self.field.context


def sealed_columns() -> list[Column]:
    """Every sealed column of every room, in a steady order."""
    found = [
        Column(model, field)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
    ]
    return sorted(found, key=str)


def owners() -> list[int]:
    """Organisations that have a key."""
    return list(DataKey.objects.values_list("owner", flat=True).distinct().order_by("owner"))


def rotate(owners: list[int], at: datetime) -> None:
    """A new active key for each owner; what was sealed before still opens with its old one."""
    for owner in owners:
        keys.rotate(owner, at)
    keys.forget()


def reseal(owners: list[int], report: Report = _silent) -> int:
    """Seal every value of ``owners`` with their active key; returns how many were changed.

    Rows already under the active key are passed by, so that a run that was cut short is taken up by running it again.
    A row is only written when it still holds what was read: nobody's edit in between is lost.
    Raises crypto.Unreadable for a value that does not open, naming the row.
    """
    wanted = set(owners)
    columns = sealed_columns()
    total = sum(column.model._default_manager.count() for column in columns) + second_factor.how_many()
    changed = seen = 0
    for column in columns:
        for batch in _batches(column):
            changed += _reseal_batch(column, batch, wanted)
            seen += len(batch)
            report(seen, total)
    if second_factor.HOUSE in wanted:
        changed += _reseal_second_factors()
        report(total, total)
    return changed


def _reseal_second_factors() -> int:
    key_id = keys.active_key(second_factor.HOUSE)[0]
    return sum(second_factor.reseal(pk, key_id) for pk in [row.pk for row in second_factor.all_rows()])


def _batches(column: Column) -> Iterator[list[models.Model]]:
    last = None
    while True:
        rows = column.model._default_manager.order_by("pk")
        batch = list(rows.filter(pk__gt=last)[:BATCH] if last is not None else rows[:BATCH])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


@transaction.atomic
def _reseal_batch(column: Column, batch: list[models.Model], wanted: set[int]) -> int:
    changed = 0
    for row in batch:
        owner = getattr(row, column.field.owner) or 0
        old = getattr(row, column.field.attname)
        if owner not in wanted or not isinstance(old, Sealed) or not old:
            continue
        if crypto.key_id_of(old.blob) == keys.active_key(owner)[0]:
            continue
        try:
            fresh = column.field.seal(old.reveal(), owner)
        except crypto.Unreadable as error:
            raise crypto.Unreadable(f"{column} pk={row.pk}") from error
        same = column.model._default_manager.filter(pk=row.pk, **{column.field.attname: old})
        changed += same.update(**{column.field.attname: fresh})
    return changed


def unread_keys(owners: list[int], at: datetime) -> list[int]:
    """Ids of keys retired for long enough that no value needs any more, after a complete ``reseal``."""
    needed = second_factor.keys_in_use()
    for column in sealed_columns():
        for blob in column.model._default_manager.values_list(column.field.attname, flat=True).iterator(
            chunk_size=5000
        ):
            if isinstance(blob, Sealed) and blob:
                needed.add(crypto.key_id_of(blob.blob))
    retired = DataKey.objects.filter(owner__in=owners, retired_at__lt=at - keys.KEPT_AFTER_RETIREMENT)
    return [pk for pk in retired.values_list("pk", flat=True) if pk not in needed]
