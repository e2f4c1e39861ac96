"""What the codes of the trail mean, for people. Each room signs up its own words; a test finds codes without any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_words: dict[str, Any] = {}


def register(words: Mapping[str, Any]) -> None:
    """``register({"consent.given": _("登记同意")})`` in AppConfig.ready; values are lazy translations."""
    _words.update(words)


def say(action: str) -> str:
    """The words for a code; the code itself when nobody signed any up."""
    return str(_words.get(action, action))


def known() -> set[str]:
    return set(_words)
