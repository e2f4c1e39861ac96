"""Time and queries of pages in a district of 100,000 students, through the whole Django stack, without the network.

python -m bench.pages [--students 100000] [--schools 50] [--home FOLDER] [--runs 7] [--no-history] [--json]

The district is built with ``xinqiao demo`` into a folder of its own (minutes); ``--home`` keeps it and uses it again.
Each page is asked once to warm up, then measured; the median counts. The goal is 200 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
GOAL_MS = 200.0
PAGES = (
    ("psych", "home", "insight:home"),
    ("psych", "numbers, exact", "insight:numbers"),
    ("psych", "students", "cases:students"),
    ("psych", "triage", "signals:queue"),
    ("psych", "cases", "cases:cases"),
    ("psych", "duties", "cases:duties"),
    ("psych", "campaigns", "screening:index"),
    ("psych", "campaign", "screening:campaign"),
    ("psych", "results", "screening:results"),
    ("psych", "consents", "access:consents"),
    ("leader", "home", "insight:home"),
    ("leader", "numbers", "insight:numbers"),
    ("teacher", "home", "insight:home"),
    ("teacher", "my students", "cases:students"),
    ("officer", "home", "insight:home"),
    ("officer", "numbers, 50 schools", "insight:numbers"),
    ("officer", "campaigns", "screening:index"),
    ("officer", "approvals", "screening:approvals"),
    ("officer", "PDF report", "insight:report"),
    ("admin", "home", "insight:home"),
    ("admin", "organisations", "registry:index"),
)
"""(demo account, words, URL name). A page that is not there, or has nothing to show, is left out."""


def measure(runs: int) -> list[dict[str, Any]]:
    """Inside the district: one row a page."""
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import NoReverseMatch

    from xinqiao.accounts.models import Account

    rows = [_release()]
    for who, words, name in PAGES:
        client = Client(HTTP_HOST="localhost")
        client.force_login(
            Account.objects.get(username=who), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        try:
            path = _path(name)
        except NoReverseMatch:
            continue
        if not path or client.get(path).status_code != 200:
            continue
        times = []
        for _run in range(runs):
            start = time.perf_counter()
            answer = client.get(path)
            times.append((time.perf_counter() - start) * 1000)
        with CaptureQueriesContext(connection) as asked:
            client.get(path)
        slowest = max(asked.captured_queries, key=lambda query: float(query["time"]), default=None)
        rows.append(
            {
                "page": f"{who}: {words}",
                "ms": round(statistics.median(times), 1),
                "worst_ms": round(max(times), 1),
                "queries": len(asked),
                "kb": round(len(answer.content) / 1024, 1),
                "slowest_query": slowest["sql"][:300] if slowest and float(slowest["time"]) > 0.03 else "",
            }
        )
    return rows


def _release() -> dict[str, Any]:
    """The day's figures of the whole tree, which the worker makes at night."""
    from django.utils import timezone

    from xinqiao.insight.models import Release
    from xinqiao.insight.releasing import make_release
    from xinqiao.people.models import Organisation

    root = Organisation.objects.get(parent=None)
    Release.objects.filter(root=root).delete()
    start = time.perf_counter()
    make_release(root, timezone.now())
    ms = (time.perf_counter() - start) * 1000
    return {"page": "the day's figures (worker)", "ms": round(ms, 1), "worst_ms": round(ms, 1), "queries": None}


def _path(name: str) -> str:
    from django.urls import reverse

    from xinqiao.people.models import Organisation
    from xinqiao.screening.models import Campaign

    if name in ("screening:campaign", "screening:results"):
        campaign = Campaign.objects.filter(school__code="QH001").order_by("pk").first()
        return reverse(name, args=[campaign.pk]) if campaign else ""
    if name == "insight:report":
        return reverse(name, args=[Organisation.objects.get(parent=None).pk])
    return reverse(name)


def table(rows: list[dict[str, Any]]) -> str:
    lines = [f"{'page':<32}{'ms':>9}{'worst':>9}{'queries':>9}{'kB':>8}"]
    for row in rows:
        queries = "–" if row["queries"] is None else row["queries"]
        over = "  over the goal" if row["queries"] is not None and row["ms"] > GOAL_MS else ""
        lines.append(
            f"{row['page']:<32}{row['ms']:>9,.1f}{row['worst_ms']:>9,.1f}{queries:>9}{row.get('kb', 0):>8}{over}"
        )
    return "\n".join(lines)


def _environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key != "XINQIAO_DATABASE_URL"}
    return {
        **kept,
        "XINQIAO_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "xinqiao.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }


def prepare(home: Path, schools: int, students: int, *, history: bool) -> None:
    """Build the district in ``home`` when it is empty, else bring it up to date."""
    demo = ["demo", "--schools", str(schools), "--students", str(students), "--if-empty", "--json"]
    for command in (demo if history else [*demo, "--no-history"],):
        done = subprocess.run(
            [sys.executable, "-m", "xinqiao", *command],
            env=_environment(home),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
    subprocess.run(
        [sys.executable, "-m", "django", "collectstatic", "--noinput"],
        env=_environment(home), capture_output=True, check=True,
    )  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__.split("\n\n")[0])
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--schools", type=int, default=50)
    parser.add_argument("--home", type=Path, help="folder that keeps the district")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--no-history", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.inside:
        print(json.dumps(measure(args.runs)))
        return 0
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as folder:
        home = args.home or Path(folder)
        prepare(home, args.schools, args.students, history=not args.no_history)
        done = subprocess.run(
            [sys.executable, "-m", "bench.pages", "--inside", "--runs", str(args.runs)],
            env=_environment(home), cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
        return 1
    rows = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(rows, ensure_ascii=False) if args.json else table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
