"""Seconds to score a million sheets: 90 items, eight subscales with reversed items and gaps, total, T scores, bands.

Run: .venv/bin/python bench/scoring.py [--sheets N] [--ten-million]
The naive figure is a per-row loop in plain Python over a sample, multiplied up.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from xinqiao.instruments.building import Builder
from xinqiao.instruments.definition import Definition
from xinqiao.instruments.scoring import Groups, score_in_parts, score_matrix

ITEMS, SCALES = 90, 8


def both(text: str) -> dict[str, str]:
    return {"zh": text, "en": text}


def definition() -> Definition:
    """A made-up scale of the size of the goal. It has no golden cases, so it is built without the checks."""
    ids = [f"q{number}" for number in range(1, ITEMS + 1)]
    options = [{"code": str(value), "value": value, "text": both(str(value))} for value in range(5)]
    missing = {"max": 2, "prorate": "person_mean"}
    scores: list[dict[str, Any]] = []
    for number in range(SCALES):
        items = ids[number::SCALES]
        top = 4 * len(items)
        cuts = [round(top * share) for share in (0.3, 0.5, 0.7)]
        edges = [0, *cuts, top + 1]
        bands = [
            {
                "id": f"b{i}",
                "low": edges[i],
                "high": edges[i + 1] - 1,
                "label": both("b"),
                "severity": i,
                "level_hint": 0,
            }
            for i in range(4)
        ]
        scores.append(
            {"id": f"s{number}", "title": both("s"), "operation": "sum", "items": items, "reverse": items[::3]}
            | {"missing": missing, "bands": bands, "band_source": "bench", "norm": f"n{number}"}
        )
    scores.append({"id": "total", "title": both("t"), "operation": "sum", "items": ["q1-q90"], "missing": missing})
    rows = [
        {"grade": [g, g], "sex": sex, "n": 500, "mean": 20 + g / 3, "sd": 5 + g / 10}
        for g in range(1, 13)
        for sex in ("male", "female")
    ]
    norm = {"kind": "mean_sd", "source": "bench", "year": 2026, "region": "bench", "rows": rows}
    builder = Builder(
        {
            "id": "bench", "version": "1.0.0", "lifecycle": "draft", "verified": False, "title": both("b"),
            "title_student": both("b"), "purpose": both("b"), "instructions": both("b"), "wording": "none",
            "wording_note": both("b"), "rights": {}, "population": {"respondent": "self"}, "golden": {}, "reports": [],
            "languages": {}, "items": [{"range": "q1-q90", "options": options}], "scores": scores,
            "norms": [{"id": f"n{number}"} | norm for number in range(SCALES)],
        }
    )  # fmt: skip
    built = builder.build()
    if built is None:
        sys.exit(f"bench definition does not build: {builder.problems}")
    return built


def people(n: int, seed: int = 1) -> tuple[np.ndarray[Any, Any], Groups]:
    """Random answers with one blank in two hundred, and a grade and sex for each person."""
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 5, (n, ITEMS), dtype=np.int8)
    blanks = rng.integers(0, values.size, values.size // 200)
    values.reshape(-1)[blanks] = -1
    return values, Groups(grade=rng.integers(1, 13, n, dtype=np.int8), sex=rng.integers(1, 3, n, dtype=np.int8))


def naive(made: Definition, values: np.ndarray[Any, Any], groups: Groups) -> None:
    """What a first version would do: a loop over people, items and scores."""
    position = {name: at for at, name in enumerate(made.item_ids)}
    assert groups.grade is not None
    assert groups.sex is not None
    for row, grade, sex in zip(values.tolist(), groups.grade.tolist(), groups.sex.tolist(), strict=False):
        for score in made.scores:
            given = []
            for name in score.items:
                value = row[position[name]]
                if value >= 0:
                    given.append(4 - value if name in score.reverse else value)
            if len(score.items) - len(given) > score.missing.max:
                continue
            raw = round(sum(given) / len(given) * len(score.items))
            for band in score.bands:
                if band.low <= raw <= band.high:
                    break
            if score.norm:
                wanted = (grade, "male" if sex == 1 else "female")
                for cell in made.norms[score.norm].rows:
                    if cell.grades and cell.grades[0] == wanted[0] and cell.sex == wanted[1]:
                        round(50 + 10 * (raw - cell.mean) / cell.sd, 1)
                        break


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sample", type=int, default=2_000, help="rows of the naive loop")
    parser.add_argument("--ten-million", action="store_true", help="also ten parts of a million, one after another")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    made = definition()
    values, groups = people(args.sheets)
    score_matrix(made, values[:10_000], groups)  # warm up
    times = []
    for _run in range(args.runs):
        start = time.perf_counter()
        score_matrix(made, values, groups)
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    naive(made, values[: args.sample], groups)
    slow = (time.perf_counter() - start) * args.sheets / args.sample
    figures: dict[str, float] = {
        "sheets": args.sheets,
        "numpy_seconds": round(statistics.median(times), 3),
        "numpy_best": round(min(times), 3),
        "naive_seconds_extrapolated": round(slow, 1),
        "times_faster": round(slow / statistics.median(times)),
    }
    if args.ten_million:
        parts: Iterator[Any] = ((values, groups) for _part in range(10))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        figures["ten_million_scored"] = sum(len(part) for part in score_in_parts(made, parts))
        figures["ten_million_seconds"] = round(time.perf_counter() - start, 2)
        figures["extra_peak_mb"] = round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
    if args.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:28} {figure:>12,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
