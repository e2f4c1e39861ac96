"""Finding the head of a table and guessing what each column holds.

A school's sheet may begin with a title, notes and blank rows; the head may be one row or two with merged cells. The row
(or pair of rows) whose words name the most fields is the head. A guess carries a confidence from 0 to 1 and may be
corrected by a person; ``mapping_of`` turns guesses or corrections into the one mapping the import runs with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from xinqiao.rosters.reading.cells import registration_like, text
from xinqiao.rosters.reading.trouble import Trouble, Unreadable
from xinqiao.rosters.reading.words import (
    BIRTH,
    BOARDING,
    CIRCUMSTANCES,
    CLASS,
    FIELDS,
    GRADE,
    GROUPS,
    IDENTITY,
    NAME,
    NOT_TAKEN,
    NUMBER,
    PARENTS,
    PARTS,
    REGISTRATION,
    SEALED_FIELDS,
    SEX,
    SKIP,
    SYNONYMS,
    WEAKER,
)
from xinqiao.rosters.reading.workbook import Merge, Workbook

LOOK_AT = 40
"""Rows at the top among which the head is sought."""
SAMPLE = 60
"""Rows below the head that are looked at to confirm a guess."""

WHY_NOT_TAKEN = frozenset(NOT_TAKEN)

_EXACT = {word: (field, 1.0) for field, words in SYNONYMS.items() for word in words.split()}
_EXACT.update({word: (field, 0.6) for field, words in WEAKER.items() for word in words.split()})
_REFUSED = {word: reason for reason, words in NOT_TAKEN.items() for word in words.split()}
_CIRCUMSTANCE = re.compile(f"(?:是否)?(?:为|是|属于)?({CIRCUMSTANCES})[\u4e00-\u9fff]{{0,6}}")
_CONTAINED = (REGISTRATION, IDENTITY, BIRTH, NUMBER, GRADE, CLASS, SEX, BOARDING)
"""Fields whose longer synonyms are also believed inside a longer word."""
_A_CLASS = re.compile("[0-9]|[一二三四五六七八九十]年级|初[一二三四]|高[一二三]")
"""Inside a word: this is a value such as 七年级1班, not a head."""
_BRACKETS = re.compile(r"[(\[【<{][^)\]】>}]*[)\]】>}]")
_NOISE = re.compile(r"[\s*:：、,，。._\-/\\?？!！]+")


@dataclass(frozen=True)
class Column:
    """What a column seems to hold. ``index`` counts from 0; ``field`` is one of FIELDS or SKIP.

    constant: a value the head itself gives: the relation for 父亲电话, the group's name for 是否留守.
    reason: why a known column is not taken (a key of WHY_NOT_TAKEN), "off" for identity numbers, "" otherwise.
    """

    index: int
    label: str
    field: str
    confidence: float = 0.0
    constant: str = ""
    reason: str = ""
    samples: tuple[str, ...] = ()

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True)
class Head:
    """Where a table begins. Rows count from 1; ``first`` is the first row of data."""

    sheet: str
    row: int
    depth: int
    columns: tuple[Column, ...]
    passed_over: tuple[str, ...] = ()

    @property
    def first(self) -> int:
        return self.row + self.depth

    def found(self) -> set[str]:
        return {column.field for column in self.columns if column.field}


def column_letter(index: int) -> str:
    """0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def normalise(label: str) -> str:
    """A head's word without hints in brackets, stars, colons and spaces, in lower case."""
    plain = unicodedata.normalize("NFKC", label)
    without = _NOISE.sub("", _BRACKETS.sub("", plain)).lower()
    return without or _NOISE.sub("", plain).lower()


def meaning(label: str) -> tuple[str, float, str]:
    """(field, confidence, constant) of one head text; ("", 0, "") when it is unknown.

    Texts of a two-row head come joined with "/": 监护人信息/姓名.
    """
    upper, _slash, lower = label.rpartition("/")
    word = normalise(lower)
    context = normalise(upper)
    found = _parent(word, context) or _guardian(word, context)
    if found:
        return found
    if word in _EXACT:
        return *_EXACT[word], ""
    circumstance = _CIRCUMSTANCE.fullmatch(word)
    if circumstance:
        return GROUPS, 0.9, circumstance[1]
    for field in () if _A_CLASS.search(word) else _CONTAINED:
        if len(word) <= 12 and any(len(known) > 1 and known in word for known in SYNONYMS[field].split()):
            return field, 0.7, ""
    return "", 0.0, ""


