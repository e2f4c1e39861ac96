"""Cells of a ledger as a page writes them; the workbook has its own formats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import template

from xinqiao.documents.excel import Column

register = template.Library()


@register.filter
def cells(line: Sequence[object], columns: Sequence[Column]) -> list[dict[str, str]]:
    """(line, columns) → text and class of each cell."""
    return [_cell(value, column.kind) for value, column in zip(line, columns, strict=True)]


def _cell(value: object, kind: str) -> dict[str, str]:
    if value is None or value == "":
        return {"text": "", "kind": ""}
    if isinstance(value, date):
        return {"text": value.isoformat(), "kind": "nowrap"}
    if kind == "percent" and isinstance(value, float):
        return {"text": f"{value:.1%}", "kind": "num"}
    if isinstance(value, float):
        return {"text": f"{value:,.2f}".rstrip("0").rstrip("."), "kind": "num"}
    if isinstance(value, int):
        return {"text": str(value), "kind": "num"}
    text = str(value)
    return {"text": text, "kind": "wrap" if len(text) > 14 else ""}
