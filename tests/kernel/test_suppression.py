"""Nobody can be counted out: what a reader of every page together knows, worked out by brute force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.kernel.suppression import HIDDEN, THRESHOLD, Row, merged, released, share

Leaves = tuple[tuple[int, ...], ...]
"""Counts of the grades, in the order of the shape."""


def a_tree(shape: tuple[int, ...], leaves: Leaves) -> Row:
    """A bureau whose schools have so many grades each; a school with none is a leaf itself."""
    left, key, schools = iter(leaves), 1, []
    for grades in shape:
        key += 1
        school, below = key, []
        for _grade in range(grades):
            key += 1
            below.append(Row(key, next(left)))
        counts = _sum([row.counts for row in below]) if below else next(left)
        schools.append(Row(school, counts, tuple(below)))
    return Row(1, _sum([row.counts for row in schools]), tuple(schools))


def _sum(rows: list[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))


def view(root: Row, k: int, totals_known: bool) -> tuple[object, ...]:
    """Everything one reader of all pages, workbooks and reports is shown."""
    shown = released(root, k=k, totals_known=totals_known)
    rows = [(row.key, row.counts if row.key in shown else None) for row in root.all()]
    totals = [(row.key, row.total) for row in root.all()] if totals_known else []
    return (tuple(rows), tuple(totals))


def hidden_cells(root: Row, k: int, totals_known: bool) -> Iterator[tuple[int, int, int]]:
    shown = released(root, k=k, totals_known=totals_known)
    for row in root.all():
        if row.key not in shown and not (totals_known and row.total == 0):
            for column, count in enumerate(row.counts):
                yield row.key, column, count


def by_view(shape: tuple[int, ...], worlds: Iterator[Leaves], k: int, totals_known: bool) -> dict[object, list[Row]]:
    """Worlds that look the same to a reader, who also knows how cells are chosen."""
    same: dict[object, list[Row]] = defaultdict(list)
    for leaves in worlds:
        root = a_tree(shape, leaves)
        same[view(root, k, totals_known)].append(root)
    return same


@pytest.mark.parametrize(
    ("shape", "k", "most"),
    [
        ((0, 0), 3, 20),
        ((0, 0, 0), 3, 16),
        ((0, 0, 0, 0), 3, 13),
        ((2, 2), 3, 13),
        ((1, 2), 3, 14),
        ((3,), 3, 16),
        ((2, 0, 0), 4, 14),
    ],
)
def test_no_hidden_count_is_told_even_to_who_knows_the_rules(shape, k, most):
    """Every district with a total up to ``most``: whatever is hidden differs between districts that look alike."""
    leaves = sum(grades or 1 for grades in shape)
    every = (counts for counts in product(range(most + 1), repeat=leaves) if sum(counts) <= most)
    worlds = (tuple((n,) for n in counts) for counts in every)
    checked = 0
    for alike in by_view(shape, worlds, k, False).values():
        for key, column, _count in hidden_cells(alike[0], k, False):
            values = {
                count
                for root in alike
                for row, place, count in hidden_cells(root, k, False)
                if (row, place) == (key, column)
            }
            checked += 1
            assert len(values) > 1, (shape, alike[0], key)
    assert checked > 10


@pytest.mark.parametrize(("shape", "k", "most"), [((0, 0), 2, 5), ((0, 0, 0), 2, 3), ((2, 0), 2, 3)])
def test_parts_stay_hidden_when_every_total_is_known(shape, k, most):
    """Two columns (kept, missed): each row's total is told to the reader; bounded by subtraction over all sums."""
    leaves = sum(grades or 1 for grades in shape)
    cells = [(a, b) for a in range(most + 1) for b in range(most + 1)]
    for world in product(cells, repeat=leaves):
        root = a_tree(shape, world)
        for key, column, bounds in feasible(root, k):
            assert bounds[0] < bounds[1], (root, key, column)


