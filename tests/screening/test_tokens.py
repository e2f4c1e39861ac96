"""A token opens one part of one sitting until its hour, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON
from xinqiao.screening import tokens

HASH = "ab" * 32
NOW = NOON.timestamp()


def a_token(**changes: object) -> str:
    fields = {"sitting_id": 2**40, "part": 3, "instrument_hash": HASH, "expires": NOON + timedelta(hours=1), "age": 12}
    return tokens.issue(**{**fields, **changes})


def test_a_token_says_what_was_put_in():
    claims = tokens.check(a_token(), NOW)
    assert (claims.sitting_id, claims.part, claims.instrument_hash, claims.age) == (2**40, 3, HASH, 12)
    assert claims.expires == int(NOW) + 3600


def test_the_same_leave_is_the_same_token():
    assert a_token() == a_token()


@pytest.mark.parametrize(("given", "read"), [(None, None), (0, 0), (19, 19), (300, 254), (-1, 0)])
def test_ages(given, read):
    assert tokens.check(a_token(age=given), NOW).age == read


def test_every_changed_character_is_noticed():
    good = a_token()
    tokens.check(good, NOW)
    for place in range(len(good)):
        other = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        with pytest.raises(tokens.BadToken):
            tokens.check(other, NOW)


NO_TOKENS = {
    "empty": "",
    "one letter": "x",
    "padding only": "=",
    "of the right length": "a" * 84,
    "very long": "a" * 5000,
    "Chinese": "令牌",
    "with padding": a_token() + "=",
    "with a line end": a_token() + "\n",
    "a zero byte": "\x00",
}


@pytest.mark.parametrize("text", NO_TOKENS.values(), ids=NO_TOKENS.keys())
def test_what_is_no_token(text):
    with pytest.raises(tokens.BadToken):
        tokens.check(text, NOW)


def test_a_token_of_another_house_is_refused(monkeypatch):
    monkeypatch.setattr(tokens, "_key", lambda: b"another key of thirty-two bytes!")
    foreign = a_token(sitting_id=77)
    monkeypatch.undo()
    with pytest.raises(tokens.BadToken):
        tokens.check(foreign, NOW)


def test_a_token_ends_at_its_second_though_it_was_remembered():
    token = a_token()
    end = NOW + 3600
    assert tokens.check(token, end - 0.001)
    with pytest.raises(tokens.ExpiredToken):
        tokens.check(token, end)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(tokens, "_REMEMBERED", 3)
    for sitting in range(1, 9):
        tokens.check(a_token(sitting_id=sitting), NOW)
        assert len(tokens._read) <= 3
