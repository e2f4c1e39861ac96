from __future__ import annotations

from datetime import date

import pytest

from xinqiao.access.enums import PostKind
from xinqiao.kernel.refusal import Refusal
from xinqiao.teams.enums import MeetingState as S
from xinqiao.teams.rules import MEETING, fits, term_at

MOVES = {
    ("planned", "change"): "planned",
    ("planned", "hold"): "held",
    ("planned", "call_off"): "called_off",
    ("held", "hold"): "held",
    ("held", "minutes"): "held",
    ("held", "decide"): "held",
}


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("move", ["change", "hold", "call_off", "minutes", "decide"])
def test_every_move_of_a_meeting(state, move):
    if (state, move) in MOVES:
        assert MEETING.after(state, move) == MOVES[state, move]
    else:
        with pytest.raises(Refusal):
            MEETING.after(state, move)


FITS = [
    # kind, where, wanted, team at, fits
    ("psych_teacher", "/1/5/", "", "/1/5/", True),
    ("psych_teacher", "/1/5/", "psych_teacher", "/1/5/", True),
    ("psych_teacher", "/1/5/", "school_leader", "/1/5/", False),
    ("class_teacher", "/1/5/7/9/", "class_teacher", "/1/5/", True),
    ("psych_teacher", "/1/5/", "psych_teacher", "/1/", True),
    ("psych_teacher", "/1/6/", "", "/1/5/", False),
    ("bureau_officer", "/1/", "", "/1/5/", False),
    ("peer_rep", "/1/5/7/9/", "", "/1/5/", False),
    ("peer_rep", "/1/5/7/9/", "peer_rep", "/1/5/", False),
]


@pytest.mark.parametrize(("kind", "path", "wanted", "team_path", "answer"), FITS)
def test_who_fits(kind, path, wanted, team_path, answer):
    assert fits(PostKind(kind), path, wanted=wanted, team_path=team_path) is answer


AUTUMN, SPRING = (date(2026, 9, 1), date(2027, 1, 20)), (date(2027, 2, 22), date(2027, 7, 5))
TERMS = [
    ([AUTUMN, SPRING], date(2026, 11, 23), (date(2026, 9, 1), date(2027, 2, 22))),
    ([AUTUMN, SPRING], date(2027, 2, 1), (date(2026, 9, 1), date(2027, 2, 22))),  # the winter break
    ([AUTUMN, SPRING], date(2027, 2, 22), (date(2027, 2, 22), date(2028, 2, 22))),
    ([AUTUMN], date(2026, 8, 31), (date(2026, 8, 1), date(2027, 2, 1))),  # before the first term we know
    ([], date(2026, 11, 23), (date(2026, 8, 1), date(2027, 2, 1))),
    ([], date(2027, 1, 31), (date(2026, 8, 1), date(2027, 2, 1))),
    ([], date(2027, 2, 1), (date(2027, 2, 1), date(2027, 8, 1))),
]


@pytest.mark.parametrize(("terms", "on", "span"), TERMS)
def test_this_term(terms, on, span):
    assert term_at(terms, on) == span