def _parent(word: str, context: str) -> tuple[str, float, str] | None:
    """父亲电话, 母亲姓名: the head itself says the relation."""
    for pattern, relation, which in PARENTS:
        if re.search(pattern, context + word):
            for part, words in PARTS:
                if re.search(words, word) or (part == "name" and re.fullmatch(pattern, word)):
                    return f"guardian{which}_{part}", 0.95, relation
            return "", 0.0, ""
    return None


def _guardian(word: str, context: str) -> tuple[str, float, str] | None:
    if not re.search("监护人|家长", context + word):
        return None
    which = "2" if re.search("(监护人|家长)[2二]|第二|其他监护人", context + word) else "1"
    for part, words in PARTS:
        if re.search(words, word):
            return f"guardian{which}_{part}", 0.95, ""
    if re.fullmatch("(第?[一二12])?(监护人|家长)[一二12]?", word):
        return f"guardian{which}_name", 0.8, ""
    return None


def find_head(rows: Sequence[Sequence[Any]], sheet: str, merges: Sequence[Merge] | None) -> Head | None:
    """The head among the first rows, or None when no row names a student and where they belong."""
    labels = [[_label(cell) for cell in row] for row in rows[:LOOK_AT]]
    best: tuple[float, int, int, list[str]] | None = None
    for at, row in enumerate(labels):
        candidates = [(1, row)]
        if at + 1 < len(labels):
            candidates.append((2, _joined(row, labels[at + 1], at, merges)))
        for depth, texts in candidates:
            score = _score(texts, depth)
            if score > (best[0] if best else 0):
                best = (score, at, depth, texts)
    if best is None:
        return None
    at, depth, texts = best[1:]
    below = [row for row in rows[at + depth : at + depth + SAMPLE] if any(not _blank(cell) for cell in row)]
    columns = tuple(_settle([_column(index, word, below) for index, word in enumerate(texts)]))
    passed = tuple(" ".join(filter(None, row))[:80] for row in labels[:at] if any(row))
    return Head(sheet, at + 1, depth, columns, passed)


def choose_sheet(book: Workbook) -> Head:
    """The head of the sheet that looks most like a roster; hidden sheets are not looked at.

    Raises Unreadable: empty (nothing on any visible sheet), no_head (no sheet has a recognisable head).
    """
    best: Head | None = None
    anything = False
    for sheet in book.sheets:
        if sheet.hidden:
            continue
        try:
            head = head_of_sheet(book, sheet.name)
        except Unreadable as trouble:
            if trouble.code not in ("empty", "no_head"):
                raise
            anything = anything or trouble.code == "no_head"
            continue
        if best is None or len(head.found()) > len(best.found()):
            best = head
    if best is None:
        raise Unreadable("no_head" if anything else "empty")
    return best


def head_of_sheet(book: Workbook, sheet: str) -> Head:
    """The head of one sheet. Raises Unreadable: empty, no_head."""
    rows = list(islice(book.rows(sheet), LOOK_AT + SAMPLE))
    head = find_head(rows, sheet, book.merges(sheet))
    if head is None:
        anything = any(not _blank(cell) for row in rows for cell in row)
        raise Unreadable("no_head" if anything else "empty")
    return head


def mapping_of(columns: Sequence[Column], corrections: Mapping[int, str] | None = None) -> dict[int, str]:
    """Column index → field, with a person's corrections over the guesses.

    Raises Trouble: mapping_twice (one field on two columns), mapping_missing (no name, number or class).
    """
    mapping = {column.index: column.field for column in columns if column.field}
    for index, field in (corrections or {}).items():
        if field not in (*FIELDS, SKIP):
            raise Trouble("mapping_unknown")
        mapping.pop(index, None)
        if field:
            mapping[index] = field
    seen: dict[str, int] = {}
    for index, field in sorted(mapping.items()):
        if field in seen and field != GROUPS:
            raise Trouble("mapping_twice", field=field, one=column_letter(seen[field]), other=column_letter(index))
        seen[field] = index
    for field in (NAME, NUMBER):
        if field not in seen:
            raise Trouble("mapping_missing", field=field)
    if CLASS not in seen:
        raise Trouble("mapping_missing", field=CLASS)
    return mapping


