"""One cell in, one value out, or BadCell with the reason. Nothing is guessed: what could mean two things is refused."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from xinqiao.rosters.reading.trouble import BadCell
from xinqiao.rosters.reading.workbook import FORMULA_FAILED

SAFE_DIGITS = 10**15
"""A spreadsheet keeps 15 significant digits of a number; anything longer has already lost its end."""

DOTS = dict.fromkeys(map(ord, "·•・‧∙⋅᛫●⸱ꞏᐧ."), "\u00b7")
"""Dots people type inside names such as 迪丽热巴·迪力木拉提; all become U+00B7."""

_INVISIBLE = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
_SPACES = re.compile(r"\s+")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee]\+?\d{1,3}")


def text(raw: Any) -> str:
    """The cell as a person reads it: NFKC, no invisible characters, single spaces. Empty for an empty cell.

    Raises BadCell for a failed formula and for a number that has lost digits.
    """
    if isinstance(raw, str):
        if raw.isascii() and raw.isalnum():
            return raw
        if raw is FORMULA_FAILED:
            raise BadCell("formula")
        return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", raw))).strip()
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return _number(raw)
    if isinstance(raw, int):
        return _number(SAFE_DIGITS) if abs(raw) >= SAFE_DIGITS else str(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, (date, time)):
        return raw.isoformat()
    return str(raw)


def _number(raw: float) -> str:
    if not -SAFE_DIGITS < raw < SAFE_DIGITS:  # also keeps out what is no number at all
        raise BadCell("digits_lost")
    return str(int(raw)) if raw.is_integer() else repr(raw)


# --- names ---------------------------------------------------------------------------------------------------------
_CJK = "\u2e80-\u2fdf\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇々"
_BETWEEN_CJK = re.compile(f"(?<=[{_CJK}\u00b7]) (?=[{_CJK}\u00b7])|(?<=[{_CJK}]) (?=\u00b7)")
_PLAIN_NAME = re.compile("[\u4e00-\u9fff]{2,4}")
MAX_NAME = 60


def name(raw: Any) -> str:
    """A person's name; "" when empty. Spaces that only pad a Chinese name (张　伟) fall away, dots become U+00B7."""
    if isinstance(raw, str) and _PLAIN_NAME.fullmatch(raw):
        return raw
    value = text(raw)
    if not value:
        return ""
    if any(character.isascii() and character.isalpha() for character in value):
        value = value.translate({key: dot for key, dot in DOTS.items() if key != ord(".")})
    else:
        value = value.translate(DOTS)
    value = re.sub(" ?\u00b7 ?", "\u00b7", _BETWEEN_CJK.sub("", value))
    if len(value) > MAX_NAME:
        raise BadCell("name_long", most=MAX_NAME)
    letters = 0
    for character in value:
        category = unicodedata.category(character)
        if category[0] == "L":
            letters += 1
        elif category == "Co" or character in "?□\ufffd■":
            raise BadCell("name_lost", character=character)
        elif category[0] == "N" and character != "〇":
            raise BadCell("name_digits")
        elif category[0] != "M" and character not in "\u00b7 -'’.〇":
            raise BadCell("name_odd", character=character)
    if not letters and "〇" not in value:
        raise BadCell("name_odd", character=value[:1])
    return value


# --- closed lists --------------------------------------------------------------------------------------------------
_SEX = {
    **dict.fromkeys(("男", "男性", "男生", "男孩", "m", "male", "boy", "1"), "m"),
    **dict.fromkeys(("女", "女性", "女生", "女孩", "f", "female", "girl", "2"), "f"),
    **dict.fromkeys(("", "未知", "不详", "0", "9", "/", "-"), ""),
}
"""1 and 2 are the codes of GB/T 2261.1; 0 and 9 there mean unknown and not stated."""


def sex(raw: Any) -> str:
    """ "m", "f" or "" when it is not stated."""
    value = text(raw)
    found = _SEX.get(value.lower())
    if found is None:
        raise BadCell("sex", value=value)
    return found


_YES = ("是", "有", "y", "yes", "true", "√", "✓", "✔", "1", "t")
_NO = ("否", "无", "没有", "n", "no", "false", "×", "✗", "✘", "0", "f", "x")


def yes(raw: Any) -> bool | None:
    """True, False, or None when empty."""
    value = text(raw).lower()
    if value in ("", "/", "-"):
        return None
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise BadCell("yes_or_no", value=value)


def boarding(raw: Any) -> bool | None:
    """住宿/住校/寄宿 → True, 走读/通学 → False, also yes and no; None when empty."""
    value = text(raw)
    if re.fullmatch(r"(不|非|未)(住宿|住校|寄宿|内宿)生?|走读生?|通学生?|外宿生?", value):
        return False
    if re.fullmatch(r"(住宿|住校|寄宿|内宿|住读)生?", value):
        return True
    return yes(raw)


RELATIONS = {
    **dict.fromkeys(("父亲", "爸爸", "父", "爸", "父子", "父女", "生父", "养父"), "father"),
    **dict.fromkeys(("母亲", "妈妈", "母", "妈", "母子", "母女", "生母", "养母"), "mother"),
    **dict.fromkeys(
        ("祖父", "祖母", "爷爷", "奶奶", "外祖父", "外祖母", "外公", "外婆", "姥姥", "姥爷", "祖父母", "外祖父母",
         "祖孙", "爷孙"),
        "grandparent",
    ),
    **dict.fromkeys(
        ("叔叔", "伯伯", "伯父", "伯母", "姑姑", "姑妈", "姑父", "舅舅", "舅妈", "姨妈", "姨", "阿姨", "婶婶", "哥哥",
         "姐姐", "兄", "姐", "继父", "继母", "亲属", "其他亲属", "亲戚"),
        "relative",
    ),
    **dict.fromkeys(("其他", "其他监护人", "监护人", "福利院", "村委会", "居委会", "民政"), "other"),
}  # fmt: skip


