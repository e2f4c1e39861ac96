"""Two scorers that share no arithmetic must say the same, on everything we can think of."""

import itertools
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.instruments.factories import a_document, built
from xinqiao.instruments import registry
from xinqiao.instruments.reasons import NULL_REASONS
from xinqiao.instruments.scoring import Groups, scalar, score_matrix

CODE = {None: -1, scalar.NOT_SHOWN: -2}


def agree(definition, rows, people=None):
    """Score rows (tuples of value, None or NOT_SHOWN) both ways and compare every number, band and reason."""
    matrix = np.array([[CODE.get(value, value) for value in row] for row in rows], np.int8)
    groups = None
    if people:
        groups = Groups(
            grade=np.array([person.grade or 0 for person in people]),
            sex=np.array([{None: 0, "male": 1, "female": 2}[person.sex] for person in people]),
        )
    fast = score_matrix(definition, matrix, groups, block_rows=7)
    for number, row in enumerate(rows):
        person = people[number] if people else None
        slow = scalar.score(definition, dict(zip(definition.item_ids, row, strict=True)), person)
        for score in definition.scores:
            column, wanted = fast[score.id], slow[score.id]
            got = float(column.values[number])
            assert math.isnan(got) == (wanted.value is None), (score.id, row, got, wanted)
            assert wanted.value is None or math.isclose(got, wanted.value, rel_tol=1e-6), (score.id, row, got, wanted)
            assert NULL_REASONS[column.why[number]] == wanted.reason, (score.id, row)
            band = int(column.band[number])
            assert (score.bands[band].id if band >= 0 else "") == wanted.band, (score.id, row)
            if column.t is not None and column.t_why is not None:
                t = float(column.t[number])
                assert NULL_REASONS[column.t_why[number]] == wanted.t_reason, (score.id, row, person)
                assert math.isnan(t) if wanted.t is None else math.isclose(t, wanted.t, rel_tol=1e-6)


def test_gad_7_on_all_16384_answer_patterns():
    definition = registry.load("gad-7")
    rows = list(itertools.product(range(4), repeat=7))
    assert len(rows) == 16_384
    matrix = np.array(rows, np.int8)
    totals = score_matrix(definition, matrix)["total"]
    assert np.array_equal(totals.values, matrix.sum(axis=1))
    agree(definition, rows)


def test_gad_7_with_every_pattern_of_blanks():
    definition = registry.load("gad-7")
    agree(definition, list(itertools.product([None, 0, 3], repeat=7)))


def test_wellbeing_with_every_pattern_of_hidden_and_skipped_items():
    definition = registry.load("xq-wellbeing")
    some = itertools.product([None, scalar.NOT_SHOWN, 0, 2], repeat=5)
    agree(definition, [(*row, 1, 2, None, 0, 1) for row in some])


STRICT = {"max": 0, "prorate": "none"}
EVERY_OPERATION = built(
    a_document(
        [
            {"id": "sum", "operation": "sum", "items": ["q1-q4"], "reverse": ["q2"], "constant": 2, "norm": "n"}
            | {"missing": {"max": 2, "prorate": "person_mean", "not_shown": "zero"}},
            {"id": "mean", "operation": "mean", "items": ["q2-q6"], "reverse": ["q3", "q4"]}
            | {"missing": {"max": 3, "prorate": "person_mean", "not_shown": "zero"}},
            {"id": "most", "operation": "max", "items": ["q1", "q5"], "reverse": ["q5"], "missing": STRICT},
            {"id": "many", "operation": "count_if", "items": ["q1-q6"], "reverse": ["q6"]}
            | {"count": {"op": ">=", "value": 2}, "missing": STRICT | {"not_shown": "zero"}},
            {"id": "weighted", "operation": "weighted", "items": ["q1-q3"], "reverse": ["q1"], "decimals": 2}
            | {"weights": {"q1": 0.5, "q2": 1.25, "q3": -2}}
            | {"missing": {"max": 1, "prorate": "person_mean", "not_shown": "prorate"}},
            {"id": "standard", "operation": "lookup", "of": ["most"], "decimals": 1}
            | {"table": [[0, 10], [1, 22.5], [3, 40]]},
            {"id": "all", "operation": "composite", "of": {"sum": 1.25, "mean": -2}, "decimals": 1}
            | {"bands": [
                {"id": "a", "low": -9, "high": 3.9, "label": {}, "severity": 0, "level_hint": 0, "source": "t"},
                {"id": "b", "low": 4, "high": 99, "label": {}, "severity": 1, "level_hint": 0, "source": "t"},
            ]},
            {"id": "normed", "operation": "sum", "items": ["q5-q6"], "missing": STRICT, "norm": "table"},
        ],
        items=6,
        norms=[
            {"id": "n", "kind": "mean_sd", "source": "t", "year": 2020, "region": "t", "rows": [
                {"grade": [4, 6], "sex": "male", "n": 9, "mean": 6.25, "sd": 1.5},
                {"grade": [4, 9], "n": 9, "mean": 5, "sd": 3},
            ]},
            {"id": "table", "kind": "table", "source": "t", "year": 2020, "region": "t", "rows": [
                {"sex": "female", "n": 9, "table": [[0, 30], [1, 41], [2, 50], [3, 58]]},
                {"n": 9, "table": [[0, 35], [1, 45], [2, 52], [3, 60], [4, 66]]},
            ]},
        ],
    )
)  # fmt: skip

answer = st.one_of(st.integers(0, 3), st.none(), st.just(scalar.NOT_SHOWN))
person = st.builds(
    scalar.Person, st.one_of(st.none(), st.integers(1, 12)), st.none(), st.sampled_from([None, "male", "female"])
)


@given(st.lists(st.tuples(st.tuples(*[answer] * 6), person), min_size=1, max_size=20))
@settings(max_examples=300, deadline=None)
def test_every_operation_on_random_sheets(sheets):
    agree(EVERY_OPERATION, [row for row, _person in sheets], [person for _row, person in sheets])


def test_blocks_do_not_show():
    definition = registry.load("mht")
    values = np.random.default_rng(3).integers(-1, 2, (500, 100), dtype=np.int8)
    whole, parts = score_matrix(definition, values), score_matrix(definition, values, block_rows=13)
    for name in ("raw", "band", "why"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name), equal_nan=name == "raw")
