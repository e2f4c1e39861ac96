"""Builds the demo in an empty database and prints who can sign in."""

from __future__ import annotations

import argparse
import json
import random
import sys

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from rich.console import Console

from xinqiao.insight.demo.people import PASSWORD, World, build_people
from xinqiao.people.models import Organisation

LIMIT_SCHOOLS = 2000


def run(args: argparse.Namespace) -> int:
    """Exit code 0 when built (or nothing to do with --if-empty), 2 for a full database or impossible numbers."""
    if not 1 <= args.schools <= LIMIT_SCHOOLS or args.students < args.schools:
        print("学校数须在 1–2000 之间，学生数不少于学校数。", file=sys.stderr)
        return 2
    call_command("migrate", verbosity=0, interactive=False)
    if Organisation.objects.exists():
        if args.if_empty:
            _print(args, _accounts_file())
            return 0
        print("数据库里已有数据。演示数据只能建在空库里：请换一个 XINQIAO_HOME。", file=sys.stderr)
        return 2
    console = Console(stderr=True, quiet=args.json)
    with transaction.atomic(), console.status("正在建立演示区县……"):
        from xinqiao.insight.demo.history import build_history
        from xinqiao.packs.services import load_shipped
        from xinqiao.registry.sweeps import keep_national_calendar

        keep_national_calendar(timezone.now())
        load_shipped(timezone.now())
        world = build_people(
            schools=args.schools, students=args.students, rng=random.Random(args.seed), at=timezone.now()
        )
        if not args.no_history:
            build_history(world)
    (settings.HOME / "demo").write_text(json.dumps(_summary(world), ensure_ascii=False))
    _print(args, _summary(world))
    return 0


def _summary(world: World) -> dict[str, object]:
    return {
        "password": PASSWORD,
        "accounts": [{"role": role, "username": name, "at": where} for role, name, where in world.accounts],
        **world.extra,
    }


def _accounts_file() -> dict[str, object]:
    path = settings.HOME / "demo"
    return json.loads(path.read_text()) if path.exists() and path.read_text() else {}


def _print(args: argparse.Namespace, summary: dict[str, object]) -> None:
    if args.json:
        print(json.dumps(summary, ensure_ascii=False))
        return
    accounts = summary.get("accounts")
    if not isinstance(accounts, list):
        return
    print(f"演示账号（密码都是 {summary['password']}）：")
    for row in accounts:
        print(f"  {row['username']:<16}{row['role']} · {row['at']}")
    for line in summary.get("lines", []):  # type: ignore[attr-defined]
        print(f"  {line}")
