"""Whether a pack can run: its form, and whether its parts fit together. Every sentence says what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from xinqiao.packs.core import fitting, read, schema
from xinqiao.packs.core.problems import FAULT, HINT, PackRefusal, Problem, fault, hint
from xinqiao.packs.core.shapes import SECTIONS
from xinqiao.packs.core.words import N_

__all__ = ["FAULT", "HINT", "N_", "PackRefusal", "Problem", "fault", "problems", "problems_of_text", "read", "schema"]


def problems_of_text(
    text: str, known_indicators: Collection[str] | None = None, parent: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Everything wrong with a text, each with its line. parent: compiled data of the pack it is based on."""
    try:
        raw = read.load(text)
    except PackRefusal as refusal:
        return [refusal.problem("", int(refusal.field or 0) or None)]
    lines = read.lines(text)
    lines[""] = lines.get("based_on", 1)  # what the parent brings has no line of its own here
    found = [each.at(lines) for each in problems(raw, known_indicators, parent)]
    return sorted(found, key=lambda each: (each.severity != FAULT, each.line or 0))


def problems(
    raw: Mapping[str, Any], known_indicators: Collection[str] | None = None, parent: Mapping[str, Any] | None = None
) -> list[Problem]:
    """Everything wrong with what ``read.load`` or ``read.compile_pack`` gave, faults first.

    known_indicators: codes the house can show; None does not ask. parent: needed for a pack with ``changes``.
    """
    found = list(schema.problems(raw))
    if not found and schema.is_derived(raw):
        try:
            whole = read.compile_pack(raw, parent)
        except PackRefusal as refusal:
            return [_moved(refusal.problem(refusal.field), raw)]
        found = [_moved(each, raw) for each in schema.problems(_without(whole))]
        found = found or [_moved(each, raw) for each in _fits(whole, known_indicators)]
    elif not found:
        found = _fits(raw, known_indicators)
    return sorted(found, key=lambda each: each.severity != FAULT)


def _without(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in whole.items() if key != "changes"}


def _fits(data: Mapping[str, Any], known: Collection[str] | None) -> list[Problem]:
    return [
        *_ids(data),
        *_clauses(data),
        *_references(data),
        *_codes(data, known),
        *fitting.problems(data),
        *_english(data),
    ]


def _moved(problem: Problem, raw: Mapping[str, Any]) -> Problem:
    """A problem of the derived whole, shown at the change that made it when there is one."""
    changes = raw.get("changes") or {}
    for path in changes.get("set") or {}:
        if problem.path == path or problem.path.startswith(f"{path}."):
            return Problem(
                f"changes.set.{path}", problem.words, None, problem.severity, problem.template, problem.facts
            )
    for path in changes.get("remove") or []:
        if problem.path == path:
            return Problem("changes.remove", problem.words, None, problem.severity, problem.template, problem.facts)
    section, _dot, rest = problem.path.partition(".")
    if section in (changes.get("add") or {}) and rest:
        place = f"changes.add.{problem.path}"
        return Problem(place, problem.words, None, problem.severity, problem.template, problem.facts)
    return problem


# --- names --------------------------------------------------------------------------------------------------------


