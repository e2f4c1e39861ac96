"""Where the room takes questionnaires from: the shipped library, and licensed wording that was imported here.

Imported files lie in ``<home>/instruments/*.yaml`` and are read when they change; each passes every check of the
``instruments`` room before it is used, in every process.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from xinqiao.instruments import registry
from xinqiao.instruments.definition import Definition
from xinqiao.kernel.home import home


def folder() -> Path:
    """Where imported wording is kept."""
    return home() / "instruments"


def _stamp() -> tuple[tuple[str, int], ...]:
    return tuple((str(path), path.stat().st_mtime_ns) for path in sorted(folder().glob("*.yaml")))


@lru_cache(maxsize=2)
def _imported(stamp: tuple[tuple[str, int], ...]) -> dict[str, Definition]:
    found = {}
    for name, _changed in stamp:
        definition = registry.parse(Path(name).read_text(encoding="utf-8"), source=Path(name).name)
        found[definition.id] = registry.remember(definition)
    return found


def every() -> tuple[Definition, ...]:
    """One definition per id; imported wording stands in for the shipped key of the same id."""
    shipped = {definition.id: definition for definition in registry.all_definitions()}
    return tuple((shipped | _imported(_stamp())).values())


def find(content_hash: str) -> Definition | None:
    """The definition with exactly this content, None when this installation does not hold it."""
    for definition in every():
        if definition.hash == content_hash:
            return definition
    try:
        return registry.by_hash(content_hash)
    except KeyError:
        return None


def current(instrument_id: str) -> Definition | None:
    """The version of a questionnaire that a new filing would use."""
    return next((definition for definition in every() if definition.id == instrument_id), None)


def import_wording(text: str, *, source: str) -> Definition:
    """Check a file of licensed wording and keep it. Raises InstrumentError naming what is wrong and where."""
    definition = registry.remember(registry.parse(text, source=source))
    folder().mkdir(parents=True, exist_ok=True)
    target = folder() / f"{definition.id}.yaml"
    draft = target.with_suffix(".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
    return definition
