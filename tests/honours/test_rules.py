"""Life cycles over every state and move, sums of a jury, and how long an honour holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.honours import rules
from xinqiao.honours.enums import ApplicationState, ObjectionState, RoundState
from xinqiao.kernel.refusal import Refusal

TABLES = [(rules.ROUND, RoundState), (rules.APPLICATION, ApplicationState), (rules.OBJECTION, ObjectionState)]
MOVES = ["open", "judge", "propose", "publish", "cancel", "submit", "withdraw", "decline", "grant", "uphold", "dismiss"]


@pytest.mark.parametrize(
    ("table", "state", "move"), [(table, state, move) for table, states in TABLES for state in states for move in MOVES]
)
def test_every_state_and_move(table, state, move):
    if (state, move) in table.moves:
        assert table.after(state, move) == table.moves[state, move]
    else:
        with pytest.raises(Refusal) as no:
            table.after(state, move)
        assert no.value.code == "move"


@st.composite
def juries(draw):
    weights = draw(st.lists(st.integers(1, 50), min_size=1, max_size=5))
    criteria = rules.criteria_of([{"id": f"c{n}", "title": "x", "weight": w} for n, w in enumerate(weights)])
    scores = {
        juror: {
            row.id: draw(st.decimals(min_value=0, max_value=row.weight, places=1))
            for row in criteria
            if draw(st.integers(0, 3))
        }
        for juror in range(draw(st.integers(0, 5)))
    }
    return criteria, scores


@given(juries())
def test_only_whole_sheets_count_and_the_mean_lies_between_them(jury):
    criteria, scores = jury
    sums = rules.totals(criteria, scores)
    assert set(sums) == {juror for juror, given_ in scores.items() if len(given_) == len(criteria)}
    for juror, total in sums.items():
        assert total == sum(scores[juror].values(), Decimal(0)) <= sum(row.weight for row in criteria)
    mean = rules.average(list(sums.values()))
    if sums:
        assert min(sums.values()) - rules.CENT <= mean <= max(sums.values()) + rules.CENT
    else:
        assert mean is None


@pytest.mark.parametrize(
    ("granted", "years", "until"),
    [
        (date(2026, 11, 23), 3, date(2029, 11, 23)),
        (date(2024, 2, 29), 3, date(2027, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2026, 1, 1), 0, None),
    ],
)
def test_how_long_it_holds(granted, years, until):
    assert rules.valid_until(granted, years) == until
