"""Excel and CSV out: numbers of persons stay text, nothing a person typed becomes a formula, ready to print on A4."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

MAX_ROWS = 1_048_576 - 10
"""Rows of a worksheet (Excel specifications and limits), less room for heads."""
MAX_CELL_CHARACTERS = 32_767
"""Characters of a cell (Excel specifications and limits)."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?%?")
_SAMPLE_ROWS = 200
_MIN_WIDTH, _MAX_WIDTH = 6, 46
SONG, HEI = "宋体", "黑体"  # i18n: names of fonts that every Chinese office computer has
_FIXED_WIDTHS = {"date": 12, "datetime": 17, "percent": 9}


class TooLarge(ValueError):
    """More rows than one worksheet can hold."""


@dataclass(frozen=True)
class Column:
    """``kind``: text (never turned into a number), number, date, datetime, percent (0.5 is 50 %).

    ``width`` in characters of Latin text; None measures the first rows.
    """

    label: str
    width: float | None = None
    kind: str = "text"


@dataclass(frozen=True)
class Chart:
    """Bars beside the table. labels, values: places in ``Sheet.columns`` (values may be several); from the first row
    to the last. most: end of the scale, None for as far as the values go."""

    title: str
    labels: int
    values: Sequence[int]
    most: float | None = None


@dataclass(frozen=True)
class Sheet:
    """One worksheet: merged title row, perhaps a note row, head row, then ``rows`` in the order of ``columns``."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[object]]
    name: str = ""
    note: str = ""
    chart: Chart | None = None


def workbook(sheets: Sequence[Sheet], *, low_memory: bool = False) -> bytes:
    """An .xlsx file. ``low_memory`` writes row by row to disk, for lists of tens of thousands.

    Raises TooLarge when a sheet has more rows than Excel can hold.
    """
    if not sheets:
        raise ValueError("a workbook needs a sheet")
    out = io.BytesIO()
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": low_memory,
        "in_memory": not low_memory,
    }
    book = xlsxwriter.Workbook(out, options)
    styles = _Styles(book)
    taken: set[str] = set()
    for sheet in sheets:
        writer = _Writer(book.add_worksheet(_sheet_name(sheet.name or sheet.title, taken)), styles, sheet)
        last = writer.write()
        if sheet.chart is not None and last > writer.head_row:
            _draw(book, writer, sheet.chart, last)
    book.close()
    return out.getvalue()


def _draw(book: Any, writer: _Writer, chart: Chart, last: int) -> None:
    """The chart to the right of the table; its texts are cells, so nothing typed is taken for a formula."""
    name, first = writer.worksheet.get_name(), writer.head_row + 1
    drawn = book.add_chart({"type": "bar"})
    for column in chart.values:
        drawn.add_series(
            {
                "name": [name, writer.head_row, column],
                "categories": [name, first, chart.labels, last, chart.labels],
                "values": [name, first, column, last, column],
                "data_labels": {"value": True},
            }
        )
    drawn.set_title({"name": chart.title, "name_font": {"name": HEI, "size": 12}, "overlay": False})
    drawn.set_y_axis({"reverse": True})
    drawn.set_x_axis({"min": 0, **({"max": chart.most} if chart.most is not None else {})})
    if len(chart.values) == 1:
        drawn.set_legend({"none": True})
    drawn.set_size({"width": 640, "height": 120 + 26 * (last - first + 1) * max(1, len(chart.values))})
    writer.worksheet.insert_chart(writer.head_row, len(writer.sheet.columns) + 1, drawn)


class _Styles:
    """The formats of one workbook; quoted = Excel keeps the cell as text even when it begins like a formula."""

    def __init__(self, book: Any) -> None:
        cell = {"font_name": SONG, "font_size": 10.5, "valign": "vcenter", "border": 1, "border_color": "#B7C4C7"}
        self.title = book.add_format({"font_name": HEI, "font_size": 15, "align": "center", "valign": "vcenter"})
        self.note = book.add_format({"font_name": SONG, "font_size": 10, "font_color": "#52616A", "text_wrap": True})
        self.head = book.add_format(
            {**cell, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#DFF0EE", "font_name": HEI}
        )
        self.quoted = book.add_format({**cell, "num_format": "@", "text_wrap": True, "quote_prefix": True})
        self.by_kind = {
            "text": book.add_format({**cell, "num_format": "@", "text_wrap": True}),
            "number": book.add_format({**cell, "num_format": "General"}),
            "date": book.add_format({**cell, "num_format": "yyyy-mm-dd", "align": "center"}),
            "datetime": book.add_format({**cell, "num_format": "yyyy-mm-dd hh:mm", "align": "center"}),
            "percent": book.add_format({**cell, "num_format": "0.0%"}),
        }


class _Writer:
    def __init__(self, worksheet: Any, styles: _Styles, sheet: Sheet) -> None:
        unknown = {column.kind for column in sheet.columns} - set(styles.by_kind)
        if unknown or not sheet.columns:
            raise ValueError(f"unknown column kinds {sorted(unknown)}" if unknown else "a sheet needs a column")
        self.worksheet, self.styles, self.sheet = worksheet, styles, sheet
        self.head_row = 2 if sheet.note else 1

    def write(self) -> int:
        """Writes it all; the number of the last row."""
        rows = iter(self.sheet.rows)
        sample = list(islice(rows, _SAMPLE_ROWS))
        self._page(sample)
        self._heads()
        last = self.head_row
        for number, row in enumerate(chain(sample, rows), start=1):
            if number > MAX_ROWS:
                raise TooLarge(_("行数超过 Excel 一张表能放下的 %d 行，请缩小范围分几次导出。") % MAX_ROWS)
            last = self.head_row + number
            self._row(last, row)
        if last > self.head_row:
            self.worksheet.autofilter(self.head_row, 0, last, len(self.sheet.columns) - 1)
        return last

    def _page(self, sample: list[Sequence[object]]) -> None:
        sheet = self.worksheet
        for index, column in enumerate(self.sheet.columns):
            sheet.set_column(
                index, index, column.width or _width(column, [row[index] for row in sample if index < len(row)])
            )
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(self.head_row)
        sheet.freeze_panes(self.head_row + 1, 0)
        sheet.set_footer("&C" + _("第 &P 页，共 &N 页"))

    def _heads(self) -> None:
        self.worksheet.set_row(0, 28)
        self._across(0, self.sheet.title, self.styles.title)
        if self.sheet.note:
            self._across(1, self.sheet.note, self.styles.note)
        self.worksheet.set_row(self.head_row, 24)
        for index, column in enumerate(self.sheet.columns):
            self.worksheet.write_string(self.head_row, index, column.label, self.styles.head)

    def _across(self, row: int, text: str, style: Any) -> None:
        last = len(self.sheet.columns) - 1
        if last == 0:
            self.worksheet.write_string(row, 0, text, style)
        else:
            self.worksheet.merge_range(row, 0, row, last, "", style)
            self.worksheet.write_string(row, 0, text, style)

    def _row(self, at: int, row: Sequence[object]) -> None:
        if len(row) != len(self.sheet.columns):
            raise ValueError(f"row {at} has {len(row)} values for {len(self.sheet.columns)} columns")
        for index, (column, value) in enumerate(zip(self.sheet.columns, row, strict=True)):
            self._cell(at, index, column.kind, value)

    def _cell(self, row: int, index: int, kind: str, value: object) -> None:
        style = self.styles.by_kind[kind]
        if value is None or value == "":
            self.worksheet.write_blank(row, index, None, style)
        elif kind in {"number", "percent"} and isinstance(value, int | float | Decimal):
            self.worksheet.write_number(row, index, value, style)
        elif kind in {"date", "datetime"} and isinstance(value, date):
            self.worksheet.write_datetime(row, index, _plain_time(value), style)
        else:
            text = cell_text(value)
            quoted = text.startswith(_FORMULA_STARTS)
            text_style = self.styles.quoted if quoted else self.styles.by_kind["text"]
            self.worksheet.write_string(row, index, text, text_style)


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """CSV line by line in UTF-8 with the mark by which Excel recognises it; formula starts get a leading ``'``."""
    yield "\ufeff".encode()
    for row in chain([header], rows):
        line = io.StringIO()
        csv.writer(line).writerow([csv_text(value) for value in row])
        yield line.getvalue().encode()


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    return b"".join(csv_lines(header, rows))


