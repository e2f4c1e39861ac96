"""Dates worked out from rhythms: what a calendar does to them, and what no calendar may do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.packs.core.period import Period
from xinqiao.packs.core.shapes import When
from xinqiao.packs.core.when import occurrences

YEAR = Period(
    date(2026, 9, 1),
    date(2027, 7, 10),
    terms=((date(2026, 9, 1), date(2027, 1, 20)), (date(2027, 2, 20), date(2027, 7, 5))),
    exams=(date(2027, 1, 14), date(2027, 1, 15), date(2027, 1, 18), date(2027, 6, 24)),
)


def dates(when, period=YEAR):
    return [(o.slot, f"{o.starts_on:%m-%d}", f"{o.due_on:%m-%d}") for o in occurrences(when, period)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (When(always=True), [("always", "09-01", "07-10")]),
        (When(on=("10-10", "05-25", "08-01")), [("2026-10-10", "09-26", "10-10"), ("2027-05-25", "05-11", "05-25")]),
        (When(on=("09-05",)), [("2026-09-05", "09-01", "09-05")]),  # a Saturday the plan named stays
        (When(window=("12-20", "01-10")), [("2026-12-20", "12-20", "01-10")]),
        (When(window=("08-20", "09-10")), [("2026-08-20", "09-01", "09-10")]),
        (When(every="term"), [("2026-t1", "09-01", "01-20"), ("2026-t2", "02-20", "07-05")]),
        (When(every="term", by="06-20"), [("2026-t1", "09-01", "01-20"), ("2026-t2", "02-20", "06-20")]),
        (When(every="year"), [("2026", "09-01", "07-09")]),  # 10 July is a Saturday
        (When(every="year", by="12-31"), [("2026", "09-01", "12-31")]),
        (When(months=(3, 9)), [("2026-09", "09-01", "09-30"), ("2027-03", "03-01", "03-31")]),
        (When(months=(2,), by="31"), [("2027-02", "02-01", "02-28")]),
        (When(after="start", weeks=2), [("start+14", "09-01", "09-15")]),
        (When(after="start", days=4), [("start+4", "09-01", "09-04")]),  # 5 September is a Saturday
        (When(after="start", days=366), [("start+366", "06-25", "07-09")]),
        (When(event="term-start", weeks=1), [("2026-t1-start", "09-01", "09-08"), ("2026-t2-start", "02-12", "02-26")]),
        (When(event="term-end", days=-5), [("2026-t1-end", "01-01", "01-15"), ("2026-t2-end", "06-16", "06-30")]),
        (When(event="year-start", days=-7), [("2026-year-start", "09-01", "09-01")]),
        (When(event="year-end"), [("2026-year-end", "06-21", "07-05")]),
        (When(event="exam", days=-14), [("2027-01-exam", "12-17", "12-31"), ("2027-06-exam", "05-27", "06-10")]),
        (When(every="quarter")
         , [("2026-q3", "09-01", "09-30"), ("2026-q4", "10-01", "12-31"), ("2027-q1", "01-01", "03-31"),
            ("2027-q2", "04-01", "06-30"), ("2027-q3", "07-01", "07-09")]),
    ],
)  # fmt: skip
def test_rhythms_over_a_school_year(when, expected):
    assert dates(when) == expected


def test_a_month_that_began_too_late_has_nothing_due_by_its_tenth():
    period = Period(date(2026, 4, 15), date(2026, 6, 5))

    assert dates(When(every="month", by="10"), period) == [("2026-05", "05-01", "05-10"), ("2026-06", "06-01", "06-05")]


def test_a_month_is_due_on_its_last_working_day():
    period = Period(date(2026, 10, 1), date(2026, 10, 31), is_working_day=lambda day: day.day not in (29, 30, 31))

    assert dates(When(every="month"), period) == [("2026-10", "10-01", "10-28")]


def test_without_a_single_working_day_the_day_stays():
    period = Period(date(2026, 10, 1), date(2026, 10, 7), is_working_day=lambda _day: False)

    assert dates(When(every="month"), period) == [("2026-10", "10-01", "10-07")]
    assert dates(When(every="workday"), period) == []
    assert len(dates(When(every="day"), period)) == 7


def test_without_terms_a_long_period_has_two_halves_and_a_short_one_is_one():
    assert [row[0] for row in dates(When(every="term"), Period(date(2026, 1, 1), date(2026, 12, 31)))] == [
        "2026-h1", "2026-h2",
    ]  # fmt: skip
    assert dates(When(every="term"), Period(date(2026, 4, 2), date(2026, 4, 29))) == [("2026-h1", "04-02", "04-29")]


def test_a_calendar_year_holds_the_end_of_one_school_year_and_the_start_of_the_next():
    terms = ((date(2026, 2, 20), date(2026, 7, 5)), (date(2026, 9, 1), date(2027, 1, 20)))
    period = Period(date(2026, 1, 1), date(2026, 12, 31), terms)

    assert [row[0] for row in dates(When(every="term"), period)] == ["2025-t2", "2026-t1"]
    assert [row[0] for row in dates(When(event="year-start"), period)] == ["2026-year-start"]
    assert [row[0] for row in dates(When(event="year-end"), period)] == ["2025-year-end"]


def test_days_off_between_two_examination_days_do_not_part_them():
    period = Period(
        date(2026, 6, 1), date(2026, 6, 30), exams=(date(2026, 6, 12), date(2026, 6, 15), date(2026, 6, 25))
    )

    assert dates(When(event="exam"), period) == [
        ("2026-06-exam", "06-01", "06-12"),
        ("2026-06-exam-2", "06-11", "06-25"),
    ]


def test_an_examination_moved_by_days_keeps_its_slot():
    early, late = (Period(date(2026, 6, 1), date(2026, 6, 30), exams=(date(2026, 6, d),)) for d in (10, 17))

    assert dates(When(event="exam"), early)[0][0] == dates(When(event="exam"), late)[0][0]


def test_a_period_that_begins_a_week_later_asks_for_the_same_fortnights():
    whole = {o.slot for o in occurrences(When(every="fortnight"), YEAR)}
    later = Period(YEAR.starts_on + timedelta(days=7), YEAR.ends_on, YEAR.terms, YEAR.exams)

    assert {o.slot for o in occurrences(When(every="fortnight"), later)} <= whole


def test_a_leap_day_falls_on_the_last_of_february_in_other_years():
    assert dates(When(on=("02-29",))) == [("2027-02-28", "02-14", "02-28")]


# --- over odd calendars -------------------------------------------------------------------------------------------

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
MONTH_DAY = DAYS.map(lambda day: f"{day:%m-%d}")
OFFSET = st.fixed_dictionaries({}, optional={"lead_days": st.integers(0, 200)})


@st.composite
def rhythms(draw):
    kind = draw(st.sampled_from(["every", "on", "months", "after", "event", "window", "always"]))
    if kind == "every":
        every = draw(st.sampled_from(["day", "workday", "week", "fortnight", "month", "quarter", "term", "year"]))
        by = ""
        if every in ("month", "quarter"):
            by = draw(st.just("") | st.integers(1, 31).map(str))
        elif every in ("term", "year"):
            by = draw(st.just("") | MONTH_DAY)
        return When(every=every, by=by)
    if kind == "on":
        return When(on=tuple(draw(st.lists(MONTH_DAY, min_size=1, max_size=5))), **draw(OFFSET))
    if kind == "months":
        months = tuple(draw(st.lists(st.integers(1, 12), min_size=1)))
        return When(months=months, by=draw(st.just("") | st.integers(1, 31).map(str)))
    if kind == "after":
        return When(after="start", days=draw(st.integers(0, 400)), **draw(OFFSET))
    if kind == "event":
        event = draw(st.sampled_from(["term-start", "term-end", "year-start", "year-end", "exam"]))
        return When(event=event, days=draw(st.integers(-60, 60)), **draw(OFFSET))
    if kind == "window":
        return When(window=(draw(MONTH_DAY), draw(MONTH_DAY)))
    return When(always=True)


@st.composite
def periods(draw):
    """Terms that overlap, lie outside or are none; any days off; any length up to three years."""
    first = draw(DAYS)
    last = first + timedelta(days=draw(st.integers(0, 1000)))
    terms = tuple(tuple(sorted((draw(DAYS), draw(DAYS)))) for _ in range(draw(st.integers(0, 5))))
    off, every = draw(st.sets(st.integers(0, 6))), draw(st.integers(1, 40))
    exams = tuple(draw(st.lists(DAYS, max_size=8)))
    return Period(first, last, terms, exams, lambda day: day.weekday() not in off and day.toordinal() % every != 3)


@pytest.mark.property
@given(when=rhythms(), period=periods())
def test_occurrences_over_any_calendar(when, period):
    found = occurrences(when, period)

    assert found == occurrences(when, period)
    slots = [each.slot for each in found]
    assert len(set(slots)) == len(slots)
    assert all(slots)
    for each in found:
        assert period.starts_on <= each.starts_on <= each.due_on <= period.ends_on
    assert [each.due_on for each in found] == sorted(each.due_on for each in found)


@pytest.mark.property
@given(when=rhythms(), period=periods())
def test_only_days_the_plan_named_itself_may_be_days_off(when, period):
    if when.on or when.window or when.by or when.always or when.every == "day":
        return
    for each in occurrences(when, period):
        if period.is_working_day(each.due_on):
            continue
        floor = period.starts_on if when.after or when.event else each.starts_on
        days = (floor + timedelta(days=n) for n in range((each.due_on - floor).days + 1))
        assert not any(period.is_working_day(day) for day in days)
