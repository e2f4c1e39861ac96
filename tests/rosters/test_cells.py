"""What one cell means. The tables are the documentation: left what a school writes, right what is understood."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.rosters.reading import cells
from xinqiao.rosters.reading.trouble import BadCell
from xinqiao.rosters.reading.workbook import FORMULA_FAILED

TODAY = date(2026, 11, 23)


def code_of(parse, *args, **kwargs) -> str:
    with pytest.raises(BadCell) as bad:
        parse(*args, **kwargs)
    return bad.value.code


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("张伟", "张伟"),
        (" 张　伟 ", "张伟"),
        ("张 伟", "张伟"),
        ("欧阳 若水", "欧阳若水"),
        ("迪丽热巴.迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("迪丽热巴•迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("迪丽热巴・迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("迪丽热巴 · 迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("阿布都热西提·阿布都克里木·买买提", "阿布都热西提·阿布都克里木·买买提"),
        ("𠮷野", "𠮷野"),
        ("〇一", "〇一"),
        ("⺟亲", "⺟亲".translate({0x2E9F: 0x6BCD})),
        ("Ｌｉ　Ｌｅｉ", "Li Lei"),
        ("Mary-Jane O'Neil", "Mary-Jane O'Neil"),
        ("J. R. Smith", "J. R. Smith"),
        ("王\u200b小\ufeff明", "王小明"),
        ("", ""),
        (None, ""),
    ],
)
def test_names(written, understood):
    assert cells.name(written) == understood


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("张伟2", "name_digits"),
        ("20230001", "name_digits"),
        (12.0, "name_digits"),
        ("张?", "name_lost"),
        ("王\ue000", "name_lost"),
        ("王\ufffd", "name_lost"),
        ("=cmd()", "name_odd"),
        ("<b>王</b>", "name_odd"),
        ("·", "name_odd"),
        ("王" * 61, "name_long"),
        (FORMULA_FAILED, "formula"),
    ],
)
def test_names_that_are_none(written, code):
    assert code_of(cells.name, written) == code


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        (date(2012, 9, 1), date(2012, 9, 1)),
        (datetime(2012, 9, 1, 8, 30), date(2012, 9, 1)),
        ("2012.9.1", date(2012, 9, 1)),
        ("2012．9．1", date(2012, 9, 1)),
        ("2012/9/1", date(2012, 9, 1)),
        ("2012-09-01", date(2012, 9, 1)),
        ("2012年9月1日", date(2012, 9, 1)),
        ("2012年09月01", date(2012, 9, 1)),
        ("２０１２年９月１日", date(2012, 9, 1)),
        ("2012-09-01 00:00:00", date(2012, 9, 1)),
        ("20120901", date(2012, 9, 1)),
        (20120901, date(2012, 9, 1)),
        (20120901.0, date(2012, 9, 1)),
        (41153, date(2012, 9, 1)),
        (41153.0, date(2012, 9, 1)),
        (41153.5, date(2012, 9, 1)),
        ("41153", date(2012, 9, 1)),
        (61, date(1900, 3, 1)),
        (59, date(1900, 2, 28)),
        ("", None),
        ("/", None),
    ],
)
def test_dates(written, understood):
    assert cells.day(written, latest=TODAY) == understood


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2012年9月", "date_part"),
        ("2012.9", "date_part"),
        (2012.9, "date_part"),
        (2012, "date_part"),
        ("201209", "date_part"),
        (201209, "date_part"),
        ("2012", "date_part"),
        ("12.9.1", "date_order"),
        ("1/9/2012", "date_order"),
        ("2013-02-29", "date_none"),
        ("20130231", "date_none"),
        (20131301, "date_none"),
        ("九月一日", "date"),
        (60, "date"),
        (-5, "date"),
        (99999999, "date"),
        ("2031-01-01", "date_range"),
        ("1890-01-01", "date_range"),
    ],
)
def test_dates_that_are_none(written, code):
    assert code_of(cells.day, written, latest=TODAY) == code


def test_a_workbook_may_count_from_1904():
    assert cells.day(39691, latest=TODAY, date1904=True) == date(2012, 9, 1)
    assert cells.serial_day(0, date1904=True) == date(1904, 1, 1)


# Day numbers up to 2100 are days before October 1905; they read as a year and are refused (test_dates_that_are_none).
@given(st.dates(date(1905, 10, 1), TODAY))
def test_every_writing_of_a_day_is_that_day(day):
    serial = (day - date(1899, 12, 30)).days
    writings = [
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        int(f"{day:%Y%m%d}"),
        float(serial),
        day,
        datetime(day.year, day.month, day.day),
    ]
    assert {cells.day(writing, latest=TODAY) for writing in writings} == {day}


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none()))
def test_nothing_a_cell_can_hold_breaks_a_parser(raw):
    parsers = (cells.name, cells.sex, cells.code, cells.boarding, cells.relation, cells.listed, cells.text)
    for parse in (*parsers, lambda cell: cells.day(cell, latest=TODAY)):
        try:
            value = parse(raw)
        except BadCell as bad:
            assert bad.code  # noqa: PT017 - either way is right
        else:
            assert value is None or isinstance(value, (str, bool, tuple, date))


@given(st.text(min_size=1, max_size=30))
def test_a_name_read_twice_is_the_same_name(written):
    try:
        once = cells.name(written)
    except BadCell:
        return
    assert cells.name(once) == once


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("20230001", "20230001"),
        ("２０２３０００１", "20230001"),
        (12.0, "12"),
        (20230001.0, "20230001"),
        (123456789012345, "123456789012345"),
        ("'0012", "0012"),
        ("0012", "0012"),
        ("g2023-1", "G2023-1"),
        (" 2023 0001 ", "20230001"),
        ("2023001.0", "2023001"),
        ("", ""),
    ],
)
def test_student_numbers(written, understood):
    assert cells.code(written) == understood


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (1.2345678901234567e17, "digits_lost"),
        (1e15, "digits_lost"),
        (1234567890123456, "digits_lost"),
        ("1.10101E+17", "digits_lost"),
        ("1E5", "digits_lost"),
        (12.5, "code_fraction"),
        ("学01", "code"),
        ("=1+1", "code"),
        ("12;DROP", "code"),
        ("9" * 33, "code_long"),
        ("G110101201205010011", "code_is_identity"),
        ("110101201205010011", "code_is_identity"),
    ],
)
def test_student_numbers_that_are_none(written, code):
    assert code_of(cells.code, written) == code


@given(st.integers(0, 10**15 - 1))
def test_a_short_number_survives_being_a_number(number):
    assert cells.code(float(number)) == cells.code(str(number)) == str(number)


@given(st.integers(10**15, 10**25))
def test_a_long_number_is_never_taken_from_a_number_cell(number):
    assert code_of(cells.code, float(number)) == "digits_lost"


@pytest.mark.parametrize(
    ("written", "understood"),
    [("男", "m"), ("女生", "f"), (1.0, "m"), ("2", "f"), ("Ｆ", "f"), ("male", "m"), ("", ""), ("9", ""), ("未知", "")],
)
def test_sex(written, understood):
    assert cells.sex(written) == understood


def test_sex_is_not_guessed():
    assert code_of(cells.sex, "男女") == "sex"


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("是", True),
        ("住宿生", True),
        ("住校", True),
        ("√", True),
        (True, True),
        ("走读", False),
        ("不住校", False),
        ("否", False),
        ("", None),
    ],
)
def test_boarding(written, understood):
    assert cells.boarding(written) is understood


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("父亲", "father"),
        ("妈妈", "mother"),
        ("外婆", "grandparent"),
        ("舅舅", "relative"),
        ("福利院", "other"),
        ("", ""),
    ],
)
def test_relation(written, understood):
    assert cells.relation(written) == understood


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("留守、单亲", ("留守", "单亲")),
        ("留守，留守", ("留守",)),
        ("无", ()),
        ("", ()),
        ("残疾/学困", ("残疾", "学困")),
    ],
)
def test_lists(written, understood):
    assert cells.listed(written) == understood


def test_the_last_serial_is_the_end_of_2099():
    assert cells.serial_day(73_050) == date(2099, 12, 31)
    assert cells.serial_day(1) + timedelta(days=0) == date(1900, 1, 1)
