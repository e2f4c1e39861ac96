"""Writing staged rows into people, a few thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xinqiao.people.enums import Sex
from xinqiao.people.models import Enrolment, GroupMembership, Guardianship, Person, PopulationGroup
from xinqiao.rosters import selectors
from xinqiao.rosters.enums import RowKind
from xinqiao.rosters.inserting import insert_many
from xinqiao.rosters.models import RosterImport, RosterRow, RosterTrace
from xinqiao.rosters.sealing import Sealer
from xinqiao.rosters.selectors import ROSTER_SOURCE

ID_CONTEXT, PHONE_CONTEXT = "people.person.id_number", "people.person.phone"
TRACE_CONTEXT = "rosters.rostertrace.secrets"
_NUMBER = "student_number"


class Writer:
    """One application of one import. ``write`` takes rows of one kind and leaves a trace for each."""

    def __init__(
        self,
        roster: RosterImport,
        classes: Mapping[tuple[str, int, int], int],
        sealer: Sealer,
        groups: Mapping[str, PopulationGroup],
    ) -> None:
        self.roster, self.classes, self.sealer, self.groups = roster, classes, sealer, groups
        self.school_id = roster.school_id
        self.day = roster.effective_on
        self.guardians = self._known_guardians()

    def _known_guardians(self) -> dict[tuple[str, str], int]:
        """(fingerprint of the phone, name) → guardian, so that brothers and sisters share one."""
        rows = Guardianship.objects.filter(guardian__keeper=self.roster.school).exclude(guardian__phone_fingerprint="")
        found = rows.values_list("guardian__phone_fingerprint", "guardian__name", "guardian_id").distinct()
        return {(phone, name): pk for phone, name, pk in found}

    def free_numbers(self) -> None:
        """Take changing student numbers out of the way first: two students may be swapping theirs."""
        rows = selectors.rows_of(self.roster, RowKind.CHANGED).filter(changes__has_key=_NUMBER)
        for piece in selectors.chunks(rows.values_list("enrolment", flat=True)):
            held = list(Enrolment.objects.filter(pk__in=piece))
            for enrolment in held:
                enrolment.student_number = f"~{enrolment.pk}"
            Enrolment.objects.bulk_update(held, [_NUMBER], batch_size=200)

    def write(self, rows: Sequence[RosterRow]) -> None:
        traces = [
            RosterTrace(roster=self.roster, owner=self.school_id, person_id=row.person_id, before={}) for row in rows
        ]
        secrets = [self._secrets(row) for row in rows]
        if rows[0].kind == RowKind.NEW:
            self._make_people(rows, secrets, traces)
        else:
            self._update_people(rows, secrets, traces)
        self._place(rows, traces)
        self._write_guardians(rows, secrets, traces)
        self._write_groups(rows, traces)
        insert_many(RosterTrace, [self._trace_row(trace) for trace in traces])

    def _trace_row(self, trace: RosterTrace) -> dict[str, Any]:
        kept = trace.secrets
        return {
            "roster_id": self.roster.pk,
            "person_id": trace.person_id,
            "made_person": trace.made_person,
            "closed": trace.closed,
            "opened": trace.opened,
            "changed": trace.changed,
            "before": trace.before,
            "owner": self.school_id,
            "secrets": self.sealer.seal(kept, TRACE_CONTEXT).blob if isinstance(kept, str) else b"",
        }

    def _secrets(self, row: RosterRow) -> dict[str, Any]:
        opened = self.sealer.open(row.secrets) if row.secrets else ""
        return json.loads(opened) if opened else {"id": "", "phones": []}

    # --- persons -----------------------------------------------------------------------------------------------
    def _make_people(
        self, rows: Sequence[RosterRow], secrets: Sequence[dict[str, Any]], traces: Sequence[RosterTrace]
    ) -> None:
        people = []
        for row, secret in zip(rows, secrets, strict=True):
            values = row.values
            person = Person(
                name=row.name,
                sex=values.get("sex") or Sex.UNKNOWN,
                birth_date=_day(values.get("birth_date")),
                keeper_id=self.school_id,
            )
            if secret["id"]:
                person.id_number = self.sealer.seal(secret["id"], ID_CONTEXT)
                person.id_fingerprint = values["identity"]
            people.append(person)
        for row, person, trace in zip(rows, Person.objects.bulk_create(people), traces, strict=True):
            row.person_id = trace.person_id = person.pk
            trace.made_person = True

    def _update_people(
        self, rows: Sequence[RosterRow], secrets: Sequence[dict[str, Any]], traces: Sequence[RosterTrace]
    ) -> None:
        touched = [row.person_id for row in rows if row.changes.keys() & {"name", "sex", "birth_date", "id_number"}]
        people = {person.pk: person for piece in selectors.chunks(touched) for person in _people(piece)}
        for row, secret, trace in zip(rows, secrets, traces, strict=True):
            person = people.get(row.person_id or 0)
            if person is None:
                continue
            before: dict[str, Any] = {}
            for name in row.changes.keys() & {"name", "sex"}:
                before[name] = [getattr(person, name), row.changes[name][1]]
                setattr(person, name, row.changes[name][1])
            if "birth_date" in row.changes:
                before["birth_date"] = [
                    person.birth_date.isoformat() if person.birth_date else "",
                    row.changes["birth_date"][1],
                ]
                person.birth_date = _day(row.changes["birth_date"][1])
            if "id_number" in row.changes:
                _keep(trace, id_number=[self.sealer.open(person.id_number), person.id_fingerprint])
                person.id_number = self.sealer.seal(secret["id"], ID_CONTEXT)
                person.id_fingerprint = row.values["identity"]
            trace.before["person"] = before
        fields = ["name", "sex", "birth_date", "id_number", "id_fingerprint"]
        Person.objects.bulk_update(list(people.values()), fields, batch_size=100)

    # --- places ------------------------------------------------------------------------------------------------
    def _place(self, rows: Sequence[RosterRow], traces: Sequence[RosterTrace]) -> None:
        if rows[0].kind == RowKind.CHANGED:
            self._change_places(rows, traces)
            return
        held = {
            e.pk: e
            for piece in selectors.chunks(row.enrolment for row in rows if row.enrolment)
            for e in _places(piece)
        }
        made = []
        for row, trace in zip(rows, traces, strict=True):
            old = held.get(row.enrolment or 0)
            boarding = row.values.get("boarding", old.boarding if old else None)
            made.append(
                Enrolment(
                    person_id=row.person_id,
                    class_node_id=self.classes[_key(row)],
                    school_id=self.school_id,
                    student_number=row.student_number,
                    boarding=boarding,
                    starts_on=self.day,
                )
            )
            trace.closed = row.enrolment if row.kind == RowKind.MOVED else None
        for trace, enrolment in zip(traces, Enrolment.objects.bulk_create(made), strict=True):
            trace.opened = enrolment.pk

    def _change_places(self, rows: Sequence[RosterRow], traces: Sequence[RosterTrace]) -> None:
        touched = [row.enrolment for row in rows if row.changes.keys() & {_NUMBER, "boarding"} and row.enrolment]
        held = {e.pk: e for piece in selectors.chunks(touched) for e in _places(piece)}
        for row, trace in zip(rows, traces, strict=True):
            enrolment = held.get(row.enrolment or 0)
            if enrolment is None:
                continue
            before: dict[str, Any] = {}
            trace.changed = enrolment.pk
            if _NUMBER in row.changes:
                before[_NUMBER], enrolment.student_number = row.changes[_NUMBER]
            if "boarding" in row.changes:
                before["boarding"], enrolment.boarding = row.changes["boarding"]
            trace.before["enrolment"] = before
        Enrolment.objects.bulk_update(list(held.values()), [_NUMBER, "boarding"], batch_size=200)

    # --- guardians ---------------------------------------------------------------------------------------------
    def _write_guardians(
        self, rows: Sequence[RosterRow], secrets: Sequence[dict[str, Any]], traces: Sequence[RosterTrace]
    ) -> None:
        wanted: list[tuple[RosterRow, RosterTrace, int, str]] = []
        for row, secret, trace in zip(rows, secrets, traces, strict=True):
            if row.kind == RowKind.NEW:
                places = [(at, "new", 0) for at in range(len(row.values.get("guardians", ())))]
            else:
                changes = row.changes.get("guardians", ())
                places = [(change["at"], change["what"], change.get("person", 0)) for change in changes]
            for at, what, person in places:
                phone = secret["phones"][at] if at < len(secret["phones"]) else ""
                if what == "new":
                    wanted.append((row, trace, at, phone))
                elif what == "phone":
                    self._change_phone(person, phone, row.values["guardians"][at][2], trace)
                else:
                    self._change_relation(row, person, row.values["guardians"][at][1], trace)
        self._make_guardians(wanted)
        self._bind_guardians(wanted)

    def _make_guardians(self, wanted: Sequence[tuple[RosterRow, RosterTrace, int, str]]) -> None:
        """Persons for guardians that are not known yet; ``self.guardians`` knows everybody afterwards."""
        made: list[tuple[tuple[str, str], Person, RosterTrace]] = []
        for row, trace, at, phone in wanted:
            name, _relation, mark = row.values["guardians"][at]
            mine = (mark, name) if mark else (f"{row.person_id}", name)
            if mine in self.guardians:
                continue
            person = Person(name=name, keeper_id=self.school_id)
            if phone:
                person.phone, person.phone_fingerprint = self.sealer.seal(phone, PHONE_CONTEXT), mark
            self.guardians[mine] = 0
            made.append((mine, person, trace))
        for (mine, _person, trace), person in zip(
            made, Person.objects.bulk_create([person for _mine, person, _trace in made]), strict=True
        ):
            self.guardians[mine] = person.pk
            trace.before.setdefault("people", []).append(person.pk)

    def _bind_guardians(self, wanted: Sequence[tuple[RosterRow, RosterTrace, int, str]]) -> None:
        children = [row.person_id for row, _trace, _at, _phone in wanted if row.kind != RowKind.NEW]
        first = {
            child
            for piece in selectors.chunks(children)
            for child in Guardianship.objects.filter(child__in=piece, ends_on=None, first_contact=True).values_list(
                "child_id", flat=True
            )
        }
        made: list[tuple[Guardianship, RosterTrace]] = []
        bound: set[tuple[int | None, int]] = set()
        for row, trace, at, _phone in wanted:
            name, relation, mark = row.values["guardians"][at]
            guardian = self.guardians[(mark, name) if mark else (f"{row.person_id}", name)]
            if (row.person_id, guardian) in bound or guardian == row.person_id:
                continue
            bound.add((row.person_id, guardian))
            guardianship = Guardianship(
                child_id=row.person_id,
                guardian_id=guardian,
                relation=relation,
                first_contact=row.person_id not in first,
                starts_on=self.day,
            )
            first.add(row.person_id)
            made.append((guardianship, trace))
        for (_g, trace), row in zip(made, Guardianship.objects.bulk_create([g for g, _t in made]), strict=True):
            trace.before.setdefault("guardianships", []).append(row.pk)

    def _change_phone(self, person_id: int, phone: str, mark: str, trace: RosterTrace) -> None:
        person = Person.objects.get(pk=person_id)
        _keep(trace, phone=[person.pk, self.sealer.open(person.phone), person.phone_fingerprint])
        person.phone, person.phone_fingerprint = self.sealer.seal(phone, PHONE_CONTEXT), mark
        person.save(update_fields=["phone", "phone_fingerprint"])

    def _change_relation(self, row: RosterRow, person_id: int, relation: str, trace: RosterTrace) -> None:
        held = Guardianship.objects.filter(child=row.person_id, guardian=person_id, ends_on=None).get()
        trace.before.setdefault("relations", []).append([held.pk, held.relation])
        held.relation = relation
        held.save(update_fields=["relation"])

    # --- groups ------------------------------------------------------------------------------------------------
    def _write_groups(self, rows: Sequence[RosterRow], traces: Sequence[RosterTrace]) -> None:
        made: list[tuple[GroupMembership, RosterTrace]] = []
        for row, trace in zip(rows, traces, strict=True):
            old, new = row.changes.get("groups", [[], []])
            if row.kind == RowKind.NEW:
                new = row.values.get("groups", [])
            for name in set(new) - set(old):
                membership = GroupMembership(
                    person_id=row.person_id, group=self.groups[name], source=ROSTER_SOURCE, starts_on=self.day
                )
                made.append((membership, trace))
            ended = set(old) - set(new)
            if ended:
                held = GroupMembership.objects.filter(
                    person=row.person_id, group__name__in=ended, source=ROSTER_SOURCE, ends_on=None
                )
                trace.before["memberships_ended"] = list(held.values_list("pk", flat=True))
                held.update(ends_on=self.day)
        for (_m, trace), row in zip(made, GroupMembership.objects.bulk_create([m for m, _t in made]), strict=True):
            trace.before.setdefault("memberships", []).append(row.pk)


def _people(pks: Sequence[Any]) -> list[Person]:
    return list(Person.objects.filter(pk__in=pks))


def _places(pks: Sequence[Any]) -> list[Enrolment]:
    return list(Enrolment.objects.filter(pk__in=pks))


def _key(row: RosterRow) -> tuple[str, int, int]:
    stage, year, number = row.values["key"]
    return stage, year, number


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _keep(trace: RosterTrace, **secret: list[Any]) -> None:
    """Add to what a trace keeps sealed: the identity number that was replaced, or one replaced phone."""
    kept = kept_secrets(trace)
    if "phone" in secret:
        kept.setdefault("phones", []).append(secret["phone"])
    else:
        kept.update(secret)
    trace.secrets = json.dumps(kept)


def kept_secrets(trace: RosterTrace) -> dict[str, Any]:
    """id_number: [text, fingerprint]; phones: [[person, text, fingerprint], …]."""
    held = trace.secrets
    opened = held if isinstance(held, str) else held.reveal() if held else ""
    return json.loads(opened) if opened else {}
