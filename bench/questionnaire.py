"""A made-up questionnaire of 90 five-point items with two safety items, as an installation would import one."""

from __future__ import annotations

import json
from typing import Any

ITEMS = 90
CHOICES = 5
SAFETY = ("q45", "q90")


def both(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def _items() -> list[dict[str, Any]]:
    return [
        {"id": f"q{number}", "text": both(f"第 {number} 题"), "options": "often", "page": (number - 1) // 10 + 1}
        | ({"safety": True, "sensitive": True, "min_age": 8} if f"q{number}" in SAFETY else {})
        for number in range(1, ITEMS + 1)
    ]


def document() -> dict[str, Any]:
    score = {
        "id": "total",
        "title": both("总分"),
        "operation": "sum",
        "items": [f"q1-q{ITEMS}"],
        "missing": {"max": 1, "prorate": "person_mean", "source": "bench"},
    }
    alert = {"at_least": 4, "urgency": "immediate", "level_hint": 3, "text": both("请今天见到本人")}
    cases = [
        {"name": "lowest", "fill": "lowest", "expect": {"total": 0}},
        {"name": "highest", "fill": "highest", "expect": {"total": ITEMS * (CHOICES - 1)}},
        {"name": "one blank", "fill": 1, "blank": ["q1"], "expect": {"total": ITEMS}},
        {
            "name": "two blank",
            "fill": 1,
            "blank": ["q1", "q2"],
            "expect": {"total": None, "total_reason": "too_many_missing"},
        },
        {"name": "blank", "fill": "blank", "expect": {"total": None, "total_reason": "no_answer"}},
    ]
    return {
        "format": 1,
        "id": "bench-90",
        "version": "1.0.0",
        "lifecycle": "reviewed",
        "verified": False,
        "verified_note": both("只用于测速"),
        "title": both("测速用问卷"),
        "title_student": both("测速用问卷"),
        "purpose": both("测速"),
        "instructions": both("测速"),
        "wording": "own",
        "wording_note": both("测速"),
        "rights": {
            "owner": "bench",
            "licence": both("Apache-2.0"),
            "contexts": ["education"],
            "may_ship_text": True,
            "evidence": [{"source": "bench", "seen": "2026-11-23"}],
        },
        "population": {"respondent": "self", "age": [6, 18], "grade": [1, 12], "recall": both("一周"), "minutes": 10},
        "languages": {"zh": {"source": "bench"}, "en": {"source": "bench"}},
        "read_aloud": False,
        "option_sets": {
            "often": [{"code": str(value), "value": value, "text": both(str(value))} for value in range(CHOICES)]
        },
        "items": _items(),
        "scores": [score],
        "alerts": [{"id": f"safety_{name}", "item": name} | alert for name in SAFETY],
        "validity": {"missing": {"over": 0.2}},
        "reports": [
            {"severity": [0, 4]}
            | {audience: both("谢谢") for audience in ("student", "guardian", "counsellor", "leader")}
        ],
        "golden": {"alone": {"total": {f"q{n}": 4 for n in range(1, ITEMS + 1)}}, "cases": cases},
    }


def text() -> str:
    """The file. JSON is YAML, and writes nothing twice by reference."""
    return json.dumps(document(), ensure_ascii=False, indent=1)
