"""The command ``xinqiao``. Each room brings its own sub-commands in ``commands.py``.

Exit codes: 0 done, 1 a finding, 2 misuse or a refusal.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import sys
from collections.abc import Sequence

ROOMS = (
    "config",
    "instruments",
    "registry",
    "rosters",
    "access",
    "audit",
    "vault",
    "screening",
    "signals",
    "cases",
    "packs",
    "indicators",
    "plans",
    "insight",
)
PLAIN = {"instruments"}
"""Rooms whose commands work without Django and its database."""


def build_parser(rooms: Sequence[str] = ROOMS) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xinqiao", description="心桥：心理健康辅导方案的实施平台 / the platform that runs mental-health plans"
    )
    from xinqiao import __version__

    parser.add_argument("--version", action="version", version=f"xinqiao {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="命令")
    for room in rooms:
        name = f"xinqiao.{room}.commands"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name).register(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.config.settings")
    arguments = list(sys.argv[1:] if argv is None else argv)
    plain = bool(arguments) and arguments[0] in {"instruments", "score"}
    if not plain:
        import django

        django.setup()
    args = build_parser(sorted(PLAIN) if plain else ROOMS).parse_args(arguments)
    from xinqiao.kernel.refusal import Refusal

    try:
        return int(args.run(args))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
