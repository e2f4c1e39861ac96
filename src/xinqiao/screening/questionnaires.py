"""Where the room takes questionnaires from: the shipped library, and licensed wording that was imported here.

Imported files lie in ``<home>/files/instruments/*.yaml``, one a questionnaire: what a new filing would use. They are
read when they change; each passes every check of the ``instruments`` room before it is used, in every process.

Beside them, in ``kept/``, lies every version that was ever imported or filed as JSON named by the hash of its content,
never changed and never removed: a campaign goes on with the wording it was filed with, whatever is imported later and
whatever a new release ships. Both are in the backup, like every file of the house.
"""

from __future__ import annotations

import json
import logging
import re
import tempfile
from functools import lru_cache
from pathlib import Path

from xinqiao.instruments import registry
from xinqiao.instruments.definition import Definition
from xinqiao.instruments.errors import InstrumentError
from xinqiao.kernel.home import home

log = logging.getLogger("xinqiao.screening")
_HASH = re.compile(r"[0-9a-f]{64}")


def folder() -> Path:
    """Where imported wording is kept."""
    return home() / "files" / "instruments"


def kept_folder() -> Path:
    """Every version that was ever used here: ``<hash>.json``."""
    return folder() / "kept"


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
        return _kept(content_hash)


def _kept(content_hash: str) -> Definition | None:
    """What was kept under this hash; a file that is damaged is told to who runs the house, and counts as none."""
    path = kept_folder() / f"{content_hash}.json"
    if not _HASH.fullmatch(content_hash) or not path.is_file():
        return None
    try:
        return registry.from_kept(json.loads(path.read_text(encoding="utf-8")), content_hash)
    except (OSError, ValueError, LookupError, InstrumentError):
        log.exception("a kept questionnaire cannot be used: %s", path)
        return None


def keep(definition: Definition) -> Definition:
    """Write a version down for good, under the hash of its content. What is there is left as it is."""
    target = kept_folder() / f"{definition.hash}.json"
    if not target.exists():
        kept_folder().mkdir(parents=True, exist_ok=True)
        _write(target, json.dumps(definition.document, ensure_ascii=False, sort_keys=True))
    return registry.remember(definition)


def _write(target: Path, text: str) -> None:
    """Beside it first, then in its place: nobody reads half a file."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=target.parent, suffix=".part", delete=False) as draft:
        draft.write(text)
    Path(draft.name).replace(target)


def current(instrument_id: str) -> Definition | None:
    """The version of a questionnaire that a new filing would use."""
    return next((definition for definition in every() if definition.id == instrument_id), None)


def import_wording(text: str, *, source: str) -> Definition:
    """Check a file of licensed wording and keep it. Raises InstrumentError naming what is wrong and where."""
    definition = registry.parse(text, source=source)
    before = _imported(_stamp()).get(definition.id)
    for version in (before, definition):
        if version is not None:
            keep(version)
    _write(folder() / f"{definition.id}.yaml", text)
    return definition
