"""Everything that is measured, one after another.

python -m bench [--only scoring,intake,roster,paper,pages,plans] [--quick] [--write]

--quick: small sizes, to see that it runs. --write: put what was printed into docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TITLES = {
    "scoring": "Scoring a million sheets",
    "intake": "Durable answer sheets per second",
    "roster": "Roster workbook of 100,000 rows",
    "paper": "PDF and Excel per second, and memory",
    "pages": "Pages at 100,000 students",
    "plans": "Plans of 500 schools × 60 tasks",
}
QUICK = {
    "scoring": ["--sheets", "50000", "--runs", "2"],
    "intake": ["--database", "sqlite", "--seconds", "2", "--connections", "32"],
    "roster": ["--rows", "3000"],
    "paper": ["--reports", "20", "--slips", "100", "--rows", "2000"],
    "pages": ["--students", "540", "--schools", "3", "--runs", "3"],
    "plans": ["--students", "300", "--schools", "3", "--runs", "2"],
}


def run(name: str, *, quick: bool) -> tuple[int, str]:
    """Exit code and what the bench printed; each has a process of its own, so that none warms or slows another."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *(QUICK[name] if quick else [])],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.rstrip()


def document(parts: dict[str, str]) -> str:
    """docs/performance.md: what was measured, where and when."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = ["# 性能 · Performance", "", f"`make bench` on {machine}, {datetime.now(UTC):%Y-%m-%d}.", ""]
    for name, text in parts.items():
        lines += [f"## {TITLES[name]}", "", "```", text, "```", ""]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", default=",".join(TITLES), help="names joined by commas")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    wanted = args.only.split(",")
    unknown = set(wanted) - set(TITLES)
    if unknown:
        parser.error(f"no bench called {', '.join(sorted(unknown))}; there are {', '.join(TITLES)}")
    parts, failed = {}, 0
    for name in wanted:
        print(f"\n== {TITLES[name]}", flush=True)
        code, text = run(name, quick=args.quick)
        print(text or f"(nothing came out, exit code {code})", flush=True)
        failed += code != 0
        parts[name] = text
    if args.write and not failed:
        (ROOT / "docs" / "performance.md").write_text(document(parts), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
