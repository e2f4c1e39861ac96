"""The trail: written with the act or not at all, and every later change to it is found."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.factories import NOON, a_class, a_school, a_student, an_actor
from xinqiao.access.enums import ConsentForm, ConsentParty, PostKind, Purpose
from xinqiao.access.models import Consent
from xinqiao.access.services import Signature, give_consent
from xinqiao.audit import services
from xinqiao.audit.models import Chain, Entry
from xinqiao.audit.services import heads, record, verify
from xinqiao.config.cli import main


@pytest.fixture
def trail(db):
    """Five acts of one school, three of another."""
    for owner, n in ((1, 5), (2, 3)):
        for number in range(n):
            record(
                account=None,
                action="test.act",
                at=NOON + timedelta(minutes=number),
                owner=owner,
                who="王老师",
                person=7,
                n=number,
            )


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def breaks() -> list[tuple[int, int, str]]:
    return [(b.owner, b.number, b.reason) for b in verify()]


def test_an_untouched_trail_is_whole(trail):
    assert breaks() == []
    assert Chain.objects.get(owner=1).length == 5


def _third() -> Entry:
    return Entry.objects.get(chain__owner=1, number=3)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", NOON - timedelta(microseconds=1)),
        ("who", "王老帅"),
        ("action", "test.acT"),
        ("subject", "people.person:1"),
        ("person", 8),
        ("reading", True),
        ("facts", {"n": 3}),
        ("digest", "0" * 64),
        ("previous", "0" * 64),
    ],
)
def test_any_changed_column_is_found(trail, column, value):
    Entry.objects.filter(pk=_third().pk).update(**{column: value})
    assert breaks() == [(1, 3, "changed")]


def test_one_changed_byte_in_the_raw_table_is_found(trail):
    sql("UPDATE audit_entry SET who = replace(who, '王', '玉') WHERE id = %s", _third().pk)
    assert breaks() == [(1, 3, "changed")]


def test_a_removed_entry_is_found(trail):
    Entry.objects.filter(pk=_third().pk).delete()
    assert breaks() == [(1, 3, "missing")]


def test_a_removed_entry_is_found_when_the_rest_is_renumbered(trail):
    Entry.objects.filter(pk=_third().pk).delete()
    for number in (4, 5):
        Entry.objects.filter(chain__owner=1, number=number).update(number=number - 1)
    Chain.objects.filter(owner=1).update(length=4)
    assert breaks() == [(1, 3, "changed")]


def test_a_cut_tail_is_found(trail):
    Entry.objects.filter(chain__owner=1, number__gte=4).delete()
    assert breaks() == [(1, 4, "cut")]


def test_a_cut_tail_is_found_when_the_head_is_rewritten_to_fit(trail):
    Entry.objects.filter(chain__owner=1, number__gte=4).delete()
    Chain.objects.filter(owner=1).update(length=3, head=_third().digest)
    assert breaks() == [(1, 4, "cut")]


def test_a_trail_forged_by_somebody_without_the_key_is_found(trail, monkeypatch):
    """They know the code, the tables and everything in them, but not the file of the key."""
    kept = services._key()
    monkeypatch.setattr(services, "_key", lambda: b"a guess")
    previous = ""
    for entry in Entry.objects.filter(chain__owner=1).order_by("number"):
        entry.who, entry.previous = "别人", previous
        entry.digest = previous = services._digest(entry)
        entry.save()
    chain = Chain.objects.get(owner=1)
    chain.head = previous
    chain.seal = services._seal(chain)
    chain.save()
    assert breaks()[0][0] == 2  # with the guessed key their own forgery looks whole
    monkeypatch.setattr(services, "_key", lambda: kept)
    assert breaks() == [(1, 1, "changed")]


def test_an_older_copy_of_the_whole_chain_is_found_by_heads_kept_elsewhere(trail):
    old = Chain.objects.get(owner=2)
    record(account=None, action="test.act", at=NOON, owner=2)
    noted = heads()
    Entry.objects.filter(chain=old, number=4).delete()
    Chain.objects.filter(owner=2).update(length=old.length, head=old.head, seal=old.seal)
    assert breaks() == []
    assert [(b.owner, b.number, b.reason) for b in verify(noted)] == [(2, 4, "anchor")]


def test_a_chain_that_vanished_is_found_by_heads_kept_elsewhere(trail):
    noted = heads()
    Entry.objects.filter(chain__owner=2).delete()
    Chain.objects.filter(owner=2).delete()
    assert [(b.owner, b.reason) for b in verify(noted)] == [(2, "anchor")]


def test_heads_still_fit_after_more_was_written(trail):
    noted = heads()
    record(account=None, action="test.act", at=NOON, owner=1)
    assert list(verify(noted)) == []


def test_the_command_says_what_it_found(trail, capsys, tmp_path):
    assert main(["audit", "heads"]) == 0
    path = tmp_path / "heads.json"
    path.write_text(capsys.readouterr().out)
    assert main(["audit", "verify", "--anchors", str(path)]) == 0
    assert "共 8 条" in capsys.readouterr().out
    Entry.objects.filter(pk=_third().pk).update(who="别人")
    assert main(["audit", "verify", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["breaks"] == [{"owner": 1, "number": 3, "reason": "changed"}]
    assert main(["audit", "verify"]) == 1
    assert "第 3 条" in capsys.readouterr().out
    path.write_text("[]")
    assert main(["audit", "verify", "--anchors", str(path)]) == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_nothing_is_recorded_outside_a_transaction():
    with pytest.raises(RuntimeError, match="transaction"):
        record(account=None, action="test.act", at=NOON)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_act_that_rolls_back_leaves_neither_row_nor_trace():
    room = a_class(a_school())
    pupil, teacher = a_student(room), an_actor(PostKind.CLASS_TEACHER, room)
    before = Entry.objects.count()
    signature = Signature(ConsentParty.SELF, ConsentForm.PAPER)
    with transaction.atomic():
        give_consent(actor=teacher, person=pupil, purpose=Purpose.SCREENING, signature=signature, at=NOON)
        transaction.set_rollback(True)
    assert (Consent.objects.count(), Entry.objects.count()) == (0, before)
    assert breaks() == []
    give_consent(actor=teacher, person=pupil, purpose=Purpose.SCREENING, signature=signature, at=NOON)
    assert (Consent.objects.count(), Entry.objects.count()) == (1, before + 1)
    assert breaks() == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_act_whose_trace_fails_does_not_happen(monkeypatch):
    room = a_class(a_school())
    pupil, teacher = a_student(room), an_actor(PostKind.CLASS_TEACHER, room)

    def full(*_args: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(services, "_digest", full)
    signature = Signature(ConsentParty.SELF, ConsentForm.PAPER)
    with pytest.raises(OSError, match="full"):
        give_consent(actor=teacher, person=pupil, purpose=Purpose.SCREENING, signature=signature, at=NOON)
    assert not Consent.objects.exists()


def test_a_long_signature_is_kept_to_its_column(trail):
    assert len(record(account=None, action="test.act", at=NOON, who="长" * 500).who) == 128
    assert breaks() == []
