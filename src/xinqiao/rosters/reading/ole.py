"""Just enough of the compound file ([MS-CFB]) and of BIFF ([MS-XLS]) to look before the spreadsheet library does.

It answers: is this an old workbook, a password-protected new one, or something else; does it carry macros; which day
counting does it use; and how large a grid would it unfold to. Cells themselves are read by the library.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from xinqiao.rosters.reading.trouble import Unreadable

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_ENTRY_BYTES = 128

# BIFF record numbers, [MS-XLS] §2.3
_DATE_MODE, _FILE_PASS = 0x0022, 0x002F
_CELLS = {0x0203, 0x00FD, 0x0204, 0x027E, 0x00BD, 0x0006, 0x0205, 0x00BE, 0x0201}
_VALUELESS = {0x00BE, 0x0201}


class Compound:
    """A compound file held in memory. Raises Unreadable("truncated") when its chains do not fit."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(MAGIC):
            raise Unreadable("truncated")
        self.data = data
        (self.shift, self.mini_shift) = struct.unpack_from("<HH", data, 30)
        if self.shift not in (9, 12) or self.mini_shift != 6:
            raise Unreadable("truncated")
        self.sector = 1 << self.shift
        (directory, self.cutoff, mini_first, mini_count, difat_first, _difat_count) = struct.unpack_from(
            "<I4xIIIII", data, 48
        )
        self.fat = self._fat(difat_first)
        listing = self._chain(directory)
        self.entries: dict[str, tuple[int, int, int]] = {}
        root = (_END, 0)
        for at in range(0, len(listing) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            (length,) = struct.unpack_from("<H", listing, at + 64)
            kind = listing[at + 66]
            if kind == 0 or not 2 <= length <= 64:
                continue
            name = listing[at : at + length - 2].decode("utf-16-le", "replace")
            (start, size) = struct.unpack_from("<II", listing, at + 116)
            if kind == 5:
                root = (start, size)
            else:
                self.entries.setdefault(name, (kind, start, size))
        mini = self._chain(mini_first) if mini_count else b""
        self.mini_fat = struct.unpack(f"<{len(mini) // 4}I", mini[: len(mini) // 4 * 4])
        self._mini_stream = self._chain(root[0])[: root[1]] if root[1] else b""

    def _at(self, number: int) -> bytes:
        start = (number + 1) << self.shift
        if start >= len(self.data):
            raise Unreadable("truncated")
        return self.data[start : start + self.sector]

    def _fat(self, difat_next: int) -> tuple[int, ...]:
        numbers = [n for n in struct.unpack_from("<109I", self.data, 76) if n < _END]
        seen = 0
        while difat_next < _END:
            part = struct.unpack(f"<{self.sector // 4}I", self._at(difat_next).ljust(self.sector, b"\xff"))
            numbers += [n for n in part[:-1] if n < _END]
            difat_next = part[-1]
            seen += 1
            if seen > len(self.data) // self.sector:
                raise Unreadable("truncated")
        table = b"".join(self._at(n).ljust(self.sector, b"\xff") for n in numbers)
        return struct.unpack(f"<{len(table) // 4}I", table)

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        most = len(self.data) // self.sector + 1
        while number < _END:
            if number >= len(self.fat) or len(parts) > most:
                raise Unreadable("truncated")
            parts.append(self._at(number))
            number = self.fat[number]
        return b"".join(parts)

    def stream(self, name: str) -> bytes:
        """The content of stream ``name``. Raises KeyError when there is none."""
        _kind, start, size = self.entries[name]
        if size >= self.cutoff:
            return self._chain(start)[:size]
        parts: list[bytes] = []
        while start < _END:
            if start >= len(self.mini_fat) or len(parts) > len(self.mini_fat):
                raise Unreadable("truncated")
            parts.append(self._mini_stream[start << 6 : (start + 1) << 6])
            start = self.mini_fat[start]
        return b"".join(parts)[:size]


@dataclass(frozen=True)
class OldWorkbook:
    """What a look at an .xls told. rows and columns: the largest grid any sheet unfolds to."""

    date1904: bool
    rows: int
    columns: int


def look(data: bytes) -> OldWorkbook:
    """Look at an OLE file. Raises Unreadable when it is not an old workbook that may be opened."""
    compound = Compound(data)
    names = set(compound.entries)
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise Unreadable("password")
    if "WordDocument" in names:
        raise Unreadable("not_a_workbook", kind="word")
    if "PowerPoint Document" in names:
        raise Unreadable("not_a_workbook", kind="slides")
    stream = next((name for name in ("Workbook", "Book", "WORKBOOK", "BOOK") if name in names), None)
    if stream is None:
        raise Unreadable("not_a_workbook", kind="office")
    if "_VBA_PROJECT_CUR" in names or "_VBA_PROJECT" in names:
        raise Unreadable("macros")
    return _walk(compound.stream(stream))


def _walk(records: bytes) -> OldWorkbook:
    position, end = 0, len(records)
    date1904 = False
    rows = columns = 0
    unpack = struct.Struct("<HH").unpack_from
    while position + 4 <= end:
        number, length = unpack(records, position)
        position += 4
        if position + length > end:
            raise Unreadable("truncated")
        if number in _CELLS and length >= 4 and number not in _VALUELESS:
            row, column = unpack(records, position)
            if number == 0x00BD:  # several numbers side by side; the last column stands at the end
                (column,) = struct.unpack_from("<H", records, position + length - 2)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        elif number == _FILE_PASS:
            raise Unreadable("password")
        elif number == _DATE_MODE and length >= 2:
            date1904 = records[position] == 1
        position += length
    return OldWorkbook(date1904, rows, columns)
