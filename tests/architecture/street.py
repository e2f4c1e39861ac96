"""What the architecture tests look at: the floors as pyproject.toml has them, the files, their syntax trees."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "xinqiao"


@cache
def floors() -> dict[str, int]:
    """Room → floor, 0 at the bottom. One list, kept in pyproject.toml, for imports and for foreign keys."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(each for each in config["tool"]["importlinter"]["contracts"] if each["id"] == "floors")
    layers = [[room.strip() for room in layer.split("|")] for layer in contract["layers"]]
    return {room: floor for floor, rooms in enumerate(reversed(layers)) for room in rooms}


def room_of(module: str) -> str | None:
    """The room a dotted module name belongs to, None when it is not ours."""
    parts = module.split(".")
    return parts[1] if parts[0] == "xinqiao" and len(parts) > 1 else None


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def files(pattern: str = "**/*.py") -> tuple[Path, ...]:
    """Our own files below src/xinqiao: no migrations, nothing built or bundled."""
    skipped = {"migrations", "vendor", "fonts", "__pycache__"}
    return tuple(path for path in sorted(PACKAGE.glob(pattern)) if not skipped & set(path.relative_to(PACKAGE).parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def kind(path: Path) -> str:
    """Which file of its room: ``views`` for views.py, views/lists.py and views_lists.py alike."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[1].split("_")[0] if len(parts) > 1 else ""


def of_kind(*kinds: str) -> list[Path]:
    return [path for path in files() if kind(path) in kinds]


def docstrings(module: ast.Module) -> set[int]:
    """Ids of the constants that are documentation, not values."""
    return {
        id(node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
