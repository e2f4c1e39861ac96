"""Reading the whole file and saying, before anything changes, what each row would do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.outbox.registry import Progress
from xinqiao.rosters import faults, matching, selectors
from xinqiao.rosters.enums import ImportState, RowKind
from xinqiao.rosters.inserting import insert_many
from xinqiao.rosters.matching import Known, Outcome, Prints
from xinqiao.rosters.models import RosterImport, RosterRow
from xinqiao.rosters.naming import class_words
from xinqiao.rosters.reading import words
from xinqiao.rosters.reading.classnames import STAGES, ClassKey, SchoolContext
from xinqiao.rosters.reading.students import GuardianLine, Line, Reading, read_lines
from xinqiao.rosters.reading.trouble import Trouble, Unreadable
from xinqiao.rosters.reading.workbook import open_workbook
from xinqiao.rosters.rules import LIFECYCLE
from xinqiao.rosters.sealing import Sealer
from xinqiao.rosters.services.receiving import head_of, locked, note, stored_file

SECRETS_CONTEXT = "rosters.rosterrow.secrets"
BATCH = 2_000


def make_preview(*, actor: Actor, roster: RosterImport, at: datetime, progress: Progress) -> dict[str, Any]:
    """Read the file, match it against the school, and keep one RosterRow per row and per student who left.

    May be run again after a worker died: what an earlier run wrote is dropped first. Raises Refusal when the file or
    the mapping does not do; the import is then back at its mapping, with the reason in ``said``.
    """
    if roster.state != ImportState.READING:
        return dict(roster.counts)
    try:
        lines = _read(roster, localdate(at), progress)
    except Trouble as trouble:
        refusal = faults.refusal(trouble)
        with transaction.atomic():
            roster = locked(actor, roster)
            roster.state, roster.said = LIFECYCLE.after(roster.state, "refuse"), refusal.message[:300]
            roster.save(update_fields=["state", "said"])
        raise refusal from None
    sealer = Sealer(roster.school_id)
    prints = _prints(lines, sealer)
    progress(len(lines), len(lines) * 2, _("正在与现有名册比对"))
    seen = selectors.state_of(roster.school)
    school = selectors.school_as_known(roster.school, [p.identity for p in prints.values() if p.identity])
    outcomes = matching.match(lines, prints, school, roster.scope)
    counts = _write(roster, outcomes, prints, sealer, progress)
    with transaction.atomic():
        roster = locked(actor, roster)
        roster.state, roster.counts, roster.seen = LIFECYCLE.after(roster.state, "show"), counts, seen
        roster.save(update_fields=["state", "counts", "seen"])
        note(actor, roster, "roster.previewed", at, **counts)
    return counts


def _read(roster: RosterImport, today: date, progress: Progress) -> list[Line]:
    book = open_workbook(stored_file(roster), checked=True)
    total = book.height(roster.sheet)
    school = roster.school
    context = SchoolContext(
        system=school.system or "63",
        school_year=roster.school_year,
        stages=selectors.stages_of(school),
        only_stage=school.stage if school.stage in STAGES else "",
    )
    reading = Reading(
        head=head_of(roster),
        mapping={int(index): field for index, field in roster.mapping.items()},
        context=context,
        latest=today,
        school_name=school.name,
        date1904=book.date1904,
    )
    said = _("正在读取名册")
    lines = read_lines(book.rows(roster.sheet), reading, lambda number: progress(number, total * 2, said))
    if not lines:
        raise Unreadable("no_rows", sheet=roster.sheet or roster.file_name)
    _name_groups(lines, list(selectors.groups_of(school)), reading.column_of(words.GROUPS))
    return lines


def _name_groups(lines: Iterable[Line], names: list[str], column: int) -> None:
    """Write groups as the house calls them; an unknown one is left out and said so."""
    meanings: dict[str, str] = {}
    for line in lines:
        if not line.groups:
            continue
        named = []
        for written in line.groups:
            if written not in meanings:
                meanings[written] = selectors.group_named(written, names)
            if meanings[written]:
                named.append(meanings[written])
            else:
                line.blame(column, "group_unknown", blocking=False, value=written[:20])
        line.groups = tuple(dict.fromkeys(named))


def _prints(lines: Iterable[Line], sealer: Sealer) -> dict[int, Prints]:
    prints = {}
    for line in lines:
        if line.identity or line.guardians:
            phones = tuple(sealer.fingerprint(guardian.phone) for guardian in line.guardians)
            prints[line.number] = Prints(sealer.fingerprint(line.identity), phones)
    return prints


def _write(
    roster: RosterImport, outcomes: list[Outcome], prints: dict[int, Prints], sealer: Sealer, progress: Progress
) -> dict[str, int]:
    RosterRow.objects.filter(roster=roster).delete()
    counts: Counter[str] = Counter()
    warned = done = 0
    for piece in selectors.chunks(outcomes, BATCH):
        rows = [row_of(roster, outcome, prints, sealer) for outcome in piece]
        with transaction.atomic():
            insert_many(RosterRow, rows)
        counts.update(str(row["kind"]) for row in rows)
        warned += sum(1 for row in rows if row["kind"] != RowKind.FAULTY and row["faults"])
        done += len(rows)
        progress(len(outcomes) + done, len(outcomes) * 2, _("正在保存预览"))
    return {**counts, "warned": warned}


def row_of(roster: RosterImport, outcome: Outcome, prints: dict[int, Prints], sealer: Sealer) -> dict[str, Any]:
    """The columns of an outcome's RosterRow. Identity number and phones go into the sealed one only."""
    line, known = outcome.line, outcome.known
    key = line.key if line else known.key if known else None
    row: dict[str, Any] = {
        "roster_id": roster.pk,
        "owner": roster.school_id,
        "kind": str(outcome.kind),
        "number": line.number if line else 0,
        "name": (line.name if line else known.name if known else "")[:64],
        "student_number": (line.student_number if line else known.student_number if known else "")[:32],
        "class_words": class_words(roster.school, key, roster.school_year) or (line.written_class[:40] if line else ""),
        "person_id": known.person if known else None,
        "enrolment": known.enrolment if known else None,
        "changes": outcome.changes,
        "candidates": list(outcome.candidates),
        "values": {},
        "faults": [],
        "secrets": b"",
        "decided": False,
    }
    if line is not None:
        row["values"] = values_of(line, prints.get(line.number) or Prints())
        row["faults"] = [[fault.column, fault.code, dict(fault.facts), fault.blocking] for fault in line.faults]
        if line.identity or any(guardian.phone for guardian in line.guardians):
            secrets = {"id": line.identity, "phones": [guardian.phone for guardian in line.guardians]}
            row["secrets"] = sealer.seal(json.dumps(secrets), SECRETS_CONTEXT).blob
    return row


