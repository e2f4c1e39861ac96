"""Workbooks and imports for tests. Names are invented."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import openpyxl

from tests.factories import NOON
from xinqiao.access.actor import Actor
from xinqiao.outbox.services import settle
from xinqiao.people.models import Organisation
from xinqiao.rosters import services
from xinqiao.rosters.models import RosterImport

HEAD = ("学号", "姓名", "性别", "出生日期", "班级")


def a_workbook(rows: Sequence[Sequence[Any]], *, head: Sequence[str] | None = HEAD, sheet: str = "学生") -> bytes:
    """An .xlsx with one sheet; ``head=None`` when the rows bring their own."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    if head is not None:
        page.append(list(head))
    for row in rows:
        page.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def previewed(
    actor: Actor, school: Organisation, rows: Sequence[Sequence[Any]], *, at: datetime = NOON, **asked: Any
) -> RosterImport:
    """A received file with its preview made."""
    head = asked.pop("head", HEAD)
    data = a_workbook(rows, head=head)
    roster = services.receive(actor=actor, school=school, data=data, file_name="名册.xlsx", at=at)
    services.ask_for_preview(actor=actor, roster=roster, at=at, **asked)
    settle(at)
    roster.refresh_from_db()
    return roster


def applied(
    actor: Actor, school: Organisation, rows: Sequence[Sequence[Any]], *, at: datetime = NOON, **asked: Any
) -> RosterImport:
    """The same, carried out."""
    roster = previewed(actor, school, rows, at=at, **asked)
    services.start_applying(actor=actor, roster=roster, at=at)
    settle(at)
    roster.refresh_from_db()
    return roster


def kinds(roster: RosterImport) -> dict[str, str]:
    """Name → what the preview says about it."""
    return dict(roster.rows.values_list("name", "kind"))
