"""Taking a file in: look at it, keep it sealed, guess what its columns hold, and let a person correct the guess."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import PurePath
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate

from xinqiao.access.actor import HOUSE, Actor
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import JobState
from xinqiao.outbox.services import enqueue
from xinqiao.people.models import Organisation
from xinqiao.rosters import faults, policies
from xinqiao.rosters.enums import ImportState, Scope
from xinqiao.rosters.models import RosterFile, RosterImport
from xinqiao.rosters.reading import heads
from xinqiao.rosters.reading.heads import Column, Head
from xinqiao.rosters.reading.trouble import Trouble, Unreadable
from xinqiao.rosters.reading.workbook import Workbook, open_workbook
from xinqiao.rosters.rules import LIFECYCLE, likely_school_year

NO_WORKER_AFTER = timedelta(hours=2)
"""An import the command line works on has no job; after this long it was interrupted."""


def receive(*, actor: Actor, school: Organisation, data: bytes, file_name: str, at: datetime) -> RosterImport:
    """Keep a file for ``school`` and guess its columns.

    Raises Refusal in the words of ``faults`` when it cannot be read as a roster; nothing is kept then.
    """
    if not policies.may_import(actor, school):
        raise PermissionDenied
    try:
        book = open_workbook(data)
        head = heads.choose_sheet(book)
    except Trouble as trouble:
        raise faults.refusal(trouble) from None
    today = localdate(at)
    with transaction.atomic():
        roster = RosterImport.objects.create(
            school=school,
            made_by=actor.account,
            made_at=at,
            file_name=PurePath(file_name.replace("\\", "/")).name[:120] or "roster",
            file_digest=hashlib.sha256(data).hexdigest(),
            sheet=head.sheet,
            head=_head_as_json(book, head),
            samples=_samples_as_json(head),
            school_year=likely_school_year(today),
            effective_on=today,
        )
        RosterFile.objects.create(roster=roster, owner=school.pk, content=base64.b64encode(data).decode())
        note(actor, roster, "roster.received", at, bytes=len(data))
    return roster


def choose_sheet(*, actor: Actor, roster: RosterImport, sheet: str, at: datetime) -> RosterImport:
    """Take another sheet of the same file. Raises Refusal when it has no head."""
    with transaction.atomic():
        roster = locked(actor, roster)
        if roster.state not in (ImportState.MAPPING, ImportState.READY):
            raise Refusal(LIFECYCLE.refusal, code="move")
        try:
            book = open_workbook(stored_file(roster), checked=True)
            chosen = next((known for known in book.sheets if known.name == sheet), None)
            if chosen is None:
                raise Unreadable("no_sheet", sheet=sheet)
            head = heads.head_of_sheet(book, sheet)
        except Trouble as trouble:
            raise faults.refusal(trouble) from None
        roster.sheet, roster.head, roster.mapping = sheet, _head_as_json(book, head), {}
        roster.samples = _samples_as_json(head)
        roster.said, roster.state = "", ImportState.MAPPING
        roster.save(update_fields=["sheet", "head", "samples", "mapping", "said", "state"])
    return roster


def ask_for_preview(
    *,
    actor: Actor,
    roster: RosterImport,
    fields: Mapping[int, str] | None = None,
    scope: str = Scope.COHORTS,
    school_year: int | None = None,
    effective_on: date | None = None,
    at: datetime,
    queued: bool = True,
) -> RosterImport:
    """Fix what the columns mean and for whom the list is complete, and have the preview made by a worker.

    fields: column index → field, corrections over the guesses. queued: False when the caller goes on to
    ``make_preview`` itself (the command line). Raises Refusal (mapping_twice, mapping_missing).
    """
    with transaction.atomic():
        roster = locked(actor, roster)
        _only_after_a_lost_job(roster)
        state = LIFECYCLE.after(roster.state, "read")
        try:
            mapping = heads.mapping_of(head_of(roster).columns, fields)
        except Trouble as trouble:
            raise faults.refusal(trouble) from None
        roster.state, roster.said = state, ""
        roster.mapping = {str(index): field for index, field in mapping.items()}
        roster.scope = Scope(scope)
        roster.school_year = school_year or roster.school_year
        roster.effective_on = effective_on or roster.effective_on
        roster.job = enqueue("roster.preview", account=actor.account, at=at, roster_id=roster.pk) if queued else None
        roster.save()
    return roster


def _only_after_a_lost_job(roster: RosterImport) -> None:
    busy = roster.job is not None and roster.job.state in (JobState.WAITING, JobState.RUNNING)
    if roster.state == ImportState.READING and busy:
        raise Refusal(LIFECYCLE.refusal, code="move")


def discard(*, actor: Actor, roster: RosterImport, at: datetime) -> RosterImport:
    """Give an import up; its file and rows are dropped."""
    with transaction.atomic():
        roster = locked(actor, roster)
        roster.state = LIFECYCLE.after(roster.state, "discard")
        roster.save(update_fields=["state"])
        drop_file(roster)
        roster.rows.all().delete()
        note(actor, roster, "roster.discarded", at)
    return roster


def note_export(*, actor: Actor, school: Organisation, rows: int, at: datetime) -> None:
    """Leave a trace of a roster that went out as a file; in the transaction that made it."""
    record(
        account=actor.account, who=actor.who, action="roster.exported", at=at, owner=school.pk, reading=True, rows=rows
    )


def release_stuck(at: datetime) -> int:
    """Give imports back whose worker never finished: their job has failed, or nobody has worked on them for long.

    Returns how many. Nothing of a half-done application is left: it is one transaction.
    """
    released = 0
    busy = RosterImport.objects.filter(state__in=[ImportState.READING, ImportState.APPLYING])
    lost = Q(job__state=JobState.FAILED) | Q(job=None, made_at__lt=at - NO_WORKER_AFTER)
    for pk in list(busy.filter(lost).values_list("pk", flat=True)):
        with transaction.atomic():
            roster = RosterImport.objects.select_for_update().get(pk=pk)
            move = {ImportState.READING: "refuse", ImportState.APPLYING: "fail"}.get(ImportState(roster.state))
            if move is not None:
                roster.state, roster.said = LIFECYCLE.after(roster.state, move), str(faults.UNEXPECTED)
                roster.save(update_fields=["state", "said"])
                note(HOUSE, roster, "roster.released", at)
                released += 1
    return released


def earlier_with_the_same_file(roster: RosterImport) -> RosterImport | None:
    """The last import of the same bytes into the same school that still stands."""
    alike = RosterImport.objects.filter(school=roster.school, file_digest=roster.file_digest, state=ImportState.APPLIED)
    return alike.exclude(pk=roster.pk).first()


def locked(actor: Actor, roster: RosterImport) -> RosterImport:
    """The import's row, locked, when the actor may work on it. Raises PermissionDenied."""
    row = RosterImport.objects.select_for_update(of=("self",)).select_related("school", "job").get(pk=roster.pk)
    if not policies.may_import(actor, row.school):
        raise PermissionDenied
    return row


