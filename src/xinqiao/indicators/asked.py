"""What upper rooms ask of figures: which parameters are wanted, and what shall be reached. Plans sign up here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xinqiao.people.models import Organisation


@dataclass(frozen=True)
class Asked:
    """One figure somebody wants. path: target by year (``targets.target_for``), empty without a target. by_school_year:
    whether its years are school years. places: ids of the organisations it is a target for. title: whose, for people
    (a plan's name). url: where that stands."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, float] = field(default_factory=dict)
    places: frozenset[int] = frozenset()
    title: str = ""
    url: str = ""
    by_school_year: bool = True


Asker = Callable[[Organisation, date], Iterable[Asked]]
"""(organisation, day) → what is asked that day of it or of anything below it. A fixed number of queries."""

_askers: list[Asker] = []


def register(asker: Asker) -> None:
    """In ``apps.ready`` of the room that asks; signing up twice keeps one."""
    if asker not in _askers:
        _askers.append(asker)


def within(node: Organisation, on: date) -> list[Asked]:
    """Everything asked of the subtree of ``node``."""
    return [asked for asker in _askers for asked in asker(node, on)]


def of(node: Organisation, on: date) -> list[Asked]:
    """What is asked of ``node`` itself."""
    return [asked for asked in within(node, on) if node.pk in asked.places]
