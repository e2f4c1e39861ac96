"""Words a pack may use that higher or neighbouring rooms own; each tells them when the house starts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """An indicator as a pack sees it. live: whether our own records show it."""

    code: str
    title: str
    live: bool


_figures: list[Callable[[], Collection[Figure]]] = []


def learn(figures: Callable[[], Collection[Figure]]) -> None:
    """Called from ``apps.ready`` of the room above both packs and indicators."""
    _figures[:] = [figures]


def figures() -> dict[str, Figure] | None:
    """By code; None while nobody has told (then codes are not asked about)."""
    told = [figure for source in _figures for figure in source()]
    return {figure.code: figure for figure in told} or None


def is_live(code: str) -> bool:
    known = figures() or {}
    return code in known and known[code].live
