"""Identity numbers and phones: checked, and brought into one writing. Plain Python; nothing here is ever logged.

Sources: GB 11643 (form, ISO 7064 MOD 11-2 check character), GB/T 2260 (first digits).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CHECKS = "10X98765432"
"""The check character by the remainder of the weighted sum."""

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

SERVICE_LINES = frozenset({"110", "119", "120", "122", "12345", "12355", "12356", "12338", "12320"})


class Unfit(ValueError):
    """A number that cannot be right. ``code``: identity_form, identity_check, identity_date, phone_form, phone_length,
    phone_service. It never holds the number itself; ``length`` is how many characters it had."""

    def __init__(self, code: str, length: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.length = length


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


def identity_of(value: str, *, latest: date) -> IdentityNumber:
    """An identity number with its birth date and sex. ``latest``: no birth after this day.

    Check character and date must fit; an unknown region only lowers ``known_region``. An old number of 15 digits
    (births before 2000) is written in the new form. Raises Unfit.
    """
    value = unicodedata.normalize("NFKC", value).replace(" ", "").upper()
    if re.fullmatch(r"[0-9]{15}", value):
        body = value[:6] + "19" + value[6:]
        value = body + check_character(body)
    if re.fullmatch(r"[0-9]{17}[0-9X]", value) is None:
        raise Unfit("identity_form", len(value))
    if check_character(value[:17]) != value[17]:
        raise Unfit("identity_check")
    try:
        birth = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError:
        raise Unfit("identity_date") from None
    if not date(1900, 1, 1) <= birth <= latest:
        raise Unfit("identity_date")
    region = value[:2] in PROVINCES or value[0] == "9"
    return IdentityNumber(value, birth, "m" if int(value[16]) % 2 else "f", region)


_PREFIX = re.compile(r"^(?:\+|00)86-?")
_EXTENSION = re.compile(r"(?:转|分机|EXT\.?|X|#)[:.]?([0-9]{1,6})$")


def phone_of(value: str) -> str:
    """A mainland number in one writing: 13800138000, 010-62345678, 62345678, 4001234567, with 转12 for an extension.

    "" when empty. Raises Unfit for a service line, a foreign number and anything else.
    """
    value = unicodedata.normalize("NFKC", value).upper()
    value = re.sub(r"[\s()\[\]]", "", value).replace("—", "-").replace("–", "-").replace("−", "-")
    if not value:
        return ""
    extension = _EXTENSION.search(value)
    if extension:
        value = value[: extension.start()]
    number = _main_number(_PREFIX.sub("", value))
    return f"{number}转{extension[1]}" if extension else number


def _main_number(value: str) -> str:
    plain = value.replace("-", "")
    if not plain.isdecimal():
        raise Unfit("phone_form")
    if plain in SERVICE_LINES:
        raise Unfit("phone_service")
    if len(plain) == 13 and plain.startswith("86"):
        plain = plain[2:]
    if re.fullmatch(r"1[3-9][0-9]{9}|[48]00[0-9]{7}|[2-8][0-9]{6,7}", plain):
        return plain
    area = re.fullmatch(r"(010|02[0-9]|0[3-9][0-9]{2})([2-8][0-9]{6,7})", plain)
    if area:
        return f"{area[1]}-{area[2]}"
    if re.fullmatch(r"1[0-9]{9}|1[0-9]{11,}", plain):
        raise Unfit("phone_length", len(plain))
    raise Unfit("phone_form")


def masked(number: str) -> str:
    """138****8000; shorter numbers keep their last two digits."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 11 else "*" * max(0, len(number) - 2) + number[-2:]
