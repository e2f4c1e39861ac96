"""Dates over odd calendars: whatever terms, holidays and examinations there are, each task is asked for once, begins
before it ends, and stays inside the plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import a_bureau, a_school
from tests.plans.factories import an_edition
from xinqiao.packs.core.shapes import Pack
from xinqiao.people.models import CalendarDay, Term
from xinqiao.plans.calendars import Calendars, work_of, year_end

pytestmark = [pytest.mark.django_db, pytest.mark.property]
FIRST = date(2026, 1, 1)
WHENS = st.one_of(
    st.sampled_from(["week", "fortnight", "month", "quarter", "term", "year"]).map(lambda every: {"every": every}),
    st.integers(1, 31).map(lambda day: {"every": "month", "by": str(day)}),
    st.sets(st.integers(1, 12), min_size=1, max_size=3).map(lambda months: {"months": sorted(months)}),
    st.sampled_from(["term-start", "term-end", "year-start", "year-end", "exam"]).flatmap(
        lambda event: st.integers(-20, 20).map(lambda days: {"event": event, "days": days})
    ),
    st.integers(0, 9).map(lambda weeks: {"after": "start", "weeks": weeks}),
    st.lists(st.dates(date(2024, 1, 1), date(2024, 12, 31)), min_size=1, max_size=3, unique=True).map(
        lambda days: {"on": sorted({f"{day:%m-%d}" for day in days}), "lead_days": 30}
    ),
    st.tuples(st.integers(1, 12), st.integers(1, 12)).map(lambda pair: {"window": [f"{m:02}-15" for m in pair]}),
    st.just({"always": True}),
)
DAYS = st.integers(0, 720).map(lambda n: FIRST + timedelta(days=n))


@given(
    when=WHENS,
    emergency=WHENS,
    period=st.tuples(DAYS, st.integers(0, 700)),
    terms=st.lists(st.tuples(DAYS, st.integers(20, 150)), max_size=4),
    days=st.dictionaries(DAYS, st.sampled_from(["holiday", "workday", "exam"]), max_size=25),
    mode=st.sampled_from(["normal", "emergency"]),
)
def test_each_occurrence_once_and_inside(when, emergency, period, terms, days, mode):
    with transaction.atomic():
        _each_once_and_inside(when, emergency, period, terms, days, mode)
        transaction.set_rollback(True)


def _each_once_and_inside(when, emergency, period, terms, days, mode):
    bureau = a_bureau()
    schools = [a_school(bureau), a_school(bureau)]
    for number, (start, length) in enumerate(terms):
        Term.objects.create(
            organisation=schools[number % 2], school_year=2026, name=f"T{number}", starts_on=start,
            ends_on=start + timedelta(days=length),
        )  # fmt: skip
    for place, (day, kind) in enumerate(days.items()):
        CalendarDay.objects.create(organisation=[bureau, *schools][place % 3], day=day, kind=kind, name="日")

    def odd(data):
        data["measures"] = data["measures"][:1]
        data["measures"][0] |= {"when": when, "emergency": emergency}

    pack = Pack(an_edition(version="odd", change=odd).data)
    starts, ends = period[0], period[0] + timedelta(days=period[1])
    calendars = Calendars(schools, starts, ends)

    found = list(work_of(pack, {"schools": schools}, mode, calendars))

    assert len({each.key for each in found}) == len(found)
    for each in found:
        assert starts <= each.occurrence.starts_on <= each.occurrence.due_on <= ends
        assert len(each.occurrence.slot) <= 24
    again = list(work_of(pack, {"schools": schools}, mode, Calendars(schools, starts, ends)))
    assert again == found


@given(DAYS, st.sampled_from([["bureau"], ["court"]]))
def test_an_open_plan_is_worked_out_for_two_to_fourteen_months(day, kinds):
    end = year_end(Pack({"period": "open", "applies_to": kinds}), day)
    assert timedelta(days=60) <= end - day <= timedelta(days=60 + 366)
    assert (end.month, end.day) == ((8, 31) if kinds == ["bureau"] else (12, 31))
