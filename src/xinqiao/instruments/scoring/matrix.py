"""The fast scorer: any number of sheets at once, in blocks that stay in the processor's cache.

The same function scores one sheet and ten million, so that the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xinqiao.instruments.definition import Definition, Score
from xinqiao.instruments.errors import AnswerRefusal
from xinqiao.instruments.reasons import NULL_REASONS
from xinqiao.instruments.scoring.plan import AGES, F64, GRADES, REASON, SEX, SEXES, NormPlan, Plan, plan_of
from xinqiao.instruments.sheets import NOT_SHOWN

BLOCK_ROWS = 4096  # 4096 × 90 items as float32 is 1.4 MB; two such arrays fit the second-level cache of a server core
ONE_THREAD = 250_000  # multiplications in one product; OpenBLAS starts a second thread at 262,144
NUDGE = 1e-9  # halves that binary fractions leave a hair below themselves are still rounded up

Values = NDArray[np.int8]  # item values, −1 blank, −2 not shown


@dataclass(frozen=True)
class Groups:
    """Who answered, for norms: one entry a sheet. grade 1–13, age in years, sex 1 male 2 female; 0 = not known."""

    grade: NDArray[np.integer] | None = None
    age: NDArray[np.integer] | None = None
    sex: NDArray[np.integer] | None = None

    @classmethod
    def of_one(cls, grade: int | None, age: int | None, sex: str | None) -> Groups:
        return cls(np.array([grade or 0]), np.array([age or 0]), np.array([SEX[sex]]))

    def cells(self, start: int, stop: int) -> NDArray[np.intp]:
        """Index of each person's cell in a norm's look-up table."""
        cell = np.zeros(stop - start, dtype=np.intp)
        for values, width in ((self.grade, GRADES), (self.age, AGES), (self.sex, SEXES)):
            cell *= width
            if values is not None:
                cell += np.clip(values[start:stop], 0, width - 1)
        return cell


@dataclass(frozen=True)
class Column:
    """One score for all sheets: (n,) arrays. values NaN and band −1 where there is none; ``why`` is then set.

    why and t_why index ``reasons.NULL_REASONS``; band indexes the score's bands.
    """

    values: NDArray[np.float32]
    band: NDArray[np.int8]
    why: NDArray[np.uint8]
    t: NDArray[np.float32] | None
    t_why: NDArray[np.uint8] | None

    def reasons(self) -> list[str]:
        return [NULL_REASONS[code] for code in self.why]


@dataclass(frozen=True)
class Scores:
    """All scores of n sheets. ``raw``, ``band`` and ``why`` are (k, n), a row a score in the definition's order."""

    definition: Definition
    raw: NDArray[np.float32]
    band: NDArray[np.int8]
    why: NDArray[np.uint8]
    t: dict[int, NDArray[np.float32]]
    t_why: dict[int, NDArray[np.uint8]]

    def __getitem__(self, score_id: str) -> Column:
        at = next(i for i, score in enumerate(self.definition.scores) if score.id == score_id)
        return Column(self.raw[at], self.band[at], self.why[at], self.t.get(at), self.t_why.get(at))

    def __len__(self) -> int:
        return int(self.raw.shape[1])


def score_matrix(
    definition: Definition, values: NDArray[np.generic], groups: Groups | None = None, *, block_rows: int = BLOCK_ROWS
) -> Scores:
    """Score a matrix of item values, one row a sheet, columns in the order of ``definition.item_ids``.

    values: int8 with −1 blank and −2 not shown, or float with NaN blank and −inf not shown. Memory beyond the input
    and the output stays below a few megabytes. Raises AnswerRefusal for a wrong shape or a value out of range.
    """
    matrix = _as_int8(definition, values)
    plan, n, k = plan_of(definition), len(matrix), len(definition.scores)
    out = Scores(
        definition,
        raw=np.empty((k, n), np.float32),
        band=np.empty((k, n), np.int8),
        why=np.zeros((k, n), np.uint8),
        t={at: np.empty(n, np.float32) for at in plan.norms},
        t_why={at: np.zeros(n, np.uint8) for at in plan.norms},
    )
    work = np.empty((min(block_rows, n), matrix.shape[1]), plan.dtype)
    gaps = np.empty_like(work)
    for start in range(0, n, block_rows):
        stop = min(start + block_rows, n)
        rows = slice(0, stop - start)
        block = _Block(definition, plan, matrix[start:stop], work[rows], gaps[rows], start)
        block.run()
        block.norms((groups or Groups()).cells(start, stop) if plan.norms else None)
        block.store(out, slice(start, stop))
    return out


