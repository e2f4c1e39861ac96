"""A backup of a PostgreSQL and its way back, with the real tools, in processes of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests.vault.test_backup import FILL, READ, ROOT
from xinqiao.kernel.refusal import Refusal
from xinqiao.vault import postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


class Place:
    """A data folder and an empty database of its own."""

    def __init__(self, url: str, name: str, home: Path) -> None:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        self.url = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DJANGO_"))}
        self.environment = kept | {
            "XINQIAO_HOME": str(home),
            "XINQIAO_DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "xinqiao.config.settings",
        }

    def run(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, words)]
        return subprocess.run(
            command, env=self.environment | more, cwd=ROOT, check=False, capture_output=True, text=True
        )

    def xinqiao(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "xinqiao", *words, **more)

    def asked(self, question: str) -> list[tuple]:
        with psycopg.connect(self.url) as database:
            return database.execute(question).fetchall()

    def read(self) -> str:
        done = self.run("-c", READ)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def place(postgres_url, tmp_path_factory):
    numbers = iter(range(100))

    def make() -> Place:
        number = next(numbers)
        return Place(postgres_url, f"backup_{os.getpid()}_{number}", tmp_path_factory.mktemp("home"))

    return make


@pytest.fixture(scope="module")
def filled(place) -> Place:
    found = place()
    assert found.xinqiao("migrate").returncode == 0
    done = found.run("-c", FILL)
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture(scope="module")
def made(filled, tmp_path_factory) -> dict[str, Path]:
    backups, safe = tmp_path_factory.mktemp("backups"), tmp_path_factory.mktemp("safe")
    done = filled.xinqiao("backup", backups, "--keys", safe, "--json")
    assert done.returncode == 0, done.stderr
    return {name: Path(value) for name, value in json.loads(done.stdout).items() if name in {"archive", "keys"}}


def schemas(place: Place) -> list[str]:
    found = place.asked("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")
    return sorted(name for (name,) in found)


def test_a_backup_comes_back_whole_into_an_empty_database(made, place):
    empty = place()
    done = empty.xinqiao("restore", made["archive"], "--keys", made["keys"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert empty.read() == "19900001234 b'%PDF-made-up'"
    assert empty.xinqiao("audit", "verify").returncode == 0
    assert "No migrations to apply" in empty.xinqiao("migrate").stdout
    assert schemas(empty) == ["public"]
    # Rows can be added: the counters of the keys came along.
    more = FILL.replace("备份学校", "第二学校").replace("keeper", "second").replace("second=school", "keeper=school")
    done = empty.run("-c", more)
    assert done.returncode == 0, done.stderr


def test_what_was_there_is_kept_beside_it(made, filled, place):
    other = place()
    assert other.xinqiao("migrate").returncode == 0
    assert other.run("-c", FILL.replace("周一", "周二")).returncode == 0
    refused = other.xinqiao("restore", made["archive"], "--keys", made["keys"])
    assert (refused.returncode, "--force" in refused.stderr) == (2, True)
    for _time in range(2):  # the second time restores over what the first one made
        done = other.xinqiao("restore", made["archive"], "--keys", made["keys"], "--force")
        assert done.returncode == 0, done.stdout + done.stderr
        assert other.read() == "19900001234 b'%PDF-made-up'"
    kept = [name for name in schemas(other) if name.startswith("before_")]
    assert kept
    assert other.asked(f"SELECT name FROM {kept[0]}.people_person") == [("周二",)]
    done = other.xinqiao("backup", other.home / "again", "--json")
    assert done.returncode == 0, done.stderr


FALSE_TOOL = """#!/bin/sh
if [ "$1" = "--version" ]; then echo "pg_restore (PostgreSQL) {version}.0"; exit 0; fi
echo "no space left on device" >&2
exit 1
"""


def test_a_restore_that_fails_changes_nothing(made, filled, tmp_path):
    before = filled.asked("SELECT count(*) FROM people_person"), schemas(filled)
    (number,) = filled.asked("SHOW server_version_num")[0]
    tool = tmp_path / "pg_restore"
    tool.write_text(FALSE_TOOL.format(version=int(number) // 10_000))
    tool.chmod(0o755)
    first = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = filled.xinqiao("restore", made["archive"], "--keys", made["keys"], "--force", **first)
    assert (done.returncode, "no space left on device" in done.stderr) == (2, True), done.stdout
    assert (filled.asked("SELECT count(*) FROM people_person"), schemas(filled)) == before
    assert filled.read() == "19900001234 b'%PDF-made-up'"


def test_without_a_fitting_tool_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(postgres, "_server", lambda: 17)
    monkeypatch.setattr(postgres, "_candidates", lambda _name: [])
    with pytest.raises(Refusal, match=r"没有 pg_dump。请安装 PostgreSQL 17 .*postgresql-client-17"):
        postgres.tool("pg_dump")
    monkeypatch.setattr(postgres, "_candidates", lambda _name: ["/old/pg_dump", "/older/pg_dump"])
    monkeypatch.setattr(postgres, "_version", {"/old/pg_dump": 16, "/older/pg_dump": 15}.__getitem__)
    with pytest.raises(Refusal, match="只有 pg_dump 16，比数据库旧"):
        postgres.tool("pg_dump")
    monkeypatch.setattr(postgres, "_candidates", lambda _name: ["/a", "/b", "/c"])
    monkeypatch.setattr(postgres, "_version", {"/a": 18, "/b": 17, "/c": 16}.__getitem__)
    assert postgres.tool("pg_dump") == "/b"
