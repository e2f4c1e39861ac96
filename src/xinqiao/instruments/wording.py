"""A district's licensed wording laid over the key that is shipped without it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from xinqiao.instruments.errors import InstrumentError, Problem
from xinqiao.instruments.ranges import UnknownItem, make_ids

NOTE = {
    "validated": {
        "zh": "题目文字由本单位按授权导入。",
        "en": "The wording was imported by this organisation under its licence.",
    },
    "adapted": {
        "zh": "题目文字是改编版，不是经过验证的原文，分数不能与原版常模比较。",
        "en": "The wording is an adaptation, not the validated text; scores do not compare with the original norms.",
    },
}


def lay_over(document: Mapping[str, Any], base: Mapping[str, Any], *, source: str = "") -> dict[str, Any]:
    """The base document with the words of ``document``: a new version, whose adapted wording loses the norms.

    Raises InstrumentError when an item has no words or words belong to no item.
    """
    merged = copy.deepcopy(dict(base))
    merged["version"] = f"{base['version'].partition('+')[0]}+{document['version']}"
    merged["wording"] = document["wording"]
    merged["wording_note"] = document.get("wording_note", NOTE[document["wording"]])
    permission = document["permission"]
    until = f"，至 {permission['until']}" if "until" in permission else ""
    merged["rights"]["permission"] = (
        f"{permission['holder']}：{permission['document']}（{permission['granted']}{until}）"
    )
    merged["languages"] = document["languages"]
    merged["title_student"] = merged["title_student"] | document.get("title_student", {})
    merged["instructions"] = document.get("instructions", merged["instructions"])
    merged["items"] = _items(document, base, source)
    merged["option_sets"] = _option_sets(document, merged.get("option_sets", {}), source)
    if document["wording"] == "adapted":
        merged.pop("norms", None)
        for score in merged["scores"]:
            score.pop("norm", None)
    return merged


def _items(document: Mapping[str, Any], base: Mapping[str, Any], source: str) -> list[dict[str, Any]]:
    words: Mapping[str, Any] = document["items"]
    out: list[dict[str, Any]] = []
    problems: list[Problem] = []
    flags = base.get("item_flags", {})
    for entry in base["items"]:
        names, page = _names(entry), entry.get("page_size")
        for name in names:
            new = {key: value for key, value in entry.items() if key not in ("range", "page_size", "text", "aloud")}
            new |= {"id": name} | flags.get(name, {})
            if page:
                new["page"] = 1 + len(out) // page
            if name in words:
                new["text"] = words[name]
            else:
                problems.append(Problem(f"items.{name}", "缺少这一题的文字", "no wording for this item"))
            out.append(new)
    known = {entry["id"] for entry in out}
    problems += [
        Problem(f"items.{name}", f"“{base['id']}”没有这一题", f"{base['id']} has no such item")
        for name in words
        if name not in known
    ]
    if problems:
        raise InstrumentError(problems, source=source)
    return out


def _names(entry: Mapping[str, Any]) -> list[str]:
    try:
        return [entry["id"]] if "id" in entry else make_ids(entry["range"])
    except UnknownItem:
        return []


def _option_sets(document: Mapping[str, Any], sets: dict[str, Any], source: str) -> dict[str, Any]:
    for name, words in document.get("options", {}).items():
        if name not in sets:
            problem = Problem(f"options.{name}", f"没有选项组“{name}”", f"there is no option set {name}")
            raise InstrumentError([problem], source=source)
        for option in sets[name]:
            option["text"] = words.get(option["code"], option["text"])
    return sets