def entries(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(section, entry) of everything with an id, and the evaluation."""
    for section in SECTIONS:
        for entry in data.get(section) or []:
            yield section, entry
    if data.get("evaluation"):
        yield "evaluation", data["evaluation"]


def _ids(data: Mapping[str, Any]) -> Iterator[Problem]:
    for section in SECTIONS:
        yield from _once(section, data.get(section) or [])
    for team in data.get("teams") or []:
        yield from _once(f"teams.{team['id']}.positions", team["positions"])
    yield from _once("evaluation.items", (data.get("evaluation") or {}).get("items", []))


def _once(place: str, rows: list[Mapping[str, Any]]) -> Iterator[Problem]:
    for name, times in Counter(row["id"] for row in rows).items():
        if times > 1:
            yield fault(
                f"{place}.{name}", N_("id “%(name)s”用了 %(times)d 次，请给后面的换一个"), name=name, times=times
            )


def _clauses(data: Mapping[str, Any]) -> Iterator[Problem]:
    carried: dict[str, list[str]] = {}
    for section, entry in entries(data):
        if entry.get("clause"):
            path = section if section == "evaluation" else f"{section}.{entry['id']}"
            carried.setdefault(str(entry["clause"]), []).append(path)
    known = data.get("clauses") or {}
    for number, places in carried.items():
        if number not in known:
            for place in places:
                yield fault(f"{place}.clause", N_("条款 %(number)s 不在 clauses 里，请加进去或改编号"), number=number)
        for place in places[1:]:
            yield fault(
                f"{place}.clause",
                N_("条款 %(number)s 已由 %(first)s 承担。一条只由一处承担，请去掉其中一处"),
                number=number, first=places[0],
            )  # fmt: skip
    for number in known:
        if number not in carried:
            yield fault(
                f"clauses.{number}",
                N_('条款 %(number)s 没有承担者。请在承担它的措施、规则、指标、队伍等里写 clause: "%(number)s"'),
                number=number,
            )


REFERENCES = (
    ("measures", "unit", "units"),
    ("measures", "responsible", "units"),
    ("measures", "population", "populations"),
    ("measures", "protocol", "protocols"),
    ("teams", "unit", "units"),
    ("services", "unit", "units"),
    ("indicators", "unit", "units"),
    ("budget", "unit", "units"),
    ("protocols", "population", "populations"),
)
"""(section, field, section the id must be in)."""


def _references(data: Mapping[str, Any]) -> Iterator[Problem]:
    for section, name, target in REFERENCES:
        known = {row["id"] for row in data.get(target) or []}
        for entry in data.get(section) or []:
            held = entry.get(name) or []
            for each in [held] if isinstance(held, str) else held:
                if each not in known:
                    yield fault(
                        f"{section}.{entry['id']}.{name}",
                        N_("%(target)s 里没有“%(each)s”。可以写：%(known)s"),
                        target=target, each=each, known="、".join(sorted(known)) or "—",
                    )  # fmt: skip


def _codes(data: Mapping[str, Any], known: Collection[str] | None) -> Iterator[Problem]:
    if known is None:
        return
    named = [
        (f"{section}.{entry['id']}.indicator", entry.get("indicator"))
        for section in ("rules", "records", "indicators")
        for entry in data.get(section) or []
    ]
    named += [(f"measures.{m['id']}.evidence.live", m["evidence"].get("live")) for m in data.get("measures") or []]
    items = (data.get("evaluation") or {}).get("items", [])
    named += [(f"evaluation.items.{item['id']}.indicator", item.get("indicator")) for item in items]
    for path, code in named:
        if code and code not in known:
            near = get_close_matches(code, list(known), 1)
            if near:
                yield fault(path, N_("没有指标“%(code)s”，是不是 %(near)s？"), code=code, near=near[0])
            else:
                yield fault(path, N_("没有指标“%(code)s”。全部代码见菜单“指标”"), code=code)


# --- English ------------------------------------------------------------------------------------------------------

BILINGUAL = ("title", "text", "words", "summary", "principle", "evidence", "profession", "credential")


def _english(data: Mapping[str, Any]) -> Iterator[Problem]:
    for path in untranslated(data, ""):
        yield hint(path, N_("还没有英文（%(name)s）"), name=path.rpartition(".")[2])


def untranslated(held: Any, path: str) -> Iterator[str]:
    """Paths of the English texts that are missing beside a Chinese one."""
    if isinstance(held, Mapping):
        for name in BILINGUAL:
            if isinstance(held.get(name), str) and held[name] and not held.get(f"{name}_en"):
                yield read.join(path, f"{name}_en")
        for name, value in held.items():
            yield from untranslated(value, read.join(path, str(name)))
    elif isinstance(held, list):
        for number, value in enumerate(held):
            named = value.get("id") if isinstance(value, Mapping) else None
            yield from untranslated(value, read.join(path, str(named or number)))
