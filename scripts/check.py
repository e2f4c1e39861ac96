"""Everything a change must pass, step by step, with the time each took.

python scripts/check.py                  all steps
python scripts/check.py lint types …     these only

With CI set in the environment a skipped browser or PostgreSQL test is a failure: a machine that cannot run them must
say so instead of passing. Without it they are skipped loudly. Ends with one line of counts over all test runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts import test_services  # noqa: E402  the folder is no package of an installed project

BIN = Path(sys.executable).parent
CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}
NO_TESTS_RAN = 5


@dataclass
class Outcome:
    """What one step said: ok or not, and for test runs how many of which."""

    ok: bool
    note: str = ""
    passed: int = 0
    failed: int = 0
    skipped: list[str] = field(default_factory=list)


def command(*words: object, **environment: str) -> Outcome:
    print("  $", *words, flush=True)
    program = shutil.which(str(words[0]), path=str(BIN)) or str(words[0])
    done = subprocess.run([program, *map(str, words[1:])], cwd=ROOT, env={**os.environ, **environment}, check=False)
    return Outcome(done.returncode == 0, "" if done.returncode == 0 else f"exit {done.returncode}")


def both(*outcomes: Outcome) -> Outcome:
    return Outcome(all(each.ok for each in outcomes), " ".join(filter(None, (each.note for each in outcomes))))


def lint() -> Outcome:
    return both(command("ruff", "check", "."), command("ruff", "format", "--check", "."))


def types() -> Outcome:
    with tempfile.TemporaryDirectory(prefix="xinqiao-mypy-") as home:
        return command("mypy", XINQIAO_HOME=home)


def rooms() -> Outcome:
    return command("lint-imports", "--no-logo")


def texts() -> Outcome:
    return command("python", "scripts/messages.py", "check")


def migrations() -> Outcome:
    with tempfile.TemporaryDirectory(prefix="xinqiao-migrations-") as home:
        return command(
            *["python", "-m", "django", "makemigrations", "--check", "--dry-run"],
            XINQIAO_HOME=home,
            DJANGO_SETTINGS_MODULE="xinqiao.config.settings",
        )


def pytest(*words: str, refuse_skips: bool, **environment: str) -> Outcome:
    """Run pytest and count by its own report. Raises nothing: a run that left no report is a failed step."""
    with tempfile.TemporaryDirectory(prefix="xinqiao-report-") as folder:
        report = Path(folder) / "report.xml"
        more = ["--durations=10", "--durations-min=2"] if CI else []
        outcome = command("python", "-m", "pytest", "-q", f"--junitxml={report}", *more, *words, **environment)
        if outcome.note == f"exit {NO_TESTS_RAN}":
            return Outcome(not (CI and refuse_skips), "no tests")
        if not report.exists():
            return outcome
        for case in ET.parse(report).iter("testcase"):
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                outcome.failed += 1
            elif skip is not None and skip.get("type") != "pytest.xfail":
                outcome.skipped.append(f"{case.get('classname')}.{case.get('name')}: {skip.get('message')}")
            else:
                outcome.passed += 1
    if outcome.skipped and CI and refuse_skips:
        outcome.ok, outcome.note = False, f"{len(outcome.skipped)} skipped, which CI refuses"
    return outcome


def unit() -> Outcome:
    return pytest("-n", "2", "--dist", "worksteal", "-m", "not browser", "tests", refuse_skips=False)


def postgres() -> Outcome:
    with (
        tempfile.TemporaryDirectory(prefix="xq-pg-", ignore_cleanup_errors=True) as folder,
        test_services.postgres(Path(folder)) as url,
    ):
        if url is None:
            return Outcome(not CI, "no PostgreSQL here (python scripts/test_services.py ensure)")
        return pytest("-m", "postgres", "tests", refuse_skips=True, XINQIAO_DATABASE_URL=url)


def browser() -> Outcome:
    if not test_services.browser() and (not CI or not test_services.install_browser()):
        return Outcome(not CI, "no browser here (python scripts/test_services.py ensure)")
    return pytest("-n", "2", "--dist", "loadfile", "-m", "browser", "tests/browser", refuse_skips=True)


STEPS: dict[str, Callable[[], Outcome]] = {
    "lint": lint,
    "types": types,
    "rooms": rooms,
    "texts": texts,
    "migrations": migrations,
    "unit": unit,
    "postgres": postgres,
    "browser": browser,
}


def main() -> int:
    unknown = [word for word in sys.argv[1:] if word not in STEPS]
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}", file=sys.stderr)
        return 2
    outcomes: dict[str, Outcome] = {}
    seconds: dict[str, float] = {}
    for name in sys.argv[1:] or STEPS:
        print(f"\n=== {name} ===", flush=True)
        start = time.monotonic()
        outcomes[name] = STEPS[name]()
        seconds[name] = time.monotonic() - start
    return summary(outcomes, seconds)


def summary(outcomes: dict[str, Outcome], seconds: dict[str, float]) -> int:
    skipped = [line for outcome in outcomes.values() for line in outcome.skipped]
    if skipped:
        print(f"\n!!! {len(skipped)} SKIPPED / 跳过：")
        print("\n".join(f"  {line}" for line in skipped))
    print("\n=== summary ===")
    for name, outcome in outcomes.items():
        print(f"  {'ok  ' if outcome.ok else 'FAIL'} {name:<11} {seconds[name]:7.1f} s  {outcome.note}")
    print(f"  {'':16} {sum(seconds.values()):7.1f} s")
    passed, failed = (sum(getattr(each, what) for each in outcomes.values()) for what in ("passed", "failed"))
    if passed or failed or skipped:
        print(f"\n{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 0 if all(each.ok for each in outcomes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
