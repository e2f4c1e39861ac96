"""What packs may name: the library learns the indicators from here, as the two rooms stand side by side."""

from __future__ import annotations

from xinqiao.indicators import registry
from xinqiao.packs.vocabulary import Figure


def figures() -> list[Figure]:
    """Every indicator the house knows today."""
    return [Figure(row.code, str(row.title), row.live is not None) for row in registry.known().values()]