def score_in_parts(
    definition: Definition, parts: Iterator[tuple[NDArray[np.generic], Groups | None]]
) -> Iterator[Scores]:
    """Score one matrix after another, for more sheets than should lie in memory at once."""
    for values, groups in parts:
        yield score_matrix(definition, values, groups)


def values_of_sheets(definition: Definition, sheets: Sequence[bytes] | NDArray[np.uint8]) -> Values:
    """Stored sheets (one byte an item) as a matrix of values for :func:`score_matrix`."""
    layout = definition.sheet_layout
    if not isinstance(sheets, np.ndarray):
        for sheet in sheets:
            layout.refuse_bad(sheet)
        sheets = np.frombuffer(b"".join(sheets), np.uint8).reshape(-1, len(layout))
    tables = _value_tables(definition)
    out = np.empty(sheets.shape, np.int8)
    for at in range(sheets.shape[1]):
        out[:, at] = tables[at].take(sheets[:, at])
    return out


@lru_cache(maxsize=256)
def _value_tables(definition: Definition) -> Values:
    """(m, 256): the value behind every byte of every item."""
    tables = np.full((len(definition.items), 256), -1, np.int8)
    for table, values in zip(tables, definition.sheet_layout.values, strict=True):
        table[: len(values)] = values
        table[NOT_SHOWN] = -2
    return tables


def _as_int8(definition: Definition, values: NDArray[np.generic]) -> Values:
    if values.ndim != 2 or values.shape[1] != len(definition.items):
        raise AnswerRefusal(f"应有 {len(definition.items)} 列，现在的形状是 {values.shape}。", code="shape")
    if values.dtype == np.int8:
        return values  # type: ignore[return-value]
    numbers = values.astype(np.float64)
    numbers = np.where(np.isnan(numbers), -1.0, np.where(np.isneginf(numbers), -2.0, numbers))
    if numbers.size and (np.any(numbers != np.floor(numbers)) or numbers.min() < -2 or numbers.max() > 100):
        raise AnswerRefusal("作答值应为 0–100 的整数，空白为 NaN。", code="value_range")
    return numbers.astype(np.int8)