def values_of(line: Line, prints: Prints) -> dict[str, Any]:
    """A line as JSON, secrets only as fingerprints; ``line_of`` reads it back."""
    values: dict[str, Any] = {
        "sex": line.sex,
        "birth_date": line.birth_date.isoformat() if line.birth_date else "",
        "key": [line.key.stage, line.key.entry_year, line.key.number] if line.key else [],
    }
    if line.boarding is not None:
        values["boarding"] = line.boarding
    if line.groups is not None:
        values["groups"] = list(line.groups)
    if line.guardians:
        pairs = zip(line.guardians, prints.phones, strict=True)
        values["guardians"] = [[guardian.name, guardian.relation, phone] for guardian, phone in pairs]
    if prints.identity:
        values["identity"] = prints.identity
    return values


def line_of(row: RosterRow) -> tuple[Line, Prints]:
    """The line a staging row was made from, without the secrets themselves."""
    values = row.values
    guardians = values.get("guardians", [])
    line = Line(
        number=row.number,
        name=row.name,
        student_number=row.student_number,
        sex=values.get("sex", ""),
        birth_date=date.fromisoformat(values["birth_date"]) if values.get("birth_date") else None,
        key=ClassKey(*values["key"]) if values.get("key") else None,
        boarding=values.get("boarding"),
        groups=tuple(values["groups"]) if "groups" in values else None,
        guardians=tuple(GuardianLine(name, relation, "") for name, relation, _phone in guardians),
    )
    return line, Prints(values.get("identity", ""), tuple(phone for _name, _relation, phone in guardians))


def rejudged(row: RosterRow, known: Known | None) -> RosterRow:
    """The row as it stands once a person has said whose it is. Not saved."""
    line, prints = line_of(row)
    outcome = matching.judged(line, prints, known)
    row.kind, row.changes, row.decided = outcome.kind, outcome.changes, True
    row.person_id = known.person if known else None
    row.enrolment = known.enrolment if known else None
    return row
