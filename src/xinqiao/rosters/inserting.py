"""Inserting a hundred thousand plain rows. ``bulk_create`` spends most of its time building and taking apart models."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


def insert_many(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given as column → value; all rows name the same columns. JSON columns take Python values, binary
    columns bytes. Other values go to the database as they are, so they must be plain."""
    if not rows:
        return
    names = list(rows[0])
    fields = {field.attname: field for field in model._meta.concrete_fields}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(fields[name].column or name) for name in names)
    places = ", ".join(["%s"] * len(names))
    writers = [_writer(fields[name]) for name in names]
    values = [[write(row[name]) for name, write in zip(names, writers, strict=True)] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})", values)  # noqa: S608


def _writer(field: models.Field[Any, Any]) -> Any:
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.BinaryField):
        return memoryview if connection.vendor == "sqlite" else bytes
    return _as_is


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value else "[]" if isinstance(value, list) else "{}"


def _as_is(value: Any) -> Any:
    return value
