"""Files and staged rows do not stay longer than they are needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from xinqiao.outbox.registry import every
from xinqiao.rosters.enums import ImportState
from xinqiao.rosters.models import RosterFile, RosterImport, RosterRow
from xinqiao.rosters.services.receiving import release_stuck

UNUSED_FOR = timedelta(days=7)
"""An upload nobody finished is given up after this long."""
ROWS_KEPT_FOR = timedelta(days=60)
"""How long the rows of a finished import can be looked at."""
_PIECE = 5_000


@every("rosters.release", timedelta(minutes=1))
def release(at: datetime) -> None:
    release_stuck(at)


@every("rosters.tidy", timedelta(hours=1))
def tidy(at: datetime) -> None:
    old = RosterImport.objects.filter(state__in=[ImportState.MAPPING, ImportState.READY], made_at__lt=at - UNUSED_FOR)
    with transaction.atomic():
        for roster in old.select_for_update():
            roster.state = ImportState.DISCARDED
            roster.save(update_fields=["state"])
    over = [ImportState.DISCARDED, ImportState.APPLIED, ImportState.UNDONE]
    RosterFile.objects.filter(roster__state__in=over).delete()
    given_up = RosterRow.objects.filter(roster__state=ImportState.DISCARDED)
    finished = RosterRow.objects.filter(roster__state__in=over, roster__applied_at__lt=at - ROWS_KEPT_FOR)
    for rows in (given_up, finished):
        while ids := list(rows.values_list("pk", flat=True)[:_PIECE]):
            RosterRow.objects.filter(pk__in=ids).delete()
