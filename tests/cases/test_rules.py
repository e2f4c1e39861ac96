"""The tables: who does what by when, on odd calendars; how things live; what a tenant may set."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.factories import SHANGHAI
from xinqiao.access.enums import PostKind
from xinqiao.cases import rules
from xinqiao.cases.enums import CaseState, DutyKind, DutyState, FollowUpState, Outcome, TaskState
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.rules import WorkingTime
from xinqiao.signals.rules import Span

K = DutyKind
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
FRIDAY_EVENING = datetime(2026, 11, 27, 19, 30, tzinfo=SHANGHAI)
BEFORE_NATIONAL_DAY = datetime(2026, 9, 30, 16, 0, tzinfo=SHANGHAI)
FIRST_DAY_OF_SUMMER = datetime(2026, 7, 11, 9, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=SHANGHAI)


def workday(day: date) -> bool:
    """Weekdays; 1–8 October off, Saturday 10 October made up; 11 July to 31 August is summer."""
    if date(2026, 10, 1) <= day <= date(2026, 10, 8) or date(2026, 7, 11) <= day <= date(2026, 8, 31):
        return False
    return day == date(2026, 10, 10) or day.weekday() < 5


CALENDAR = WorkingTime(workday)


def due(level, kind, start):
    return rules.due(rules.rule_of(level, kind).span, level, start, CALENDAR).strftime("%m-%d %H:%M")


# --- who does what by when -----------------------------------------------------------------------------------------

TABLE = [
    (1, K.CLASS_CARE, "class_teacher", "5wd"),
    (2, K.CLASS_CARE, "class_teacher", "3wd"),
    (2, K.GUARDIAN_CONTACT, "psych_teacher", "3wd"),
    (2, K.OPEN_CASE, "psych_teacher", "3wd"),
    (3, K.GUARDIAN_CONTACT, "psych_teacher", "12h"),
    (3, K.CLASS_GUARD, "class_teacher", "24h"),
    (3, K.GRADE_COORDINATE, "grade_head", "24h"),
    (3, K.LEADER_INFORMED, "school_leader", "24h"),
    (3, K.OPEN_CASE, "psych_teacher", "24h"),
    (4, K.CRISIS_TEAM, "school_leader", "10m"),
    (4, K.GUARDIAN_CONTACT, "psych_teacher", "15m"),
    (4, K.CLASS_GUARD, "class_teacher", "30m"),
    (4, K.GRADE_COORDINATE, "grade_head", "30m"),
    (4, K.RAPID_ASSESSMENT, "psych_teacher", "60m"),
    (4, K.BUREAU_REPORT, "school_leader", "60m"),
    (4, K.OPEN_CASE, "psych_teacher", "24h"),
]


def test_the_table_is_the_table():
    found = [
        (level, rule.kind, rule.post, f"{rule.span.amount}{rule.span.unit}")
        for level, rows in rules.DUTIES.items()
        for rule in rows
    ]
    assert found == TABLE


def test_level_0_asks_nobody_for_anything():
    assert rules.DUTIES[0] == ()


@pytest.mark.parametrize("level", range(5))
def test_each_duty_stands_once_and_may_not_be_set_shorter_than_nothing(level):
    kinds = [rule.kind for rule in rules.DUTIES[level]]
    assert len(kinds) == len(set(kinds))
    for rule in rules.DUTIES[level]:
        assert rule.span.longest <= rule.most.longest
        assert rule.post in PostKind.values
        assert rule.post in rules.CLIMBS_TO


@pytest.mark.parametrize("level", [3, 4])
def test_grave_clocks_never_stop_for_nights_and_holidays(level):
    for rule in rules.DUTIES[level]:
        assert not rule.span.unit.startswith("w")
        for start in (FRIDAY_EVENING, BEFORE_NATIONAL_DAY, NIGHT, FIRST_DAY_OF_SUMMER):
            assert rules.due(rule.span, level, start, CALENDAR) - start <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("level", "kind", "start", "last"),
    [
        (1, K.CLASS_CARE, MONDAY_NOON, "11-30 12:00"),
        (1, K.CLASS_CARE, FRIDAY_EVENING, "12-07 08:00"),
        (1, K.CLASS_CARE, BEFORE_NATIONAL_DAY, "10-14 16:00"),
        (1, K.CLASS_CARE, FIRST_DAY_OF_SUMMER, "08-25 09:00"),
        (2, K.CLASS_CARE, MONDAY_NOON, "11-26 12:00"),
        (2, K.GUARDIAN_CONTACT, FRIDAY_EVENING, "12-03 08:00"),
        (2, K.OPEN_CASE, BEFORE_NATIONAL_DAY, "10-10 16:00"),
        (2, K.OPEN_CASE, FIRST_DAY_OF_SUMMER, "07-21 09:00"),
        (3, K.GUARDIAN_CONTACT, FRIDAY_EVENING, "11-28 07:30"),
        (3, K.CLASS_GUARD, BEFORE_NATIONAL_DAY, "10-01 16:00"),
        (4, K.CRISIS_TEAM, NIGHT, "11-24 02:10"),
        (4, K.GUARDIAN_CONTACT, NIGHT, "11-24 02:15"),
        (4, K.BUREAU_REPORT, FRIDAY_EVENING, "11-27 20:30"),
    ],
)
def test_clocks_on_odd_calendars(level, kind, start, last):
    """A long holiday stops the calendar, never longer than ``NEVER_LATER``; make-up Saturdays count."""
    assert due(level, kind, start) == last


@pytest.mark.parametrize("level", [2, 3, 4])
def test_a_try_in_vain_is_followed_by_another_soon(level):
    span, first = rules.RETRY[level], rules.rule_of(level, K.GUARDIAN_CONTACT).span
    assert span.longest <= first.longest


# --- what a tenant may set -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "used"),
    [
        ("12h", "12h"),
        ("24h", "24h"),
        ("25h", "24h"),
        ("1wd", "24h"),
        ("8wh", "24h"),
        ("0h", "24h"),
        ("soon", "24h"),
        ("", "24h"),
        (12, "24h"),
        (None, "24h"),
        (["12h"], "24h"),
    ],
)
def test_a_setting_counts_when_it_is_readable_short_enough_and_on_the_wall_clock(own, used):
    options = {"duties": {"3": {"class_guard": own}}}
    span = rules.span_of(options, 3, K.CLASS_GUARD)
    assert f"{span.amount}{span.unit}" == used
    assert list(rules.faulty_settings(options)) == ([] if own in ("12h", "24h") else ["3.class_guard"])


@pytest.mark.parametrize(
    ("options", "faulty"),
    [
        ({}, []),
        ({"duties": None}, []),
        ({"duties": {}}, []),
        ({"duties": "5m"}, ["duties"]),
        ({"duties": {"3": "5m"}}, ["3"]),
        ({"duties": {"9": {"class_care": "1wd"}}}, ["9.class_care"]),
        ({"duties": {"1": {"crisis_team": "5m"}}}, ["1.crisis_team"]),
        ({"duties": {"1": {"class_care": "3wd"}, "4": {"crisis_team": "5m"}}}, []),
        ({"duties": {"2": {"class_care": "1wd", "guardian_contact": "6wd"}}}, ["2.guardian_contact"]),
    ],
)
def test_settings_that_are_not_used_are_named(options, faulty):
    assert list(rules.faulty_settings(options)) == faulty


def test_working_days_may_be_set_where_the_school_calendar_runs():
    assert rules.span_of({"duties": {"1": {"class_care": "2wd"}}}, 1, K.CLASS_CARE) == Span(2, "wd")


# --- lives ---------------------------------------------------------------------------------------------------------

LIVES = [
    (
        rules.CASE,
        CaseState,
        {
            (CaseState.OPEN, "ask_closing"): CaseState.CLOSING,
            (CaseState.CLOSING, "confirm_closing"): CaseState.CLOSED,
            (CaseState.CLOSING, "return_closing"): CaseState.OPEN,
            (CaseState.CLOSED, "reopen"): CaseState.OPEN,
        },
    ),
    (
        rules.DUTY,
        DutyState,
        {(DutyState.OPEN, "finish"): DutyState.DONE, (DutyState.OPEN, "lift"): DutyState.LIFTED},
    ),
    (
        rules.TASK,
        TaskState,
        {(TaskState.OPEN, "finish"): TaskState.DONE, (TaskState.OPEN, "lift"): TaskState.LIFTED},
    ),
    (
        rules.FOLLOW_UP,
        FollowUpState,
        {(FollowUpState.DUE, "finish"): FollowUpState.DONE, (FollowUpState.DUE, "lift"): FollowUpState.LIFTED},
    ),
]


@pytest.mark.parametrize(("life", "states", "table"), LIVES, ids=["case", "duty", "task", "follow-up"])
def test_every_state_and_move(life, states, table):
    moves = {move for _state, move in table}
    for state in states:
        for move in moves:
            if (state, move) in table:
                assert life.after(state, move) == table[state, move]
            else:
                with pytest.raises(Refusal) as refused:
                    life.after(state, move)
                assert refused.value.code == "move"


# --- dates of a case -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "days"), [(0, 120), (1, 120), (2, 21), (3, 7), (4, 1)])
def test_a_case_is_looked_at_again(level, days):
    assert rules.review_by(level, MONDAY_NOON) == MONDAY_NOON + timedelta(days=days)


@pytest.mark.parametrize(
    ("level", "days"),
    [(0, ()), (1, ()), (2, (14, 42)), (3, (7, 14, 30, 60)), (4, (1, 3, 7, 14, 30, 60, 90, 120))],
)
def test_follow_ups_of_a_level(level, days):
    assert rules.FOLLOW_UPS[level] == days


@pytest.mark.parametrize(
    ("level", "last"),
    [(0, "12-01 08:00"), (1, "12-01 08:00"), (2, "12-01 08:00"), (3, "11-28 19:30"), (4, "11-27 21:30")],
)
def test_who_comes_next_has_less_time_the_graver_it_is(level, last):
    """Friday evening: one working day counts from Monday's opening; from level 3 on the wall clock runs."""
    assert rules.after_climb(level, FRIDAY_EVENING, CALENDAR).strftime("%m-%d %H:%M") == last


@pytest.mark.parametrize(
    ("outcome", "most"), [(Outcome.STABLE, 1), (Outcome.REFERRED, 2), (Outcome.DECLINED, 2), (Outcome.LEFT, 4)]
)
def test_how_grave_a_closed_case_may_be(outcome, most):
    assert rules.MAY_CLOSE_UP_TO[outcome] == most
    assert set(rules.MAY_CLOSE_UP_TO) == set(Outcome)


@pytest.mark.parametrize("text", ["", "5", "m", "0m", "-5m", "5 m", "5w", "99999m", "1.5h", "５m"])
def test_spans_that_are_none(text):
    with pytest.raises(ValueError):
        rules.read_span(text)
