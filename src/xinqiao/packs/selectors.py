"""Shaped reads of the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import QuerySet

from xinqiao.packs import vocabulary
from xinqiao.packs.core import checks
from xinqiao.packs.core.clauses import ClauseRow, listing, natural
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.packs.rules import version_key


def newest(editions: Iterable[Edition]) -> list[Edition]:
    """The highest version of each pack, shipped packs first, by number."""
    best: dict[str, Edition] = {}
    for edition in editions:
        held = best.get(edition.pack)
        if held is None or version_key(edition.version) > version_key(held.version):
            best[edition.pack] = edition
    return sorted(best.values(), key=lambda each: (each.owner_id is not None, natural(each.pack)))


def published(pack: str = "") -> QuerySet[Edition]:
    rows = Edition.objects.filter(state=EditionState.PUBLISHED)
    return rows.filter(pack=pack) if pack else rows


def parent_of(raw: Mapping[str, Any]) -> Edition | None:
    """The published (or since withdrawn) edition a text says it is based on."""
    wanted = raw.get("based_on")
    if not isinstance(wanted, Mapping):
        return None
    rows = Edition.objects.filter(pack=str(wanted.get("pack", "")), version=str(wanted.get("version", "")))
    return rows.exclude(state__in=[EditionState.DRAFT, EditionState.IN_REVIEW]).first()


def newer_parent(edition: Edition) -> Edition | None:
    """The newest published version of the parent, when it is newer than the one this is based on."""
    if edition.based_on is None or edition.based_on.pack == edition.pack:
        return None
    best = newest(published(edition.based_on.pack))
    if not best or version_key(best[0].version) <= version_key(edition.based_on.version):
        return None
    return best[0]


def codes() -> set[str] | None:
    """Indicator codes a pack may name; None while the house has not told."""
    figures = vocabulary.figures()
    return None if figures is None else set(figures)


def problems_of(text: str, edition: Edition | None = None) -> list[checks.Problem]:
    """Everything wrong with a text, and whether its name is free. edition: the draft it belongs to."""
    parent, raw = _parent(text)
    found = checks.problems_of_text(text, codes(), parent.data if parent else None)
    if raw:
        taken = name_taken(str(raw.get("pack", "")), str(raw.get("version", "")), edition)
        if taken is not None:
            found.insert(0, taken.at(checks.read.lines(text)))
    return found


def _parent(text: str) -> tuple[Edition | None, dict[str, Any]]:
    try:
        raw = checks.read.load(text)
    except checks.PackRefusal:
        return None, {}
    return parent_of(raw), raw


def name_taken(pack: str, version: str, edition: Edition | None) -> checks.Problem | None:
    """Whether another organisation has the id, or this version is there already."""
    others = Edition.objects.filter(pack=pack)
    if edition is not None:
        others = others.exclude(pk=edition.pk)
    owner = edition.owner_id if edition is not None else None
    for other in others:
        if other.owner_id != owner:
            return checks.fault("pack", checks.N_("编号“%(pack)s”已被别的方案用了，请换一个"), pack=pack)
        if other.version == version:
            words = checks.N_("第 %(version)s 版已经有了，请把版本号改大")
            return checks.fault("version", words, version=version)
    return None


@cache
def shipped_texts() -> dict[str, str]:
    """File name → text of every pack that came with the house, in their order."""
    folder = files("xinqiao.packs").joinpath("shipped")
    names = sorted((entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=natural)
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def shipped_packs() -> list[Pack]:
    """The packs that came with the house, read from their files."""
    return [Pack(checks.read.compile_pack(checks.read.load(text))) for text in shipped_texts().values()]


def shipped_clauses() -> list[ClauseRow]:
    """Clause → pack → carrier → evidence, of everything that came with the house."""
    return listing(shipped_packs(), vocabulary.is_live)
