"""A derived pack moves to a newer version of its parent; where both changed the same thing, a person chooses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.core import derive, read
from xinqiao.packs.core.problems import PackRefusal
from xinqiao.packs.core.schema import is_derived
from xinqiao.packs.core.words import N_

BOTH, GONE, TAKEN = "both", "gone", "taken"


@dataclass(frozen=True)
class Conflict:
    """One change of ours that meets a change of the parent's.

    reason: ``both`` (both changed it; ours is kept unless theirs is taken), ``gone`` (the parent no longer has it; ours
    falls away) or ``taken`` (the parent now has an entry of the same id; ours replaces it unless theirs is taken).
    mine None means: we removed it.
    """

    path: str
    reason: str
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class Rebased:
    """raw: the derived pack on the new parent, ready for ``read.compile_pack``."""

    raw: dict[str, Any]
    conflicts: tuple[Conflict, ...]
    text: str


def onto(text: str, old: Mapping[str, Any], new: Mapping[str, Any], take: Collection[str] = ()) -> Rebased:
    """A derived pack's text on a newer parent.

    old, new: compiled data of the parent, before and now. take: paths of conflicts in which the parent's is taken.
    The text keeps its comments when nothing but the version number changes. Raises what ``read.load`` raises, and
    Refusal("derived") for a pack that is not derived.
    """
    raw = read.load(text)
    if not is_derived(raw):
        raise PackRefusal(N_("这个方案是完整的，没有母方案可以更新。"), code="derived")
    changes = deepcopy(dict(raw.get("changes") or {}))
    conflicts: list[Conflict] = []
    sets, conflicts_of_sets = _settings(changes.get("set") or {}, old, new, take)
    removals, conflicts_of_removals = _removals(changes.get("remove") or [], old, new, take)
    additions, kept, conflicts_of_additions = _additions(changes.get("add") or {}, new, take)
    conflicts += conflicts_of_sets + conflicts_of_removals + conflicts_of_additions
    parts = {"set": sets | kept, "remove": removals, "add": additions}
    made = {name: part for name, part in parts.items() if part}
    moved = dict(raw) | {"based_on": {"pack": new["pack"], "version": new["version"]}, "changes": made}
    same = {name: part for name, part in changes.items() if part} == made
    return Rebased(
        moved,
        tuple(conflicts),
        read.with_values(text, {"based_on.version": str(new["version"])}) if same else read.dump(moved),
    )


def _settings(
    sets: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any], take: Collection[str]
) -> tuple[dict[str, Any], list[Conflict]]:
    kept, conflicts = {}, []
    for path, mine in sets.items():
        before, _had = _value(old, path)
        theirs, reachable = _value(new, path)
        if not reachable:
            conflicts.append(Conflict(path, GONE, mine, None))
            continue
        if theirs == mine:
            continue  # the parent says the same now: no difference of ours any more
        if before != theirs:
            conflicts.append(Conflict(path, BOTH, mine, theirs))
            if path in take:
                continue
        kept[path] = mine
    return kept, conflicts


def _removals(
    paths: list[str], old: Mapping[str, Any], new: Mapping[str, Any], take: Collection[str]
) -> tuple[list[str], list[Conflict]]:
    kept, conflicts = [], []
    for path in paths:
        theirs, reachable = _value(new, path)
        if not reachable or theirs is None:
            continue
        if _value(old, path)[0] != theirs:
            conflicts.append(Conflict(path, BOTH, None, theirs))
            if path in take:
                continue
        kept.append(path)
    return kept, conflicts


def _additions(
    added: Mapping[str, Any], new: Mapping[str, Any], take: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any], list[Conflict]]:
    """(additions that stay, additions that become settings, conflicts)."""
    stay: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    conflicts = []
    for section, entries in added.items():
        keyed = isinstance(entries, Mapping)
        rows = entries.items() if keyed else [(str(entry["id"]), entry) for entry in entries]
        for name, entry in rows:
            path = f"{section}.{name}"
            theirs, reachable = _value(new, path)
            if reachable and theirs is not None:
                conflicts.append(Conflict(path, TAKEN, entry, theirs))
                if path not in take:
                    settings[path] = entry
            elif keyed:
                stay.setdefault(section, {})[name] = entry
            else:
                stay.setdefault(section, []).append(entry)
    return stay, settings, conflicts


def _value(data: Mapping[str, Any], path: str) -> tuple[Any, bool]:
    """(value or None, whether the place it belongs to exists)."""
    try:
        holder, key = derive.step_to(data, path)
    except Refusal:
        return None, False
    return (holder[key] if isinstance(holder, list) else holder.get(key)), True
