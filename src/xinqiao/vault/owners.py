"""Whose keys: owners by the code people know them by.

This room knows owners as numbers only; the room that names them signs up here.
"""

from __future__ import annotations

from collections.abc import Callable

Find = Callable[[str], int | None]

_finders: list[Find] = []


def found_by(find: Find) -> None:
    """Sign up, at start, how a code becomes an owner. ``find(code)`` answers None for a code it does not know."""
    if find not in _finders:
        _finders.append(find)


def by_code(code: str) -> int | None:
    """The owner with this code, None when nobody knows it."""
    return next((owner for find in _finders if (owner := find(code)) is not None), None)
