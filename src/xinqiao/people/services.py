"""Verbs that keep the tree whole. Who may use them is decided by the rooms above (``registry``, ``rosters``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from xinqiao.people.calendar_start import national_days
from xinqiao.people.models import CalendarDay, Organisation


@transaction.atomic
def add_organisation(*, parent: Organisation | None, kind: str, name: str, **fields: Any) -> Organisation:
    """A new node below ``parent`` with its path."""
    node = Organisation.objects.create(parent=parent, kind=kind, name=name, **fields)
    node.path = f"{parent.path if parent else '/'}{node.pk}/"
    node.save(update_fields=["path"])
    return node


@transaction.atomic
def load_national_calendar(years: Iterable[int]) -> int:
    """Make the national rows of these years what ``calendar_start`` says; returns how many rows changed.

    Nobody edits these rows (an organisation's own rows lie over them), so a newer package may correct them at any time.
    """
    changed = 0
    for year in sorted(set(years)):
        wanted = national_days(year)
        held = {row.day: row for row in CalendarDay.objects.filter(organisation=None, day__year=year)}
        gone = [row.pk for day, row in held.items() if day not in wanted]
        fresh = [
            CalendarDay(organisation=None, day=day, kind=kind, name=name)
            for day, (kind, name) in wanted.items()
            if day not in held
        ]
        other = [row for day, row in held.items() if day in wanted and (row.kind, row.name) != wanted[day]]
        for row in other:
            row.kind, row.name = wanted[row.day]
        CalendarDay.objects.filter(pk__in=gone).delete()
        CalendarDay.objects.bulk_create(fresh)
        CalendarDay.objects.bulk_update(other, ["kind", "name"])
        changed += len(gone) + len(fresh) + len(other)
    return changed
