"""Answers out of a CSV file, and scores into one. A file with one bad cell is refused whole, with the cell named."""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np

from xinqiao.instruments.definition import Definition, Item
from xinqiao.instruments.scoring.matrix import Groups, Values
from xinqiao.kernel.refusal import Refusal

CHUNK_ROWS = 20_000
BLANK = -1
SHOWN_ERRORS = 10
PERSON_COLUMNS = {"grade": "grade", "年级": "grade", "age": "age", "年龄": "age", "sex": "sex", "性别": "sex"}
SEX_WORDS = {"": 0, "male": 1, "m": 1, "男": 1, "female": 2, "f": 2, "女": 2}
_NUMBERED = re.compile(r"^(?:第|q|题)?0*([1-9]\d*)(?:题)?$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BadFile(Refusal):
    """The file cannot be scored; ``errors`` lists sentences that each name row, column, value and what to do."""

    def __init__(self, errors: Sequence[str]) -> None:
        self.errors = list(errors)
        super().__init__("\n".join(self.errors), code="answers")


@dataclass
class Header:
    """What each column of the file is. item_columns: for every item its column; id_column None when there is none."""

    names: list[str]
    item_columns: list[int]
    id_column: int | None
    people: dict[str, int] = field(default_factory=dict)


@dataclass
class Chunk:
    """Some rows: their ids, their answers as item values (int8, −1 blank), and who answered as far as the file says."""

    ids: list[str]
    values: Values
    groups: Groups
    bytes_read: int


class AnswerFile:
    """Reads one file row by row: ``with AnswerFile(path, definition) as answers: answers.chunks()``."""

    def __init__(self, path: Path, definition: Definition) -> None:
        self.path, self.definition = path, definition
        self.encoding = _encoding(path)
        self.size = path.stat().st_size
        self.errors: list[str] = []
        self._file: IO[str] | None = None
        self._tables = [_accepted(item) for item in definition.items]

    def __enter__(self) -> AnswerFile:
        self._file = self.path.open(encoding=self.encoding, newline="")
        self._rows = csv.reader(self._file)
        first = self._next()
        if first is None:
            self._file.close()
            raise BadFile([f"{self.path.name} 是空的。第一行应是题号（1、2、3 … 或题目编号），下面一行一份答卷。"])
        try:
            self.header = read_header(first, self.definition)
        except BadFile:
            self._file.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file:
            self._file.close()

    def _next(self) -> list[str] | None:
        try:
            return next(self._rows, None)
        except csv.Error as error:
            raise BadFile(
                [f"第 {self._rows.line_num} 行读不出来（{error}）。请用表格软件另存为“CSV UTF-8”再试。"]
            ) from error

    def chunks(self) -> Iterator[Chunk]:
        """Rows in portions. Raises BadFile at the end of the portion in which bad cells were found."""
        header, seen = self.header, 0
        ids: list[str] = []
        values: list[list[int]] = []
        people: dict[str, list[int]] = {name: [] for name in header.people}
        while (row := self._next()) is not None:
            if not any(cell.strip() for cell in row):
                continue
            line = self._rows.line_num
            if len(row) != len(header.names):
                self._complain(f"第 {line} 行有 {len(row)} 列，表头有 {len(header.names)} 列。请补齐或删去多余的列。")
                continue
            cells = [row[column] for column in header.item_columns]
            try:
                values.append([table[cell] for table, cell in zip(self._tables, cells, strict=True)])
            except KeyError:
                values.append(self._slowly(cells, line))
            ids.append(row[header.id_column] if header.id_column is not None else "")
            for name, column in header.people.items():
                people[name].append(self._person(name, row[column], line))
            seen += 1
            if len(values) == CHUNK_ROWS:
                yield self._chunk(ids, values, people)
                ids, values, people = [], [], {name: [] for name in header.people}
        self._stop_if_bad()
        if not seen:
            raise BadFile([f"{self.path.name} 只有表头，没有答卷。请在表头下面一行放一份答卷。"])
        if values:
            yield self._chunk(ids, values, people)

    def _chunk(self, ids: list[str], values: list[list[int]], people: Mapping[str, list[int]]) -> Chunk:
        self._stop_if_bad()
        groups = Groups(**{name: np.array(numbers) for name, numbers in people.items()})
        done = self._file.buffer.tell() if self._file else 0  # type: ignore[attr-defined]
        return Chunk(ids, np.array(values, np.int8), groups, done)

    def _complain(self, message: str) -> None:
        self.errors.append(message)
        if len(self.errors) >= SHOWN_ERRORS:
            raise BadFile([*self.errors, f"前 {SHOWN_ERRORS} 处已列出，改正后再试。"])

    def _stop_if_bad(self) -> None:
        if self.errors:
            raise BadFile(self.errors)

    def _slowly(self, cells: list[str], line: int) -> list[int]:
        """A row in which some cell is not written in the plain way: tidy it, or say what is wrong with it."""
        out = []
        for cell, item, table, column in zip(
            cells, self.definition.items, self._tables, self.header.item_columns, strict=True
        ):
            value = table.get(cell)
            if value is None:
                value = table.get(_tidy(cell))
            if value is None:
                name = self.header.names[column]
                allowed = "、".join(str(option.value) for option in item.options)
                self._complain(
                    f"第 {line} 行“{name}”列：“{cell}”不是可用的答案。请改成 {allowed} 之一；没有作答就留空。"
                )
                value = BLANK
            else:
                table[cell] = value
            out.append(value)
        return out

    def _person(self, name: str, cell: str, line: int) -> int:
        text = _tidy(cell)
        if name == "sex" and text in SEX_WORDS:
            return SEX_WORDS[text]
        if name != "sex" and (not text or (text.isascii() and text.isdigit() and int(text) < 120)):
            return int(text or 0)
        column = self.header.names[self.header.people[name]]
        want = "男、女或留空" if name == "sex" else "整数或留空"
        self._complain(f"第 {line} 行“{column}”列：“{cell}”读不懂。请改成{want}。")
        return 0


def read_header(cells: Sequence[str], definition: Definition) -> Header:
    """Match the first row with the items: item ids or 1…n, an optional leading id column, optional grade/age/sex."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    positions = {name: at for at, name in enumerate(definition.item_ids)}
    columns: dict[int, int] = {}
    people: dict[str, int] = {}
    id_column, errors = None, []
    for column, name in enumerate(names):
        key = _tidy(name)
        at = positions.get(key, _numbered(key, len(positions)))
        if at is not None and at in columns:
            errors.append(f"表头第 {column + 1} 列“{name}”与第 {columns[at] + 1} 列是同一题，请删去一列。")
        elif at is not None:
            columns[at] = column
        elif key in PERSON_COLUMNS and column > 0:
            people[PERSON_COLUMNS[key]] = column
        elif column == 0:
            id_column = 0
        else:
            errors.append(
                f"表头第 {column + 1} 列“{name}”不是题目。列名请用 1–{len(positions)} 或题目编号；"
                "除第一列可以是编号外，其他列请删去。"
            )
    absent = [name for at, name in enumerate(definition.item_ids) if at not in columns]
    if absent:
        listed = "、".join(absent[:10]) + (" …" if len(absent) > 10 else "")
        errors.append(f"表头缺少 {len(absent)} 题：{listed}。没有作答的题也要保留列，单元格留空。")
    if errors:
        raise BadFile(errors)
    return Header(names, [columns[at] for at in range(len(positions))], id_column, people)


def _numbered(key: str, count: int) -> int | None:
    match = _NUMBERED.match(key)
    number = int(match[1]) if match and len(match[1]) < 6 else 0
    return number - 1 if 1 <= number <= count else None


def _tidy(cell: str) -> str:
    """Full-width to half-width, no outer spaces, lower case, ``2.0`` to ``2``."""
    text = unicodedata.normalize("NFKC", cell).strip().strip("\ufeff").lower()
    return re.sub(r"^(\d+)\.0+$", r"\1", text)


def _accepted(item: Item) -> dict[str, int]:
    """Every way to write an answer to this item; the number of points wins over a code that looks the same."""
    table = {"": BLANK}
    for option in item.options:
        for spelling in (option.code, *option.text.values(), *option.aliases):
            table[_tidy(spelling)] = option.value
    table |= {str(option.value): option.value for option in item.options}
    return table


def _encoding(path: Path) -> str:
    """utf-8-sig or gb18030. Raises BadFile for what is not a text file."""
    decoder, start = codecs.getincrementaldecoder("utf-8")(), b""
    utf8 = True
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            start = start or block[:4]
            if b"\0" in block or start[:2] == b"PK" or start == b"\xd0\xcf\x11\xe0":
                raise BadFile([f"{path.name} 不是 CSV 文件。请在表格软件里另存为“CSV UTF-8（逗号分隔）”再试。"])
            if utf8:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    utf8 = False
    return "utf-8-sig" if utf8 else "gb18030"


def has_mark(path: Path) -> bool:
    """Whether the file starts with the UTF-8 mark that Excel writes and needs."""
    with path.open("rb") as file:
        return file.read(3) == codecs.BOM_UTF8


def safe_cell(text: str) -> str:
    """A carried-through cell that no spreadsheet will run as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def writer(file: IO[str]) -> Any:
    return csv.writer(file, lineterminator="\n")
