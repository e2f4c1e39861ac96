"""What must hold for any answers to any questionnaire."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.instruments.factories import a_document, built
from xinqiao.instruments import registry
from xinqiao.instruments.definition import Definition
from xinqiao.instruments.errors import AnswerRefusal
from xinqiao.instruments.scoring import scalar, score_matrix

SHIPPED = [registry.load(name) for name in registry.library_ids()]


def sheets_of(definition: Definition, blanks: bool = False) -> st.SearchStrategy[list[int | None]]:
    parts = []
    for item in definition.items:
        values = st.sampled_from([option.value for option in item.options])
        parts.append(st.one_of(st.none(), values) if blanks else values)
    return st.tuples(*parts).map(list)


def total(definition: Definition, row: list[int | None], score_id: str) -> float:
    matrix = np.array([[-1 if value is None else value for value in row]], np.int8)
    return float(score_matrix(definition, matrix)[score_id].values[0])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_higher_answer_never_lowers_a_score_unless_the_item_is_reversed(data):
    definition = data.draw(st.sampled_from(SHIPPED))
    row = data.draw(sheets_of(definition))
    item = data.draw(st.sampled_from(definition.items))
    raised = [*row]
    raised[item.position] = item.highest
    for score in definition.scores:
        before, after = total(definition, row, score.id), total(definition, raised, score.id)
        assert after <= before if item.id in score.reverse else after >= before


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_reversing_twice_changes_nothing(row):
    def scored(reverse, values):
        missing = {"max": 0, "prorate": "none"}
        made = a_document([{"id": "s", "operation": "sum", "items": ["q1-q4"], "reverse": reverse, "missing": missing}])
        return total(built(made), values, "s")

    turned = [3 - row[0], row[1], row[2], 3 - row[3]]
    assert scored(["q1", "q4"], turned) == scored([], row)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_items_inside_a_score_does_not_matter(data):
    row = data.draw(st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=6, max_size=6))
    order = data.draw(st.permutations([f"q{number}" for number in range(1, 7)]))
    missing = {"max": 2, "prorate": "person_mean"}

    def made(items):
        score = {"id": "s", "operation": "sum", "items": items, "reverse": ["q2"], "missing": missing}
        return built(a_document([score], items=6))

    first, second = total(made(["q1-q6"]), row, "s"), total(made(list(order)), row, "s")
    assert first == second or (np.isnan(first) and np.isnan(second))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_beyond_the_missing_limit_there_is_no_score_and_a_reason(data):
    definition = data.draw(st.sampled_from(SHIPPED))
    row = data.draw(sheets_of(definition, blanks=True))
    numbers = scalar.score(definition, dict(zip(definition.item_ids, row, strict=True)))
    for score in (score for score in definition.scores if score.is_base):
        skipped = sum(row[definition.item[name].position] is None for name in score.items)
        assert (numbers[score.id].value is None) == (skipped > score.missing.max)
        assert bool(numbers[score.id].reason) == (skipped > score.missing.max)


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_filled_gap_stays_inside_the_range_of_the_score(data):
    definition = data.draw(st.sampled_from(SHIPPED))
    row = data.draw(sheets_of(definition, blanks=True))
    for score in definition.scores:
        value = total(definition, row, score.id)
        assert np.isnan(value) or score.lowest <= value <= score.highest


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_sheet_survives_packing(data):
    definition = data.draw(st.sampled_from(SHIPPED))
    answers = {
        item.id: data.draw(st.sampled_from([None, *(option.code for option in item.options)]))
        for item in definition.items
    }
    assert definition.decode(definition.encode(answers)) == answers


def test_floats_with_nan_score_like_bytes_with_minus_one():
    definition = registry.load("phq-9")
    as_float = np.array([[1, 2, np.nan, 0, 0, 3, 1, 0, 0], [-np.inf] * 9])
    as_bytes = np.array([[1, 2, -1, 0, 0, 3, 1, 0, 0], [-2] * 9], np.int8)
    assert np.array_equal(
        score_matrix(definition, as_float).raw, score_matrix(definition, as_bytes).raw, equal_nan=True
    )


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (np.array([[4] + [0] * 8], np.int8), "value_range"),
        (np.array([[-3] + [0] * 8], np.int8), "value_range"),
        (np.array([[0.5] + [0] * 8]), "value_range"),
        (np.zeros((1, 8), np.int8), "shape"),
    ],
)
def test_values_that_no_option_has_are_refused(values, code):
    with pytest.raises(AnswerRefusal) as refusal:
        score_matrix(registry.load("phq-9"), values)
    assert refusal.value.code == code
