"""Truth tables: who is asked at which age, and what their answers add up to."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from xinqiao.access.enums import ConsentParty as Party
from xinqiao.access.enums import Purpose
from xinqiao.access.rules import ASKED, Answer, Asked, Band, Standing, asked, band_of, standing, valid_until

S, G = Party.SELF, Party.GUARDIAN


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (None, Band.CHILD),
        (6, Band.CHILD),
        (13, Band.CHILD),
        (14, Band.TEEN),
        (17, Band.TEEN),
        (18, Band.ADULT),
        (60, Band.ADULT),
    ],
)
def test_bands_change_on_the_fourteenth_and_eighteenth_birthday(age, band):
    assert band_of(age) == band


@pytest.mark.parametrize(
    ("purpose", "age", "switch", "agree", "heard", "notice"),
    [
        (Purpose.SCREENING, 13, False, {S, G}, {S, G}, False),
        (Purpose.SCREENING, 13, True, {S, G}, {S, G}, False),
        (Purpose.SCREENING, 14, False, {S}, {S, G}, True),
        (Purpose.SCREENING, 14, True, {S, G}, {S, G}, False),
        (Purpose.SCREENING, 17, True, {S, G}, {S, G}, False),
        (Purpose.SCREENING, 18, False, {S}, {S}, False),
        (Purpose.SCREENING, 18, True, {S}, {S}, False),
        (Purpose.COUNSELLING, 13, False, {G}, {S, G}, False),
        (Purpose.COUNSELLING, 15, True, {S}, {S}, True),
        (Purpose.COUNSELLING, 18, False, {S}, {S}, False),
        (Purpose.SHARING, 13, False, {G}, {S, G}, False),
        (Purpose.SHARING, 16, False, {S, G}, {S, G}, False),
        (Purpose.SHARING, 18, False, {S}, {S}, False),
        (Purpose.SCREENING, None, False, {S, G}, {S, G}, False),
    ],
)
def test_who_is_asked(purpose, age, switch, agree, heard, notice):
    row = asked(purpose, age, guardian_signs=switch)
    assert (set(row.agree), set(row.heard), row.notice) == (agree, heard, notice)


def test_every_purpose_and_band_has_a_row():
    assert set(ASKED) == set(product(Purpose, Band))


BOTH = Asked(agree=(S, G), heard=(S, G))
ONLY_SELF = Asked(agree=(S,), heard=(S, G), notice=True)


@pytest.mark.parametrize(
    ("rule", "self_says", "guardian_says", "expected"),
    [
        (BOTH, True, True, Standing(ok=True)),
        (BOTH, True, None, Standing(ok=False, missing=(G,))),
        (BOTH, None, True, Standing(ok=False, missing=(S,))),
        (BOTH, None, None, Standing(ok=False, missing=(S, G))),
        (BOTH, False, True, Standing(ok=False, declined=True)),
        (BOTH, True, False, Standing(ok=False, declined=True)),
        (BOTH, False, None, Standing(ok=False, declined=True)),
        (BOTH, None, False, Standing(ok=False, declined=True)),
        (BOTH, False, False, Standing(ok=False, declined=True)),
        (ONLY_SELF, True, None, Standing(ok=True, notice_due=True)),
        (ONLY_SELF, True, True, Standing(ok=True)),
        (ONLY_SELF, True, False, Standing(ok=False, declined=True)),
        (ONLY_SELF, None, True, Standing(ok=False, missing=(S,))),
        (ONLY_SELF, False, True, Standing(ok=False, declined=True)),
        (ONLY_SELF, None, None, Standing(ok=False, missing=(S,), notice_due=True)),
        (Asked(agree=(S,), heard=(S,)), True, False, Standing(ok=True)),
        (Asked(agree=(S,), heard=(S,)), None, False, Standing(ok=False, missing=(S,))),
    ],
)
def test_what_the_answers_add_up_to(rule, self_says, guardian_says, expected):
    assert standing(rule, [Answer(S, self_says), Answer(G, guardian_says)]) == expected


def test_one_guardians_yes_is_enough_and_one_no_stops():
    assert standing(BOTH, [Answer(S, True), Answer(G, True), Answer(G, None)]).ok
    assert standing(BOTH, [Answer(S, True), Answer(G, True), Answer(G, False)]).declined


@pytest.mark.parametrize(
    ("purpose", "on", "until"),
    [
        (Purpose.SCREENING, date(2026, 11, 23), date(2027, 8, 31)),
        (Purpose.SCREENING, date(2027, 3, 1), date(2027, 8, 31)),
        (Purpose.SCREENING, date(2027, 8, 31), date(2027, 8, 31)),
        (Purpose.SCREENING, date(2027, 9, 1), date(2028, 8, 31)),
        (Purpose.COUNSELLING, date(2026, 11, 23), None),
        (Purpose.SHARING, date(2026, 11, 23), date(2027, 11, 23)),
    ],
)
def test_how_long_a_yes_counts(purpose, on, until):
    assert valid_until(purpose, on) == until
