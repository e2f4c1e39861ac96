"""Scores, grades, red lines and the draw, over everything they may be given."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.inspections import rules
from xinqiao.inspections.enums import AppealState, RoundState, SheetState
from xinqiao.inspections.rules import Form
from xinqiao.kernel.refusal import Refusal

scores = st.decimals(min_value=0, max_value=50, places=1)


@st.composite
def sheets(draw):
    """(form, scores within the weights, red lines said to be hit)."""
    count = draw(st.integers(1, 8))
    weights = draw(st.lists(st.decimals(min_value=1, max_value=50, places=1), min_size=count, max_size=count))
    items = [
        {"id": f"i{n}", "title": f"项目{n}", "weight": float(weight), "red_line": draw(st.booleans())}
        for n, weight in enumerate(weights)
    ]
    marks = sorted(draw(st.sets(st.integers(1, 100), min_size=1, max_size=4)) | {0}, reverse=True)
    form = Form({"items": items, "grades": [{"from": mark, "title": f"等次{mark}"} for mark in marks]})
    given_ = {item.id: draw(st.decimals(min_value=0, max_value=item.weight, places=2)) for item in form.items}
    red = draw(st.sets(st.sampled_from([item.id for item in form.items])))
    return form, given_, red


@given(sheets())
def test_the_total_is_the_sum_and_never_more_than_the_full_mark(sheet):
    form, given_, red = sheet
    result = rules.result(form, given_, red)
    hit = {item.id for item in form.items if item.red_line and item.id in red}
    assert result.total == sum((score for item, score in given_.items() if item not in hit), Decimal(0))
    assert 0 <= result.total <= result.full == form.full
    assert 0 <= result.share <= 100
    assert set(result.red) == hit


@given(sheets())
def test_a_red_line_brings_the_lowest_grade_and_nothing_else_does_so_unearned(sheet):
    form, given_, red = sheet
    result = rules.result(form, given_, red)
    lowest = form.grades[-1].title
    if result.red:
        assert result.grade == lowest
        assert result.capped == (rules.grade_of(form, result.share) != lowest)
    else:
        assert result.grade == rules.grade_of(form, result.share)
        assert not result.capped


@given(sheets(), st.data())
def test_more_points_never_bring_a_lower_grade(sheet, data):
    form, given_, _red = sheet
    item = data.draw(st.sampled_from(form.items))
    more = {**given_, item.id: item.weight}
    order = [grade.title for grade in form.grades]
    before, after = rules.result(form, given_), rules.result(form, more)
    assert order.index(after.grade) <= order.index(before.grade)


@given(
    st.lists(st.integers(1, 10_000), unique=True, min_size=1, max_size=60), st.integers(1, 80), st.integers(0, 999_999)
)
def test_a_draw_can_be_repeated_and_has_the_size_it_says(units, number, seed):
    for how in ("all", "every", "random"):
        drawn = rules.draw(units, how, number=number, seed=seed)
        assert drawn == rules.draw(units, how, number=number, seed=seed)
        assert drawn == [unit for unit in units if unit in drawn], "in the order given"
        assert drawn
    assert len(rules.draw(units, "random", number=number, seed=seed)) == min(number, len(units))
    assert rules.draw(units, "all") == units
    assert rules.draw(units, "chosen", chosen=units[:1]) == units[:1]


def test_every_third_is_every_third():
    assert rules.draw(list(range(1, 11)), "every", number=3, seed=1) == [2, 5, 8]


FAULTS = [
    ({"items": [], "grades": []}, "none"),
    ({"items": [{"title": " ", "weight": 1}], "grades": [{"from": 0, "title": "x"}]}, "title"),
    ({"items": [{"title": "a", "weight": 0}], "grades": [{"from": 0, "title": "x"}]}, "nothing"),
    ({"items": [{"title": "a", "weight": -1}, {"title": "b", "weight": 3}], "grades": [{"from": 0}]}, "weight"),
    ({"items": [{"title": "a", "weight": 1}], "grades": []}, "grades"),
    ({"items": [{"title": "a", "weight": 1}], "grades": [{"from": 120}]}, "grades"),
    ({"items": [{"title": "a", "weight": 1}], "grades": [{"from": 60}, {"from": 60.0}]}, "twice"),
    ({"items": [{"title": "a", "weight": 1}] * 61, "grades": [{"from": 0}]}, "many"),
]


@pytest.mark.parametrize(("data", "code"), FAULTS)
def test_a_form_that_cannot_be_used_says_why(data, code):
    assert code in [found for found, _what in rules.faults(data)]


TABLES = [(rules.ROUND, RoundState), (rules.SHEET, SheetState), (rules.APPEAL, AppealState)]
MOVES = ["open", "check", "publish", "close", "cancel", "submit", "withdraw", "finish", "reopen", "uphold", "dismiss"]
CASES = [(table, state, move) for table, states in TABLES for state in states for move in MOVES]


@pytest.mark.parametrize(("table", "state", "move"), CASES)
def test_every_state_and_move(table, state, move):
    if (state, move) in table.moves:
        assert table.after(state, move) == table.moves[state, move]
    else:
        with pytest.raises(Refusal) as no:
            table.after(state, move)
        assert no.value.code == "move"


@pytest.mark.parametrize(("seq", "last", "newer"), [(1, None, True), (2, 1, True), (1, 1, False), (1, 2, False)])
def test_of_one_device_the_last_written_stands(seq, last, newer):
    assert rules.newer(seq, last) is newer
