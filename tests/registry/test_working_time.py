"""Clocks run on the school's days: national start data, own days over it, breaks between terms."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import SHANGHAI, a_bureau, a_school
from xinqiao.people.calendar_start import is_arranged, national_days
from xinqiao.people.models import CalendarDay, Term
from xinqiao.people.rules import WorkingTime
from xinqiao.people.selectors import SchoolCalendar, school_calendar, working_time
from xinqiao.people.services import load_national_calendar

START = date(2026, 9, 1)
days = st.dates(date(2026, 9, 1), date(2027, 7, 31))
moments = st.builds(
    lambda day, minute: datetime.combine(day, time(minute // 60, minute % 60), SHANGHAI), days, st.integers(0, 1439)
)


@st.composite
def odd_calendars(draw: st.DrawFn) -> SchoolCalendar:
    """Any marks by anybody, any two terms with a break. A stretch of 400 free days cannot come out of it."""
    kinds = st.sampled_from(["holiday", "workday", "exam"])
    own = {day: (draw(st.sampled_from([1, 2])), draw(kinds), "x") for day in draw(st.sets(days, max_size=40))}
    law = {day: (draw(st.sampled_from(["holiday", "workday"])), "y") for day in draw(st.sets(days, max_size=30))}
    cut = draw(st.integers(30, 150))
    gap = draw(st.integers(1, 60))
    spans = [
        (START, START + timedelta(days=cut)),
        (START + timedelta(days=cut + gap), START + timedelta(days=cut + gap + 120)),
    ]
    return SchoolCalendar(own=2, days=own, law=law, spans=draw(st.sampled_from([[], spans])))


@pytest.mark.property
@given(odd_calendars(), moments, st.integers(0, 30))
def test_a_time_limit_never_lands_on_a_day_off(calendar, start, count):
    clock = WorkingTime(calendar.is_working_day)
    due = clock.add_days(start, count)
    assert calendar.is_working_day(due.date())
    assert clock.opens <= due.time() < clock.closes
    assert due >= start


@pytest.mark.property
@given(odd_calendars(), moments, st.integers(0, 20), st.integers(0, 20))
def test_more_days_are_never_earlier_and_add_up(calendar, start, few, more):
    clock = WorkingTime(calendar.is_working_day)
    assert clock.add_days(start, few) <= clock.add_days(start, few + more)
    assert clock.add_days(clock.add_days(start, few), more) == clock.add_days(start, few + more)


@pytest.mark.property
@given(odd_calendars(), moments, moments, st.integers(0, 20))
def test_starting_later_is_never_due_earlier(calendar, one, two, count):
    clock = WorkingTime(calendar.is_working_day)
    first, second = sorted([one, two])
    assert clock.add_days(first, count) <= clock.add_days(second, count)


@pytest.mark.property
@given(odd_calendars(), moments, st.floats(0, 60), st.floats(0, 60))
def test_working_hours_are_monotone_and_inside_opening_hours(calendar, start, few, more):
    clock = WorkingTime(calendar.is_working_day)
    early, late = clock.add_hours(start, few), clock.add_hours(start, few + more)
    assert early <= late
    assert calendar.is_working_day(late.date())
    assert clock.opens <= late.time() <= clock.closes


def test_a_year_without_end_is_refused_rather_than_searched_forever():
    never = WorkingTime(lambda day: False)
    with pytest.raises(ValueError, match="400 days"):
        never.add_days(datetime(2026, 9, 1, 9, tzinfo=SHANGHAI), 1)


def test_the_arranged_year_has_its_make_up_days():
    days = national_days(2026)
    assert days[date(2026, 2, 14)][0] == "workday"  # Saturday before the Spring Festival of 2026
    assert days[date(2026, 10, 1)] == ("holiday", "国庆节")
    assert is_arranged(2026)


def test_a_year_not_yet_arranged_falls_back_to_the_statutory_days():
    days = national_days(2027)
    assert days[date(2027, 1, 1)] == ("holiday", "元旦")
    assert days[date(2027, 2, 6)][0] == "holiday"
    assert all(kind == "holiday" for kind, _name in days.values()) or is_arranged(2027)


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_a_correction_is_taken_over():
    assert load_national_calendar([2026, 2027]) > 20
    assert load_national_calendar([2026, 2027]) == 0
    CalendarDay.objects.filter(organisation=None, day=date(2026, 10, 1)).update(name="旧名")
    CalendarDay.objects.create(organisation=None, day=date(2026, 3, 3), kind="holiday", name="不存在的假")
    assert load_national_calendar([2026]) == 2
    assert not CalendarDay.objects.filter(organisation=None, day=date(2026, 3, 3)).exists()


@pytest.mark.django_db
def test_a_make_up_saturday_counts_in_term_and_not_in_the_winter_break():
    load_national_calendar([2026])
    bureau = a_bureau()
    assert school_calendar(bureau).on(date(2026, 2, 14)).working
    assert school_calendar(bureau).on(date(2026, 2, 28)).working
    spans = [("一", date(2025, 9, 1), date(2026, 1, 23)), ("二", date(2026, 2, 25), date(2026, 7, 3))]
    for name, first, last in spans:
        Term.objects.create(organisation=bureau, school_year=2025, name=name, starts_on=first, ends_on=last)
    calendar = school_calendar(bureau)
    assert not calendar.on(date(2026, 2, 14)).working
    assert calendar.on(date(2026, 2, 14)).source == "term"
    assert calendar.on(date(2026, 2, 28)).working
    assert not calendar.on(date(2026, 5, 1)).working
    friday = datetime(2026, 1, 23, 10, tzinfo=SHANGHAI)
    assert working_time(bureau).add_days(friday, 1) == datetime(2026, 2, 25, 10, tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_the_nearest_mark_wins():
    school = a_school()
    bureau = school.parent
    day = date(2026, 11, 25)
    CalendarDay.objects.create(organisation=None, day=day, kind="holiday", name="国家")
    assert not school_calendar(school).on(day).working
    CalendarDay.objects.create(organisation=bureau, day=day, kind="workday", name="区里")
    assert (school_calendar(school).on(day).working, school_calendar(school).on(day).source) == (True, "above")
    CalendarDay.objects.create(organisation=school, day=day, kind="holiday", name="校庆")
    assert (school_calendar(school).on(day).working, school_calendar(school).on(day).source) == (False, "own")
    assert school_calendar(bureau).on(day).working


@pytest.mark.django_db
def test_an_examination_saturday_is_a_working_day():
    school = a_school()
    CalendarDay.objects.create(organisation=school, day=date(2026, 11, 28), kind="exam", name="联考")
    assert school_calendar(school).on(date(2026, 11, 28)).working
