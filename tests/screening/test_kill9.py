"""The server dies in the middle of 200 students: whatever it had acknowledged is in the database when it comes back.

A real server, a real kill -9 of all its processes, the real file. Power loss is not tried: that is what
``synchronous=FULL`` and ``synchronous_commit`` are for, and no test of ours can pull the plug.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.questionnaire import CHOICES, ITEMS, SAFETY
from tests.browser.house import ROOT, free_port, stop

STUDENTS = 200
ENOUGH = 2000
"""Acknowledged saves before the end comes; ten of each student, so that every commit is under way somewhere."""
IN_DANGER = range(0, STUDENTS, 20)
"""Students whose third save hits a safety item."""
PATIENCE = 90.0

pytestmark = pytest.mark.slow


def answers_of(student: int, sequence: int) -> dict[str, str]:
    """What a student has answered by their n-th save; no two saves of one student are alike."""
    answers = {f"q{n}": str((student + n) % CHOICES) for n in range(1, ITEMS + 1)}
    answers |= dict.fromkeys(SAFETY, "0")
    answers["q1"], answers["q2"] = str(sequence % CHOICES), str(sequence // CHOICES % CHOICES)
    if student in IN_DANGER and sequence >= 3:
        answers[SAFETY[0]] = str(CHOICES - 1)
    return answers


@dataclass
class Student:
    number: int
    token: str
    sent: int = 0
    acknowledged: int = 0
    cared: bool = False

    def request(self, sequence: int) -> bytes:
        body = json.dumps({"seq": sequence, "answers": answers_of(self.number, sequence)}).encode()
        head = (
            "POST /answers/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        )
        return head.encode() + body


@dataclass
class Crowd:
    """200 pages saving as fast as they are answered, until the server is gone."""

    students: list[Student]
    enough: asyncio.Event = field(default_factory=asyncio.Event)
    total: int = 0

    async def answer(self, student: Student, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                student.sent += 1
                writer.write(student.request(student.sent))
                said = await _answer(reader)
                assert said["ok"], said
                assert said["seq"] == student.sent
                student.acknowledged = student.sent
                student.cared |= said.get("care", False)
                self.total += 1
                if self.total >= ENOUGH:
                    self.enough.set()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def run(self, port: int, server: subprocess.Popen[bytes]) -> None:
        pages = [asyncio.create_task(self.answer(student, port)) for student in self.students]
        await asyncio.wait_for(self.enough.wait(), PATIENCE)
        os.killpg(server.pid, signal.SIGKILL)
        await asyncio.gather(*pages)


async def _answer(reader: asyncio.StreamReader) -> dict:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    return json.loads(await reader.readexactly(length))


def serve(environment: dict[str, str], port: int, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "xinqiao", "serve", "--no-worker", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                assert json.loads(answer.read()) == {"ok": True}
                return server
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not answer:\n{log.read_text(errors='replace')[-3000:]}")


@pytest.fixture
def environment(tmp_path) -> Iterator[dict[str, str]]:
    made = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "PYTEST_"))}
    made |= {"XINQIAO_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
    subprocess.run(
        [sys.executable, "-m", "bench.world", str(STUDENTS), str(tmp_path / "tokens")], cwd=ROOT, env=made, check=True
    )
    return made


def test_kill9_loses_no_acknowledged_answer(environment, tmp_path):
    tokens = (tmp_path / "tokens").read_text().split()
    crowd = Crowd([Student(number, token) for number, token in enumerate(tokens)])
    log = tmp_path / "log"
    asyncio.run(_die_in_the_middle(crowd, environment, log))
    assert crowd.total >= ENOUGH
    assert all(student.acknowledged for student in crowd.students)

    port = free_port()
    again = serve(environment, port, log)
    try:
        file = Path(environment["XINQIAO_HOME"]) / "xinqiao.sqlite3"
        with sqlite3.connect(file) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows = database.execute("SELECT sequence, answers FROM screening_sheet ORDER BY sitting_id").fetchall()
            told = database.execute("SELECT payload FROM outbox_announcement WHERE topic = 'answer.urgent'").fetchall()
        assert len(rows) == STUDENTS
        for student, (sequence, answers) in zip(crowd.students, rows, strict=True):
            assert student.acknowledged <= sequence <= student.sent, student
            expected = answers_of(student.number, sequence)
            assert [str(byte) for byte in answers] == [expected[f"q{n}"] for n in range(1, ITEMS + 1)], student
        cared = {student.number for student in crowd.students if student.cared}
        assert cared == set(IN_DANGER)
        assert len(told) == len({json.loads(payload)["sitting_id"] for (payload,) in told}) == len(IN_DANGER)
        asyncio.run(_go_on(crowd, port))
    finally:
        stop(again)


async def _die_in_the_middle(crowd: Crowd, environment: dict[str, str], log: Path) -> None:
    port = free_port()
    server = serve(environment, port, log)
    try:
        await crowd.run(port, server)
    finally:
        stop(server)


async def _go_on(crowd: Crowd, port: int) -> None:
    """The pages send what was never acknowledged once more; each is taken, whether it had been written or not."""
    for student in crowd.students[:20]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(student.request(student.sent))
        said = await _answer(reader)
        assert said["ok"], said
        assert said["seq"] == student.sent
        writer.close()