class _Block:
    """Scores one block of sheets; ``value`` and ``why`` are (k, rows), a row a score."""

    def __init__(
        self,
        definition: Definition,
        plan: Plan,
        cells: Values,
        work: NDArray[np.floating],
        gaps: NDArray[np.floating],
        start: int,
    ) -> None:
        self.scores, self.plan, self.cells, self.work, self.gaps = definition.scores, plan, cells, work, gaps
        self.lowest_cell = int(cells.min(initial=0))
        if self.lowest_cell < -2 or np.any(cells.max(axis=0, initial=0) > plan.highest):
            _refuse_out_of_range(definition, plan, cells, start)
        self.value = np.empty((len(definition.scores), len(cells)))
        self.why = np.zeros(self.value.shape, np.uint8)
        self.t: dict[int, F64] = {}
        self.t_why: dict[int, NDArray[np.uint8]] = {}

    def run(self) -> None:
        if len(self.plan.lines):
            self._lines()
        for at in self.plan.others:
            score = self.scores[at]
            if score.is_base:
                self._from_items(at, score)
            else:
                self._from_scores(at, score)

    def _lines(self) -> None:
        """Sums, means and weighted sums of the whole block by matrix products; gaps only where a block has any."""
        plan, rows = self.plan, slice(None)
        np.copyto(self.work, self.cells)
        if self.lowest_cell < 0:
            np.maximum(self.work, 0, out=self.work)
        total = _product(plan.weight, self.work)
        total += plan.base[:, None]
        why: NDArray[np.uint8] = np.zeros(total.shape, np.uint8)
        if self.lowest_cell < 0:
            total, why = self._with_gaps(total)
        total /= plan.divide[:, None]
        total += plan.constant[:, None]
        if self.lowest_cell < 0 or not plan.whole.all():
            scale = 10.0 ** plan.decimals[plan.lines][:, None]
            total = np.floor(total * scale + (0.5 + NUDGE)) / scale
        if self.lowest_cell < 0:
            total[why > 0] = np.nan
        if len(plan.lines) == len(self.scores):
            self.value, self.why = total, why
        else:
            self.value[plan.lines, rows] = total
            self.why[plan.lines, rows] = why

    def _with_gaps(self, total: F64) -> tuple[F64, NDArray[np.uint8]]:
        """Take the blanks' reversed base out again, fill gaps with the person's mean, say why others are null."""
        plan = self.plan
        count, base, weight, base_plain = self._gap_sums(self.cells < 0)
        withheld = np.zeros_like(count)
        total -= base
        fill_count, fill_weight = count, weight
        if self.lowest_cell < -1:
            withheld, _base, withheld_weight, _plain = self._gap_sums(self.cells == -2)
            keep = ~plan.not_shown_fills[:, None]
            fill_count = count - withheld * keep
            fill_weight = weight - withheld_weight * keep
        answered = plan.size[:, None] - count
        plain = total
        if plan.uneven:
            plain = _product(plan.plain, self.work) + plan.base_plain[:, None] - base_plain
        mean = plain / np.maximum(answered, 1)
        total += np.where(fill_count > 0, mean * fill_weight, 0.0)
        if self.lowest_cell < -1:
            # A mean over items of which some count as nothing divides by those that remain.
            counted = (answered + fill_count) / plan.size[:, None]
            total = np.where(plan.divide[:, None] > 1, total / np.maximum(counted, NUDGE), total)
        why = np.zeros(total.shape, np.uint8)
        why[count - withheld > plan.limit[:, None]] = REASON["too_many_missing"]
        why[answered <= 0] = REASON["no_answer"]
        why[(withheld > 0) & plan.not_shown_null[:, None]] = REASON["not_shown"]
        return total, why

    def _gap_sums(self, mask: NDArray[np.bool_]) -> tuple[F64, F64, F64, F64]:
        np.copyto(self.gaps, mask)
        sums = _product(self.plan.blank, self.gaps)
        lines = len(self.plan.lines)
        count, base = sums[:lines], sums[lines : 2 * lines]
        if not self.plan.uneven:
            return count, base, count, base
        return count, base, sums[2 * lines : 3 * lines], sums[3 * lines :]

    def _from_items(self, at: int, score: Score) -> None:
        """max and count_if: no gaps are filled, so a skipped item beyond the limit makes them null."""
        columns, flips = self.plan.columns[at]
        cells = self.cells[:, columns].astype(np.float64)
        given = cells >= 0
        effective = np.where(np.isnan(flips), cells, flips - cells)
        if score.operation == "max":
            value = np.where(given, effective, -np.inf).max(axis=1)
        else:
            op, limit = score.count
            value = (_compare(op, effective, limit) & given).sum(axis=1).astype(np.float64)
        value = self._round(value + score.constant, score.decimals)
        why = self.why[at]
        why[(cells == -1).sum(axis=1) > score.missing.max] = REASON["too_many_missing"]
        why[~given.any(axis=1)] = REASON["no_answer"]
        if score.missing.not_shown == "null":
            why[(cells == -2).any(axis=1)] = REASON["not_shown"]
        self.value[at] = np.where(why > 0, np.nan, value)

    def _from_scores(self, at: int, score: Score) -> None:
        order = {other.id: position for position, other in enumerate(self.scores)}
        value = np.full(self.value.shape[1], score.constant)
        for name, weight in score.of.items():
            value = value + weight * self.value[order[name]]
        null = np.isnan(value)
        if score.operation == "lookup":
            source = self.value[order[next(iter(score.of))]]
            raws, outcomes = (np.array(side) for side in zip(*score.table, strict=True))
            spot = np.clip(np.searchsorted(raws, source - NUDGE), 0, len(raws) - 1)
            value = np.where(np.abs(raws[spot] - source) < NUDGE * 10, outcomes[spot] + score.constant, np.nan)
            self.why[at][np.isnan(value)] = REASON["out_of_table"]
        self.why[at][null] = REASON["component_null"]
        self.value[at] = self._round(value, score.decimals)

    @staticmethod
    def _round(value: F64, decimals: int) -> F64:
        scale = 10.0**decimals
        rounded: F64 = np.floor(value * scale + (0.5 + NUDGE)) / scale
        return rounded

    def norms(self, cells: NDArray[np.intp] | None) -> None:
        """T scores: the person's cell gives the row of the norm, the row the scale."""
        for at, norm in self.plan.norms.items():
            if cells is not None:
                self.t[at], self.t_why[at] = self._t(at, norm, cells)

    def _t(self, at: int, norm: NormPlan, cells: NDArray[np.intp]) -> tuple[F64, NDArray[np.uint8]]:
        row = norm.cell_row.take(cells, mode="clip")
        value = self.value[at]
        safe = np.maximum(row, 0)
        if norm.table is None:
            t = self._round(value * norm.scale.take(safe) + norm.shift.take(safe), norm.decimals)
        else:
            offset = np.nan_to_num(value, nan=-1e6) - norm.table_low
            inside = (offset >= 0) & (offset < norm.table.shape[1]) & (offset == np.floor(offset))
            t = np.where(inside, norm.table[safe, np.where(inside, offset, 0).astype(np.intp)], np.nan)
        why = self.why[at].copy()
        if norm.table is not None:
            why[(why == 0) & np.isnan(t)] = REASON["out_of_table"]
        lost = row < 0
        if lost.any():
            t[lost] = np.nan
            why[lost & (self.why[at] == 0)] = REASON["no_norm"]
        return t, why

    def store(self, out: Scores, rows: slice) -> None:
        out.raw[:, rows] = self.value
        out.why[:, rows] = self.why
        for at, score in enumerate(self.scores):
            if at in self.t:
                out.t[at][rows] = self.t[at]
                out.t_why[at][rows] = self.t_why[at]
            banded = self.t[at] if score.band_on == "t" else self.value[at]
            out.band[at, rows] = _bands(score, banded)


