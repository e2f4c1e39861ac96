"""Signs that sheets were filled in without care. Each is shown to a person beside the scores; none removes a sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinqiao.instruments.definition import Definition
from xinqiao.instruments.scoring.matrix import BLOCK_ROWS, Scores, Values

FLAGS = ("lie", "inconsistent", "long_run", "missing", "too_fast")


@dataclass(frozen=True)
class Evidence:
    """Arrays of n sheets.

    missing: share 0–1 of the shown items that were skipped. run: longest run of one answer. inconsistent: pairs
    answered apart. lie: the lie score. fast: share answered under the speed floor (NaN = not known).
    flags: (5, n) in the order of ``FLAGS``.
    """

    missing: NDArray[np.float32]
    run: NDArray[np.int16]
    inconsistent: NDArray[np.int16]
    lie: NDArray[np.float32]
    fast: NDArray[np.float32]
    flags: NDArray[np.bool_]

    def codes(self, row: int) -> list[str]:
        return [code for code, flagged in zip(FLAGS, self.flags[:, row], strict=True) if flagged]


def evidence(
    definition: Definition, values: Values, scores: Scores, fast: NDArray[np.float32] | None = None
) -> Evidence:
    """Evidence for a matrix of item values that was scored to ``scores``. fast: (n,) from :func:`fast_share`."""
    rules, n = definition.validity, len(values)
    shown = (values != -2).sum(axis=1)
    missing = ((values == -1).sum(axis=1) / np.maximum(shown, 1)).astype(np.float32)
    run = np.concatenate(
        [_longest_run(values[i : i + BLOCK_ROWS], definition) for i in range(0, n, BLOCK_ROWS)]
        or [np.zeros(0, np.int16)]
    )
    apart = np.zeros(n, np.int16)
    at = {name: position for position, name in enumerate(definition.item_ids)}
    for first, second, distance in rules.pairs:
        a, b = values[:, at[first]].astype(np.int16), values[:, at[second]].astype(np.int16)
        apart += (a >= 0) & (b >= 0) & (np.abs(a - b) >= distance)
    lie = scores[rules.lie_score].values if rules.lie_score else np.full(n, np.nan, np.float32)
    flags = np.zeros((len(FLAGS), n), bool)
    if rules.lie_score:
        flags[0] = lie >= rules.lie_at_least
    if rules.pairs_at_least:
        flags[1] = apart >= rules.pairs_at_least
    if rules.run_at_least:
        flags[2] = run >= rules.run_at_least
    if rules.missing_over is not None:
        flags[3] = missing > rules.missing_over
    if fast is None:
        fast = np.full(n, np.nan, np.float32)
    if rules.floor_ms:
        flags[4] = fast >= rules.fast_share
    return Evidence(missing, run, apart, lie, fast, flags)


def fast_share(definition: Definition, clocks: NDArray[np.floating]) -> NDArray[np.float32]:
    """Per sheet, the share of timed items answered under the floor; NaN where nothing was timed.

    clocks: (n, m) milliseconds an item was on screen before its answer, NaN where not known.
    """
    known = ~np.isnan(clocks)
    counted = known.sum(axis=1)
    quick = (known & (clocks < definition.validity.floor_ms)).sum(axis=1)
    return np.where(counted > 0, quick / np.maximum(counted, 1), np.nan).astype(np.float32)


def _longest_run(block: Values, definition: Definition) -> NDArray[np.int16]:
    """Longest stretch of equal answers on neighbouring items; blanks and hidden items end a stretch."""
    if block.shape[1] == 0:
        return np.zeros(len(block), np.int16)
    columns = np.ascontiguousarray(block.T)
    lowest = np.array([item.lowest for item in definition.items], np.int8)[:, None]
    counts = columns > lowest if definition.validity.run_ignores_lowest else columns >= 0
    run = counts[0].astype(np.int16)
    longest: NDArray[np.int16] = run.copy()
    for now, before, counted in zip(columns[1:], columns[:-1], counts[1:], strict=True):
        run *= now == before
        run += 1
        run *= counted
        np.maximum(longest, run, out=longest)
    return longest
