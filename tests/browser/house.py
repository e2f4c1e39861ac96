"""Start the house as a user would: ``xinqiao demo``, then ``xinqiao serve``, in processes of their own."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = ZoneInfo("Asia/Shanghai")
PATIENCE = 120.0
"""Seconds a server may take to answer: on a loaded machine the first start alone needs ten."""


@dataclass(frozen=True)
class Account:
    """One way into the demonstration district, as ``xinqiao demo --json`` lists it."""

    role: str
    username: str
    password: str
    url: str = "/accounts/login/"
    more: dict[str, str] = field(default_factory=dict)


@dataclass
class House:
    """A running server. ``environment`` lets a test run more commands on the same data."""

    url: str
    home: Path
    log: Path
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    accounts: list[Account]

    def account(self, who: str) -> Account:
        """The demo account of that role (班主任) or user name (teacher); the first one where there are several."""
        for account in self.accounts:
            if who in {account.role, account.username}:
                return account
        raise LookupError(f"no demo account {who!r}; there are {[each.username for each in self.accounts]}")

    def pass_time(self, ahead: timedelta) -> None:
        """Let this much time pass in the house, and a moment in ours for its worker to notice."""
        clock = Path(self.environment["XINQIAO_TEST_CLOCK"])
        clock.write_text(str(float(clock.read_text()) + ahead.total_seconds()))
        time.sleep(1.5)

    def now(self) -> datetime:
        """What the clocks in the house show."""
        shift = float(Path(self.environment["XINQIAO_TEST_CLOCK"]).read_text())
        return datetime.fromtimestamp(time.time() + shift, tz=SHANGHAI)

    def command(self, *words: str) -> str:
        """Run ``xinqiao …`` on this house's data; its standard output. Raises CalledProcessError on failure."""
        return run(self.environment, *words)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def run(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "-m", "xinqiao", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"xinqiao {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def accounts_of(printed: str) -> list[Account]:
    """The accounts in the JSON document that ``xinqiao demo --json`` prints; one password may serve for all."""
    document = json.loads(printed[printed.index("{") :])
    known = {"role", "username", "password", "url"}
    return [
        Account(
            **{"password": document.get("password", "")}
            | {name: str(value) for name, value in row.items() if name in known},
            more={name: str(value) for name, value in row.items() if name not in known},
        )
        for row in document["accounts"]
    ]


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/accounts/login/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError:
            break  # it answers, and what it says is that something is broken
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer:\n{log.read_text(errors='replace')[-4000:]}")


@contextlib.contextmanager
def running_house(
    home: Path,
    *,
    schools: int,
    students: int,
    seed: int,
    database_url: str = "",
    history: bool = True,
    starts_at: datetime | None = None,
    earnest: bool = False,
) -> Iterator[House]:
    """A demonstration district of that size in ``home``, served on a free port of 127.0.0.1 until the block ends.

    starts_at: the moment at which this house's time begins; ``House.pass_time`` lets it run ahead.
    earnest: served as in real use: posts that reach results and notes must sign in with a second factor.
    """
    environment = _environment(home, database_url, starts_at)
    if not database_url:
        shutil.copy(_migrated(), home / "xinqiao.sqlite3")
    size = ["--schools", str(schools), "--students", str(students), "--seed", str(seed)]
    size += [] if history else ["--no-history"]
    accounts = accounts_of(run(environment, "demo", *size, "--json"))
    if earnest:
        del environment["XINQIAO_DEMO"]
        (home / "demo").unlink()  # the mark that makes a house a demonstration
    with _served(home, environment, accounts) as house:
        yield house


@cache
def _migrated() -> Path:
    """An empty embedded database with every table: making it takes seconds, copying it none."""
    home = Path(tempfile.mkdtemp(prefix="xinqiao-tables-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    environment = _environment(home, "", None) | {"DJANGO_SETTINGS_MODULE": "xinqiao.config.settings"}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return home / "xinqiao.sqlite3"


@contextlib.contextmanager
def running_office(home: Path, *, kind: str, name: str, starts_at: datetime) -> Iterator[House]:
    """An empty house in which ``xinqiao begin`` made one organisation of that kind; its administrator is ``admin``."""
    environment = _environment(home, "", starts_at)
    shutil.copy(_migrated(), home / "xinqiao.sqlite3")
    run(environment, "migrate")
    begun = run(
        environment, "begin", "--kind", kind, "--name", name, "--admin", "陈立", "--username", "admin", "--json"
    )
    password = json.loads(begun[begun.index("{") :])["password"]
    with _served(home, environment, [Account("系统管理员", "admin", password)]) as house:
        yield house


def _environment(home: Path, database_url: str, starts_at: datetime | None) -> dict[str, str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "PYTEST_"))}
    environment |= {"XINQIAO_HOME": str(home), "XINQIAO_DEMO": "1", "PYTHONUNBUFFERED": "1"}
    if database_url:
        environment["XINQIAO_DATABASE_URL"] = database_url
    if starts_at is not None:
        clock = home / "clock"
        clock.write_text(str(starts_at.timestamp() - time.time()))
        environment |= {
            "XINQIAO_TEST_CLOCK": str(clock),
            "PYTHONPATH": os.pathsep.join(
                filter(None, (str(ROOT / "tests" / "browser" / "clock"), os.environ.get("PYTHONPATH", "")))
            ),
        }
    return environment


@contextlib.contextmanager
def _served(home: Path, environment: dict[str, str], accounts: list[Account]) -> Iterator[House]:
    port, log = free_port(), home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "xinqiao", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    house = House(f"http://127.0.0.1:{port}", home, log, process, environment, accounts)
    try:
        wait_until_it_answers(house.url, process, log)
        yield house
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and the worker it started: first kindly, then for certain."""
    for sign, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
