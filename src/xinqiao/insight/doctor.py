"""``xinqiao doctor``: asks every room whether its promises hold on the live data."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from datetime import datetime

from xinqiao.kernel.findings import Finding

ROOMS = ("audit", "vault", "access", "registry", "screening", "signals", "cases", "teams", "plans")


def examine(at: datetime) -> Iterator[Finding]:
    """Findings of every room that has ``checks.violations(at)``."""
    for room in ROOMS:
        name = f"xinqiao.{room}.checks"
        if importlib.util.find_spec(name) is not None:
            yield from importlib.import_module(name).violations(at)
