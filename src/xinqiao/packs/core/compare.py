"""What two versions of a pack differ in, entry by entry and field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xinqiao.packs.core.read import HEAD
from xinqiao.packs.core.shapes import SECTIONS

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True)
class Difference:
    """section: ``measures`` …, ``clauses``, ``evaluation`` or "" (the pack itself). field: "" when a whole entry came
    or went; old and new are then the entry. All of it is JSON by ``dataclasses.asdict``."""

    section: str
    id: str
    field: str
    old: Any
    new: Any
    kind: str
    title: str
    title_en: str = ""

    @property
    def path(self) -> str:
        return ".".join(part for part in (self.section, self.id, self.field) if part)


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Between two compiled packs, in the order of a pack. [] when they ask the same."""
    found = list(_fields("", "", _head(old), _head(new)))
    for section in ("clauses", *SECTIONS, "evaluation"):
        found += _section(section, _rows(old, section), _rows(new, section))
    return found


def _head(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) for name in HEAD if name not in ("pack", "based_on")}


def _rows(data: Mapping[str, Any], section: str) -> dict[str, Mapping[str, Any]]:
    """Entries by id; the evaluation is its own head ("") and its items."""
    if section == "clauses":
        return {str(number): clause for number, clause in (data.get("clauses") or {}).items()}
    if section == "evaluation":
        block = data.get("evaluation") or {}
        head = {"": {name: value for name, value in block.items() if name != "items"}} if block else {}
        return head | {item["id"]: item for item in block.get("items", [])}
    return {entry["id"]: entry for entry in data.get(section) or []}


def _section(
    section: str, old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    for name in [*old, *(each for each in new if each not in old)]:
        if name not in new:
            yield _whole(section, name, old[name], REMOVED)
        elif name not in old:
            yield _whole(section, name, new[name], ADDED)
        else:
            yield from _fields(section, name, old[name], new[name])


def _whole(section: str, name: str, entry: Mapping[str, Any], kind: str) -> Difference:
    before, after = (entry, None) if kind == REMOVED else (None, entry)
    return Difference(section, name, "", before, after, kind, entry.get("title", ""), entry.get("title_en", ""))


def _fields(section: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for field in [*old, *(each for each in new if each not in old)]:
        if old.get(field) != new.get(field):
            yield Difference(
                section, name, field, old.get(field), new.get(field), CHANGED,
                new.get("title", ""), new.get("title_en", ""),
            )  # fmt: skip
