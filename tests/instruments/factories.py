"""Definitions to try things on: shipped ones as plain documents, and small made-up ones."""

from __future__ import annotations

import copy
from importlib.resources import files
from typing import Any

from xinqiao.instruments import yamltext
from xinqiao.instruments.building import Builder
from xinqiao.instruments.definition import Definition


def shipped(instrument_id: str) -> dict[str, Any]:
    """The document of a shipped definition, free to be spoilt."""
    text = files("xinqiao.instruments").joinpath("library", f"{instrument_id}.yaml").read_text(encoding="utf-8")
    return copy.deepcopy(yamltext.read(text))


def both(words: str) -> dict[str, str]:
    return {"zh": words, "en": words}


def a_document(scores: list[dict[str, Any]], *, items: int = 4, top: int = 3, **changes: Any) -> dict[str, Any]:
    """A made-up questionnaire of ``items`` questions q1, q2 … with answers 0 … top, scored as told."""
    options = [{"code": f"c{value}", "value": value, "text": both(str(value))} for value in range(top + 1)]
    document: dict[str, Any] = {
        "id": "made-up",
        "version": "1.0.0",
        "lifecycle": "draft",
        "verified": False,
        "title": both("t"),
        "title_student": both("t"),
        "purpose": both("p"),
        "instructions": both("i"),
        "wording": "own",
        "wording_note": both("w"),
        "rights": {},
        "population": {"respondent": "self", "minutes": 1},
        "languages": {"zh": {"source": "test"}},
        "items": [{"id": f"q{n + 1}", "text": both(f"q{n + 1}"), "options": options} for n in range(items)],
        "scores": [{"title": both(score["id"]), **score} for score in scores],
        "reports": [],
        "golden": {},
    }
    return document | changes


def built(document: dict[str, Any]) -> Definition:
    """The definition without the checks and golden cases that a shipped file must pass."""
    builder = Builder(document)
    definition = builder.build()
    assert definition is not None, builder.problems
    return definition