def csv_text(value: object) -> object:
    """A text that a spreadsheet would run gets a ``'`` in front; numbers, also negative ones, stay as they are."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal):
        return value
    text = cell_text(value)
    risky = text.startswith(_FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def cell_text(value: object) -> str:
    """A value as words: ISO dates, local times, no control characters, at most what a cell can hold."""
    if isinstance(value, datetime):
        return _plain_time(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    text = "".join(c for c in str(value) if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    if len(text) <= MAX_CELL_CHARACTERS:
        return text
    mark = _("…（内容过长，已截断）")
    return text[: MAX_CELL_CHARACTERS - len(mark)] + mark


def _plain_time(value: date) -> Any:
    """Excel knows no time zones: an aware time becomes local time."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value).replace(tzinfo=None)
    return value


def display_width(text: str) -> int:
    """Columns a text takes where a Chinese character takes two; of several lines the longest."""
    lines = text.split("\n")
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in lines)


def _width(column: Column, values: list[object]) -> float:
    head = display_width(column.label) + 3
    if column.kind in _FIXED_WIDTHS:
        return max(head, _FIXED_WIDTHS[column.kind])
    widest = max((display_width(cell_text(v)) + 2 for v in values if v is not None), default=0)
    return min(_MAX_WIDTH, max(_MIN_WIDTH, head, widest))


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name Excel accepts (31 characters, none of []:*?/\\) that no other sheet of the book has."""
    base = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", wanted).strip(" '")[:31] or "Sheet"
    name, number = base, 2
    while name.lower() in taken:
        suffix = f" ({number})"
        name, number = base[: 31 - len(suffix)] + suffix, number + 1
    taken.add(name.lower())
    return name
