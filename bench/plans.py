"""The plan engine at the size of a large city: 500 schools × 60 tasks.

python -m bench.plans [--schools 500] [--students 10000] [--home FOLDER] [--runs 5] [--json]

Applies the county programme (pack p14) to a bureau, works out a night's indicators, and times pages through the whole
Django stack. Goals: a page 200 ms, the night 60 s.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.pages import ROOT, _environment, prepare, table

GOAL_NIGHT_S = 60.0
PAGES = (
    ("officer", "home", "insight:home", False),
    ("officer", "plans", "plans:index", False),
    ("officer", "plan", "plans:plan", True),
    ("officer", "by school", "plans:units", True),
    ("officer", "board", "plans:board", True),
    ("officer", "calendar", "plans:calendar", True),
    ("officer", "timeline", "plans:timeline", True),
    ("officer", "reviews", "plans:review", False),
    ("officer", "indicators", "indicators:index", False),
    ("officer", "wall board", "insight:board", False),
    ("leader", "home", "insight:home", False),
    ("leader", "mine", "plans:mine", False),
    ("leader", "plan", "plans:plan", True),
)
"""(demo account, words, URL name, whether it takes the plan's id)."""


def apply_programme() -> tuple[Any, float, int]:
    """The programme applied to the bureau: (plan, seconds, tasks made); the plan of an earlier run is used again."""
    from django.utils import timezone

    from xinqiao.access.actor import actor_for
    from xinqiao.accounts.models import Account
    from xinqiao.packs.models import Edition
    from xinqiao.packs.services import load_shipped
    from xinqiao.people.models import Organisation
    from xinqiao.people.rules import school_year_of
    from xinqiao.plans.models import Plan
    from xinqiao.plans.services import applying

    held = Plan.objects.filter(edition__pack="p14").first()
    if held is not None:
        return held, 0.0, held.tasks.count()
    now = timezone.now()
    load_shipped(now)
    year = school_year_of(timezone.localdate(now))
    start = time.perf_counter()
    plan = applying.apply_plan(
        actor=actor_for(Account.objects.get(username="officer"), now),
        edition=Edition.objects.get(pack="p14", owner=None),
        organisation=Organisation.objects.get(code="QH"),
        starts_on=timezone.localdate(now).replace(year=year, month=9, day=1),
        ends_on=timezone.localdate(now).replace(year=year + 1, month=8, day=31),
        at=timezone.now().replace(year=year, month=9, day=1),
    )
    return plan, time.perf_counter() - start, plan.tasks.count()


def measure(runs: int) -> dict[str, Any]:
    """Inside the district."""
    import django

    django.setup()
    from django.utils import timezone

    from xinqiao.indicators.keeping import refresh

    plan, seconds, tasks = apply_programme()
    start = time.perf_counter()
    refresh(plan.organisation, at=timezone.now())
    night = time.perf_counter() - start
    return {
        "tasks": tasks,
        "apply_s": round(seconds, 1),
        "night_s": round(night, 1),
        "pages": [row for page in PAGES if (row := _page(*page, plan_id=plan.pk, runs=runs))],
    }


def _page(who: str, words: str, name: str, takes_plan: bool, *, plan_id: int, runs: int) -> dict[str, Any] | None:
    """One row; None for a page that is not there or not this account's."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import NoReverseMatch, reverse

    from xinqiao.accounts.models import Account

    client = Client(HTTP_HOST="localhost")
    client.force_login(Account.objects.get(username=who), backend="allauth.account.auth_backends.AuthenticationBackend")
    try:
        path = reverse(name, args=[plan_id] if takes_plan else [])
    except NoReverseMatch:
        return None
    if client.get(path, follow=True).status_code != 200:
        return None
    times = []
    for _run in range(runs):
        start = time.perf_counter()
        answer = client.get(path, follow=True)
        times.append((time.perf_counter() - start) * 1000)
    with CaptureQueriesContext(connection) as asked:
        client.get(path, follow=True)
    return {
        "page": f"{who}: {words}",
        "ms": round(statistics.median(times), 1),
        "worst_ms": round(max(times), 1),
        "queries": len(asked),
        "kb": round(len(answer.content) / 1024, 1),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.plans", description=__doc__.split("\n\n")[0])
    parser.add_argument("--schools", type=int, default=500)
    parser.add_argument("--students", type=int, default=10_000)
    parser.add_argument("--home", type=Path, help="folder that keeps the district")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.inside:
        print(json.dumps(measure(args.runs)))
        return 0
    with tempfile.TemporaryDirectory(prefix="xinqiao-bench-") as folder:
        home = args.home or Path(folder)
        prepare(home, args.schools, args.students, history=False)
        done = subprocess.run(
            [sys.executable, "-m", "bench.plans", "--inside", "--runs", str(args.runs)],
            env=_environment(home), cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
        return 1
    found = json.loads(done.stdout.splitlines()[-1])
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    over = "  over the goal" if found["night_s"] > GOAL_NIGHT_S else ""
    print(f"{found['tasks']:,} tasks of {args.schools} schools made in {found['apply_s']} s")
    print(f"all indicators of a night: {found['night_s']} s{over}")
    print(table(found["pages"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
