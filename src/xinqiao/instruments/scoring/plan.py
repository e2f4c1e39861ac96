"""A definition turned into arrays, once, so that scoring a block of sheets is a few matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xinqiao.instruments.definition import Definition, Norm, Score
from xinqiao.instruments.reasons import NULL_REASONS

F64 = NDArray[np.float64]
I16 = NDArray[np.int16]

REASON = {code: number for number, code in enumerate(NULL_REASONS)}

GRADES, AGES, SEXES = 14, 32, 3  # 0 = not known; grades 1–13, ages 1–31 (older counts as 31), 1 male, 2 female
SEX = {None: 0, "": 0, "male": 1, "female": 2}


@dataclass(frozen=True)
class NormPlan:
    """One norm as look-ups: person cell → row, row → scale and shift (or row × raw → T)."""

    cell_row: I16
    scale: F64
    shift: F64
    table: F64 | None
    table_low: int
    decimals: int


@dataclass(frozen=True)
class Plan:
    """Arrays for m items and k scores, in the order of the definition.

    lines: positions of the L linear scores (sum, mean, weighted); the arrays below have a row for each.
    weight: (L, m) signed weight of an answered item; plain: the same with ±1, for the person's own mean.
    base, base_plain: (L,) what reversed items add when every item is answered.
    blank: (2 L or 4 L, m) what a blank counts as: one item, reversed base and, when uneven, weight, plain base.
    uneven: whether any weight differs from 1. size: (L,) items; divide: (L,) items for a mean, else 1.
    limit: (L,) most skipped items. columns: for max and count_if, item positions and lowest + highest (NaN = as is).
    """

    lines: NDArray[np.intp]
    weight: NDArray[np.floating]
    plain: NDArray[np.floating]
    blank: NDArray[np.floating]
    base: F64
    base_plain: F64
    uneven: bool
    size: F64
    divide: F64
    constant: F64
    limit: F64
    not_shown_null: NDArray[np.bool_]
    not_shown_fills: NDArray[np.bool_]
    others: tuple[int, ...]
    columns: dict[int, tuple[NDArray[np.intp], F64]]
    highest: NDArray[np.int8]
    decimals: F64
    whole: NDArray[np.bool_]
    norms: dict[int, NormPlan]
    dtype: type[np.float32] | type[np.float64]


@lru_cache(maxsize=256)
def plan_of(definition: Definition) -> Plan:
    """The plan for a definition; kept, because the same questionnaire is scored again and again."""
    ids = {name: at for at, name in enumerate(definition.item_ids)}
    m = len(ids)
    scores = definition.scores
    lines = [at for at, score in enumerate(scores) if score.operation in ("sum", "mean", "weighted")]
    weight, sign, share = (np.zeros((len(lines), m)) for _ in range(3))
    span = np.zeros((len(lines), m))
    for row, at in enumerate(lines):
        for name in scores[at].items:
            item, column = definition.item[name], ids[name]
            flip = -1.0 if name in scores[at].reverse else 1.0
            weight[row, column] = scores[at].weights[name]
            sign[row, column] = flip
            share[row, column] = 1.0
            span[row, column] = item.lowest + item.highest if flip < 0 else 0.0
    part = [scores[at] for at in lines]
    whole_weights = bool(np.all(weight == np.round(weight)) and np.abs(weight).max(initial=0) < 1000)
    dtype = np.float32 if whole_weights else np.float64
    uneven = bool(np.any((weight != share) & (share > 0)))
    blank = np.concatenate([share, weight * span, weight, span] if uneven else [share, span])
    return Plan(
        lines=np.array(lines, dtype=np.intp),
        weight=np.ascontiguousarray((weight * sign).astype(dtype)),
        plain=np.ascontiguousarray(sign.astype(dtype)),
        blank=np.ascontiguousarray(blank.astype(dtype)),
        base=(weight * span).sum(axis=1),
        base_plain=(share * span).sum(axis=1),
        uneven=uneven,
        size=share.sum(axis=1),
        divide=np.array([len(score.items) if score.operation == "mean" else 1 for score in part], dtype=float),
        constant=np.array([score.constant for score in part]),
        limit=np.array([score.missing.max for score in part], dtype=float),
        not_shown_null=np.array([score.missing.not_shown == "null" for score in part]),
        not_shown_fills=np.array([score.missing.not_shown == "prorate" for score in part]),
        others=tuple(at for at, score in enumerate(scores) if at not in lines),
        columns={at: _columns(definition, scores[at], ids) for at in range(len(scores)) if scores[at].items},
        highest=np.array([item.highest for item in definition.items], dtype=np.int8),
        decimals=np.array([float(score.decimals) for score in scores]),
        whole=np.array([_whole(score) for score in part]),
        norms={at: _norm_plan(definition.norms[score.norm]) for at, score in enumerate(scores) if score.norm},
        dtype=dtype,
    )


def _columns(definition: Definition, score: Score, ids: dict[str, int]) -> tuple[NDArray[np.intp], F64]:
    items = [definition.item[name] for name in score.items]
    flips = [float(i.lowest + i.highest) if i.id in score.reverse else np.nan for i in items]
    return np.array([ids[item.id] for item in items], dtype=np.intp), np.array(flips)


def _whole(score: Score) -> bool:
    """True when a sheet without gaps cannot need rounding."""
    even = all(weight == int(weight) for weight in score.weights.values())
    return score.operation != "mean" and even and score.constant == int(score.constant)


def _norm_plan(norm: Norm) -> NormPlan:
    cell_row = np.full((GRADES, AGES, SEXES), -1, dtype=np.int16)
    for number in range(len(norm.rows) - 1, -1, -1):  # backwards, so that the first fitting row is the one that stays
        row = norm.rows[number]
        grades = slice(row.grades[0], min(row.grades[1], GRADES - 1) + 1) if row.grades else slice(None)
        ages = slice(row.ages[0], None if row.ages[1] >= AGES else row.ages[1] + 1) if row.ages else slice(None)
        cell_row[grades, ages, SEX[row.sex] if row.sex else slice(None)] = number
    table, low = None, 0
    if norm.kind == "table":
        low = int(min(raw for row in norm.rows for raw, _t in row.table))
        high = int(max(raw for row in norm.rows for raw, _t in row.table))
        table = np.full((len(norm.rows), high - low + 1), np.nan)
        for number, row in enumerate(norm.rows):
            for raw, outcome in row.table:
                table[number, int(raw) - low] = outcome
    sd = np.array([row.sd for row in norm.rows])
    mean = np.array([row.mean for row in norm.rows])
    return NormPlan(cell_row.ravel(), 10 / sd, 50 - 10 * mean / sd, table, low, norm.decimals)