def feasible(root: Row, k: int) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Least and most of each hidden count over every table with the shown rows and all totals (by enumeration)."""
    shown = released(root, k=k, totals_known=True)
    rows = list(root.all())
    leaves = [row for row in rows if not row.children]
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    choices = [
        [row.counts] if row.key in shown else [(n, row.total - n) for n in range(row.total + 1)] for row in leaves
    ]
    for guess in product(*choices):
        given_leaves = dict(zip((row.key for row in leaves), guess, strict=True))
        tables = {row.key: _sum([given_leaves[leaf.key] for leaf in row.all() if not leaf.children]) for row in rows}
        if all(tables[row.key] == row.counts for row in rows if row.key in shown):
            for row in rows:
                if row.key not in shown and row.total:
                    for column, count in enumerate(tables[row.key]):
                        if known_nought(root, row, column, shown):
                            continue
                        found[row.key, column].add(count)
    for (key, column), values in found.items():
        yield key, column, (min(values), max(values))


def known_nought(root: Row, row: Row, column: int, shown: frozenset[int]) -> bool:
    """A column that is nought in a shown row above is nought below: nothing to hide there."""
    above = [other for other in root.all() if other.key in shown and row in list(other.all())]
    return any(other.counts[column] == 0 for other in above)


counts = st.one_of(st.integers(0, 14), st.integers(0, 200))


@st.composite
def districts(draw, columns: int = 1):
    shape = tuple(draw(st.lists(st.integers(0, 4), min_size=1, max_size=8)))
    leaves = sum(grades or 1 for grades in shape)
    cells = [tuple(draw(counts) for _c in range(columns)) for _l in range(leaves)]
    return a_tree(shape, tuple(cells))


@pytest.mark.property
@given(districts())
def test_sums_of_hidden_rows_are_never_small(root):
    shown = released(root)
    assert all(count == 0 or count >= THRESHOLD for row in root.all() if row.key in shown for count in row.counts)
    for row in root.all():
        hidden = [child for child in row.children if child.key not in shown]
        if row.key in shown and hidden:
            rest = row.total - sum(child.total for child in row.children if child.key in shown)
            assert len(hidden) > 1
            assert rest >= THRESHOLD
            for _child in hidden:
                assert rest - len(hidden) + 1 > 1  # it may be one, and more than one
        if row.key not in shown:
            below = {part.key for part in row.all()} - {row.key}
            assert row.key == root.key or not below & shown


@pytest.mark.property
@given(districts(columns=2))
def test_hidden_parts_stay_open_with_known_totals(root):
    shown = released(root, totals_known=True)
    for row in (row for row in root.all() if row.key in shown):
        hidden = [child for child in row.children if child.key not in shown]
        whole = sum(child.total for child in hidden)
        for column in (0, 1):
            rest = row.counts[column] - sum(c.counts[column] for c in row.children if c.key in shown)
            if not hidden or row.counts[column] == 0:
                continue
            assert rest >= THRESHOLD
            for part in (part for child in hidden for part in child.all() if part.total):
                least, most = max(0, rest - (whole - part.total)), min(part.total, rest)
                assert least < most
                assert part.counts[column] == 0 or part.counts[column] >= THRESHOLD or least == 0 or most >= THRESHOLD


def test_a_small_school_is_hidden_together_with_the_next():
    root = a_tree((0, 0, 0), ((3,), (40,), (25,)))
    assert released(root) == {1, 4}  # of equal size: the first is the cover


def test_a_district_whose_own_figure_is_small_shows_nothing():
    assert released(a_tree((0, 0), ((4,), (0,)))) == frozenset()


def test_noughts_and_enough_are_shown():
    assert released(a_tree((0, 0), ((0,), (30,)))) == {1, 2, 3}


def test_bands_are_joined_upwards_until_none_is_small():
    assert merged([("none", 60), ("mild", 12), ("moderate", 7), ("severe", 2)]) == [
        (("none",), 60),
        (("mild", "moderate", "severe"), 21),
    ]
    assert merged([("none", 60), ("mild", 12), ("severe", 0)]) == [(("none",), 60), (("mild",), 12), (("severe",), 0)]
    assert merged([("none", 4)]) == [(("none",), 4)]


def test_a_share_needs_both_counts():
    assert share(9, 12) == "75.0%"
    assert share(None, 12) == share(3, None) == share(0, 0) == HIDDEN


@pytest.mark.parametrize(("shape", "k", "most"), [((0, 0), 2, 5), ((0, 0, 0), 2, 3)])
def test_two_columns_without_totals_are_not_told_either(shape, k, most):
    """Kept and missed of each school, nothing known besides: sums leave every hidden count open."""
    cells = [(a, b) for a in range(most + 1) for b in range(most + 1)]
    for world in product(cells, repeat=len(shape)):
        root = a_tree(shape, world)
        shown = released(root, k=k)
        hidden = [child for child in root.children if child.key not in shown]
        for column, above in enumerate(root.counts):
            if root.key in shown and hidden and above:
                rest = above - sum(c.counts[column] for c in root.children if c.key in shown)
                assert len(hidden) > 1
                assert rest > max(k, len(hidden))
