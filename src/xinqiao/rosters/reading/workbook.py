"""Opening what a school handed in: .xlsx, .xls or a text table, told apart by content and never by name."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import python_calamine as calamine

from xinqiao.rosters.reading import delimited, ole, zipguard
from xinqiao.rosters.reading.trouble import Unreadable

MAX_BYTES = 30 * 1024 * 1024
MAX_SHEETS = 60

Merge = tuple[tuple[int, int], tuple[int, int]]
"""((first row, first column), (last row, last column)), counted from 0."""


class _Marker(str):
    """Stands in for a value that a formula failed to give."""

    __slots__ = ()


FORMULA_FAILED = _Marker("\x00formula")

_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "word"),
    (b"SQLite format 3", "program"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
)


@dataclass(frozen=True)
class Sheet:
    """One sheet. rows are counted from 1 as a spreadsheet shows them."""

    name: str
    hidden: bool = False


@dataclass
class Workbook:
    """A file that may be read. ``kind`` is xlsx, xls or csv; ``encoding`` is set for csv alone."""

    kind: str
    sheets: list[Sheet]
    encoding: str = ""
    date1904: bool = False
    _text: str = ""
    _book: Any = None
    _opened: tuple[str, Any] | None = None
    _marks: dict[str, set[tuple[int, int]]] = field(default_factory=dict)

    def rows(self, sheet: str) -> Iterator[list[Any]]:
        """Rows from row 1 on, blank ones too. Cells are str, float, int, bool, date, datetime, time or timedelta."""
        if self.kind == "csv":
            yield from delimited.rows(self._text)
            return
        marks = self._marks.get(sheet, set())
        marked_rows = {row for row, _column in marks}
        for number, row in enumerate(_guarded(self._sheet(sheet).iter_rows())):
            if number in marked_rows:
                row = [FORMULA_FAILED if (number, column) in marks else cell for column, cell in enumerate(row)]
            yield row

    def merges(self, sheet: str) -> list[Merge] | None:
        """Merged areas, or None where the format does not know them."""
        if self.kind == "csv":
            return None
        merged: list[Merge] | None = self._sheet(sheet).merged_cell_ranges
        return merged

    def height(self, sheet: str) -> int:
        """How many rows there are; an upper bound for a text table."""
        return self._text.count("\n") + 1 if self.kind == "csv" else int(self._sheet(sheet).total_height)

    def _sheet(self, name: str) -> Any:
        if self._opened is None or self._opened[0] != name:
            self._opened = (name, _call(self._book.get_sheet_by_name, name))
        return self._opened[1]


def open_workbook(data: bytes, *, checked: bool = False) -> Workbook:
    """Open ``data``. Raises Unreadable with a code of ``faults.FILE`` when it is not a table that may be read.

    checked: the same bytes were opened before and have been kept sealed since, so the grid need not be counted again.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise Unreadable("empty")
    if len(data) > MAX_BYTES:
        raise Unreadable("too_big", most=MAX_BYTES // 1024 // 1024)
    if data.startswith(ole.MAGIC):
        return _open_old(data)
    if data.startswith(b"PK"):
        return _open_zipped(data, checked)
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise Unreadable("not_a_workbook", kind=kind)
    return _open_text(data)


def _open_old(data: bytes) -> Workbook:
    seen = ole.look(data)
    if seen.rows * seen.columns > zipguard.MAX_CELLS:
        raise Unreadable("too_wide", most=zipguard.MAX_COLUMNS)
    return _open_book("xls", data, seen.date1904)


def _open_zipped(data: bytes, checked: bool) -> Workbook:
    inside = zipguard.look(data, checked=checked)
    workbook = _open_book("xlsx", data, inside.date1904)
    for sheet in workbook.sheets:
        marks = inside.marks.get(inside.sheet_parts.get(sheet.name, ""), set())
        workbook._marks[sheet.name] = {_place(reference) for reference in marks}
    return workbook


def _place(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, zipguard.column_number(letters.encode()) - 1


def _open_book(kind: str, data: bytes, date1904: bool) -> Workbook:
    book = _call(calamine.CalamineWorkbook.from_filelike, io.BytesIO(data))
    visible = calamine.SheetVisibleEnum.Visible
    tables = [found for found in book.sheets_metadata if found.typ == calamine.SheetTypeEnum.WorkSheet]
    if len(tables) > MAX_SHEETS:
        raise Unreadable("too_many_sheets", most=MAX_SHEETS)
    sheets = [Sheet(found.name, found.visible != visible) for found in tables]
    if not sheets:
        raise Unreadable("empty")
    return Workbook(kind, sheets, date1904=date1904, _book=book)


def _open_text(data: bytes) -> Workbook:
    start = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"mime-version:")):
        raise Unreadable("not_a_workbook", kind="web")
    if start.startswith((b"<?xml", b"<workbook")):
        raise Unreadable("not_a_workbook", kind="xml")
    text, encoding = delimited.decode(data)
    delimited.separator_of(text)
    return Workbook("csv", [Sheet("")], encoding=encoding, _text=text)


def _call(function: Any, *arguments: Any) -> Any:
    """Call the library. Its panics are BaseException by design, so both kinds of failure are turned into words here."""
    try:
        return function(*arguments)
    except calamine.PasswordError:
        raise Unreadable("password") from None
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 - a panic of the library is no Exception
        raise Unreadable("truncated") from None


def _guarded(rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    while True:
        row = _call(next, rows, None)
        if row is None:
            return
        yield row
