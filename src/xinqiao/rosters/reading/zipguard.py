"""Looking into a zipped workbook before the spreadsheet library may open it.

Two kinds of bomb are met here. A file that unfolds: declared sizes are not believed, the parts are unpacked piece by
piece and counted. A grid that unfolds: the library lays a sheet out densely, so two cells in opposite corners of an
otherwise empty sheet would ask for terabytes and end the process; so the largest used row and column are found first.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from xinqiao.rosters.reading.trouble import Unreadable

MAX_MEMBERS = 2_000
MAX_UNPACKED = 400 * 1024 * 1024
"""100,000 students with 15 columns unpack to about 90 MB."""
MAX_RATIO = 120
"""Sheets pack about 10 to 30 times; a part that packs better than this and is larger than RATIO_FROM is a bomb."""
RATIO_FROM = 8 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 300
MAX_CELLS = 6_000_000
_CHUNK = 1 << 20

_MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml."
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
_FORBIDDEN_WIDE = tuple(word.decode().encode(kind) for word in _FORBIDDEN for kind in ("utf-16-le", "utf-16-be"))
_CELL = re.compile(rb"<(?:\w+:)?c[ />]")
_REFERENCE = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})(?=\d)')
_ROW = re.compile(rb'<(?:\w+:)?row\b(?:[^>]*?\br="(\d+)")?')
_ERROR = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3}\d+)"[^>]*\bt="e"')
_UNCALCULATED = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3}\d+)"[^>]*><f(?:/>|[^>]*>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_MOST_MARKS = 50_000


@dataclass
class Inside:
    """What a look inside told. marks: cells whose formula gave an error or was never calculated, by sheet part."""

    date1904: bool = False
    marks: dict[str, set[str]] = field(default_factory=dict)
    sheet_parts: dict[str, str] = field(default_factory=dict)


def look(data: bytes, *, checked: bool = False) -> Inside:
    """Check a zip file that claims to be a workbook. Raises Unreadable when it must not be opened.

    checked: the grids were counted before; only failed formulas are looked for.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise Unreadable("truncated") from None
    with archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise Unreadable("bomb")
        if any(member.flag_bits & 0x1 for member in members):
            raise Unreadable("password")
        names = [member.filename for member in members]
        if len(set(names)) != len(names):
            raise Unreadable("duplicate_parts")
        _check_kind(archive, set(names))
        inside = Inside()
        left = MAX_UNPACKED
        for member in members:
            left -= _look_at(archive, member, left, _Grid(counting=not checked), inside)
        inside.sheet_parts = _sheet_parts(archive)
        if not set(inside.sheet_parts.values()) <= set(names):  # the library would show a missing sheet as an empty one
            raise Unreadable("truncated")
        return inside


def _read(archive: zipfile.ZipFile, name: str, most: int = 4 * 1024 * 1024) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(most)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        return b""


def _check_kind(archive: zipfile.ZipFile, names: set[str]) -> None:
    kinds = {"word/document.xml": "word", "ppt/presentation.xml": "slides"}
    for name, kind in kinds.items():
        if name in names:
            raise Unreadable("not_a_workbook", kind=kind)
    if "mimetype" in names:
        kind = "ods" if b"spreadsheet" in _read(archive, "mimetype", 200) else "office"
        raise Unreadable("not_a_workbook", kind=kind)
    if "[Content_Types].xml" not in names:
        raise Unreadable("not_a_workbook", kind="archive")
    types = _read(archive, "[Content_Types].xml")
    if any(name.endswith("vbaProject.bin") for name in names) or b"macroEnabled.main" in types:
        raise Unreadable("macros")
    if b"sheet.binary.macroEnabled" in types or any(name.endswith("workbook.bin") for name in names):
        raise Unreadable("not_a_workbook", kind="xlsb")
    workbook = _read(archive, "xl/workbook.xml")
    if b"http://purl.oclc.org/ooxml/" in workbook:
        raise Unreadable("strict")
    if not workbook or _MAIN not in types:
        raise Unreadable("truncated")


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(member) as part:
            while piece := part.read(_CHUNK):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError):
        raise Unreadable("truncated") from None


