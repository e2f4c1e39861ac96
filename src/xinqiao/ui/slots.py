"""Slots: a lower page names a place, upper rooms fill it. The only way a lower room shows an upper room's things."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

Component = Callable[..., Any]
"""Returns what its slot asks for: drawn text mostly, a list of dicts for "home" and "file"; None for nothing."""


@dataclass(frozen=True)
class _Filling:
    order: int
    function: Component


_slots: dict[str, list[_Filling]] = {}


def fill(slot_name: str, function: Component, order: int = 50) -> None:
    """Let ``function(request, **context)`` draw into ``slot_name``; filling twice with one function keeps one."""
    kept = [filling for filling in _slots.get(slot_name, []) if filling.function is not function]
    _slots[slot_name] = sorted([*kept, _Filling(order, function)], key=lambda filling: filling.order)


def empty(slot_name: str) -> None:
    """Forget what fills ``slot_name`` (for tests)."""
    _slots.pop(slot_name, None)


def filled(slot_name: str, request: HttpRequest, **context: object) -> list[Any]:
    """What the upper rooms want to show here, in order; a component that has nothing to say returns None or ""."""
    drawn = (filling.function(request, **context) for filling in _slots.get(slot_name, []))
    return [piece for piece in drawn if piece]
