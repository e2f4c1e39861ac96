"""What the PDF templates are given, as plain values. Each class is one place in a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Head:
    """What stands on every page: school or office, form number, date, secrecy line, who made it when, version."""

    organisation: str
    form_no: str = ""
    date: str = ""
    secrecy: str = ""
    made: str = ""
    version: str = ""


@dataclass(frozen=True)
class Slip:
    """One student's way in: printed, cut out, handed over by the class teacher."""

    class_name: str
    student_no: str
    name: str
    code: str
    url: str


@dataclass(frozen=True)
class SlipSheet:
    """Slips of one school, a new page for each class. ``steps`` say how to use a slip, ``help_line`` where help is."""

    head: Head
    title: str
    steps: Sequence[str]
    help_line: str
    slips: Sequence[Slip]


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1
    kind: str = field(default="heading", init=False)


@dataclass(frozen=True)
class Paragraph:
    text: str
    kind: str = field(default="paragraph", init=False)


@dataclass(frozen=True)
class Facts:
    """Pairs of label and value in ``columns`` columns."""

    rows: Sequence[tuple[str, str]]
    columns: int = 2
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Table:
    """``align``: left, right or center per column; ``widths``: shares of the line per column, even when empty."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    align: Sequence[str] = ()
    widths: Sequence[float] = ()
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Bars:
    """Rows of (label, value, shown); value None is suppressed and has no length, ``shown`` is written for it."""

    caption: str
    rows: Sequence[tuple[str, float | None, str]]
    total: float | None = None
    kind: str = field(default="bars", init=False)


@dataclass(frozen=True)
class Notice:
    text: str
    title: str = ""
    kind: str = field(default="notice", init=False)


@dataclass(frozen=True)
class Help:
    """The help block: lines of (label, number or words)."""

    title: str
    lines: Sequence[tuple[str, str]]
    kind: str = field(default="help", init=False)


@dataclass(frozen=True)
class Signatures:
    """Places to sign, one per role, with a date; ``seal`` adds the place for the stamp."""

    roles: Sequence[str]
    seal: bool = False
    kind: str = field(default="signatures", init=False)


@dataclass(frozen=True)
class NewPage:
    kind: str = field(default="new_page", init=False)


Block = Heading | Paragraph | Facts | Table | Bars | Notice | Help | Signatures | NewPage


@dataclass(frozen=True)
class Report:
    head: Head
    title: str
    blocks: Sequence[Block]
    subtitle: str = ""


def plain(shape: Any) -> dict[str, Any]:
    """A shape as dicts and lists for JSON."""
    return asdict(shape)