def _product(left: NDArray[np.floating], rows: NDArray[np.floating]) -> F64:
    """left (a, m) times the transpose of rows (n, m), in steps too small for the library to split over threads.

    A threaded product of this size waits for its slowest thread; on a busy machine that is many times slower.
    """
    out = np.empty((len(left), len(rows)))
    step = max(16, ONE_THREAD // max(left.size, 1))
    for start in range(0, len(rows), step):
        out[:, start : start + step] = left @ rows[start : start + step].T
    return out


def _bands(score: Score, value: F64) -> NDArray[np.int8]:
    """Index of the band; −1 where there is no value or the score has no bands."""
    if not score.bands:
        return np.full(len(value), -1, np.int8)
    band: NDArray[np.int8] = (value == value).view(np.int8) - np.int8(
        1
    )  # 0 where there is a number, −1 where it is NaN
    for later in score.bands[1:]:
        band += value >= later.low - NUDGE
    return band


def _compare(op: str, values: F64, limit: int) -> NDArray[np.bool_]:
    compare = {"==": np.equal, "!=": np.not_equal, ">=": np.greater_equal, "<=": np.less_equal}
    compare |= {">": np.greater, "<": np.less}
    outcome: NDArray[np.bool_] = compare[op](values, limit)
    return outcome


def _refuse_out_of_range(definition: Definition, plan: Plan, cells: Values, start: int) -> None:
    bad = (cells < -2) | (cells > plan.highest)
    row, column = (int(part[0]) for part in np.nonzero(bad))
    name = definition.item_ids[column]
    raise AnswerRefusal(
        f"第 {start + row + 1} 份答卷的题目“{name}”的值 {cells[row, column]} 不在选项范围内。",
        code="value_range",
        field=name,
    )
