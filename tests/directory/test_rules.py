"""Opening hours as people write them, seasons, and when an agreement runs out."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.directory import rules
from xinqiao.directory.rules import Opening

LINES = [
    ("周一至周五 12:20-13:40", (1, 2, 3, 4, 5), 740, 820),
    ("周二、三 17:00–19:00", (2, 3), 1020, 1140),
    ("周二三 17:00~19:00", (2, 3), 1020, 1140),
    ("周日 9:00至11:30", (7,), 540, 690),
    ("周天 9：00-24:00", (7,), 540, 1440),
    ("Mon-Fri 12:20-13:40", (1, 2, 3, 4, 5), 740, 820),
    ("Tue, Wed 17:00-19:00", (2, 3), 1020, 1140),
    ("Sunday 9:00-11:30", (7,), 540, 690),
]


@pytest.mark.parametrize(("line", "days", "start", "end"), LINES)
def test_a_line_is_read_as_written(line, days, start, end):
    assert rules.read_openings(line) == [Opening(days, start, end)]


@pytest.mark.parametrize(
    "line",
    [
        "每天",
        "周一 9-11",
        "周一 11:00-9:00",
        "周八 9:00-10:00",
        "周一 9:70-10:00",
        "周一 9:00-25:00",
        "周五至周一 9:00-10:00",
        "周至五 9:00-10:00",
    ],
)
def test_a_line_that_cannot_be_read_is_named(line):
    with pytest.raises(ValueError, match=line):
        rules.read_openings(f"周一 8:00-9:00\n{line}")


def test_clinic_hours_differ_by_season():
    """Plan 10: noon and evening on two weekdays, longer at noon in summer and in the evening in winter."""
    openings = [
        *rules.read_openings("周二、三 13:00-14:30\n周二、三 17:30-18:30", "summer"),
        *rules.read_openings("周二、三 13:00-14:00\n周二、三 17:00-19:00", "winter"),
    ]
    assert rules.hours_a_week(openings, "summer") == 5
    assert rules.hours_a_week(openings, "winter") == 6


@pytest.mark.parametrize(
    ("on", "season"),
    [
        (date(2026, 4, 30), "winter"),
        (date(2026, 5, 1), "summer"),
        (date(2026, 9, 30), "summer"),
        (date(2026, 10, 1), "winter"),
    ],
)
def test_the_season_changes_on_its_day(on, season):
    assert rules.season_of(on) == season


openings = st.builds(
    lambda days, start, length, season: Opening(tuple(sorted(days)), start, min(start + length, 1440), season),
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(0, 1400),
    st.integers(1, 600),
    st.sampled_from(["all", "summer", "winter"]),
)


@given(st.lists(openings, max_size=6))
def test_hours_count_overlaps_once_and_survive_writing(rows):
    for season in ("summer", "winter"):
        hours = rules.hours_a_week(rows, season)
        assert 0 <= hours <= rules.WEEK
        assert hours <= sum(row.hours for row in rows if row.season in ("all", season)) + 1e-9
        assert rules.read_openings(rules.write_openings(rows, season), season) == [
            r for r in rows if r.season == season
        ]


STATES = [
    (date(2026, 11, 24), None, "ahead"),
    (date(2026, 1, 1), None, "holds"),
    (date(2026, 1, 1), date(2027, 1, 23), "holds"),
    (date(2026, 1, 1), date(2027, 1, 22), "soon"),
    (date(2026, 1, 1), date(2026, 11, 23), "soon"),
    (date(2026, 1, 1), date(2026, 11, 22), "over"),
]


@pytest.mark.parametrize(("signed", "ends", "state"), STATES)
def test_an_agreement_is_named_two_months_before_it_ends(signed, ends, state):
    assert rules.agreement_state(signed, ends, date(2026, 11, 23)) == state
