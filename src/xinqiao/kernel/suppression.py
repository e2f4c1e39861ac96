"""Which rows of a table of counts may be shown, so that nobody can be counted out. Plain Python.

Every measure is released once, for the whole tree of a bureau (bureau → schools → grades), and every page, workbook and
PDF takes its figures from that one release. So what all views of one reader together tell is exactly: the rows that are
shown, and, for the hidden rows below a shown one, their sum (parent minus the shown siblings). The rules below look at
that sum:

- A row is shown when each of its counts is nought or at least ``k``.
- Hidden rows below a shown row: together at least ``k`` in every column, and each hidden count must stay open between
  at least two values, a small one between nought and ``k`` or more; else the smallest shown sibling is hidden as well.
- What lies below a hidden row is hidden. When hiding siblings does not help, the row itself is hidden.

Hidden rows carry one mark, whether they were small or hidden to cover a small one. k = 10: docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

THRESHOLD = 10
"""Least count that is shown; a tenant may raise it, never lower it."""
HIDDEN = "—"


@dataclass(frozen=True)
class Row:
    """Counts of one organisation, by column, and the organisations below it, whose counts add up to its own.

    size: its students, the order in which rows are taken as cover.
    """

    key: int
    counts: tuple[int, ...]
    children: tuple[Row, ...] = ()
    size: int = 0

    @property
    def total(self) -> int:
        return sum(self.counts)

    def all(self) -> Iterator[Row]:
        yield self
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True)
class Cell:
    """A count as it may be shown. ``value`` is None when hidden."""

    value: int | None

    @property
    def hidden(self) -> bool:
        return self.value is None

    @property
    def words(self) -> str:
        return HIDDEN if self.value is None else str(self.value)


def released(root: Row, *, k: int = THRESHOLD, totals_known: bool = False) -> frozenset[int]:
    """Keys of the rows that may be shown; none at all when the root itself may not be.

    totals_known: readers may know each row's total (how many were invited, how many signals a school had), so hidden
    counts must stay open even then. Needed where the totals are a figure of their own on some page.
    """
    return frozenset(_solve(root, k, totals_known) or ())


def _solve(row: Row, k: int, totals_known: bool) -> set[int] | None:
    """Keys shown in the subtree when ``row`` is shown; None when it must not be."""
    if any(0 < count < k for count in row.counts):
        return None
    below = {child.key: _solve(child, k, totals_known) for child in row.children}
    small = [child for child in row.children if below[child.key] is None]
    if not small:
        return {row.key}.union(*(below[child.key] or () for child in row.children))
    others = sorted((c for c in row.children if below[c.key] is not None and c.total), key=lambda c: (c.size, c.key))
    stays_open = _open_with_totals if totals_known else _open
    for covers in range(min(1, len(others)), len(others) + 1):
        hidden = [*small, *others[:covers]]
        if stays_open(row, hidden, k) and (covers or len(row.counts) > 1 or _not_all_at_the_top(small, k)):
            left = {child.key for child in row.children} - {child.key for child in hidden}
            return {row.key}.union(*(below[key] or () for key in left))
    return None


def _open(row: Row, hidden: Sequence[Row], k: int) -> bool:
    """Totals unknown. Shown noughts say that hidden children are one at least; n of them with the sum s can each be
    anything from 1 to s - n + 1. The one over keeps a cover of exactly ``k`` from telling the small one."""
    sums = [sum(child.counts[column] for child in hidden) for column, above in enumerate(row.counts) if above]
    return len(hidden) > 1 and all(s >= len(hidden) + k for s in sums)


def _not_all_at_the_top(small: Sequence[Row], k: int) -> bool:
    """Without a cover all hidden rows are known to be below ``k``: their sum must not be the most that could be."""
    return sum(child.total for child in small) < len(small) * (k - 1)


def _open_with_totals(row: Row, hidden: Sequence[Row], k: int) -> bool:
    """Several columns, every total known: the hidden block has known margins, and a part of it with total t can hold
    from max(0, s - (whole - t)) to min(t, s) of a column's sum s (Fréchet's bounds, which are reached)."""
    whole = sum(child.total for child in hidden)
    for column, above in enumerate(row.counts):
        if above == 0:
            continue
        s = sum(child.counts[column] for child in hidden)
        if s < k:
            return False
        for part in (part for child in hidden for part in child.all() if part.total):
            width = min(part.total, s) - max(0, s - (whole - part.total))
            least = min(k - 1, part.total) if 0 < part.counts[column] < k else 1
            if width < least:
                return False
    return True


def share(part: int | None, whole: int | None) -> str:
    """A percentage of two shown counts; a mark where one is hidden or there is nothing to divide."""
    return f"{part / whole:.1%}" if part is not None and whole else HIDDEN


def merged(counts: Sequence[tuple[str, int]], k: int = THRESHOLD) -> list[tuple[tuple[str, ...], int]]:
    """Neighbouring bands joined until each is nought or at least ``k``; one band that stays small is left alone.

    counts: (name, count) in their natural order. Used where bands have an order (severity) and may be read as “from …”.
    """
    groups: list[tuple[tuple[str, ...], int]] = [((name,), count) for name, count in counts]
    while len(groups) > 1:
        small = next((n for n in range(len(groups) - 1, -1, -1) if 0 < groups[n][1] < k), None)
        if small is None:
            break
        other = small - 1 if small else 1
        low, high = sorted((small, other))
        groups[low : high + 1] = [(groups[low][0] + groups[high][0], groups[low][1] + groups[high][1])]
    return groups
