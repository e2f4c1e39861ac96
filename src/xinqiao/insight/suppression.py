"""Counts that may be shown without telling who: small cells are hidden, and so is what would give them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

THRESHOLD = 10
"""Cells below ten are hidden by default (k ≥ 10, docs/architecture.md); a tenant may raise it, never lower it."""


@dataclass(frozen=True)
class Cell:
    """A count as it may be shown. ``value`` is None when hidden."""

    value: int | None
    words: str

    @property
    def hidden(self) -> bool:
        return self.value is None


def shown(count: int, threshold: int = THRESHOLD) -> Cell:
    """One count that stands alone. Zero is shown: it says nothing about a person."""
    if count == 0 or count >= threshold:
        return Cell(count, str(count))
    return Cell(None, f"<{threshold}")


def share(part: int, whole: int, threshold: int = THRESHOLD) -> str:
    """A percentage, or a dash where the part or its remainder is too small to show."""
    rest = whole - part
    if whole < threshold or 0 < part < threshold or 0 < rest < threshold:
        return "—"
    return f"{part / whole:.1%}" if whole else "—"


def partition(counts: Mapping[str, int], threshold: int = THRESHOLD) -> dict[str, Cell]:
    """Counts that add up to a total which is shown beside them.

    When exactly one positive cell is small, the total minus the others would reveal it, so the next smallest cell is
    hidden too; also when the hidden ones together are still below the threshold.
    """
    small = {key for key, count in counts.items() if 0 < count < threshold}
    if small:
        rest = sorted((count, key) for key, count in counts.items() if count >= threshold)
        while rest and (len(small) < 2 or sum(counts[key] for key in small) < threshold):
            small.add(rest.pop(0)[1])
    return {
        key: Cell(None, f"<{threshold}" if count < threshold else "—") if key in small else Cell(count, str(count))
        for key, count in counts.items()
    }


def table(rows: Sequence[Mapping[str, int]], threshold: int = THRESHOLD) -> list[dict[str, Cell]]:
    """Rows × columns with both totals shown: every hidden row and column holds at least two hidden cells.

    Repeats complementary hiding until no single hidden cell can be worked out by subtraction.
    """
    keys = list(rows[0]) if rows else []
    hidden = {(r, k) for r, row in enumerate(rows) for k in keys if 0 < row[k] < threshold}
    changed = True
    while changed:
        changed = False
        lines = [[(r, k) for k in keys] for r in range(len(rows))] + [[(r, k) for r in range(len(rows))] for k in keys]
        for line in lines:
            inside = [cell for cell in line if cell in hidden]
            total = sum(rows[r][k] for r, k in inside)
            if not inside or (len(inside) >= 2 and total >= threshold):
                continue
            rest = sorted((rows[r][k], r, k) for r, k in line if (r, k) not in hidden and rows[r][k] > 0)
            if rest:
                _count, r, k = rest[0]
                hidden.add((r, k))
                changed = True
    return [
        {
            k: Cell(None, f"<{threshold}" if rows[r][k] < threshold else "—")
            if (r, k) in hidden
            else Cell(rows[r][k], str(rows[r][k]))
            for k in keys
        }
        for r in range(len(rows))
    ]
