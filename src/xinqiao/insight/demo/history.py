"""A year that already happened: each room's own story, told through its verbs."""

from __future__ import annotations

import importlib
import importlib.util

from xinqiao.insight.demo.people import World

CHAPTERS = ("plans", "screening", "care", "inspections", "figures")


def build_history(world: World) -> None:
    """Chapters in the order life has them; each is a module of this package with ``tell(world)``."""
    for chapter in CHAPTERS:
        name = f"xinqiao.insight.demo.{chapter}"
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name).tell(world)
