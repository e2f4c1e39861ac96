"""A pack made from another one: only what differs is written, so the parent's corrections keep coming."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from xinqiao.packs.core.problems import PackRefusal
from xinqiao.packs.core.words import N_

OWN = ("pack", "version", "title", "title_en", "summary", "summary_en", "origin", "based_on")


def derived(raw: Mapping[str, Any], parent: Mapping[str, Any] | None) -> dict[str, Any]:
    """The parent with ``raw["changes"]`` made: removals first, then settings, then additions.

    Raises Refusal: "parent" (it is missing or another version), "path" (field = path that leads nowhere) and "taken"
    (an added id is there already).
    """
    wanted = raw["based_on"]
    if parent is None or parent["pack"] != wanted["pack"] or parent["version"] != wanted["version"]:
        raise PackRefusal(
            N_("方案库里没有“%(pack)s”的第 %(version)s 版。请先导入它，或改 based_on。"),
            code="parent",
            field="based_on",
            **wanted,
        )
    data = deepcopy(dict(parent))
    data.pop("based_on", None)
    changes = raw.get("changes") or {}
    for path in changes.get("remove") or []:
        remove(data, path)
    for path, value in (changes.get("set") or {}).items():
        put(data, path, value)
    for section, entries in (changes.get("add") or {}).items():
        add(data, section, entries)
    for name in ("title", "summary"):
        if name in raw:
            data.pop(f"{name}_en", None)  # the parent's English would belong to another Chinese
    return data | {name: raw[name] for name in OWN if name in raw}


def find(data: Any, path: str) -> Any:
    """What a path leads to. Raises Refusal("path")."""
    holder, key = step_to(data, path)
    if isinstance(holder, list):
        return holder[key]
    if key not in holder:
        raise _lost(path)
    return holder[key]


def remove(data: Any, path: str) -> None:
    """Take one entry or field away. Raises Refusal("path") when it is not there."""
    holder, key = step_to(data, path)
    if isinstance(holder, dict) and key not in holder:
        raise _lost(path)
    del holder[key]


def put(data: Any, path: str, value: Any) -> None:
    """Set one field; the entry it belongs to must be there. Raises Refusal("path")."""
    holder, key = step_to(data, path)
    if isinstance(holder, list) and isinstance(value, Mapping):
        value = {**value, "id": holder[key].get("id")} if isinstance(holder[key], Mapping) else value
    holder[key] = deepcopy(value)


def add(data: dict[str, Any], section: str, entries: Any) -> None:
    """Add entries to a list, or clauses to the mapping. Raises Refusal("taken")."""
    if isinstance(entries, Mapping):
        held = data.setdefault(section, {})
        for key, value in entries.items():
            if key in held:
                raise _taken(section, key)
            held[key] = deepcopy(value)
        return
    rows = data.setdefault(section, [])
    for entry in entries:
        if any(row.get("id") == entry.get("id") for row in rows):
            raise _taken(section, str(entry.get("id")))
        rows.append(deepcopy(entry))


def step_to(data: Any, path: str) -> tuple[Any, Any]:
    """(holder, key or number) of the last part of a path; every part before it must exist.

    Entries of lists are named by id. Names with a dot of their own (clause ``14.2``) are understood.
    """
    parts, holder, at = path.split("."), data, 0
    while True:
        key, used = _key(holder, parts[at:], path)
        at += used
        if at == len(parts):
            return holder, key
        holder = holder[key]


def _key(holder: Any, parts: list[str], path: str) -> tuple[Any, int]:
    if isinstance(holder, list):
        for used in range(1, len(parts) + 1):
            name = ".".join(parts[:used])
            for number, entry in enumerate(holder):
                if isinstance(entry, Mapping) and str(entry.get("id")) == name:
                    return number, used
        if parts[0].isdigit() and int(parts[0]) < len(holder):
            return int(parts[0]), 1
        raise _lost(path)
    if not isinstance(holder, Mapping):
        raise _lost(path)
    for used in range(1, len(parts) + 1):
        name = ".".join(parts[:used])
        if name in holder:
            return name, used
    if len(parts) == 1:
        return parts[0], 1
    raise _lost(path)


def _lost(path: str) -> PackRefusal:
    words = N_("母方案里没有“%(path)s”。请对照母方案检查写法，例如 measures.census.owners。")
    return PackRefusal(words, code="path", field=path, path=path)


def _taken(section: str, name: str) -> PackRefusal:
    words = N_("母方案里已经有 %(path)s。要改它请用 set，要新增请换一个 id。")
    return PackRefusal(words, code="taken", field=f"{section}.{name}", path=f"{section}.{name}")
