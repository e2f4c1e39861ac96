"""Which test plants a violation of which promise, so that no check of the doctor goes without one.

``@plants("signals.owner")`` over a test that breaks the promise ``owner`` of the room ``signals`` and calls its
``violations``: when the test is over, the room must have spoken that finding. A test that runs over a table names the
argument that holds the code: ``@plants(*("registry." + code for _plant, code in TABLE), each="code")``.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from xinqiao.kernel.findings import Finding

Test = TypeVar("Test", bound=Callable[..., None])
planted: dict[str, str] = {}
"""Promise → the test that breaks it; filled as test files are imported."""


def plants(*promises: str, each: str = "") -> Callable[[Test], Test]:
    """Sign a test up for promises (``room.code``), and fail it when the doctor did not find what it planted."""

    def sign_up(test: Test) -> Test:
        planted.update(dict.fromkeys(promises, f"{test.__module__}.{test.__name__}"))

        @functools.wraps(test)
        def listened(*args: Any, **facts: Any) -> None:
            with heard({promise.partition(".")[0] for promise in promises}) as found:
                test(*args, **facts)
            wanted = {promise for promise in promises if not each or promise.endswith(f".{facts[each]}")}
            assert wanted <= found, f"planted and not found: {sorted(wanted - found)}"

        return listened  # type: ignore[return-value]

    return sign_up


@contextmanager
def heard(rooms: Iterable[str]) -> Iterator[set[str]]:
    """The promises whose findings the checks of these rooms make meanwhile."""
    found: set[str] = set()
    with ExitStack() as undo:
        for room in rooms:
            checks = importlib.import_module(f"xinqiao.{room}.checks")
            undo.callback(setattr, checks, "Finding", Finding)
            checks.Finding = _listener(room, found)  # type: ignore[attr-defined]
        yield found


def _listener(room: str, found: set[str]) -> Callable[[str, str, str], Finding]:
    def make(code: str, subject: str, words: str) -> Finding:
        found.add(f"{room}.{code}")
        return Finding(code, subject, words)

    return make
