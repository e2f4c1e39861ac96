"""A backup and its way back, in processes of their own, as an administrator would."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILL = """
import django; django.setup()
from django.conf import settings
from xinqiao.people.models import Organisation, Person
from xinqiao.people.services import add_organisation
from xinqiao.accounts.models import Account
school = add_organisation(parent=None, kind="school", name="备份学校", system="63")
account = Account.objects.create_user("keeper", "correct horse battery")
Person.objects.create(name="周一", keeper=school, account=account, phone="19900001234", id_number="110101201205010000")
folder = settings.MEDIA_ROOT / "slips"; folder.mkdir(parents=True, exist_ok=True)
(folder / "一班.pdf").write_bytes(b"%PDF-made-up")
from allauth.mfa.totp.internal.auth import TOTP
TOTP.activate(account, "JBSWY3DPEHPK3PXP")
"""
READ = """
import django; django.setup()
from django.conf import settings
from xinqiao.people.models import Person
print(Person.objects.get().phone.reveal(), (settings.MEDIA_ROOT / "slips" / "一班.pdf").read_bytes())
"""


READ_APP = """
import django; django.setup()
from allauth.mfa.models import Authenticator
from xinqiao.vault import second_factor
print(second_factor.reveal(Authenticator.objects.get().data["secret"]))
"""


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DJANGO_"))}
    return kept | {"XINQIAO_HOME": str(home), "DJANGO_SETTINGS_MODULE": "xinqiao.config.settings"}


def python(home: Path, code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=environment(home), cwd=ROOT, check=True, capture_output=True, text=True).stdout


def xinqiao(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "xinqiao", *map(str, words)]
    return subprocess.run(command, env=environment(home), cwd=ROOT, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    assert xinqiao(home, "migrate").returncode == 0
    python(home, FILL)
    return home


@pytest.fixture(scope="module")
def made(filled, tmp_path_factory):
    backups, safe = tmp_path_factory.mktemp("backups"), tmp_path_factory.mktemp("safe")
    done = xinqiao(filled, "backup", backups, "--keys", safe, "--json")
    assert done.returncode == 0, done.stderr
    return {name: Path(value) for name, value in json.loads(done.stdout).items() if name in {"archive", "keys"}}


@pytest.mark.slow
def test_no_file_of_the_home_holds_plain_text_of_sealed_columns(filled):
    """The database as SQLite wrote it, with its journal, and every other file beside it."""
    raw = b"".join(path.read_bytes() for path in sorted(filled.rglob("*")) if path.is_file())
    assert "备份学校".encode() in raw
    for text in ("19900001234", "110101201205010000", "JBSWY3DPEHPK3PXP"):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"):
            assert text.encode(encoding) not in raw


@pytest.mark.slow
def test_a_backup_comes_back_whole(made, tmp_path):
    done = xinqiao(tmp_path, "restore", made["archive"], "--keys", made["keys"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert python(tmp_path, READ).strip() == "19900001234 b'%PDF-made-up'"
    assert python(tmp_path, READ_APP).strip() == "JBSWY3DPEHPK3PXP"
    assert xinqiao(tmp_path, "audit", "verify").returncode == 0


@pytest.mark.slow
def test_without_the_keys_it_says_so(made, tmp_path):
    done = xinqiao(tmp_path, "restore", made["archive"])
    assert done.returncode == 1
    assert "主密钥" in done.stdout


@pytest.mark.slow
def test_a_home_with_data_is_not_overwritten_by_accident(made, filled, tmp_path):
    home = tmp_path / "home"
    assert xinqiao(home, "restore", made["archive"], "--keys", made["keys"]).returncode == 0
    again = xinqiao(home, "restore", made["archive"], "--keys", made["keys"])
    assert again.returncode == 2
    assert "--force" in again.stderr
    forced = xinqiao(home, "restore", made["archive"], "--keys", made["keys"], "--force")
    assert forced.returncode == 0, forced.stderr
    assert list(home.glob("xinqiao.sqlite3.before-*"))
    assert list(home.glob("files.before-*"))
    assert python(home, READ).startswith("19900001234")


@pytest.mark.slow
def test_the_backup_speaks_loudly_of_the_keys_and_holds_none(filled, tmp_path):
    done = xinqiao(filled, "backup", tmp_path)
    assert "备份里没有密钥" in done.stdout
    (archive,) = tmp_path.glob("*.tar")
    with tarfile.open(archive) as tar:
        assert not [name for name in tar.getnames() if "key" in name]
    master = bytes.fromhex((filled / "secrets" / "master.key").read_text())
    assert master not in archive.read_bytes()
    assert master.hex().encode() not in archive.read_bytes()
    assert b"19900001234" not in archive.read_bytes()
    assert archive.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_keys_are_not_put_beside_the_backup(filled, tmp_path):
    done = xinqiao(filled, "backup", tmp_path, "--keys", tmp_path / "keys")
    assert done.returncode == 2
    assert "不能和备份放在一起" in done.stderr


@pytest.mark.slow
def test_a_changed_or_foreign_archive_is_refused(made, tmp_path):
    content = bytearray(made["archive"].read_bytes())
    place = content.rindex(b"made-up")
    content[place] ^= 1
    changed = tmp_path / "changed.tar"
    changed.write_bytes(bytes(content))
    done = xinqiao(tmp_path / "home", "restore", changed)
    assert (done.returncode, "校验值不对" in done.stderr) == (2, True)
    foreign = tmp_path / "foreign.tar"
    foreign.write_bytes(b"not a tar at all")
    assert "不是心桥的备份" in xinqiao(tmp_path / "home", "restore", foreign).stderr
    cut = tmp_path / "cut.tar"
    cut.write_bytes(made["archive"].read_bytes()[: len(content) // 2])
    assert xinqiao(tmp_path / "home", "restore", cut).returncode == 2
    assert (
        not (tmp_path / "home" / "xinqiao.sqlite3").exists()
        or not sqlite3.connect(tmp_path / "home" / "xinqiao.sqlite3")
        .execute("SELECT name FROM sqlite_master")
        .fetchall()
    )
