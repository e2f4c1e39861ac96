"""What a class name means in autumn 2026, in a school of the 六三 system unless it says otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.people.rules import FIRST_GRADE, YEARS, class_name
from xinqiao.rosters.reading.classnames import (
    FROM_SEVEN,
    FROM_SIX,
    ClassKey,
    Cohort,
    SchoolContext,
    class_key,
    class_number,
    cohort,
    counting_of,
)
from xinqiao.rosters.reading.trouble import BadCell

SIX_THREE = SchoolContext("63", 2026)
JUNIOR = SchoolContext("63", 2026, frozenset({"junior"}))
FIVE_FOUR = SchoolContext("54", 2026)


def refused(call, *args) -> str:
    with pytest.raises(BadCell) as bad:
        call(*args)
    return bad.value.code


@pytest.mark.parametrize(
    ("written", "stage", "entry_year", "number"),
    [
        ("七年级(1)班", "junior", 2026, 1),
        ("七年级（1）班", "junior", 2026, 1),
        ("七年级1班", "junior", 2026, 1),
        ("七年级一班", "junior", 2026, 1),
        ("七年级第12班", "junior", 2026, 12),
        ("七年级十二班", "junior", 2026, 12),
        ("七年级【3】班", "junior", 2026, 3),
        ("七(1)班", "junior", 2026, 1),
        ("七(1)", "junior", 2026, 1),
        ("七1班", "junior", 2026, 1),
        ("七㈠班", "junior", 2026, 1),
        ("7(1)班", "junior", 2026, 1),
        ("7年级1班", "junior", 2026, 1),
        ("７年级１班", "junior", 2026, 1),
        ("7.1班", "junior", 2026, 1),
        ("7-1", "junior", 2026, 1),
        ("701", "junior", 2026, 1),
        ("1203班", "senior", 2024, 3),
        ("初一1班", "junior", 2026, 1),
        ("初三（12）班", "junior", 2024, 12),
        ("初中二年级(2)班", "junior", 2025, 2),
        ("初中八年级(2)班", "junior", 2025, 2),
        ("高一（3）班", "senior", 2026, 3),
        ("高三·3班", "senior", 2024, 3),
        ("高中二年级3班", "senior", 2025, 3),
        ("十一年级3班", "senior", 2025, 3),
        ("三年二班", "primary", 2024, 2),
        ("小学五年级2班", "primary", 2022, 2),
        ("六(2)班", "primary", 2021, 2),
        ("初2024级(2)班", "junior", 2024, 2),
        ("高2025级3班", "senior", 2025, 3),
        ("高中2025级3班", "senior", 2025, 3),
        ("2025级高中3班", "senior", 2025, 3),
        ("2022级3班", "primary", 2022, 3),
        ("初2027届3班", "junior", 2024, 3),
    ],
)
def test_names(written, stage, entry_year, number):
    assert class_key(written, SIX_THREE) == ClassKey(stage, entry_year, number)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1班", "class_without_grade"),
        ("二十一班", "class_without_grade"),
        ("71班", "class_without_grade"),
        ("火箭班", "class_name"),
        ("七年级", "class_name"),
        ("七年级重点班", "class_name"),
        ("", "class_name"),
        ("2025级1班", "cohort_stage"),
        ("2012级1班", "cohort_gone"),
        ("2030级1班", "cohort_gone"),
        ("初四1班", "grade_range"),
        ("高四1班", "grade_range"),
        ("预初1班", "grade_range"),
        ("十三年级1班", "class_name"),
        ("七年级0班", "class_number"),
        ("七年级999班", "class_number"),
    ],
)
def test_names_that_could_mean_nothing_or_two_things(written, code):
    assert refused(class_key, written, SIX_THREE) == code


def test_a_year_alone_is_clear_in_a_school_of_one_stage():
    assert class_key("2025级1班", JUNIOR) == ClassKey("junior", 2025, 1)
    assert class_key("25级1班", JUNIOR) == ClassKey("junior", 2025, 1)
    assert class_key("2028届1班", JUNIOR) == ClassKey("junior", 2025, 1)


def test_a_year_alone_is_clear_when_only_one_stage_is_possible():
    both = SchoolContext("63", 2026, frozenset({"primary", "junior"}))
    assert class_key("2022级1班", both).stage == "primary"
    assert refused(class_key, "2025级1班", both) == "cohort_stage"


def test_first_grade_in_a_junior_school_is_not_taken_for_primary():
    school = SchoolContext("63", 2026, only_stage="junior")
    assert refused(class_key, "一年级1班", school) == "grade_stage"
    assert class_key("初一1班", school) == ClassKey("junior", 2026, 1)


@pytest.mark.parametrize(
    ("grade", "written", "number"),
    [("七年级", "1班", 1), ("七年级", "(3)", 3), ("初一", "七年级2班", 2), ("7", 12, 12), ("七年级", "702", 2)],
)
def test_grade_and_class_in_two_columns(grade, written, number):
    within = cohort(grade, SIX_THREE)
    assert class_key(str(written), SIX_THREE, within) == ClassKey("junior", 2026, number)


def test_two_columns_that_disagree_are_refused():
    assert refused(class_key, "八年级1班", SIX_THREE, cohort("七年级", SIX_THREE)) == "class_conflict"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("七年级", Cohort("junior", 2026)),
        ("初一年级", Cohort("junior", 2026)),
        ("高二", Cohort("senior", 2025)),
        ("9", Cohort("junior", 2024)),
        ("初2025级", Cohort("junior", 2025)),
        ("2022", Cohort("primary", 2022)),
    ],
)
def test_grades(written, found):
    assert cohort(written, SIX_THREE) == found


class TestFiveFour:
    def test_sixth_grade_is_the_first_year_of_junior_school(self):
        assert class_key("六年级1班", FIVE_FOUR) == ClassKey("junior", 2026, 1)
        assert class_key("五年级1班", FIVE_FOUR) == ClassKey("primary", 2022, 1)
        assert class_key("九年级1班", FIVE_FOUR) == ClassKey("junior", 2023, 1)

    def test_first_year_of_junior_has_two_ways_of_counting_and_is_not_guessed(self):
        assert refused(class_key, "初一1班", FIVE_FOUR) == "grade_counting"

    def test_a_file_that_has_a_fourth_year_counts_from_six(self):
        assert counting_of(["初一1班", "初四2班"]) == FROM_SIX
        counted = SchoolContext("54", 2026, counting=FROM_SIX)
        assert class_key("初一1班", counted) == ClassKey("junior", 2026, 1)
        assert class_key("初四1班", counted) == ClassKey("junior", 2023, 1)

    def test_a_file_that_has_a_preparatory_year_counts_from_seven(self):
        assert counting_of(["预初1班", "初一1班"]) == FROM_SEVEN
        counted = SchoolContext("54", 2026, counting=FROM_SEVEN)
        assert class_key("预初1班", counted) == ClassKey("junior", 2026, 1)
        assert class_key("预备1班", counted) == ClassKey("junior", 2026, 1)
        assert class_key("初一1班", counted) == ClassKey("junior", 2025, 1)


@pytest.mark.parametrize(("written", "number"), [("1", 1), ("01", 1), ("(3)班", 3), ("二十三班", 23), ("第5班", 5)])
def test_class_numbers(written, number):
    assert class_number(written) == number


@given(
    st.sampled_from(["63", "54"]),
    st.sampled_from(["primary", "junior", "senior"]),
    st.integers(0, 5),
    st.integers(1, 60),
    st.integers(2020, 2040),
)
def test_a_class_is_found_again_under_the_name_the_house_prints(system, stage, year, number, school_year):
    entry = school_year - min(year, YEARS[system, stage] - 1)
    printed = class_name(system=system, stage=stage, entry_year=entry, number=number, school_year=school_year)
    assert class_key(printed, SchoolContext(system, school_year)) == ClassKey(stage, entry, number)
    assert FIRST_GRADE[system, stage] >= 1


@given(st.text(max_size=12))
def test_nothing_a_school_writes_breaks_it(written):
    for context in (SIX_THREE, FIVE_FOUR, JUNIOR):
        try:
            key = class_key(written, context)
        except BadCell as bad:
            assert bad.code  # noqa: PT017 - either way is right
        else:
            assert key.number >= 1
