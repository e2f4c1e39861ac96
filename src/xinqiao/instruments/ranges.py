"""Item ids written short: ``q1-q9`` stands for every item from q1 to q9 in the order of the sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_NUMBERED = re.compile(r"^(?P<stem>.*?)(?P<number>\d+)$")


class UnknownItem(Exception):
    """A reference to an item that is not there, or a range that runs backwards."""


def expand(references: Iterable[str], ids: Sequence[str]) -> tuple[str, ...]:
    """The ids that ``references`` stand for. Raises UnknownItem for one that names nothing."""
    out: list[str] = []
    for reference in references:
        first, dash, last = (part.strip() for part in reference.partition("-"))
        if first not in ids or (dash and last not in ids):
            raise UnknownItem(reference)
        start = ids.index(first)
        stop = ids.index(last) if dash else start
        if stop < start:
            raise UnknownItem(reference)
        out += ids[start : stop + 1]
    return tuple(out)


def expand_keys(table: Mapping[str, Any], ids: Sequence[str]) -> dict[str, Any]:
    """The same for the keys of a mapping: ``{"q1-q3": 1}`` becomes three entries."""
    return {name: value for reference, value in table.items() for name in expand([reference], ids)}


def make_ids(reference: str) -> list[str]:
    """New ids for ``q1-q100``. Raises UnknownItem when the two ends do not share a stem and count upwards."""
    ends = [_NUMBERED.match(part.strip()) for part in reference.split("-")]
    if len(ends) != 2 or not ends[0] or not ends[1] or ends[0]["stem"] != ends[1]["stem"]:
        raise UnknownItem(reference)
    first, last = int(ends[0]["number"]), int(ends[1]["number"])
    if last < first:
        raise UnknownItem(reference)
    return [f"{ends[0]['stem']}{number}" for number in range(first, last + 1)]
