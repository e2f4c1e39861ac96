"""What an operation would do, step by step, and doing it. A preview and its application run the same code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from xinqiao.people.models import Organisation
from xinqiao.registry.enums import OperationKind
from xinqiao.registry.operations.classes import leave_people, merge, move_people, split, transfer
from xinqiao.registry.operations.draft import Draft, Step
from xinqiao.registry.operations.year import new_year

__all__ = ["Draft", "Step", "draft"]

_DRAFTS: Mapping[OperationKind, Callable[[Organisation, Mapping[str, Any], date], Draft]] = {
    OperationKind.NEW_YEAR: new_year,
    OperationKind.SPLIT: split,
    OperationKind.MERGE: merge,
    OperationKind.MOVE: move_people,
    OperationKind.TRANSFER: transfer,
    OperationKind.LEAVE: leave_people,
}


def draft(kind: str, school: Organisation, parameters: Mapping[str, Any], on: date) -> Draft:
    """The draft of an operation on a day. Raises Refusal with the field that does not fit."""
    return _DRAFTS[OperationKind(kind)](school, parameters, on)
