"""Figures kept over time: worked out for a tree, rolled up, reported ones in their place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON, TODAY, a_bureau, a_class, a_person, a_post, a_school, a_student
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.indicators import values
from xinqiao.indicators.keeping import due
from xinqiao.indicators.models import ReportedFigure, Value

pytestmark = pytest.mark.django_db
TOMORROW = NOON + timedelta(days=1)


def two_schools():
    bureau = a_bureau()
    one, two = a_school(bureau), a_school(bureau)
    for number in range(3):
        a_student(a_class(one, number=number + 1))
    a_post(a_person(one), PostKind.PSYCH_TEACHER, one)
    return bureau, one, two


def reported(organisation, code, part, whole=None, *, for_on=TODAY, at=NOON):
    return ReportedFigure.objects.create(
        organisation=organisation, code=code, part=part, whole=whole, for_on=for_on, words="台账", at=at,
        by=a_person(organisation),
    )  # fmt: skip


def test_a_bureau_is_the_sum_of_its_schools():
    bureau, one, two = two_schools()

    values.refresh(bureau, at=NOON)

    assert values.figure(one, "people.students", TODAY).value == 3
    assert values.figure(two, "people.students", TODAY).value == 0
    whole = values.figure(bureau, "people.students", TODAY)
    assert (whole.value, whole.source, whole.made_on, whole.hidden) == (3, "live", TODAY, False)


def test_small_schools_count_as_a_thousand():
    bureau, one, two = two_schools()

    values.refresh(one, at=NOON)

    assert values.figure(one, "staff.psych_per_1000", TODAY).value == 1
    assert values.figure(two, "staff.psych_per_1000", TODAY).value == 0
    assert values.figure(bureau, "staff.psych_per_1000", TODAY).value == 0.5
    assert values.figure(bureau, "staff.psych_any", TODAY).value == 50


def test_what_did_not_change_writes_nothing():
    bureau, one, _two = two_schools()
    values.refresh(bureau, at=NOON)
    rows = Value.objects.count()

    assert values.refresh(bureau, at=TOMORROW) == 0

    assert Value.objects.count() == rows
    assert values.figure(one, "people.students", TOMORROW.date()).made_on == TOMORROW.date()


def test_history_keeps_what_was():
    bureau, one, _two = two_schools()
    values.refresh(bureau, at=NOON)
    Post.objects.filter(organisation=one).update(ends_on=TOMORROW.date())

    values.refresh(bureau, at=TOMORROW)

    assert values.figure(one, "staff.psych_any", TODAY).value == 100
    assert values.figure(one, "staff.psych_any", TOMORROW.date()).value == 0
    points = values.history(one, "staff.psych_any", TODAY, TOMORROW.date())
    assert [(point.on, point.figure.value) for point in points] == [(TODAY, 100), (TOMORROW.date(), 0)]


def test_a_closed_school_has_no_figure_from_that_day():
    bureau, one, _two = two_schools()
    values.refresh(bureau, at=NOON)
    one.closed_on = TOMORROW.date()
    one.save()

    values.refresh(bureau, at=TOMORROW)

    assert values.figure(one, "staff.psych_any", TOMORROW.date()) == values.NOTHING
    assert values.figure(bureau, "staff.psych_any", TOMORROW.date()).value == 0
    assert values.figure(bureau, "staff.psych_any", TODAY).value == 50


def test_reported_figures_add_up_and_count_from_their_day():
    bureau, one, two = two_schools()
    reported(one, "training.psych_hours", 1, 2, for_on=TODAY - timedelta(days=30))
    reported(two, "training.psych_hours", 3, 4, for_on=TODAY - timedelta(days=10))

    values.refresh(bureau, at=NOON)

    figure = values.figure(bureau, "training.psych_hours", TODAY)
    assert (figure.part, figure.whole, figure.source) == (4, 6, "reported")
    assert figure.made_on == TODAY - timedelta(days=10)
    assert values.figure(bureau, "training.psych_hours", TODAY - timedelta(days=20)).value == 50
    assert values.figure(bureau, "training.psych_hours", TODAY - timedelta(days=31)) == values.NOTHING


def test_a_newer_report_takes_the_place_of_the_old_one_and_both_stay():
    bureau, one, _two = two_schools()
    reported(one, "credentials.a", 5, for_on=TODAY - timedelta(days=3))
    values.refresh(bureau, at=NOON)
    reported(one, "credentials.a", 7)
    reported(one, "credentials.a", 6, for_on=TODAY - timedelta(days=5))

    values.refresh(bureau, ["credentials.a"], at=NOON)

    line = [(p.on, p.figure.value) for p in values.history(one, "credentials.a", TODAY - timedelta(days=9), TODAY)]
    assert line == [(TODAY - timedelta(days=5), 6), (TODAY - timedelta(days=3), 5), (TODAY, 7)]


def test_a_report_stands_for_a_year():
    bureau, one, _two = two_schools()
    reported(one, "credentials.a", 5, for_on=TODAY - timedelta(days=366))

    values.refresh(bureau, at=NOON)

    assert values.figure(one, "credentials.a", TODAY) == values.NOTHING
    assert values.figure(one, "credentials.a", TODAY - timedelta(days=1)).value == 5


def test_the_nightly_work_is_due_once_a_day():
    bureau, _one, _two = two_schools()
    assert due(NOON) == [bureau]

    values.refresh(bureau, at=NOON)

    assert due(NOON) == []
    assert due(TOMORROW) == [bureau]


def test_an_unknown_code_is_an_error():
    bureau, _one, _two = two_schools()
    with pytest.raises(KeyError):
        values.figure(bureau, "no.such", TODAY)


def test_a_figure_nobody_worked_out_yet_is_worked_out():
    bureau, one, _two = two_schools()
    assert values.figure(one, "people.students", TODAY).value == 3
    assert values.figure(bureau, "people.students", TODAY).value == 3
