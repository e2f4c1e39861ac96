"""Targets: the light with its words, the target in force, the trend, and when it will be reached."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.indicators import targets

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("value", "target", "better", "state"),
    [
        (None, 80, "up", "unknown"),
        (50, None, "up", "unknown"),
        (80, 80, "up", "met"),
        (79.9999999999, 80, "up", "met"),
        (72, 80, "up", "near"),
        (71.9, 80, "up", "far"),
        (0, 80, "up", "far"),
        (24, 24, "down", "met"),
        (26.4, 24, "down", "near"),
        (26.5, 24, "down", "far"),
        (0, 0, "down", "met"),
        (1, 0, "down", "far"),
        (0, 0, "up", "met"),
    ],
)
def test_the_light(value, target, better, state):
    light = targets.light(value, target, better)
    assert light.state == state == light[0]
    assert light.words
    assert light.tone in {"good", "warn", "bad", "neutral"}


@pytest.mark.parametrize(("year", "target"), [(2018, 80), (2020, 80), (2024, 80), (2025, 100), (2031, 100)])
def test_between_two_years_the_earlier_target_holds(year, target):
    assert targets.target_for({"2025": 100, "2020": 80}, year) == target


def test_a_target_for_any_year_and_none():
    assert targets.target_for({"": 100}, 2026) == 100
    assert targets.target_for({"": 100, "2027": 50}, 2026) == 100
    assert targets.target_for({"": 100, "2027": 50}, 2028) == 50
    assert targets.target_for({"2026-2027": 60}, 2026) == 60
    assert targets.target_for({}, 2026) is None


def line(*values, step=30):
    return [(DAY + timedelta(days=step * n), float(value)) for n, value in enumerate(values)]


def test_a_steady_rise_is_carried_on():
    words = targets.forecast(line(10, 20, 30, 40), 60)  # ten a month, two months to go
    assert words == "照现在的速度，大约在 2027 年 4 月达到目标"


def test_falling_counts_when_less_is_better():
    assert "2027 年" in targets.forecast(line(48, 42, 36), 24, "down")


@pytest.mark.parametrize("history", [line(40, 30, 20), line(20, 20, 20), line(10, 10.0001, 10.0002)])
def test_away_from_the_target_no_month_is_named(history):
    assert targets.forecast(history, 80) == "照现在的走势，看不到达到目标的时候"


@pytest.mark.parametrize(
    ("history", "target"),
    [([], 80), (line(90), 80), (line(10, 20), 80), (line(1, 2, 3, step=5), 80), (line(1, 2, 3), None)],
)
def test_too_little_says_nothing(history, target):
    assert targets.forecast(history, target) is None


def test_trends_have_words():
    assert targets.trend(line(10, 20)) == "up"
    assert targets.trend(line(20, 10)) == "down"
    assert targets.trend(line(100, 101)) == "flat"
    assert targets.trend(line(100)) == ""
    assert targets.trend_words(line(10, 20)) == "在上升"


numbers = st.floats(0, 1e6)


@given(numbers, numbers, st.sampled_from(["up", "down"]))
def test_better_never_makes_the_light_worse(value, target, better):
    order = ["far", "near", "met"]
    improved = value * 2 + 1 if better == "up" else value / 2
    before, after = (targets.light(each, target, better).state for each in (value, improved))
    assert order.index(after) >= order.index(before)


@given(st.lists(numbers, max_size=12), numbers, st.sampled_from(["up", "down"]))
def test_a_forecast_is_words_or_nothing(values, target, better):
    words = targets.forecast(line(*values), target, better)
    assert words is None or words
    if values and targets.reached(values[-1], target, better):
        assert words is None
