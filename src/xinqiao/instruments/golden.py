"""Golden cases: worked answers inside every definition. One that has too few of them, or fails one, is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from xinqiao.instruments.definition import Definition, Score
from xinqiao.instruments.errors import Problem
from xinqiao.instruments.ranges import UnknownItem, expand, expand_keys
from xinqiao.instruments.reasons import NULL_REASONS
from xinqiao.instruments.scoring import scalar
from xinqiao.instruments.scoring.matrix import Groups, score_matrix

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Case:
    """Answers (item id → value, None skipped, scalar.NOT_SHOWN hidden) and what must come out of them."""

    path: str
    answers: Mapping[str, int | str | None]
    person: scalar.Person
    expect: Mapping[str, float | str | None]


def cases(definition: Definition) -> list[Case]:
    """Every golden case, the ``alone`` table written out. Raises UnknownItem for a reference that names nothing."""
    return [*_alone(definition), *_written(definition)]


def _alone(definition: Definition) -> Iterator[Case]:
    lowest = {item.id: item.lowest for item in definition.items}
    table = definition.golden["alone"]
    expected = {score_id: expand_keys(gains, definition.item_ids) for score_id, gains in table.items()}
    floor = {name: number.value for name, number in scalar.score(definition, lowest).items()}
    for item in definition.items:
        answers = lowest | {item.id: item.highest}
        expect = {score_id: gains.get(item.id, floor.get(score_id)) for score_id, gains in expected.items()}
        yield Case(f"golden.alone（{item.id}）", answers, scalar.Person(), expect)


def _written(definition: Definition) -> Iterator[Case]:
    ids = definition.item_ids
    for number, entry in enumerate(definition.golden["cases"]):
        fill = entry["fill"]
        answers: dict[str, Any] = {
            item.id: {"blank": None, "lowest": item.lowest, "highest": item.highest}.get(fill, fill)
            for item in definition.items
        }
        answers |= expand_keys(entry.get("set", {}), ids)
        answers |= dict.fromkeys(expand(entry.get("blank", []), ids))
        answers |= dict.fromkeys(expand(entry.get("not_shown", []), ids), scalar.NOT_SHOWN)
        person = scalar.Person(entry.get("grade"), entry.get("age"), entry.get("sex"))
        yield Case(f"golden.cases[{number}]（{entry['name']}）", answers, person, entry["expect"])


def failures(definition: Definition, *, slow: bool = False) -> Iterator[Problem]:
    """What the golden cases find wrong: with the vectorised scorer, or with the scalar one when ``slow``."""
    try:
        written = cases(definition)
    except UnknownItem as error:
        yield Problem("golden", f"“{error}”不是题目或题目范围", f"{error} is not an item or a range of items")
        return
    for case in written:
        unknown = sorted(name for name in case.expect if _parse(definition, name) is None)
        if unknown:
            yield Problem(case.path, f"没有分数“{unknown[0]}”", f"there is no score {unknown[0]}")
            return
    found = _slow(definition, written) if slow else _fast(definition, written)
    for case, got in zip(written, found, strict=True):
        for name, wanted in case.expect.items():
            if not _same(got[name], wanted):
                yield Problem(
                    case.path,
                    f"{name} 应为 {_show(wanted)}，算出来是 {_show(got[name])}",
                    f"{name} should be {_show(wanted)} but comes to {_show(got[name])}",
                )


def _parse(definition: Definition, name: str) -> tuple[str, str] | None:
    """Score id and facet (value, band, reason, t, t_reason) behind a key of ``expect``."""
    if name in definition.score:
        return name, "value"
    for facet in ("t_reason", "reason", "band", "t"):
        if name.endswith(f"_{facet}") and name.removesuffix(f"_{facet}") in definition.score:
            return name.removesuffix(f"_{facet}"), facet
    return None


def _slow(definition: Definition, written: list[Case]) -> list[dict[str, Any]]:
    out = []
    for case in written:
        numbers = scalar.score(definition, case.answers, case.person)
        flat: dict[str, Any] = {}
        for name, number in numbers.items():
            flat |= {name: number.value, f"{name}_band": number.band, f"{name}_reason": number.reason}
            flat |= {f"{name}_t": number.t, f"{name}_t_reason": number.t_reason}
        out.append(flat)
    return out


def _fast(definition: Definition, written: list[Case]) -> list[dict[str, Any]]:
    code: dict[Any, Any] = {None: -1, scalar.NOT_SHOWN: -2}
    rows = [[code.get(case.answers[name], case.answers[name]) for name in definition.item_ids] for case in written]
    people = [case.person for case in written]
    groups = Groups(
        np.array([person.grade or 0 for person in people]),
        np.array([person.age or 0 for person in people]),
        np.array([{None: 0, "male": 1, "female": 2}[person.sex] for person in people]),
    )
    scores = score_matrix(definition, np.array(rows, np.int8), groups)
    out: list[dict[str, Any]] = [{} for _case in written]
    for score in definition.scores:
        column = scores[score.id]
        for row, flat in enumerate(out):
            band = int(column.band[row])
            flat[score.id] = _number(column.values[row])
            flat[f"{score.id}_band"] = score.bands[band].id if band >= 0 else ""
            flat[f"{score.id}_reason"] = NULL_REASONS[column.why[row]]
            flat[f"{score.id}_t"] = None if column.t is None else _number(column.t[row])
            flat[f"{score.id}_t_reason"] = "" if column.t_why is None else NULL_REASONS[column.t_why[row]]
    return out


def _number(value: np.floating[Any]) -> float | None:
    return None if np.isnan(value) else float(value)


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(wanted, str) or wanted is None or got is None or isinstance(got, str):
        return bool((got or None) == (wanted or None)) if isinstance(wanted, str) else got is wanted
    return bool(abs(got - wanted) <= max(TOLERANCE, abs(wanted) * TOLERANCE))


def _show(value: Any) -> str:
    return "无" if value in (None, "") else f"{value:g}" if isinstance(value, int | float) else str(value)


# --- is there enough of them? ------------------------------------------------------------------------------------


def gaps(definition: Definition) -> Iterator[Problem]:
    """Golden cases that are required and absent."""
    try:
        written = list(_written(definition))
    except UnknownItem:
        return  # failures() reports it
    for score in definition.scores:
        if score.is_base and score.id not in definition.golden["alone"]:
            yield Problem("golden.alone", f"缺少“{score.id}”：逐题单独取最高时各得多少分", f"no table for {score.id}")
    for fill, zh in (("lowest", "全部最低"), ("highest", "全部最高")):
        plain = [
            entry["expect"].keys()
            for entry in definition.golden["cases"]
            if entry["fill"] == fill and not entry.keys() & {"set", "blank", "not_shown"}
        ]
        if not any(set(definition.score) <= keys for keys in plain):
            yield Problem(
                "golden.cases", f"缺少“{zh}”的例子，要写出每个分数", f"no case for all {fill} with every score"
            )
    for score in definition.scores:
        yield from _band_gaps(definition, score, written)
        yield from _missing_gaps(score, written)


def _band_gaps(definition: Definition, score: Score, written: list[Case]) -> Iterator[Problem]:
    key = f"{score.id}_t" if score.band_on == "t" else score.id
    seen = {(case.expect.get(key), case.expect.get(f"{score.id}_band")) for case in written}
    for band, later in zip(score.bands, score.bands[1:], strict=False):
        for value, wanted in ((band.high, band.id), (later.low, later.id)):
            if (value, wanted) not in seen:
                yield Problem(
                    "golden.cases",
                    f"缺少分段边界的例子：{key} = {value:g} 且 {score.id}_band = {wanted}",
                    f"no case at the band edge {key} = {value:g} with band {wanted}",
                )


def _missing_gaps(score: Score, written: list[Case]) -> Iterator[Problem]:
    if not score.is_base:
        return
    for blanks in range(1, score.missing.max + 2):
        fitting = [
            case
            for case in written
            if sum(case.answers[name] is None for name in score.items) == blanks and score.id in case.expect
        ]
        if not any((case.expect[score.id] is None) == (blanks > score.missing.max) for case in fitting):
            said = "不计分" if blanks > score.missing.max else "仍计分"
            yield Problem(
                "golden.cases",
                f"缺少“{score.id}”漏答 {blanks} 题（{said}）的例子",
                f"no case where {score.id} has {blanks} blanks",
            )
