"""How an organisation's work stands, in a word and a colour. Words support; nobody is compared with anybody."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Face(NamedTuple):
    """least: per cent handed in in time from which it holds. tone: as badges have them."""

    least: int
    tone: str
    words: str | Promise


FACES = (
    Face(95, "good", _("按时")),
    Face(80, "info", _("多数按时")),
    Face(60, "warn", _("部分逾期")),
    Face(0, "bad", _("需要支持")),
    Face(-1, "neutral", _("还没有到期的")),
)
"""Best first; the last one is for who had nothing to hand in yet."""


def face_of(share: int | None) -> Face:
    return FACES[-1] if share is None else next(face for face in FACES if share >= face.least)