def _label(cell: Any) -> str:
    try:
        return text(cell)[:40]
    except Trouble:
        return ""


def _veiled(sample: str) -> str:
    """A sample without the middle of long numbers: enough to recognise a column, not a person's phone."""
    return re.sub(r"(?<=\d{3})\d{4,}(?=\d{2})", "****", sample)


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _joined(upper: Sequence[str], lower: Sequence[str], at: int, merges: Sequence[Merge] | None) -> list[str]:
    """Texts of a two-row head: what is merged across the upper row speaks for every column under it."""
    width = max(len(upper), len(lower))
    top = list(upper) + [""] * (width - len(upper))
    bottom = list(lower) + [""] * (width - len(lower))
    if merges is None:
        for index in range(1, width):
            if not top[index] and bottom[index]:
                top[index] = top[index - 1]
    else:
        for (first_row, first), (last_row, last) in merges:
            if first_row <= at <= last_row and first < width:
                for index in range(first, min(last, width - 1) + 1):
                    top[index] = top[index] or upper[first] if first < len(upper) else top[index]
    return ["/".join(filter(None, dict.fromkeys((a, b)))) for a, b in zip(top, bottom, strict=True)]


def _score(texts: Sequence[str], depth: int) -> float:
    """How much a row reads like a head: the confidence of distinct fields; 0 without a name and one thing more."""
    found: dict[str, float] = {}
    for word in texts:
        field, confidence, _constant = meaning(word) if 0 < len(word) <= 40 else ("", 0.0, "")
        if field:
            found[field] = max(found.get(field, 0.0), confidence)
    if NAME not in found or len(found) < 2 or not found.keys() & {NUMBER, CLASS, GRADE, SEX, BIRTH, IDENTITY}:
        return 0.0
    return sum(found.values()) - (0.05 if depth == 2 else 0.0)


def _column(index: int, label: str, below: Sequence[Sequence[Any]]) -> Column:
    values = [row[index] for row in below if index < len(row) and not _blank(row[index])]
    samples = tuple(filter(None, (_veiled(_label(value)) for value in values[:3])))
    word = normalise(label.rpartition("/")[2])
    if word in _REFUSED:
        return Column(index, label, SKIP, reason=_REFUSED[word], samples=samples)
    field, confidence, constant = meaning(label)
    field, confidence = _confirmed(field, confidence, values)
    if field in SEALED_FIELDS:
        return Column(index, label, SKIP, confidence, constant, reason="off", samples=("*" * 6,) if samples else ())
    return Column(index, label, field, round(confidence, 2), constant, samples=samples)


def _confirmed(field: str, confidence: float, values: Sequence[Any]) -> tuple[str, float]:
    """A guess after a look at the values: many schools head the 学籍号 with 学号, and some columns have no head."""
    written = [_label(value).upper() for value in values if not isinstance(value, (date, datetime))]
    if field in (NUMBER, "") and written:
        alike = [value for value in written if registration_like(value)]
        if len(alike) * 2 > len(written):
            return (REGISTRATION if alike[0][0] in "GJL" else IDENTITY), 0.8
    if not field and written:
        if sum(value in ("男", "女") for value in written) == len(written):
            return SEX, 0.6
        if len(written) >= 3 and sum(bool(re.fullmatch(r"1[3-9]\d{9}", value)) for value in written) == len(written):
            return "guardian1_phone", 0.4
    return field, confidence


def _settle(columns: list[Column]) -> list[Column]:
    """One column a field: the surest keeps it, the first of equals; the others are left for a person to decide."""
    best: dict[str, Column] = {}
    for column in columns:
        if column.field and column.field != GROUPS:
            rival = best.get(column.field)
            if rival is None or column.confidence > rival.confidence:
                best[column.field] = column
    settled = []
    for column in columns:
        if column.field and column.field != GROUPS and best[column.field] is not column:
            column = Column(column.index, column.label, SKIP, 0.0, column.constant, samples=column.samples)
        settled.append(column)
    return settled
