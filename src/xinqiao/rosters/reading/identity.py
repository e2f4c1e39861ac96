"""Identity numbers, 学籍号 and phones: the cells that are sealed as soon as they have been read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from xinqiao.rosters.reading.cells import SAFE_DIGITS, text
from xinqiao.rosters.reading.trouble import BadCell

_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECKS = "10X98765432"
"""ISO 7064 MOD 11-2: the check character by the remainder of the weighted sum (GB 11643)."""

PROVINCES = frozenset(
    f"{region}{place}"
    for region, places in (
        ("1", "12345"),
        ("2", "123"),
        ("3", "1234567"),
        ("4", "123456"),
        ("5", "01234"),
        ("6", "12345"),
    )
    for place in places
) | {"71", "81", "82", "83"}
"""First digits of GB/T 2260; 81–83 are residence permits for Hong Kong, Macao and Taiwan residents."""


@dataclass(frozen=True)
class IdentityNumber:
    """value: 18 characters, last one a digit or X. sex: "m" or "f"."""

    value: str
    birth_date: date
    sex: str
    known_region: bool = True


def check_character(body: str) -> str:
    """The 18th character that belongs to 17 digits."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def _digits(raw: Any) -> str:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) >= SAFE_DIGITS:
        raise BadCell("digits_lost")
    value = text(raw).replace(" ", "").lstrip("'’").upper()
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d{1,3}", value):
        raise BadCell("digits_lost")
    return value


def identity_number(raw: Any, *, latest: date) -> IdentityNumber | None:
    """An identity number with its birth date and sex, or None when empty.

    The check character and the date must fit; an unknown region only lowers ``known_region``. A number of the old kind
    with 15 digits (births before 2000) is written in the new form. The messages never repeat the number.
    """
    value = _digits(raw)
    if not value:
        return None
    if re.fullmatch(r"\d{15}", value):
        body = value[:6] + "19" + value[6:]
        value = body + check_character(body)
    if re.fullmatch(r"\d{17}[\dX]", value) is None:
        raise BadCell("identity_form", length=len(value))
    if check_character(value[:17]) != value[17]:
        raise BadCell("identity_check")
    try:
        birth = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        raise BadCell("identity_date") from None
    if not date(1900, 1, 1) <= birth <= latest:
        raise BadCell("identity_date")
    region = value[:2] in PROVINCES or value[0] == "9"
    return IdentityNumber(value, birth, "m" if int(value[16]) % 2 else "f", region)


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


_PREFIX = re.compile(r"^(?:\+|00)86-?")
_EXTENSION = re.compile(r"(?:转|分机|EXT\.?|X|#)[:.]?(\d{1,6})$")
_SEPARATED = re.compile(r"[/、,;|\\]|或|\s{2,}")
SERVICE_LINES = frozenset({"110", "119", "120", "122", "12345", "12355", "12356", "12338", "12320"})


def phone(raw: Any) -> str:
    """A mainland number in one writing: 13800138000, 010-62345678, 62345678, 4001234567, with 转12 for an extension.

    "" when empty. Two numbers in one cell, a service line and a foreign number are refused.
    """
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and abs(raw) >= SAFE_DIGITS:
        raise BadCell("digits_lost")
    value = text(raw).upper()
    if value in ("", "无", "/", "-"):
        return ""
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d{1,3}", value):
        raise BadCell("digits_lost")
    value = re.sub(r"\.0$", "", value)
    if _SEPARATED.search(value) and sum(len(part) >= 7 for part in re.findall(r"\d+", value)) > 1:
        raise BadCell("phone_two")
    value = re.sub(r"[\s()\[\]]", "", value).replace("—", "-").replace("–", "-").replace("−", "-")
    extension = _EXTENSION.search(value)
    if extension:
        value = value[: extension.start()]
    number = _phone_number(_PREFIX.sub("", value))
    return f"{number}转{extension[1]}" if extension else number


def _phone_number(value: str) -> str:
    plain = value.replace("-", "")
    if not plain.isdecimal():
        raise BadCell("phone_form")
    if plain in SERVICE_LINES:
        raise BadCell("phone_service")
    if len(plain) == 13 and plain.startswith("86"):
        plain = plain[2:]
    if re.fullmatch(r"1[3-9]\d{9}", plain):
        return plain
    if re.fullmatch(r"[48]00\d{7}", plain):
        return plain
    area = re.fullmatch(r"(010|02\d|0[3-9]\d{2})([2-8]\d{6,7})", plain)
    if area:
        return f"{area[1]}-{area[2]}"
    if re.fullmatch(r"[2-8]\d{6,7}", plain):
        return plain
    if re.fullmatch(r"1\d{9}|1\d{11,}", plain):
        raise BadCell("phone_length", length=len(plain))
    raise BadCell("phone_form")


def masked(number: str) -> str:
    """138****8000; shorter numbers keep their last two digits."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * max(0, len(number) - 2) + number[-2:]
