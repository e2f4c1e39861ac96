"""Namesakes: a person says whether a row is the student the house already knows."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.rosters import faults, matching, selectors
from xinqiao.rosters.enums import RowKind
from xinqiao.rosters.inserting import insert_many
from xinqiao.rosters.matching import Known, Outcome
from xinqiao.rosters.models import RosterImport, RosterRow
from xinqiao.rosters.reading.classnames import ClassKey
from xinqiao.rosters.rules import LIFECYCLE
from xinqiao.rosters.sealing import Sealer
from xinqiao.rosters.services.previewing import rejudged, row_of
from xinqiao.rosters.services.receiving import locked, note


def decide_row(*, actor: Actor, roster: RosterImport, row_id: int, person_id: int | None, at: datetime) -> RosterRow:
    """Say that a row is ``person_id`` (one of its candidates), or a new student (None).

    May be asked again until the import is applied. Raises Refusal("candidate") for somebody who is no candidate or
    whom another row has.
    """
    with transaction.atomic():
        roster = locked(actor, roster)
        LIFECYCLE.after(roster.state, "decide")
        row = RosterRow.objects.select_for_update().filter(roster=roster, pk=row_id).first()
        if row is None or not row.candidates:
            raise Refusal(str(faults.NO_CANDIDATE), code="candidate")
        _decide(roster, [(row, person_id)])
        note(actor, roster, "roster.decided", at, row=row.number, same=person_id is not None)
    return row


def decide_all(*, actor: Actor, roster: RosterImport, same: bool, at: datetime) -> int:
    """Decide every open row at once: as the one student of that name (rows with several are left), or as new.

    Returns how many were decided.
    """
    with transaction.atomic():
        roster = locked(actor, roster)
        LIFECYCLE.after(roster.state, "decide")
        rows = list(selectors.rows_of(roster, RowKind.UNDECIDED))
        wanted = Counter(person for row in rows for person in row.candidates)
        pairs: list[tuple[RosterRow, int | None]] = []
        for row in rows:
            if not same:
                pairs.append((row, None))
            elif len(row.candidates) == 1 and wanted[row.candidates[0]] == 1:
                pairs.append((row, row.candidates[0]))
        _decide(roster, pairs)
        note(actor, roster, "roster.decided", at, rows=len(pairs), same=same)
    return len(pairs)


def _decide(roster: RosterImport, pairs: list[tuple[RosterRow, int | None]]) -> None:
    known = {k.person: k for k in selectors.school_as_known(roster.school).present}
    for row, person_id in pairs:
        if person_id is not None and (person_id not in row.candidates or person_id not in known):
            raise Refusal(str(faults.NO_CANDIDATE), code="candidate")
        others = RosterRow.objects.filter(roster=roster).exclude(pk=row.pk).exclude(kind=RowKind.LEFT)
        if person_id is not None and others.filter(person_id=person_id).exists():
            raise Refusal(str(faults.TAKEN), code="candidate")
        rejudged(row, known.get(person_id) if person_id is not None else None)
    fields = ["kind", "changes", "decided", "person", "enrolment"]
    RosterRow.objects.bulk_update([row for row, _person in pairs], fields, batch_size=200)
    _settle_leavers(roster, [row for row, _person in pairs], known)
    roster.counts = counted(roster)
    roster.save(update_fields=["counts"])


def _settle_leavers(roster: RosterImport, rows: list[RosterRow], known: dict[int, Known]) -> None:
    """Candidates nobody is any more leave, when the list should have them; those chosen do not."""
    concerned = {person for row in rows for person in row.candidates}
    RosterRow.objects.filter(roster=roster, kind=RowKind.LEFT, person_id__in=concerned).delete()
    taken = set(RosterRow.objects.filter(roster=roster, person_id__in=concerned).values_list("person_id", flat=True))
    for candidates in selectors.rows_of(roster, RowKind.UNDECIDED).values_list("candidates", flat=True):
        taken.update(candidates)
    written = RosterRow.objects.filter(roster=roster, number__gt=0).values_list("values__key", flat=True)
    inside = matching.scope_test(roster.scope, (ClassKey(*key) if key else None for key in written))
    left = [known[person] for person in sorted(concerned - taken) if person in known and inside(known[person].key)]
    sealer = Sealer(roster.school_id)
    insert_many(RosterRow, [row_of(roster, Outcome(RowKind.LEFT, None, gone), {}, sealer) for gone in left])


def counted(roster: RosterImport) -> dict[str, int]:
    """Rows by kind, as they stand now."""
    counts = Counter(RosterRow.objects.filter(roster=roster).values_list("kind", flat=True))
    return {**counts, "warned": roster.counts.get("warned", 0)}
