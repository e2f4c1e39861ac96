"""Text tables: which encoding, which separator, and are they tables at all."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

from xinqiao.rosters.reading.trouble import Unreadable

SEPARATORS = (",", "\t", ";", "|", "，")
_ENOUGH = 20
MAX_FIELD = 20_000
"""Characters. A longer one means that a quotation mark was opened and never closed."""


def decode(data: bytes) -> tuple[str, str]:
    """(text, name of the encoding). Raises Unreadable("encoding") when no Chinese school encoding fits."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    elif data.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    elif b"\x00" in data[:2000]:  # UTF-16 without its mark: digits, separators and line ends have a zero byte
        little = data[1:2000:2].count(0) > data[0:2000:2].count(0)
        candidates = ["utf-16-le" if little else "utf-16-be"]
    else:
        candidates = ["utf-8", "gb18030"]
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text, encoding
    raise Unreadable("encoding")


def _is_text(text: str) -> bool:
    """Control characters give a binary file away; a few of them (a stray one in a name) do not."""
    sample = text[:20_000]
    odd = sum(1 for character in sample if character < " " and character not in "\t\r\n\x0b\x0c")
    return "\x00" not in sample and odd <= len(sample) // 200


def separator_of(text: str) -> str:
    """The separator that cuts the first lines into the same number of pieces most often.

    Raises Unreadable("not_a_table") when no line has two pieces.
    """
    lines = [line for line in text[:50_000].splitlines() if line.strip()][:_ENOUGH]
    best, found = 0, ""
    for separator in SEPARATORS:
        counts = Counter(line.count(separator) for line in lines if separator in line)
        score = max((times * (10 if pieces > 1 else 9) + pieces for pieces, times in counts.items()), default=0)
        if score > best:
            best, found = score, separator
    if not found:
        raise Unreadable("not_a_table")
    return found


def rows(text: str) -> Iterator[list[str]]:
    """Rows of a text table. Raises Unreadable("quotes") where a quotation mark is never closed."""
    csv.field_size_limit(MAX_FIELD)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
    except csv.Error:
        raise Unreadable("quotes") from None
