"""What a ledger is: whose rows, which heads, how a row is written. Each one is a row of ``books.BOOKS``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.timezone import localdate, localtime, make_aware
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.people.models import Organisation

CHUNK = 1_000
MANY = 5_000
"""Rows from which a workbook is written row by row."""
Text = str | Promise
Head = tuple[Text, str, float | None]
"""Words, kind of column (documents.excel.Column), width."""


@dataclass(frozen=True)
class Wanted:
    """Which rows: of an organisation and everything below it, of some days (both included), in a state, with words."""

    place: Organisation | None = None
    since: date | None = None
    until: date | None = None
    state: str = ""
    words: str = ""


@dataclass(frozen=True)
class Book:
    """rows: those the actor sees, with what a line shows, in order. day: the column the days of a search look at;
    moments: it holds moments. place: path of the organisation. written: cells of many rows, without the number in
    front. states: what may be chosen, as (value, words). search: columns words are looked for in."""

    key: str
    title: Text
    text: Text
    icon: str
    heads: Sequence[Head]
    rows: Callable[[Actor], QuerySet[Any]]
    written: Callable[[Sequence[Any], date], Iterator[list[object]]]
    day: str
    place: str
    moments: bool = False
    states: Sequence[tuple[str, Text]] = ()
    by_state: Callable[[str, date], Q] = field(default=lambda state, _on: Q(state=state))
    search: Sequence[str] = ()

    @property
    def columns(self) -> list[Column]:
        heads: Sequence[Head] = ((_("序号"), "number", 6), *self.heads)
        return [Column(str(words), width, kind) for words, kind, width in heads]


def chosen(book: Book, actor: Actor, wanted: Wanted, on: date) -> QuerySet[Any]:
    """The rows of a ledger that were asked for."""
    rows = book.rows(actor)
    if wanted.place is not None:
        rows = rows.filter(**{f"{book.place}__startswith": wanted.place.path})
    if wanted.since is not None:
        rows = rows.filter(**{f"{book.day}__gte": _moment(wanted.since) if book.moments else wanted.since})
    if wanted.until is not None:
        after = wanted.until + timedelta(days=1)
        rows = rows.filter(**{f"{book.day}__lt": _moment(after) if book.moments else after})
    if wanted.state:
        rows = rows.filter(book.by_state(wanted.state, on))
    if wanted.words.strip() and book.search:
        found = Q()
        for column in book.search:
            found |= Q(**{f"{column}__icontains": wanted.words.strip()})
        rows = rows.filter(found)
    return rows


def _moment(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()))


def lines(book: Book, rows: Sequence[Model], on: date, *, first: int = 1) -> list[list[object]]:
    """Cells in the order of ``book.columns``."""
    return [[first + place, *cells] for place, cells in enumerate(book.written(rows, on))]


def as_workbook(book: Book, rows: QuerySet[Any], on: date, *, of: str) -> bytes:
    """All chosen rows as Excel."""
    ids = list(rows.values_list("pk", flat=True))
    title = _("%(place)s · %(title)s") % {"place": of, "title": book.title}
    note = _("截至 %(day)s，共 %(n)d 条。只记工作，不含学生信息。") % {"day": on.isoformat(), "n": len(ids)}
    sheet = Sheet(
        title=title, columns=book.columns, rows=_all(book, rows, ids, on), name=str(book.title)[:30], note=note
    )
    return workbook([sheet], low_memory=len(ids) > MANY)


def _all(book: Book, rows: QuerySet[Any], ids: Sequence[int], on: date) -> Iterator[list[object]]:
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found = {row.pk: row for row in rows.filter(pk__in=part)}
        yield from lines(book, [found[pk] for pk in part if pk in found], on, first=start + 1)


def day_of(moment: datetime | None) -> object:
    return localtime(moment).date() if moment else ""


def days_late(due_on: date, ended: datetime | None, on: date, *, open_: bool) -> object:
    """Days after the last one: until it was settled, or up to today while it is open."""
    end = localdate(ended) if ended else on if open_ else due_on
    return max(0, (end - due_on).days) or ""
