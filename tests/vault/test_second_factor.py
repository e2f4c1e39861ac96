"""Second factors and sessions: nothing readable in the database, rotation, restore, and rows from before."""

from __future__ import annotations

import base64
import json
import re
import zlib
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.contrib.sessions.serializers import JSONSerializer
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import NOON, a_school, an_actor
from tests.vault.test_sealing import _everything_on_disk
from xinqiao.access.enums import PostKind
from xinqiao.config.cli import main
from xinqiao.kernel import crypto
from xinqiao.vault import checks, keys, second_factor, services
from xinqiao.vault.models import DataKey

PASSWORD = "correct horse battery"
MIGRATION = import_module("xinqiao.vault.migrations.0002_second_factor_sealed")


@pytest.fixture
def psych(db):
    cache.clear()
    return an_actor(PostKind.PSYCH_TEACHER, a_school(), at=timezone.now())


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def set_up(account) -> tuple[str, list[str]]:
    """Sign in, add an authenticator app as a browser does: (its secret, the recovery codes)."""
    client = Client()
    client.post(reverse("account_login"), {"login": account.username, "password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    shown = client.post(reverse("mfa_activate_totp"), {"code": code_now(secret)}, follow=True).content.decode()
    return secret, re.findall(r"<li><code>(\w+)</code>", shown)


def signs_in_with(account, code: str):
    cache.clear()  # a code of this half minute may be used again
    client = Client()
    client.post(reverse("account_login"), {"login": account.username, "password": PASSWORD})
    return client, client.post(reverse("mfa_authenticate"), {"code": code})


def row(account, kind: str) -> Authenticator:
    return Authenticator.objects.get(user=account, type=kind)


# --- what the database holds ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_database_file_holds_no_secret_of_a_second_factor(tmp_path):
    psych = an_actor(PostKind.PSYCH_TEACHER, a_school(), at=timezone.now())
    half_way = Client()
    half_way.post(reverse("account_login"), {"login": psych.account.username, "password": PASSWORD})
    page = half_way.get(reverse("mfa_activate_totp")).content.decode()
    waiting = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    secret, codes = set_up(psych.account)
    seed = second_factor.reveal(row(psych.account, "recovery_codes").data["seed"])
    assert len(codes) == 10

    raw = _everything_on_disk(tmp_path)
    assert psych.account.username.encode() in raw  # what is not sealed is found: the search itself works
    for text in (waiting, secret, seed, *codes):
        assert text.encode() not in raw
        assert base64.b64encode(text.encode()).rstrip(b"=")[:-1] not in raw


def inside(stored: str) -> bytes:
    """What somebody who copied the table of sessions gets out of one, without any key."""
    packed, _, payload = stored.rpartition(":")[0].rpartition(":")[0].rpartition(".")
    data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return zlib.decompress(data) if packed or stored.startswith(".") else data


def test_a_session_holds_the_secret_being_set_up_and_cannot_be_read(psych):
    client = Client()
    client.post(reverse("account_login"), {"login": psych.account.username, "password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page).group(1)
    assert secret in client.session.values()
    stored = inside(Session.objects.get(pk=client.session.session_key).session_data)
    assert secret.encode() not in stored
    assert b"_auth_user_id" not in stored


def test_a_session_from_before_goes_on_and_is_sealed_when_it_is_saved(psych):
    old = SessionStore()
    old.serializer = JSONSerializer
    old["place"] = "here"
    old.create()
    assert b"place" in inside(Session.objects.get(pk=old.session_key).session_data)

    now = SessionStore(old.session_key)
    assert now["place"] == "here"
    now["place"] = "there"
    now.save()
    assert b"place" not in inside(Session.objects.get(pk=old.session_key).session_data)
    assert SessionStore(old.session_key)["place"] == "there"


def test_without_its_key_a_session_counts_as_none(psych, tmp_path, monkeypatch):
    session = SessionStore()
    session["place"] = "here"
    session.create()
    monkeypatch.setenv("XINQIAO_SECRETS", str(tmp_path))
    assert SessionStore(session.session_key).load() == {}


# --- rotation and restore ------------------------------------------------------------------------------------------


def test_after_rotation_app_and_codes_open_and_a_used_code_stays_used(psych):
    secret, codes = set_up(psych.account)
    client, _ = signs_in_with(psych.account, codes[0])
    assert client.session["_auth_user_id"] == str(psych.account.pk)
    before = second_factor.keys_in_use()

    services.rotate([second_factor.HOUSE], NOON)
    assert services.reseal([second_factor.HOUSE]) == 2
    assert services.reseal([second_factor.HOUSE]) == 0

    assert not before & second_factor.keys_in_use()
    assert RecoveryCodes(row(psych.account, "recovery_codes")).get_unused_codes() == codes[1:]
    for code in (code_now(secret), codes[1]):
        assert "_auth_user_id" in signs_in_with(psych.account, code)[0].session
    assert "_auth_user_id" not in signs_in_with(psych.account, codes[0])[0].session


def test_the_key_is_kept_while_a_row_needs_it_and_other_schools_rotate_without_it(psych):
    set_up(psych.account)
    later = NOON + keys.KEPT_AFTER_RETIREMENT * 2
    services.rotate([second_factor.HOUSE], NOON)
    assert services.unread_keys([second_factor.HOUSE], later) == []
    assert services.reseal([psych.person.keeper_id]) == 0
    services.reseal([second_factor.HOUSE])
    assert len(services.unread_keys([second_factor.HOUSE], later)) == 1


def test_the_command_rotates_them_with_everything_else(psych, capsys):
    secret, _ = set_up(psych.account)
    assert main(["keys", "rotate", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert second_factor.HOUSE in said["owners"]
    assert said["resealed"] >= 2
    assert "_auth_user_id" in signs_in_with(psych.account, code_now(secret))[0].session


def test_the_command_stops_at_a_row_that_does_not_open(psych, capsys):
    set_up(psych.account)
    totp = row(psych.account, "totp")
    Authenticator.objects.filter(pk=totp.pk).update(data={"secret": totp.data["secret"][:-8]})
    assert main(["keys", "rotate"]) == 1
    assert f"mfa.authenticator pk={totp.pk}" in capsys.readouterr().out


def test_codes_that_came_from_another_house_are_sealed_again_too(psych):
    codes = [second_factor.seal(code) for code in ("11112222", "33334444")]
    Authenticator.objects.create(user=psych.account, type="recovery_codes", data={"migrated_codes": codes})
    services.rotate([second_factor.HOUSE], NOON)
    assert services.reseal([second_factor.HOUSE]) == 2
    assert RecoveryCodes(row(psych.account, "recovery_codes")).validate_code("33334444")
    assert RecoveryCodes(row(psych.account, "recovery_codes")).get_unused_codes() == ["11112222"]


def test_without_the_key_signing_in_says_what_to_do(psych):
    secret, _ = set_up(psych.account)
    DataKey.objects.all().delete()
    keys.forget()
    client, answer = signs_in_with(psych.account, code_now(secret))
    assert answer.status_code == 200
    assert "服务器上缺少当时的密钥" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_doctor_names_what_is_in_the_clear_or_does_not_open(psych):
    set_up(psych.account)
    assert not list(checks.violations(NOON))
    Authenticator.objects.filter(user=psych.account, type="totp").update(data={"secret": "JBSWY3DPEHPK3PXP"})
    codes = row(psych.account, "recovery_codes")
    Authenticator.objects.filter(pk=codes.pk).update(data={"seed": codes.data["seed"][:-4] + "AAAA", "used_mask": 0})
    found = list(checks.violations(NOON))
    assert {finding.code for finding in found} == {"sealed"}
    assert len(found) == 2


@pytest.mark.parametrize("text", ["", "JBSWY3DPEHPK3PXP", "sealed:", "sealed:%%", "sealed:AAAA"])
def test_what_is_not_sealed_does_not_open(db, text):
    with pytest.raises(crypto.Unreadable):
        second_factor.reveal(text)


# --- rows from before ----------------------------------------------------------------------------------------------


def test_rows_in_the_clear_are_sealed_by_the_migration_and_can_go_back(psych):
    totp = TOTP.activate(psych.account, "JBSWY3DPEHPK3PXP").instance
    passkey = Authenticator.objects.create(user=psych.account, type="webauthn", data={"name": "a", "credential": {}})
    codes = RecoveryCodes.activate(psych.account).instance
    plain = {"secret": "JBSWY3DPEHPK3PXP"}, {"seed": "ab" * 40, "used_mask": 5}
    for one, data in zip((totp, codes), plain, strict=True):
        Authenticator.objects.filter(pk=one.pk).update(data=data)
    DataKey.objects.all().delete()
    keys.forget()

    for _twice in range(2):
        MIGRATION.seal(apps, connection.schema_editor())
        keys.forget()
        totp.refresh_from_db()
        codes.refresh_from_db()
        assert second_factor.reveal(totp.data["secret"]) == "JBSWY3DPEHPK3PXP"
        assert second_factor.reveal(codes.data["seed"]) == "ab" * 40
        assert codes.data["used_mask"] == 5
    assert not list(checks.violations(NOON))

    MIGRATION.reveal(apps, connection.schema_editor())
    totp.refresh_from_db()
    codes.refresh_from_db()
    passkey.refresh_from_db()
    assert (totp.data, codes.data) == plain
    assert passkey.data == {"name": "a", "credential": {}}
