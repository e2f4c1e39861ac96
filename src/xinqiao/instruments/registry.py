"""Where definitions are found: the shipped library, files of a district, and what is remembered while running."""

from __future__ import annotations

import threading
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

from xinqiao.instruments import checks, golden, schemas, wording, yamltext
from xinqiao.instruments.building import Builder
from xinqiao.instruments.definition import Definition
from xinqiao.instruments.errors import InstrumentError, Problem

_remembered: dict[str, Definition] = {}
_lock = threading.Lock()


def parse(text: str, *, source: str = "") -> Definition:
    """A definition from YAML text: a whole one, or licensed wording (``text_for``) laid over a shipped key.

    Raises InstrumentError that names every path at fault. What it returns has passed the schema, every check of
    consistency, and its own golden cases. It is not kept; see :func:`remember`.
    """
    document = yamltext.read(text, source=source)
    if "text_for" in document:
        _refuse(schemas.problems(document, "wording"), source)
        base = _base(document["text_for"], source)
        document = wording.lay_over(document, base.document, source=source)
    return from_document(document, source=source)


def from_document(document: dict[str, Any], *, source: str = "") -> Definition:
    """The same for a document that is already plain data."""
    _refuse(schemas.problems(document, "instrument"), source)
    builder = Builder(document)
    definition = builder.build()
    _refuse(builder.problems, source)
    if definition is None:  # pragma: no cover - build() returns None only with problems
        raise InstrumentError([Problem("", "无法读取", "unreadable")], source=source)
    _refuse(checks.problems(definition), source)
    _refuse([*golden.gaps(definition), *golden.failures(definition)], source)
    return definition


def from_kept(document: dict[str, Any], content_hash: str) -> Definition:
    """A definition that passed every check when it was kept, built again and remembered.

    The checks are not asked anew: they may have become stricter since, and a running screening goes on with what it
    began with. Raises InstrumentError when the content is not what the hash names, or can no longer be built.
    """
    builder = Builder(document)
    definition = builder.build()
    _refuse(builder.problems, content_hash)
    if definition is None or definition.hash != content_hash:
        problem = Problem("", "内容与文件名不符，请从备份中找回原来的文件", "the content is not what the name says")
        raise InstrumentError([problem], source=content_hash)
    return remember(definition)


def _refuse(problems: list[Problem], source: str) -> None:
    if problems:
        raise InstrumentError(problems, source=source)


def _base(instrument_id: str, source: str) -> Definition:
    try:
        return load(instrument_id)
    except InstrumentError as error:
        raise InstrumentError([Problem("text_for", p.zh, p.en) for p in error.problems], source=source) from error


@lru_cache(maxsize=1)
def library_ids() -> tuple[str, ...]:
    """Ids of the shipped definitions, sorted."""
    entries = files("xinqiao.instruments").joinpath("library").iterdir()
    return tuple(sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml")))


@lru_cache(maxsize=64)
def load(instrument_id: str) -> Definition:
    """The shipped definition with this id. Raises InstrumentError for an id that is not in the library."""
    if instrument_id not in library_ids():
        near = get_close_matches(instrument_id, library_ids(), n=1)
        hint = f"，是不是想找“{near[0]}”" if near else ""
        problem = Problem(
            "",
            f"没有量表“{instrument_id}”{hint}。现有：{'、'.join(library_ids())}",
            f"there is no instrument {instrument_id}; there are {', '.join(library_ids())}",
        )
        raise InstrumentError([problem])
    name = f"{instrument_id}.yaml"
    text = files("xinqiao.instruments").joinpath("library", name).read_text(encoding="utf-8")
    definition = parse(text, source=name)
    if definition.id != instrument_id:
        problem = Problem("id", f"文件名与编号“{definition.id}”不一致", "file name and id differ")
        raise InstrumentError([problem], source=name)
    return definition


def all_definitions() -> tuple[Definition, ...]:
    """Every shipped definition, by id."""
    return tuple(load(instrument_id) for instrument_id in library_ids())


def remember(definition: Definition) -> Definition:
    """Keep an imported definition for :func:`by_hash` for as long as the process runs."""
    with _lock:
        return _remembered.setdefault(definition.hash, definition)


def by_hash(content_hash: str) -> Definition:
    """The shipped or remembered definition with exactly this content. Raises KeyError when it is not here."""
    found = _remembered.get(content_hash)
    if found is None:
        found = {definition.hash: definition for definition in all_definitions()}[content_hash]
    return found