def relation(raw: Any) -> str:
    """A people.Relation value, "" when empty."""
    value = text(raw)
    if not value:
        return ""
    if value not in RELATIONS:
        raise BadCell("relation", value=value)
    return RELATIONS[value]


def listed(raw: Any) -> tuple[str, ...]:
    """Names of groups in one cell: 留守、单亲."""
    value = text(raw)
    if value in ("", "无", "否", "/", "-", "没有"):
        return ()
    return tuple(dict.fromkeys(part.strip() for part in re.split(r"[、,;/|和及\n]+", value) if part.strip()))


# --- dates ---------------------------------------------------------------------------------------------------------
_YMD = re.compile(
    r"(\d{4}) ?[-/.年·,] ?(\d{1,2}) ?[-/.月·,] ?(\d{1,2}) ?日?"
    r"(?:[ T]0{1,2}:00(?::00(?:\.0+)?)?)?"
)
_YM = re.compile(r"(\d{4}) ?[-/.年] ?(\d{1,2}) ?月?|(?:19|20)\d{4}")
_SHORT = re.compile(r"\d{1,2}[-/.年]\d{1,2}[-/.月]\d{1,4}日?")
EARLIEST = date(1900, 1, 1)
_SERIALS = range(1, 73_050)
"""Day numbers up to the end of 2099."""


def day(raw: Any, *, latest: date, date1904: bool = False) -> date | None:
    """A date between 1900 and ``latest``, or None when empty.

    Accepts real dates, 2012.9.1, 2012/9/1, 2012-09-01, 2012年9月1日, 20120901 and spreadsheet day numbers (counted
    from 1900, or from 1904 when ``date1904``).
    """
    if isinstance(raw, datetime):
        found = raw.date()
    elif isinstance(raw, date):
        found = raw
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        if not -SAFE_DIGITS < raw < SAFE_DIGITS:  # also keeps out what is no number at all
            raise BadCell("date", value=str(raw)[:20])
        found = _day_of_number(float(raw), date1904)
    else:
        value = text(raw)
        if value in ("", "/", "-", "无"):
            return None
        found = _day_of_text(value, date1904)
    if not EARLIEST <= found <= latest:
        raise BadCell("date_range", value=found.isoformat())
    return found


@lru_cache(maxsize=20_000)
def _day_of_text(value: str, date1904: bool) -> date:
    match = _YMD.fullmatch(value)
    if match:
        return _date(int(match[1]), int(match[2]), int(match[3]), value)
    if value.isdecimal() and len(value) in (5, 8):
        return _day_of_number(float(value), date1904)
    if re.fullmatch(r"\d{4}年?", value) or _YM.fullmatch(value):
        raise BadCell("date_part", value=value)
    if _SHORT.fullmatch(value):
        raise BadCell("date_order", value=value)
    raise BadCell("date", value=value[:20])


def _day_of_number(value: float, date1904: bool) -> date:
    shown = repr(value).removesuffix(".0")
    if not value.is_integer():
        # 2012.9 is "September 2012" typed as a number; 41153.5 is a day number with a time of day
        if 1900 <= value < 2100:
            raise BadCell("date_part", value=shown)
        value = float(int(value))
    number = int(value)
    if 19_000_101 <= number <= 21_001_231:
        return _date(number // 10_000, number // 100 % 100, number % 100, str(number))
    if 1900 <= number <= 2100 or 190_001 <= number <= 210_012:
        raise BadCell("date_part", value=shown)
    if number not in _SERIALS:
        raise BadCell("date", value=shown)
    return serial_day(number, date1904)


def serial_day(number: int, date1904: bool = False) -> date:
    """The date of a spreadsheet's day number. Day 60 of the 1900 count is the 29 February 1900 that never was."""
    if date1904:
        return date(1904, 1, 1) + timedelta(days=number)
    if number == 60:
        raise BadCell("date", value="60")
    return date(1899, 12, 31 if number < 60 else 30) + timedelta(days=number)


def _date(year: int, month: int, number: int, shown: str) -> date:
    try:
        return date(year, month, number)
    except ValueError:
        raise BadCell("date_none", value=shown) from None


# --- numbers of people ---------------------------------------------------------------------------------------------
_CODE = re.compile(r"[0-9A-Z][0-9A-Z\-_/]*")
_WHOLE = re.compile(r"(\d{1,15})\.0+")
MAX_CODE = 32


def code(raw: Any) -> str:
    """A school's own student number as text; "" when empty. 12.0 is "12"."""
    if isinstance(raw, float) and not raw.is_integer() and abs(raw) < SAFE_DIGITS:
        raise BadCell("code_fraction", value=repr(raw))
    value = text(raw).replace(" ", "").lstrip("'’").upper()
    if not value:
        return ""
    if _SCIENTIFIC.fullmatch(value):
        raise BadCell("digits_lost")
    whole = _WHOLE.fullmatch(value)
    if whole:
        value = whole[1]
    if registration_like(value):
        raise BadCell("code_is_identity")
    if len(value) > MAX_CODE:
        raise BadCell("code_long", most=MAX_CODE)
    if not _CODE.fullmatch(value):
        raise BadCell("code", value=value[:20])
    return value


def registration_like(value: str) -> bool:
    """Whether a text is a 学籍号 or an identity number, which may never serve as a login name."""
    return bool(re.fullmatch(r"[GJL]\d{17}[\dX]|[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])\d{5}[\dX]", value))
