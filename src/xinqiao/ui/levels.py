"""The five levels 0–4 as they look: word, shape and colour together, never colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class LevelFace:
    value: int
    word: object
    icon: str


FACES = (
    LevelFace(0, _("平稳"), icon="circle"),
    LevelFace(1, _("关注"), icon="square"),
    LevelFace(2, _("追踪"), icon="triangle"),
    LevelFace(3, _("预警"), icon="square-rotated"),
    LevelFace(4, _("危机"), icon="alert-octagon"),
)


def face(value: int, words: Sequence[object] | None = None) -> LevelFace:
    """The look of level ``value``; ``words`` are the organisation's own five words, gravest last."""
    if value not in range(5):
        raise ValueError(f"a level is 0 to 4, not {value!r}")
    if not words:
        return FACES[value]
    if len(words) != len(FACES):
        raise ValueError(f"five level words are needed, got {len(words)}")
    return replace(FACES[value], word=words[value])
