"""Identity numbers, 学籍号 and phones in cells: read from Excel's ways of writing them, then checked in ``people``."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from xinqiao.people import identity
from xinqiao.people.identity import IdentityNumber, Unfit, check_character, masked
from xinqiao.rosters.reading.cells import SAFE_DIGITS, text
from xinqiao.rosters.reading.trouble import BadCell

__all__ = ["IdentityNumber", "check_character", "identity_number", "masked", "phone", "registration_number"]

_SEPARATED = re.compile(r"[/、,;|\\]|或|\s{2,}")


def _bad(error: Unfit) -> BadCell:
    return BadCell(error.code, length=error.length) if error.length else BadCell(error.code)


def _digits(raw: Any) -> str:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and not -SAFE_DIGITS < raw < SAFE_DIGITS:
        raise BadCell("digits_lost")
    value = text(raw).replace(" ", "").lstrip("'’").upper()
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d{1,3}", value):
        raise BadCell("digits_lost")
    return value


def identity_number(raw: Any, *, latest: date) -> IdentityNumber | None:
    """An identity number with its birth date and sex, or None when empty. The messages never repeat the number."""
    value = _digits(raw)
    if not value:
        return None
    try:
        return identity.identity_of(value, latest=latest)
    except Unfit as error:
        raise _bad(error) from None


def registration_number(raw: Any, *, latest: date) -> IdentityNumber | None:
    """The identity number inside a 学籍号 (G + identity number), or None when it is empty or holds none.

    J and L numbers are given to children without a usual identity number; they are checked for form and carry nothing.
    """
    value = _digits(raw)
    if not value:
        return None
    if re.fullmatch(r"[GJL]\d{17}[\dX]", value) is None:
        raise BadCell("registration_form", length=len(value))
    return identity_number(value[1:], latest=latest) if value[0] == "G" else None


def phone(raw: Any) -> str:
    """A mainland number in one writing (``people.identity.phone_of``); "" when empty.

    Two numbers in one cell, a service line and a foreign number are refused.
    """
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and not -SAFE_DIGITS < raw < SAFE_DIGITS:
        raise BadCell("digits_lost")
    value = text(raw).upper()
    if value in ("", "无", "/", "-"):
        return ""
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d{1,3}", value):
        raise BadCell("digits_lost")
    value = re.sub(r"\.0$", "", value)
    if _SEPARATED.search(value) and sum(len(part) >= 7 for part in re.findall(r"\d+", value)) > 1:
        raise BadCell("phone_two")
    try:
        return identity.phone_of(value)
    except Unfit as error:
        raise _bad(error) from None