def drop_file(roster: RosterImport) -> None:
    RosterFile.objects.filter(roster=roster).delete()


def stored_file(roster: RosterImport) -> bytes:
    """The file as handed in. Raises Refusal when it was dropped already."""
    row = RosterFile.objects.filter(roster=roster).first()
    if row is None:
        raise Refusal(str(faults.GONE), code="file_gone")
    return base64.b64decode(row.content.reveal())


def head_of(roster: RosterImport) -> Head:
    """The head as it was found. Samples of the cells stay sealed: ``samples_of`` opens them for the mapping page."""
    kept = roster.head
    columns = tuple(Column(**column) for column in kept["columns"])
    return Head(roster.sheet, kept["row"], kept["depth"], columns, tuple(kept["passed_over"]))


def samples_of(roster: RosterImport) -> dict[int, list[str]]:
    """Column index → a few cells, long numbers masked."""
    opened = roster.samples.reveal() if roster.samples else "{}"
    return {int(index): found for index, found in json.loads(opened).items()}


def _samples_as_json(head: Head) -> str:
    return json.dumps({column.index: column.samples for column in head.columns}, ensure_ascii=False)


def _head_as_json(book: Workbook, head: Head) -> dict[str, Any]:
    return {
        "row": head.row,
        "depth": head.depth,
        "columns": [{**asdict(column), "samples": ()} for column in head.columns],
        "passed_over": list(head.passed_over),
        "sheets": [asdict(sheet) for sheet in book.sheets],
        "kind": book.kind,
        "encoding": book.encoding,
    }


def note(actor: Actor, roster: RosterImport, action: str, at: datetime, **facts: Any) -> None:
    """Add one line about an import to the school's trail."""
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=at,
        owner=roster.school_id,
        subject=roster,
        **facts,
    )
