"""Tables and sums without a database."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from xinqiao.instruments import registry
from xinqiao.kernel.refusal import Refusal
from xinqiao.screening import rules, words
from xinqiao.screening.enums import CampaignState, FilingState, SittingState

AT = datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LIVES = [
    (rules.FILING, FilingState, "edit submit take_back approve return withdraw"),
    (rules.CAMPAIGN, CampaignState, "open extend close stop"),
    (rules.SITTING, SittingState, "start submit stop decline rejoin"),
]
EXPECTED = {
    ("draft", "edit"): "draft",
    ("returned", "edit"): "returned",
    ("draft", "submit"): "submitted",
    ("returned", "submit"): "submitted",
    ("submitted", "take_back"): "draft",
    ("submitted", "approve"): "approved",
    ("submitted", "return"): "returned",
    ("draft", "withdraw"): "withdrawn",
    ("returned", "withdraw"): "withdrawn",
    ("prepared", "open"): "open",
    ("prepared", "stop"): "stopped",
    ("open", "extend"): "open",
    ("open", "close"): "closed",
    ("open", "stop"): "stopped",
    ("invited", "start"): "started",
    ("started", "start"): "started",
    ("started", "submit"): "submitted",
    ("started", "stop"): "stopped",
    ("invited", "decline"): "declined",
    ("declined", "rejoin"): "invited",
    ("stopped", "rejoin"): "invited",
}


@pytest.mark.parametrize(
    ("life", "state", "move"),
    [(life, s.value, m) for life, states, moves in LIVES for s, m in product(states, moves.split())],
)
def test_every_state_and_move(life, state, move):
    known = [m for _life, states, moves in LIVES if _life is life for m in moves.split()]
    assert move in known
    if (state, move) in {(s.value, m) for s, m in life.moves}:
        assert life.after(state, move) == EXPECTED[state, move]
    else:
        with pytest.raises(Refusal) as refused:
            life.after(state, move)
        assert refused.value.message in words.LIFECYCLE_REFUSALS


def test_the_expected_table_is_whole():
    assert len(EXPECTED) == sum(len(life.moves) for life, _states, _moves in LIVES)


@pytest.mark.parametrize(
    ("students", "interviewers", "days"), [(1000, 1, 41.67), (1000, 4, 10.42), (240, 1, 10.0), (0, 1, 0.0)]
)
def test_interview_days_by_the_planning_formula(students, interviewers, days):
    assert rules.interview_days(students, interviewers) == pytest.approx(days, abs=0.01)


def test_a_thousand_students_and_one_teacher_need_a_plan():
    [finding] = rules.check_capacity(1000, 1, "")
    assert finding.stops
    assert "42" in words.say(finding)
    assert "5 人" in words.say(finding)
    [finding] = rules.check_capacity(1000, 1, "向兄弟学校借 4 名老师")
    assert not finding.stops
    assert rules.check_capacity(240, 1, "") == []


@pytest.mark.parametrize(("students", "needed"), [(0, 1), (240, 1), (241, 2), (1000, 5)])
def test_interviewers_needed(students, needed):
    assert rules.interviewers_needed(students) == needed
    assert rules.interview_days(students, needed) <= rules.DAYS_TO_TALK


@pytest.mark.parametrize(
    ("sensitive", "duty", "hours", "codes"),
    [
        (True, True, (time(8), time(18)), []),
        (True, False, (time(8), time(18)), ["duty"]),
        (True, True, (time(8), time(21)), ["night"]),
        (True, True, (time(6), time(12)), ["night"]),
        (False, False, (time(0), time(23, 59)), []),
    ],
)
def test_sensitive_items_need_somebody_and_daylight(sensitive, duty, hours, codes):
    found = rules.check_window(AT, AT + timedelta(days=3), *hours, sensitive=sensitive, has_duty=duty)
    assert [f.code for f in found] == codes


def test_a_window_longer_than_two_months_is_too_long():
    found = rules.check_window(AT, AT + timedelta(days=61), time(8), time(18), sensitive=False, has_duty=False)
    assert [f.code for f in found] == ["long"]


def group(grade: int) -> rules.Cohort:
    return rules.Cohort("junior", 2025, grade, f"{grade}年级")


@pytest.mark.parametrize(
    ("instrument", "grade", "codes"),
    [
        ("phq-9", 6, ["too_young"]),
        ("phq-9", 7, []),
        ("phq-9", 12, []),
        ("gad-7", 3, ["too_young"]),
    ],
)
def test_age_gates_by_grade(instrument, grade, codes):
    assert [f.code for f in rules.fits(registry.load(instrument), group(grade))] == codes


def test_a_key_without_words_is_refused_with_the_way_out():
    finding = rules.unusable(registry.load("mht"))
    assert finding is not None
    assert finding.code == "no_text"
    assert "导入题目文字" in words.say(finding)


def test_what_we_ship_with_words_can_be_asked():
    for instrument in ("phq-9", "gad-7", "dass-y", "xq-wellbeing"):
        assert rules.unusable(registry.load(instrument)) is None


@pytest.mark.parametrize("code", words.SENTENCES)
def test_every_sentence_takes_its_facts(code):
    facts = dict.fromkeys(
        [
            "title",
            "low",
            "high",
            "grade",
            "age",
            "items",
            "days",
            "from",
            "until",
            "talks",
            "interviewers",
            "needed",
            "minutes",
            "most",
        ],
        1,
    )
    assert words.say(rules.Finding(code, {**facts, "title": {"zh": "某问卷"}}))


GATE = [
    # ok, declined, missing, mode → why not
    (True, False, (), "online", ""),
    (True, False, (), "paper", ""),
    (False, True, (), "online", "declined"),
    (False, True, ("guardian",), "both", "declined"),
    (False, False, ("guardian",), "online", "guardian"),
    (False, False, ("self", "guardian"), "online", "guardian"),
    (False, False, ("self",), "online", "self"),
    (False, False, ("self",), "both", "self"),
    (False, False, ("self",), "paper", "self_paper"),
    (False, False, ("self", "guardian"), "paper", "guardian"),
]


@pytest.mark.parametrize(("ok", "declined", "missing", "mode", "why"), GATE)
def test_the_consent_gate(ok, declined, missing, mode, why):
    found = rules.gate(ok=ok, declined=declined, missing=missing, consent_mode=mode)
    assert found == why
    assert not found or found in words.GATE


def test_answering_ends_tonight_or_with_the_campaign():
    assert rules.answering_ends(AT, AT + timedelta(days=3), time(18)) == AT.replace(hour=18)
    assert rules.answering_ends(AT, AT + timedelta(hours=1), time(18)) == AT + timedelta(hours=1)
    assert rules.is_within_hours(AT, time(8), time(18))
    assert not rules.is_within_hours(AT.replace(hour=18), time(8), time(18))
