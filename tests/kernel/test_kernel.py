"""Plain types: refusals, life cycles, sealing, and the folder of secrets."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinqiao.kernel import crypto
from xinqiao.kernel.home import secret
from xinqiao.kernel.lifecycle import Lifecycle
from xinqiao.kernel.refusal import Refusal

DOOR = Lifecycle({("shut", "open"): "ajar", ("ajar", "push"): "wide", ("wide", "close"): "shut"})


def test_a_life_cycle_makes_the_moves_of_its_table_and_no_other():
    states, moves = ["shut", "ajar", "wide"], ["open", "push", "close"]
    for state in states:
        for move in moves:
            if (state, move) in DOOR.moves:
                assert DOOR.after(state, move) == DOOR.moves[state, move]
            else:
                with pytest.raises(Refusal) as refusal:
                    DOOR.after(state, move)
                assert refusal.value.code == "move"
    assert DOOR.offers("ajar") == ["push"]
    assert DOOR.open_states() == ["ajar", "shut", "wide"]


def test_a_refusal_says_its_sentence():
    refusal = Refusal("第 3 行：学号重复。", code="twice", field="number")
    assert (str(refusal), refusal.code, refusal.field) == ("第 3 行：学号重复。", "twice", "number")


@given(st.binary(max_size=200), st.text(max_size=30), st.integers(0, 2**32 - 1))
def test_what_is_sealed_opens_with_its_key_and_context_only(plain, context, key_id):
    key = crypto.new_key()
    sealed = crypto.seal(plain, key=key, key_id=key_id, context=context)
    assert crypto.unseal(sealed, key=key, context=context) == plain
    assert crypto.key_id_of(sealed) == key_id
    for wrong in ({"key": crypto.new_key()}, {"context": context + "."}):
        with pytest.raises(crypto.Unreadable):
            crypto.unseal(sealed, **({"key": key, "context": context} | wrong))


@given(st.binary(max_size=60))
def test_no_bytes_whatever_break_the_reader(junk):
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(junk, key=b"k" * 32, context="x")


def test_a_secret_is_made_once_even_by_many_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setenv("XINQIAO_SECRETS", str(tmp_path / "secrets"))
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _n: secret("new"), range(40)))
    assert len(made) == 1
    (path,) = (tmp_path / "secrets").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(made.pop()) == 32


def test_a_secret_is_made_where_files_cannot_be_linked(tmp_path, monkeypatch):
    monkeypatch.setenv("XINQIAO_SECRETS", str(tmp_path / "secrets"))

    def no_links(*_args: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", no_links)
    made = secret("plain")
    assert bytes.fromhex((tmp_path / "secrets" / "plain.key").read_text()) == made
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["plain.key"]
