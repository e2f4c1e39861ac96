"""A pack laid out for reading: cards of the library, the sections of one page, differences by entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from xinqiao.packs import vocabulary, wording
from xinqiao.packs.core.clauses import LIVE, listing, natural
from xinqiao.packs.core.compare import Difference
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.packs.rules import version_key
from xinqiao.packs.selectors import newest

COUNTED = ("clauses", "measures", "teams", "services", "indicators")
OPEN = [EditionState.DRAFT, EditionState.IN_REVIEW]


def on_shelf(visible: QuerySet[Edition], shelf: str) -> list[Edition]:
    """The newest published version of each pack; or all drafts; or what was withdrawn."""
    if shelf == "desk":
        return list(visible.filter(state__in=OPEN).order_by("-written_at"))
    if shelf == "withdrawn":
        return list(visible.filter(state=EditionState.WITHDRAWN).order_by("pack", "-id"))
    return newest(visible.filter(state=EditionState.PUBLISHED))


def matching(editions: Iterable[Edition], words: str, kind: str) -> list[Edition]:
    """Those that hold every word (in either language) and that an organisation of ``kind`` may run."""
    wanted = words.lower().split()
    return [
        edition
        for edition in editions
        if (not kind or kind in edition.data.get("applies_to", []))
        and all(word in _searched(edition) for word in wanted)
    ]


def _searched(edition: Edition) -> str:
    data = edition.data
    heads = [edition.pack, edition.title, edition.title_en, data.get("summary"), data.get("summary_en")]
    for section in ("measures", "services", "populations"):
        heads += [entry.get("title") for entry in data.get(section, [])]
        heads += [entry.get("title_en") for entry in data.get(section, [])]
    return " ".join(str(head) for head in heads if head).lower()


def card(edition: Edition) -> dict[str, Any]:
    data = edition.data
    return {
        "edition": edition,
        "data": data,
        "counts": [(wording.section_name(name), len(data[name])) for name in COUNTED if data.get(name)],
    }


def page(edition: Edition) -> dict[str, Any]:
    """Everything the page of one pack shows."""
    data = edition.data
    pack = Pack(data)
    units = {unit["id"]: unit for unit in data["units"]}
    rows = listing([pack], vocabulary.is_live)
    return {
        "data": data,
        "clauses": [_clause(row, data) for row in rows],
        "live": sum(row.evidence == LIVE for row in rows),
        "by_unit": _by_unit(data, units),
        "teams": [{"team": team, "unit": units.get(team["unit"])} for team in data["teams"]],
        "services": [{"service": each, "unit": units.get(each["unit"])} for each in data["services"]],
        "targets": [{"target": each, "unit": units.get(each["unit"])} for each in data["indicators"]],
        "budget": [{"line": each, "unit": units.get(each["unit"])} for each in data["budget"]],
        "watched": [("rules", each) for each in data["rules"]] + [("records", each) for each in data["records"]],
        "total": sum(item["weight"] for item in data.get("evaluation", {}).get("items", [])),
        "contents": _contents(data),
    }


def _clause(row: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    held = data.get(row.carrier_section)
    entries = [held] if isinstance(held, Mapping) else held or []
    carrier = next((each for each in entries if each.get("id", row.carrier_section) == row.carrier_id), {})
    return {"row": row, "carrier": carrier, "anchor": f"{row.carrier_section}-{row.carrier_id}"}


def _by_unit(data: Mapping[str, Any], units: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Measures under the unit that does them, in the order of the units."""
    protocols = {each["id"]: each for each in data["protocols"]}
    groups = []
    for unit in units.values():
        measures = [
            {
                "measure": measure,
                "protocol": protocols.get(measure.get("protocol", "")),
                "helpers": [units[each] for each in measure.get("responsible", []) if each in units],
            }
            for measure in data["measures"]
            if measure["unit"] == unit["id"]
        ]
        if measures:
            groups.append({"unit": unit, "measures": measures})
    return groups


CONTENTS = (
    {"name": "goals", "icon": "flag"},
    {"name": "clauses", "icon": "list-numbers"},
    {"name": "measures", "icon": "checklist"},
    {"name": "teams", "icon": "users-group"},
    {"name": "services", "icon": "building-community"},
    {"name": "protocols", "icon": "route"},
    {"name": "rules", "icon": "shield-check"},
    {"name": "indicators", "icon": "chart-bar"},
    {"name": "budget", "icon": "coin-yuan"},
    {"name": "evaluation", "icon": "clipboard-check"},
    {"name": "calendar", "icon": "calendar"},
)


def _contents(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The sections this pack has, for the list beside the page."""
    found = []
    for row in CONTENTS:
        name = row["name"]
        count = len(data.get(name) or [])
        if name == "rules":
            count += len(data.get("records") or [])
        if name == "evaluation":
            count = len((data.get("evaluation") or {}).get("items", []))
        if count:
            found.append({**row, "count": count})
    return found


# --- comparing ----------------------------------------------------------------------------------------------------


def comparable(visible: QuerySet[Edition], edition: Edition) -> list[Edition]:
    """Versions of the same pack, its parent's and those derived from it; nearest first."""
    family = {edition.pack}
    if edition.based_on is not None:
        family.add(edition.based_on.pack)
    rows = visible.filter(pack__in=family) | visible.filter(based_on__pack=edition.pack)
    found = [row for row in rows.distinct().select_related("owner") if row.pk != edition.pk and row.data]
    found.sort(key=lambda row: version_key(row.version), reverse=True)
    found.sort(key=lambda row: (row.pack != edition.pack, natural(row.pack)))
    return found


def age_key(edition: Edition) -> tuple[int, tuple[int, ...], int]:
    """Parents before what is derived from them, older versions before newer ones."""
    return (edition.based_on_id is not None, version_key(edition.version), edition.pk)


def grouped(found: Iterable[Difference]) -> list[dict[str, Any]]:
    """Differences by section, then by entry."""
    sections: dict[str, dict[str, dict[str, Any]]] = {}
    for each in found:
        entries = sections.setdefault(each.section, {})
        entry = entries.setdefault(each.id, {"id": each.id, "first": each, "fields": []})
        if each.field:
            entry["fields"].append(each)
    return [{"section": name, "entries": list(entries.values())} for name, entries in sections.items()]
