"""Taking an import back, as long as nothing has been built on it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime

from xinqiao.access.actor import Actor
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import announce
from xinqiao.people.models import Enrolment, GroupMembership, Guardianship, Organisation, Person
from xinqiao.rosters import dependents, faults
from xinqiao.rosters.models import RosterImport, RosterTrace
from xinqiao.rosters.rules import LIFECYCLE
from xinqiao.rosters.sealing import Sealer
from xinqiao.rosters.selectors import chunks
from xinqiao.rosters.services.receiving import locked, note
from xinqiao.rosters.services.writing import ID_CONTEXT


def undo_roster(*, actor: Actor, roster: RosterImport, at: datetime) -> RosterImport:
    """Put the school back as it was before the import, in one transaction.

    Raises Refusal: not_latest (a later import was applied), changed_since (a student's place was changed by hand),
    in_use (upper rooms have rows about the students). Announces ``roster.undone`` (roster_id, school_id).
    """
    try:
        return _undo(actor, roster, at)
    except (ProtectedError, IntegrityError):
        raise Refusal(str(faults.IN_USE) % {"what": faults.OTHER_USE}, code="in_use") from None


def _undo(actor: Actor, roster: RosterImport, at: datetime) -> RosterImport:
    with transaction.atomic():
        roster = locked(actor, roster)
        Organisation.objects.select_for_update().get(pk=roster.school_id)
        state = LIFECYCLE.after(roster.state, "undo")
        check_undo(roster)
        _take_back(roster)
        roster.state, roster.undone_by, roster.undone_at = state, actor.account, at
        roster.save(update_fields=["state", "undone_by", "undone_at"])
        note(actor, roster, "roster.undone", at, **roster.counts)
        announce("roster.undone", at=at, roster_id=roster.pk, school_id=roster.school_id)
    return roster


def check_undo(roster: RosterImport) -> None:
    """Raises Refusal when something depends on the import. A few queries; nothing is changed."""
    later = RosterImport.objects.filter(
        school=roster.school, pk__gt=roster.pk, applied_at__isnull=False, undone_at=None
    ).first()
    if later is not None and later.applied_at is not None:
        when = date_format(localtime(later.applied_at), "Y-m-d H:i")
        raise Refusal(str(faults.NOT_LATEST) % {"when": when}, code="not_latest")
    traces = RosterTrace.objects.filter(roster=roster)
    made = traces.filter(made_person=True).values("person")
    rooms = dependents.rooms_leaning_on(traces.values("person"), _opened(traces), roster.marks)
    if "accounts" not in rooms and Person.objects.filter(pk__in=made, account__isnull=False).exists():
        rooms.append("accounts")
    if rooms:
        what = "、".join(str(faults.IN_USE_WORDS.get(room, faults.OTHER_USE)) for room in rooms)
        raise Refusal(str(faults.IN_USE) % {"what": what}, code="in_use")
    _check_places(traces)


def _opened(traces: QuerySet[RosterTrace]) -> QuerySet[Any, Any]:
    return traces.filter(opened__isnull=False).values("opened")


def _check_places(traces: QuerySet[RosterTrace]) -> None:
    """Every place the import began must still be open, and nobody it sent away may be somewhere again."""
    ended = Enrolment.objects.filter(pk__in=_opened(traces)).exclude(ends_on=None)
    back = Enrolment.objects.filter(person__in=traces.filter(closed__isnull=False).values("person"), ends_on=None)
    again = back.exclude(pk__in=_opened(traces))
    changed = traces.filter(changed__isnull=False).values("changed")
    gone = Enrolment.objects.filter(pk__in=changed).exclude(ends_on=None)
    for found in (ended, again, gone):
        enrolment = found.select_related("person").first()
        if enrolment is not None:
            raise Refusal(str(faults.CHANGED_SINCE) % {"name": enrolment.person.name}, code="changed_since")


def _take_back(roster: RosterImport) -> None:
    traces = RosterTrace.objects.filter(roster=roster).order_by("id")
    made_people: list[int] = []
    sealer = Sealer(roster.school_id)
    _remove(Enrolment.objects.filter(pk__in=_opened(traces)))
    _set_numbers_aside(traces)
    Enrolment.objects.filter(pk__in=traces.filter(closed__isnull=False).values("closed")).update(
        ends_on=None, left_for=""
    )
    for piece in chunks(traces.exclude(before={}, secrets=b"").iterator(chunk_size=500)):
        _restore_places(piece)
        _restore_people(piece, sealer)
        _restore_circles(piece, sealer)
        made_people += [pk for trace in piece for pk in trace.before.get("people", ())]
    for ids in chunks(made_people):
        _remove(Person.objects.filter(pk__in=ids))
    _remove(Person.objects.filter(pk__in=traces.filter(made_person=True).values("person")))
    _remove(Organisation.objects.filter(pk__in=dependents.free_nodes(roster.marks.get("made_nodes", []))))
    for pk, day in roster.marks.get("reopened", []):
        Organisation.objects.filter(pk=pk, closed_on=None).update(closed_on=_day(day))


def _remove(rows: QuerySet[Any]) -> None:
    """Delete rows nothing points at. ``delete()`` would look for pointers in every room, a hundred thousand times;
    ``check_undo`` has done so once, and the foreign keys of the database refuse the rest when the transaction ends."""
    rows._raw_delete(rows.db)


def _set_numbers_aside(traces: QuerySet[RosterTrace]) -> None:
    changed = traces.filter(changed__isnull=False, before__enrolment__has_key="student_number")
    for ids in chunks(pk for pk in changed.values_list("changed", flat=True) if pk is not None):
        held = list(Enrolment.objects.filter(pk__in=ids))
        for enrolment in held:
            enrolment.student_number = f"~{enrolment.pk}"
        Enrolment.objects.bulk_update(held, ["student_number"], batch_size=200)


def _restore_places(traces: Sequence[RosterTrace]) -> None:
    before = {trace.changed: trace.before["enrolment"] for trace in traces if trace.changed is not None}
    held = list(Enrolment.objects.filter(pk__in=list(before)))
    for enrolment in held:
        for name in ("student_number", "boarding"):
            if name in before[enrolment.pk]:
                setattr(enrolment, name, before[enrolment.pk][name])
    Enrolment.objects.bulk_update(held, ["student_number", "boarding"], batch_size=200)


def _restore_people(traces: Sequence[RosterTrace], sealer: Sealer) -> None:
    """Old values return where the new one still stands; what somebody corrected since stays."""
    before = {trace.person_id: trace.before["person"] for trace in traces if "person" in trace.before}
    secrets = {trace.person_id: _kept(trace, sealer) for trace in traces if trace.secrets}
    numbers = {pk: kept["id_number"] for pk, kept in secrets.items() if "id_number" in kept}
    people = list(Person.objects.filter(pk__in=list(before)))
    for person in people:
        values = before[person.pk]
        for name in ("name", "sex"):
            if name in values and getattr(person, name) == values[name][1]:
                setattr(person, name, values[name][0])
        if "birth_date" in values and person.birth_date == _day(values["birth_date"][1]):
            person.birth_date = _day(values["birth_date"][0])
        if person.pk in numbers:
            text, person.id_fingerprint = numbers[person.pk]
            person.id_number = sealer.seal(text, ID_CONTEXT) if text else ""
    fields = ["name", "sex", "birth_date", "id_number", "id_fingerprint"]
    Person.objects.bulk_update(people, fields, batch_size=100)


def _restore_circles(traces: Sequence[RosterTrace], sealer: Sealer) -> None:
    """Guardians and groups."""
    _remove(Guardianship.objects.filter(pk__in=_ids(traces, "guardianships")))
    _remove(GroupMembership.objects.filter(pk__in=_ids(traces, "memberships")))
    GroupMembership.objects.filter(pk__in=_ids(traces, "memberships_ended")).update(ends_on=None)
    for trace in traces:
        for pk, relation in trace.before.get("relations", ()):
            Guardianship.objects.filter(pk=pk).update(relation=relation)
        for pk, phone, mark in _kept(trace, sealer).get("phones", ()):
            person = Person.objects.get(pk=pk)
            person.phone, person.phone_fingerprint = phone, mark
            person.save(update_fields=["phone", "phone_fingerprint"])


def _kept(trace: RosterTrace, sealer: Sealer) -> dict[str, Any]:
    """id_number: [text, fingerprint]; phones: [[person, text, fingerprint], …]."""
    return dict(json.loads(sealer.open(trace.secrets) or "{}"))


def _ids(traces: Sequence[RosterTrace], name: str) -> list[int]:
    return [pk for trace in traces for pk in trace.before.get(name, ())]


def _day(written: str) -> date | None:
    return date.fromisoformat(written) if written else None
