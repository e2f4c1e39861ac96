"""What a figure is worth, how the shares of many organisations make one, and which keys tell figures apart. Plain
Python."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

LASTS = timedelta(days=366)
"""A reported figure stands for a year; then it has to be reported again, and until then there is none."""


def value_of(kind: str, scale: float, part: float | None, whole: float | None) -> float | None:
    """The figure itself: a count as it is, everything else part ÷ whole × scale. None when there is nothing to divide
    or nothing known. kind: count, ratio, average or yes."""
    if part is None:
        return None
    if kind == "count":
        return part
    return part / whole * scale if whole else None


def key_of(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """16 hexadecimal digits that name the parameters of a figure; "" when each has its default. Names that the
    indicator does not know are left out."""
    own = trimmed(given, defaults)
    if not own:
        return ""
    text = json.dumps(own, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def trimmed(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that differ from their defaults, as plain JSON values."""
    plain = {name: _plain(value) for name, value in given.items() if name in defaults}
    return {name: value for name, value in plain.items() if value != _plain(defaults[name])}


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list | tuple | set | frozenset) else value


def resolved(
    given: Mapping[str, Any],
    defaults: Mapping[str, Any],
    tenant: Mapping[str, str],
    options: Iterable[Mapping[str, Any]],
) -> dict[str, Any]:
    """Every parameter: as the pack says; else as the nearest organisation sets it; else its default.

    tenant: parameter → key in an organisation's options. options: of the organisation and those above it, nearest
    first. A setting of another kind than the default (a word where a number belongs) is not taken.
    """
    found = dict(defaults) | trimmed(given, defaults)
    chain = list(options)
    for name, key in tenant.items():
        if name in given:
            continue
        own = next((each[key] for each in chain if _fits(each.get(key), defaults[name])), None)
        if own is not None:
            found[name] = own
    return found


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(default, bool)
    if isinstance(default, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(default))


def holding(reports: Iterable[tuple[date, int]], on: date) -> int | None:
    """Which of the reports of one organisation holds on a day: the newest day not after it, of several the last one
    written; None when that is more than a year old.

    reports: (day it is for, number in the order of writing).
    """
    known = [report for report in reports if report[0] <= on]
    if not known:
        return None
    day, number = max(known)
    return number if on - day < LASTS else None