def _look_at(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int, grid: _Grid, inside: Inside) -> int:
    """Unpack one part, count it, look for entity tricks and for the grid it makes. Returns its real size in bytes."""
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    is_sheet = member.filename.lower().startswith("xl/worksheets/") and is_xml
    size, tail = 0, b""
    for piece in _pieces(archive, member):
        size += len(piece)
        packed = max(member.compress_size, 1)
        if size > left or (size > RATIO_FROM and size / packed > MAX_RATIO):
            raise Unreadable("bomb")
        if is_xml:
            window = tail + piece
            if any(word in window for word in _FORBIDDEN) or any(word in window for word in _FORBIDDEN_WIDE):
                raise Unreadable("entities")
            if is_sheet:
                cut = _last_cell(window)
                grid.take(window[:cut])
                tail = window[cut:]
            else:
                tail = window[-64:]
    if is_sheet:
        grid.take(tail)
        if grid.doubtful:
            _walk_grid(archive, member)
        inside.marks[member.filename] = grid.marks
    if member.filename == "xl/workbook.xml":
        inside.date1904 = bool(re.search(rb'date1904="(?:1|true)"', _read(archive, member.filename)))
    return size


def _last_cell(window: bytes) -> int:
    """Where the last cell or row begins, so that no element is cut in two between pieces."""
    cut = max(window.rfind(b"<c "), window.rfind(b"<row"), window.rfind(b":c "))
    return cut if cut > 0 else max(0, len(window) - 1024)


class _Grid:
    """A quick count over the raw text of a sheet. When in doubt, ``_walk_grid`` looks properly."""

    def __init__(self, *, counting: bool) -> None:
        self.counting = counting
        self.rows = self.top = 0
        self.cells = self.placed = 0
        self.letters: set[bytes] = set()
        self.marks: set[str] = set()

    def take(self, text: bytes) -> None:
        if self.counting:
            self._count(text)
        if len(self.marks) < _MOST_MARKS and (b't="e"' in text or b"<f" in text):
            self.marks.update(found.decode() for found in _ERROR.findall(text))
            self.marks.update(found.decode() for found in _UNCALCULATED.findall(text))

    def _count(self, text: bytes) -> None:
        for number in _ROW.findall(text):
            self.rows += 1
            if number:
                self.top = max(self.top, int(number))
        references = _REFERENCE.findall(text)
        self.letters.update(references)
        self.placed += len(references)
        self.cells += len(_CELL.findall(text))

    @property
    def doubtful(self) -> bool:
        rows = max(self.rows, self.top)
        columns = max(map(column_number, self.letters), default=0)
        return (
            self.cells != self.placed or rows > MAX_ROWS or columns > MAX_COLUMNS or rows * max(columns, 1) > MAX_CELLS
        )


def column_number(letters: bytes) -> int:
    """ "A" is 1, "Z" 26, "AA" 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


class _Walker:
    """Follows a sheet element by element and stops when the cells that hold a value need too large a grid."""

    def __init__(self) -> None:
        self.row = self.column = self.rows = self.columns = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "row":
            self.row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self.row + 1
            self.column = 0
        elif local == "c":
            match = re.fullmatch(r"\$?([A-Z]{1,3})\$?(\d{1,9})", attributes.get("r", ""))
            self.column = column_number(match[1].encode()) if match else self.column + 1
            self.row = int(match[2]) if match else self.row
        elif local in ("v", "is"):
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
            if self.rows > MAX_ROWS:
                raise Unreadable("too_many_rows", most=MAX_ROWS)
            if self.columns > MAX_COLUMNS or self.rows * self.columns > MAX_CELLS:
                raise Unreadable("too_wide", most=MAX_COLUMNS)


def _walk_grid(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    walker = _Walker()
    parser = expat.ParserCreate()
    parser.StartElementHandler = walker.start
    try:
        for piece in _pieces(archive, member):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Unreadable("truncated") from None


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → the part that holds it."""
    targets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    sheets: dict[str, str] = {}

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets[attributes.get("name", "")] = targets.get(key, "")

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        try:
            parser.Parse(_read(archive, part), True)
        except expat.ExpatError:
            raise Unreadable("truncated") from None
    return sheets
