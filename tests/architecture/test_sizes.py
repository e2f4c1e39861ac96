"""Ceilings. A file over one is a file nobody will dare to split later; the list of exceptions only shrinks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.street import PACKAGE, ROOT, docstrings, files, shown, tree

FILE_LINES = 400
TEST_LINES = 600  # a table of cases is long without being hard
FUNCTION_LINES = 60
TEMPLATE_LINES = 150
# path, or path:function → (its own ceiling, why). Raise nothing here without a reason a reader would accept.
EXCEPTIONS: dict[str, tuple[int, str]] = {}


def lengths() -> Iterator[tuple[str, int, int]]:
    """(name, lines, ceiling) of every file and function of ours."""
    scripts = [*sorted((ROOT / "scripts").glob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
    tests = sorted((ROOT / "tests").rglob("*.py"))
    for path in [*files(), *scripts, *tests]:
        yield (
            shown(path),
            len(path.read_text(encoding="utf-8").splitlines()),
            TEST_LINES if path in tests else FILE_LINES,
        )
        for name, lines in functions(path):
            yield f"{shown(path)}:{name}", lines, FUNCTION_LINES
    for path in files("*/templates/**/*.html"):
        yield shown(path), len(path.read_text(encoding="utf-8").splitlines()), TEMPLATE_LINES


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Lines of code of each function, its documentation not counted."""
    told = docstrings(tree(path))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            prose = sum(
                each.end_lineno - each.lineno + 1
                for each in node.body
                if isinstance(each, ast.Expr) and id(each.value) in told
            )
            yield node.name, node.end_lineno - node.lineno + 1 - prose


def test_nothing_is_longer_than_it_may_be():
    over = [
        f"{name}: {lines} lines, at most {EXCEPTIONS.get(name, (ceiling,))[0]}"
        for name, lines, ceiling in lengths()
        if lines > EXCEPTIONS.get(name, (ceiling,))[0]
    ]
    assert not over, "split: " + "; ".join(over)


def test_exceptions_are_still_needed():
    needed = {name for name, lines, ceiling in lengths() if lines > ceiling}
    assert set(EXCEPTIONS) <= needed, f"short enough by now: {set(EXCEPTIONS) - needed}"


def test_there_is_something_to_measure():
    assert PACKAGE / "kernel" / "refusal.py" in files()
