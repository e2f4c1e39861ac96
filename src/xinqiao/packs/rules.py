"""The life of an edition, as a table."""

from __future__ import annotations

from collections.abc import Iterable

from xinqiao.kernel.lifecycle import Lifecycle

EDITION: Lifecycle[str] = Lifecycle(
    {
        ("draft", "edit"): "draft",
        ("draft", "submit"): "in_review",
        ("draft", "discard"): "withdrawn",
        ("in_review", "take_back"): "draft",
        ("in_review", "send_back"): "draft",
        ("in_review", "publish"): "published",
        ("published", "withdraw"): "withdrawn",
        ("withdrawn", "restore"): "published",
    }
)
"""``discard`` ends a draft: its row goes, as nothing can hang on it yet."""


def next_version(version: str, taken: Iterable[str]) -> str:
    """The version after one, free among those taken: 1.0 → 1.1, 2 → 2.1, 1.2.3 → 1.2.4."""
    parts, held = [int(part) for part in version.split(".")], set(taken)
    if len(parts) == 1:
        parts.append(0)
    while True:
        parts[-1] += 1
        wanted = ".".join(map(str, parts))
        if wanted not in held:
            return wanted


def version_key(version: str) -> tuple[int, ...]:
    """Sorts 1.9 before 1.10."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())
