"""The tables: every move from every state, every clock, every result."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOON, SHANGHAI
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.rules import WorkingTime
from xinqiao.signals import rules
from xinqiao.signals.enums import PeerNotice, Source, Step, Urgency
from xinqiao.signals.enums import SignalState as S

WEEK = WorkingTime(lambda day: day.weekday() < 5, time(8), time(18))
MOVES = sorted({move for _state, move in rules.SIGNAL.moves})
ALLOWED = {
    S.RAISED: {"take_up", "start_interview", "merge", "hand_over", "climb", "re_own"},
    S.TAKEN: {"start_interview", "close", "merge", "defer", "hand_over", "climb", "re_own"},
    S.INTERVIEWING: {"complete_interview", "defer", "hand_over", "climb", "re_own"},
    S.INTERVIEWED: {"set_level", "propose_lowering", "close", "hand_over", "climb", "re_own"},
    S.AWAITING: {"confirm_lowering", "refuse_lowering", "hand_over", "climb", "re_own"},
    S.CLOSED: set(),
    S.LEVELLED: set(),
    S.MERGED: set(),
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("move", MOVES)
def test_every_move_from_every_state(state, move):
    if move in ALLOWED[state]:
        assert rules.SIGNAL.after(state, move) in S
    else:
        with pytest.raises(Refusal):
            rules.SIGNAL.after(state, move)


def test_open_is_what_something_can_leave():
    assert set(rules.OPEN_STATES) == set(rules.SIGNAL.open_states())
    assert set(rules.STEP_OF) == set(rules.OPEN_STATES)


def test_no_level_without_an_interview():
    """Every way into LEVELLED comes from a state that only a finished interview leads to."""
    before = {state for (state, move), after in rules.SIGNAL.moves.items() if after == S.LEVELLED}
    assert before == {S.INTERVIEWED, S.AWAITING}
    into = {
        (state, move) for (state, move), after in rules.SIGNAL.moves.items() if after in before and state not in before
    }
    assert into == {(S.INTERVIEWING, "complete_interview")}


@pytest.mark.parametrize("urgency", list(Urgency))
@pytest.mark.parametrize("step", list(Step))
def test_every_step_has_a_clock_with_a_source(urgency, step):
    clock = rules.CLOCKS[urgency, step]
    assert clock.source
    assert clock.span.longest <= clock.most.longest


def test_urgent_runs_day_and_night():
    saturday_night = datetime(2026, 11, 21, 23, 50, tzinfo=SHANGHAI)
    assert rules.clock({}, Urgency.URGENT, Step.LOOK).due(saturday_night, WEEK) == saturday_night + timedelta(
        minutes=10
    )


def test_soon_and_routine_wait_for_the_school():
    friday = datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI)
    assert rules.clock({}, Urgency.SOON, Step.LOOK).due(friday, WEEK) == datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
    assert rules.clock({}, Urgency.ROUTINE, Step.LOOK).due(friday, WEEK) == datetime(
        2026, 11, 25, 16, 0, tzinfo=SHANGHAI
    )


@pytest.mark.parametrize(
    ("own", "minutes"),
    [
        ("5m", 5),
        ("60m", 60),
        ("61m", 10),
        ("2h", 10),
        ("0m", 10),
        ("soon", 10),
        ("", 10),
        ("-5m", 10),
        (7, 10),
        (None, 10),
        ({"a": 1}, 10),
    ],
)
def test_a_tenants_clock_is_used_only_when_it_can_be(own, minutes):
    options = {"clocks": {"urgent": {"look": own}}}
    assert rules.clock(options, Urgency.URGENT, Step.LOOK).due(NOON, WEEK) == NOON + timedelta(minutes=minutes)
    faulty = rules.faulty_clocks(options)
    assert faulty == ([] if own in ("5m", "60m", None) else ["urgent.look"])


@pytest.mark.parametrize("clocks", [None, [], "x", {"urgent": "fast"}, {"urgent": None}, {"nobody": {"look": "1m"}}])
def test_settings_of_any_shape_never_stop_a_signal(clocks):
    assert rules.clock({"clocks": clocks}, Urgency.URGENT, Step.LOOK) == rules.CLOCKS[Urgency.URGENT, Step.LOOK].span
    assert rules.faulty_clocks({"clocks": clocks}) == []


ITEM, SUM = True, False
RESULTS = [
    # alerts (urgency, by item), severity, retest, prior → urgency
    ([], 0, False, 0, None),
    ([], 1, False, 0, None),
    ([], 2, False, 0, Urgency.ROUTINE),
    ([], 3, False, 0, Urgency.SOON),
    ([], 4, False, 0, Urgency.SOON),
    ([("routine", SUM)], 0, False, 0, Urgency.ROUTINE),
    ([("soon", SUM)], 0, False, 0, Urgency.ROUTINE),
    ([("soon", SUM)], 4, False, 0, Urgency.SOON),
    ([("routine", ITEM)], 0, False, 0, Urgency.SOON),
    ([("soon", ITEM)], 0, False, 0, Urgency.SOON),
    ([("immediate", ITEM)], 0, False, 0, Urgency.URGENT),
    ([("immediate", SUM)], 0, True, 0, Urgency.URGENT),
    ([("soon", ITEM)], 4, True, 0, None),
    ([], 4, True, 3, None),
    ([], 0, False, 3, None),
    ([], 1, False, 2, Urgency.SOON),
    ([], 1, False, 1, None),
    ([("routine", SUM)], 0, False, 2, Urgency.SOON),
]


@pytest.mark.parametrize(("alerts", "severity", "retest", "prior", "expected"), RESULTS)
def test_what_a_result_asks_for(alerts, severity, retest, prior, expected):
    found = rules.urgency_of_result(
        alerts=[rules.Hit(*alert) for alert in alerts],
        severity=severity,
        needs_retest=retest,
        prior_level=prior,
        options={},
    )
    assert found == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"signals": {"routine_from": 1}}, Urgency.ROUTINE),
        ({"signals": {"soon_from": 1}}, Urgency.SOON),
        ({"signals": {"routine_from": 9}}, None),
        ({"signals": {"routine_from": "1"}}, None),
        ({"signals": []}, None),
    ],
)
def test_a_tenant_may_look_earlier(options, expected):
    found = rules.urgency_of_result(alerts=[], severity=1, needs_retest=False, prior_level=0, options=options)
    assert found == expected


@pytest.mark.parametrize(
    ("noticed", "urgent", "expected"),
    [
        ([], True, Urgency.URGENT),
        ([PeerNotice.SAD], False, Urgency.ROUTINE),
        ([PeerNotice.SAD, PeerNotice.WORDS], False, Urgency.URGENT),
        ([PeerNotice.FAREWELL], False, Urgency.URGENT),
        ([PeerNotice.HURT], False, Urgency.SOON),
        ([PeerNotice.BULLIED, PeerNotice.ALONE], False, Urgency.SOON),
        ([], False, Urgency.ROUTINE),
    ],
)
def test_a_classmates_worry(noticed, urgent, expected):
    assert rules.urgency_of_peer(noticed, urgent=urgent) == expected


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize("urgency", list(Urgency))
def test_what_may_be_closed_without_a_talk(source, urgency):
    may = rules.closes_without_interview(source, urgency)
    assert may == (urgency != Urgency.URGENT and source not in (Source.SAFETY, Source.SELF))


@pytest.mark.parametrize("previous", range(5))
@pytest.mark.parametrize("level", range(5))
def test_who_needs_a_second_person(previous, level):
    assert rules.needs_second(previous, level) == (previous in (3, 4) and level < previous)


def test_reviews_come_sooner_for_graver_levels():
    on = date(2026, 11, 23)
    found = [rules.review_on(level, on) for level in range(5)]
    assert found[0] is None
    assert found[1:] == sorted(found[1:], reverse=True)
    assert rules.review_on(2, on, date(2026, 11, 25)) == date(2026, 11, 25)
    assert rules.review_on(4, on, date(2026, 12, 25)) == date(2026, 11, 24)
    assert rules.review_on(2, on, date(2026, 11, 20)) == date(2026, 12, 14)


@given(st.text(min_size=0, max_size=20))
def test_initials_never_hold_a_whole_name(name):
    shown = rules.initials(name)
    assert shown.endswith("某")
    assert len(name) < 2 or name not in shown
