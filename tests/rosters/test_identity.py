"""Identity numbers, 学籍号 and phones."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.rosters.reading.identity import check_character, identity_number, masked, phone, registration_number
from xinqiao.rosters.reading.trouble import BadCell

TODAY = date(2026, 11, 23)


def refused(parse, *args, **kwargs) -> str:
    with pytest.raises(BadCell) as bad:
        parse(*args, **kwargs)
    return bad.value.code


def number(body: str) -> str:
    return body + check_character(body)


def test_the_check_character_of_the_standard_s_own_example():
    # GB 11643-1999, annex: 11010519491231002X and 440524188001010014
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999), st.sampled_from(["110101", "650102", "810000"]))
def test_a_number_tells_birth_date_and_sex(birth, order, region):
    found = identity_number(number(f"{region}{birth:%Y%m%d}{order:03}"), latest=TODAY)
    assert (found.birth_date, found.sex) == (birth, "m" if order % 2 else "f")


@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(place, shift):
    good = number("11010120120501001")
    digit = str((int(good[place]) + shift) % 10)
    wrong = good[:place] + digit + good[place + 1 :]
    assert refused(identity_number, wrong, latest=TODAY) in {"identity_check", "identity_date"}


@given(st.integers(0, 15))
def test_two_neighbours_swapped_are_noticed(place):
    good = number("11010120120501037")
    wrong = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    if wrong != good:
        assert refused(identity_number, wrong, latest=TODAY) in {"identity_check", "identity_date"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (1.1010120120501e17, "digits_lost"),
        ("1.10101E+17", "digits_lost"),
        ("12345", "identity_form"),
        ("护照E1234567", "identity_form"),
        (number("11010120300101001"), "identity_date"),
        (number("11010120130229001"), "identity_date"),
    ],
)
def test_what_is_no_identity_number(written, code):
    assert refused(identity_number, written, latest=TODAY) == code


def test_a_number_of_the_old_kind_is_written_in_the_new_form():
    assert identity_number("110105491231002", latest=TODAY).value == "11010519491231002X"


def test_an_x_may_be_small_and_wide_and_the_cell_may_be_empty():
    assert identity_number("１１０１０５１９４９１２３１００２ｘ", latest=TODAY).value == "11010519491231002X"
    assert identity_number("", latest=TODAY) is None


def test_an_unknown_region_is_only_noted():
    assert (
        identity_number(number("99010120120501001"), latest=TODAY).known_region is True
    )  # foreigners' cards begin with 9
    assert identity_number(number("59010120120501001"), latest=TODAY).known_region is False


def test_a_registration_number_holds_the_identity_number():
    body = number("11010120120501001")
    assert registration_number(f"G{body}", latest=TODAY).value == body
    assert registration_number(f"L{body}", latest=TODAY) is None
    assert refused(registration_number, "G123", latest=TODAY) == "registration_form"
    assert refused(
        registration_number, f"G{body[:-1]}{(int(body[-1]) + 1) % 10 if body[-1] != 'X' else 1}", latest=TODAY
    ) == ("identity_check")


def test_messages_never_repeat_the_number():
    with pytest.raises(BadCell) as bad:
        identity_number("110101201205010019", latest=TODAY)
    assert "110101" not in str(bad.value.facts)


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("13800138000", "13800138000"),
        (13800138000.0, "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138-0013-8000", "13800138000"),
        ("+86 13800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("010-62345678", "010-62345678"),
        ("(010)62345678", "010-62345678"),
        ("01062345678", "010-62345678"),
        ("0871—6234567", "0871-6234567"),
        ("62345678", "62345678"),
        ("010-62345678转12", "010-62345678转12"),
        ("62345678 分机 801", "62345678转801"),
        ("400-123-4567", "4001234567"),
        ("", ""),
        ("无", ""),
    ],
)
def test_phones(written, understood):
    assert phone(written) == understood


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1380013800", "phone_length"),
        ("138001380001", "phone_length"),
        ("12800138000", "phone_form"),
        ("13800138000/13900139000", "phone_two"),
        ("13800138000、010-62345678", "phone_two"),
        ("12356", "phone_service"),
        ("110", "phone_service"),
        ("+1 415 555 0100", "phone_form"),
        ("微信同号", "phone_form"),
        (1.38e20, "digits_lost"),
        ("1.38E+10", "digits_lost"),
    ],
)
def test_what_is_no_phone(written, code):
    assert refused(phone, written) == code


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_phone_read_twice_is_the_same(written):
    assert phone(phone(written)) == phone(float(written)) == phone(f"+86-{written}") == written


def test_masked():
    assert masked("13800138000") == "138****8000"
    assert masked("62345678") == "******78"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none()))
def test_nothing_breaks_them(raw):
    for parse in (phone, lambda c: identity_number(c, latest=TODAY), lambda c: registration_number(c, latest=TODAY)):
        try:
            parse(raw)
        except BadCell as bad:
            assert bad.code  # noqa: PT017 - either way is right
