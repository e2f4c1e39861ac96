"""Sealed columns: nothing readable on disk, nothing that can be moved, keys that can be changed."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.factories import NOON, a_class, a_school, a_student
from xinqiao.config.cli import main
from xinqiao.kernel import crypto
from xinqiao.people.models import Organisation, Person
from xinqiao.vault import fields, keys, services
from xinqiao.vault.fields import Sealed, seal
from xinqiao.vault.models import DataKey

ID_NUMBER, PHONE = "110101201205010000", "19900001234"


def stored(person: Person, column: str = "id_number") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM people_person WHERE id = %s", [person.pk])
        return bytes(cursor.fetchone()[0])


def put(person: Person, column: str, blob: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE people_person SET {column} = %s WHERE id = %s", [blob, person.pk])


@pytest.fixture
def pupil(db):
    return a_student(a_class(a_school()), id_number=ID_NUMBER, phone=PHONE)


def test_what_is_saved_comes_back_only_when_asked(pupil):
    row = Person.objects.get(pk=pupil.pk)
    assert ID_NUMBER not in f"{row.id_number} {row.id_number!r}"
    assert row.id_number.reveal() == ID_NUMBER
    assert ID_NUMBER.encode() not in stored(pupil)


def test_the_same_text_is_never_sealed_the_same(pupil):
    first = stored(pupil)
    pupil.id_number = ID_NUMBER
    pupil.save()
    assert stored(pupil) != first


def test_empty_stays_empty(db):
    person = a_student(a_class(a_school()))
    assert stored(person) == b""
    assert not Person.objects.get(pk=person.pk).id_number


@pytest.mark.parametrize("place", [0, 1, 5, 10, 20, -1])
def test_one_changed_byte_does_not_open(pupil, place):
    blob = bytearray(stored(pupil))
    blob[place] ^= 1
    put(pupil, "id_number", bytes(blob))
    with pytest.raises(crypto.Unreadable):
        Person.objects.get(pk=pupil.pk).id_number.reveal()


def test_a_value_moved_to_another_column_does_not_open(pupil):
    put(pupil, "phone", stored(pupil, "id_number"))
    with pytest.raises(crypto.Unreadable):
        Person.objects.get(pk=pupil.pk).phone.reveal()


def test_a_value_cut_short_or_invented_does_not_open(pupil):
    for blob in (stored(pupil)[:-1], stored(pupil)[:10], b"\x01", b"plain text that was put there by hand"):
        put(pupil, "id_number", blob)
        with pytest.raises(crypto.Unreadable):
            Person.objects.get(pk=pupil.pk).id_number.reveal()


def test_a_value_relabelled_with_another_schools_key_does_not_open(pupil):
    other = a_student(a_class(a_school()), id_number="220101201205010000")
    blob = bytearray(stored(pupil))
    blob[1:5] = stored(other)[1:5]
    put(pupil, "id_number", bytes(blob))
    with pytest.raises(crypto.Unreadable):
        Person.objects.get(pk=pupil.pk).id_number.reveal()


def test_a_value_moved_to_another_schools_row_does_not_open(pupil):
    other = a_student(a_class(a_school()))
    put(other, "id_number", stored(pupil))
    with pytest.raises(crypto.Unreadable):
        Person.objects.get(pk=other.pk).id_number.reveal()


def test_a_row_given_to_another_school_is_sealed_with_its_key(pupil):
    new = a_school()
    row = Person.objects.get(pk=pupil.pk)
    texts = row.id_number.reveal(), row.phone.reveal()
    row.keeper = new
    with pytest.raises(TypeError, match="another organisation"), transaction.atomic():
        row.save()
    row.id_number, row.phone = texts
    row.save()
    assert Person.objects.get(pk=pupil.pk).id_number.reveal() == ID_NUMBER
    assert DataKey.objects.get(pk=crypto.key_id_of(stored(pupil))).owner == new.pk


def test_a_deferred_column_still_knows_its_row(pupil):
    row = Person.objects.only("pk").get(pk=pupil.pk)
    assert row.phone.reveal() == PHONE


def test_each_organisation_has_a_key_of_its_own_and_keys_are_sealed_themselves(pupil):
    a_student(a_class(a_school()), id_number=ID_NUMBER)
    owners = list(DataKey.objects.values_list("owner", flat=True))
    assert len(owners) == len(set(owners)) == 2
    row = DataKey.objects.first()
    assert keys._open(row) not in bytes(row.sealed_key)


def test_plain_text_cannot_slip_past_save(pupil):
    with pytest.raises(TypeError):
        Person.objects.filter(pk=pupil.pk).update(phone="19900004321")
    with pytest.raises(TypeError):
        Person.objects.bulk_update([Person(pk=pupil.pk, phone="19900004321")], ["phone"])


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_key_made_in_a_transaction_that_rolled_back_is_never_used_again():
    school = a_school()
    with transaction.atomic():
        seal("一", owner=school.pk, context="x")
        seal("二", owner=school.pk, context="x")
        transaction.set_rollback(True)
    kept = seal("三", owner=school.pk, context="x")
    keys.forget()
    assert Sealed(kept.blob, "x").reveal() == "三"


def test_the_fingerprint_finds_and_does_not_tell():
    assert fields.fingerprint(PHONE) == fields.fingerprint(PHONE)
    assert len(fields.fingerprint(PHONE)) == 64
    assert PHONE not in fields.fingerprint(PHONE)
    assert fields.fingerprint(PHONE) != crypto.fingerprint(PHONE, key=b"another key")


# --- on disk -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_database_file_holds_no_plain_text(tmp_path):
    """Written through the models, read as bytes: the file, its journal, and a copy made by VACUUM."""
    from tests.factories import an_actor
    from xinqiao.access.enums import PostKind
    from xinqiao.access.services import break_glass

    school = a_school()
    pupil = a_student(a_class(school), id_number=ID_NUMBER, phone=PHONE)
    reader, told = an_actor(PostKind.SCHOOL_LEADER, school), an_actor(PostKind.PSYCH_TEACHER, school)
    reason = "他在天台上打来电话说再见，负责老师联系不上"
    break_glass(actor=reader, person=pupil, reason=reason, told=told.person, hours=4, at=NOON)

    raw = _everything_on_disk(tmp_path)
    assert pupil.name.encode() in raw  # what is not sealed is found: the search itself works
    for secret_text in (ID_NUMBER, PHONE, reason, "天台"):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert secret_text.encode(encoding) not in raw


def _everything_on_disk(folder: Path) -> bytes:
    if connection.vendor != "sqlite":
        pytest.skip("reads the file of the embedded database")
    path = folder / "raw.sqlite3"
    target = sqlite3.connect(path)
    target.execute("PRAGMA journal_mode=WAL")
    with target:
        for line in connection.connection.iterdump():
            if not line.startswith(("CREATE VIRTUAL", 'DELETE FROM "sqlite_sequence')):
                target.execute(line) if line not in {"BEGIN TRANSACTION;", "COMMIT;"} else None
    raw = b"".join(part.read_bytes() for part in sorted(folder.glob("raw.sqlite3*")))
    target.close()
    return raw


# --- rotation ------------------------------------------------------------------------------------------------------


def test_after_rotation_everything_opens_under_a_new_key(pupil):
    other = a_student(a_class(a_school()), id_number="220101201205010000")
    before, untouched = stored(pupil), stored(other)
    owner = pupil.keeper_id
    services.rotate([owner], NOON)
    assert Person.objects.get(pk=pupil.pk).id_number.reveal() == ID_NUMBER
    assert services.reseal([owner]) == 2
    after = stored(pupil)
    assert crypto.key_id_of(after) != crypto.key_id_of(before)
    assert Person.objects.get(pk=pupil.pk).id_number.reveal() == ID_NUMBER
    assert stored(other) == untouched
    assert services.reseal([owner]) == 0


def test_a_retired_key_is_kept_while_somebody_may_still_use_it(pupil):
    owner = pupil.keeper_id
    services.rotate([owner], NOON)
    assert services.unread_keys([owner], NOON + timedelta(days=1)) == []  # not sealed again yet
    services.reseal([owner])
    assert services.unread_keys([owner], NOON + timedelta(minutes=59)) == []
    assert len(services.unread_keys([owner], NOON + timedelta(minutes=61))) == 1


def test_a_run_that_was_cut_short_is_taken_up(pupil, monkeypatch):
    children = [a_student(pupil.enrolments.get().class_node, phone=f"199000020{n:02}") for n in range(5)]
    owner = pupil.keeper_id
    monkeypatch.setattr(services, "BATCH", 2)
    services.rotate([owner], NOON)
    seen = []

    def stop_after_two(done: int, total: int) -> None:
        seen.append((done, total))
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        services.reseal([owner], stop_after_two)
    rest = services.reseal([owner])
    assert 0 < rest < 7
    assert [Person.objects.get(pk=c.pk).phone.reveal() for c in children] == [f"199000020{n:02}" for n in range(5)]


def test_rotation_does_not_overwrite_an_edit_made_in_between(pupil, monkeypatch):
    owner = pupil.keeper_id
    services.rotate([owner], NOON)
    real = fields.SealedField.seal

    def edited_meanwhile(self, text, key_owner):
        if text == PHONE:
            Person.objects.filter(pk=pupil.pk).update(phone=real(self, "19900009999", key_owner))
        return real(self, text, key_owner)

    monkeypatch.setattr(fields.SealedField, "seal", edited_meanwhile)
    services.reseal([owner])
    assert Person.objects.get(pk=pupil.pk).phone.reveal() == "19900009999"


def test_the_command_rotates_one_school_and_says_so(pupil, capsys):
    assert main(["keys", "rotate", "--owner", str(pupil.keeper_id), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"owners": [pupil.keeper_id], "resealed": 2, "keys_removed": 0}
    assert main(["keys", "rotate", "--resume"]) == 0
    assert "重新加密 0 处" in capsys.readouterr().out
    assert main(["keys", "rotate", "--owner", "987654"]) == 2


def test_the_command_takes_a_school_by_its_code(pupil, capsys):
    Organisation.objects.filter(pk=pupil.keeper_id).update(code="XQ-07")
    a_student(a_class(a_school(name="另一所")), phone=PHONE)

    assert main(["keys", "rotate", "--school", "xq-07", "--owner", str(pupil.keeper_id), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["owners"] == [pupil.keeper_id]

    assert main(["keys", "rotate", "--school", "XQ-08"]) == 2
    assert "没有代码是“XQ-08”的机构" in capsys.readouterr().err
    assert main(["keys", "rotate", "--school", ""]) == 2


def test_the_command_stops_at_a_value_that_does_not_open(pupil, capsys):
    put(pupil, "phone", stored(pupil)[:-1])
    assert main(["keys", "rotate"]) == 1
    assert "people.person.phone" in capsys.readouterr().out


def test_every_sealed_column_is_known_to_rotation():
    names = {str(column) for column in services.sealed_columns()}
    assert {"people.person.id_number", "people.person.phone", "access.breakglass.reason"} <= names
