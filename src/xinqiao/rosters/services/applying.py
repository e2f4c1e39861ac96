"""Carrying a preview out: one transaction, in bulk, with a trace of everything so that it can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.registry import Progress
from xinqiao.outbox.services import announce, enqueue
from xinqiao.people.enums import LeavingReason
from xinqiao.people.models import Enrolment, Organisation
from xinqiao.people.services import add_organisation
from xinqiao.rosters import dependents, faults, selectors
from xinqiao.rosters.enums import ImportState, RowKind
from xinqiao.rosters.models import RosterImport, RosterRow, RosterTrace
from xinqiao.rosters.naming import class_words
from xinqiao.rosters.reading.classnames import ClassKey
from xinqiao.rosters.rules import LIFECYCLE
from xinqiao.rosters.sealing import Sealer
from xinqiao.rosters.services.previewing import BATCH
from xinqiao.rosters.services.receiving import drop_file, locked, note
from xinqiao.rosters.services.writing import Writer

ACTING = (RowKind.NEW, RowKind.RETURNED, RowKind.CHANGED, RowKind.MOVED, RowKind.LEFT)
_ENDS_BY_NUMBER = (RowKind.NEW, RowKind.RETURNED, RowKind.MOVED)


def start_applying(*, actor: Actor, roster: RosterImport, at: datetime, queued: bool = True) -> RosterImport:
    """Have a worker carry the preview out (``queued`` False: the caller goes on to ``apply_roster`` itself).

    Raises Refusal: undecided (namesakes are open), nothing (no row would do anything), stale (the school changed since
    the preview), number_taken.
    """
    with transaction.atomic():
        roster = locked(actor, roster)
        roster.state = LIFECYCLE.after(roster.state, "start")
        _check(roster)
        roster.said = ""
        roster.job = enqueue("roster.apply", account=actor.account, at=at, roster_id=roster.pk) if queued else None
        roster.save(update_fields=["state", "said", "job"])
    return roster


def _check(roster: RosterImport) -> None:
    undecided = roster.counts.get(RowKind.UNDECIDED, 0)
    if undecided:
        raise Refusal(str(faults.UNDECIDED) % {"count": undecided}, code="undecided")
    if not any(roster.counts.get(kind) for kind in ACTING):
        faulty = roster.counts.get(RowKind.FAULTY)
        raise Refusal(faults.say("all_faulty") if faulty else str(faults.NOTHING), code="nothing")
    if selectors.state_of(roster.school) != roster.seen:
        raise Refusal(str(faults.STALE), code="stale")
    _check_numbers(roster)


def _check_numbers(roster: RosterImport) -> None:
    """No number may be given out that somebody keeps."""
    acting = RosterRow.objects.filter(roster=roster)
    freed = acting.filter(kind__in=[RowKind.LEFT, RowKind.MOVED]) | acting.filter(changes__has_key="student_number")
    kept = Enrolment.objects.filter(school=roster.school, ends_on=None).exclude(pk__in=freed.values("enrolment"))
    wanted = acting.filter(kind__in=_ENDS_BY_NUMBER) | acting.filter(
        kind=RowKind.CHANGED, changes__has_key="student_number"
    )
    clash = wanted.filter(student_number__in=kept.values("student_number")).order_by("number").first()
    if clash is not None:
        facts = {"row": clash.number, "value": clash.student_number}
        raise Refusal(str(faults.NUMBER_TAKEN) % facts, code="number_taken")


def apply_roster(*, actor: Actor, roster: RosterImport, at: datetime, progress: Progress) -> dict[str, Any]:
    """Do what the preview says, all of it or nothing. Asked again after it is done, it does nothing.

    Announces ``roster.applied`` (roster_id, school_id, counts). Raises Refusal("stale") when the school changed since
    the preview; the import is then ready again.
    """
    try:
        with transaction.atomic():
            roster = locked(actor, roster)
            if roster.state == ImportState.APPLIED:
                return dict(roster.counts)
            state = LIFECYCLE.after(roster.state, "finish")
            # A second import of the same school waits here, and then finds its preview stale.
            Organisation.objects.select_for_update().get(pk=roster.school_id)
            _check(roster)
            roster.marks = dependents.newest_rows()
            _carry_out(roster, progress)
            roster.state, roster.applied_by, roster.applied_at = state, actor.account, at
            roster.save(update_fields=["state", "applied_by", "applied_at", "marks"])
            drop_file(roster)
            note(actor, roster, "roster.applied", at, **roster.counts)
            announce("roster.applied", at=at, roster_id=roster.pk, school_id=roster.school_id, counts=roster.counts)
            return dict(roster.counts)
    except Exception as error:
        _give_back(roster.pk, error.message if isinstance(error, Refusal) else str(faults.UNEXPECTED))
        raise


def _give_back(roster_id: int, said: str) -> None:
    """After a failure the import waits for a decision again, also when whoever asked has lost the right to."""
    with transaction.atomic():
        roster = RosterImport.objects.select_for_update().get(pk=roster_id)
        if roster.state == ImportState.APPLYING:
            roster.state, roster.said = LIFECYCLE.after(roster.state, "fail"), said[:300]
            roster.save(update_fields=["state", "said"])


def _carry_out(roster: RosterImport, progress: Progress) -> None:
    total = sum(roster.counts.get(kind, 0) for kind in ACTING)
    classes = _classes(roster)
    writer = Writer(roster, classes, Sealer(roster.school_id), selectors.groups_of(roster.school))
    _close(roster, RowKind.LEFT, LeavingReason.MISSING)
    _close(roster, RowKind.MOVED, LeavingReason.MOVED_CLASS)
    done = 0
    writer.free_numbers()
    for kind in (RowKind.CHANGED, RowKind.MOVED, RowKind.RETURNED, RowKind.NEW):
        rows = selectors.rows_of(roster, kind).iterator(chunk_size=BATCH)
        for piece in selectors.chunks(rows, BATCH):
            writer.write(piece)
            done += len(piece)
            progress(done, total)


def _close(roster: RosterImport, kind: str, reason: str) -> None:
    """End places. A place that began after the first day of the new ones ends on its own first day."""
    rows = selectors.rows_of(roster, kind)
    Enrolment.objects.filter(pk__in=rows.values("enrolment")).update(
        ends_on=Greatest(F("starts_on"), roster.effective_on), left_for=reason
    )
    if kind == RowKind.LEFT:
        for piece in selectors.chunks(rows.values_list("person_id", "enrolment").iterator(chunk_size=BATCH), BATCH):
            traces = [
                RosterTrace(roster=roster, owner=roster.school_id, person_id=person, closed=enrolment)
                for person, enrolment in piece
            ]
            RosterTrace.objects.bulk_create(traces)


def _reopened(below: QuerySet[Organisation], wanted: list[int]) -> list[list[Any]]:
    """[id, day it was closed] of closed classes that have students again, with their grades; they are open now."""
    closed = [node for node in below.filter(kind="class", closed_on__isnull=False) if node.pk in set(wanted)]
    grades = below.filter(kind="grade", closed_on__isnull=False, pk__in=[node.parent_id for node in closed])
    nodes = [*closed, *grades]
    kept = [[node.pk, node.closed_on.isoformat()] for node in nodes if node.closed_on]
    Organisation.objects.filter(pk__in=[node.pk for node in nodes]).update(closed_on=None)
    return kept


def _classes(roster: RosterImport) -> dict[tuple[str, int, int], int]:
    """(stage, entry year, number) → class, with the grades and classes that are missing made, closed ones opened."""
    school = roster.school
    below = Organisation.objects.filter(path__startswith=school.path)
    grades = {(node.stage, node.entry_year): node for node in below.filter(kind="grade")}
    classes = {(node.stage, node.entry_year or 0, node.number or 0): node.pk for node in below.filter(kind="class")}
    acting = RosterRow.objects.filter(roster=roster, kind__in=_ENDS_BY_NUMBER)
    wanted = {tuple(key) for key in acting.values_list("values__key", flat=True).distinct() if key}
    made = []
    roster.marks["reopened"] = _reopened(below, [classes[key] for key in wanted & classes.keys()])
    for stage, year, number in sorted(wanted - classes.keys()):
        grade = grades.get((stage, year))
        if grade is None:
            name = class_words(school, ClassKey(stage, year, 1), roster.school_year).rpartition("(")[0]
            grade = add_organisation(parent=school, kind="grade", name=name, stage=stage, entry_year=year)
            grades[stage, year] = grade
            made.append(grade.pk)
        node = add_organisation(
            parent=grade,
            kind="class",
            name=class_words(school, ClassKey(stage, year, number), roster.school_year),
            stage=stage,
            entry_year=year,
            number=number,
        )
        classes[stage, year, number] = node.pk
        made.append(node.pk)
    roster.marks["made_nodes"] = made
    return classes
