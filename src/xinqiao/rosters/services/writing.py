"""Writing staged rows into people, a few thousand at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass
class Work:
    """One row while it is written, and what becomes its trace.

    secret: the row's identity number ("id") and one phone per guardian ("phones"), opened. before: what was replaced
    or made, as ``undoing`` reads it. kept: secrets that were replaced; they go into the trace's sealed column.
    """

    row: RosterRow
    secret: Mapping[str, Any]
    person: int
    made_person: bool = False
    closed: int | None = None
    opened: int | None = None
    changed: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, value: Any) -> None:
        self.before.setdefault(name, []).append(value)


@dataclass(frozen=True)
class Wanted:
    """A guardian a child should have. ``key`` is who it is: brothers and sisters share one by phone and name."""

    work: Work
    name: str
    relation: str
    phone: str
    mark: str

    @property
    def key(self) -> tuple[str, str]:
        return (self.mark or str(self.work.person), self.name)


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
        rows = Guardianship.objects.filter(guardian__keeper=self.roster.school).exclude(guardian__phone_fingerprint="")
        found = rows.values_list("guardian__phone_fingerprint", "guardian__name", "guardian_id").distinct()
        return {(phone, name): pk for phone, name, pk in found}

    def free_numbers(self) -> None:
        """Take changing student numbers out of the way first: two students may be swapping theirs."""
        rows = selectors.rows_of(self.roster, RowKind.CHANGED).filter(changes__has_key=_NUMBER)
        for piece in selectors.chunks(rows.values_list("enrolment", flat=True)):
            held = _places(piece)
            for enrolment in held.values():
                enrolment.student_number = f"~{enrolment.pk}"
            Enrolment.objects.bulk_update(held.values(), [_NUMBER], batch_size=200)

    def write(self, rows: Sequence[RosterRow]) -> None:
        works = [Work(row, self._secret(row), row.person_id or 0) for row in rows]
        if rows[0].kind == RowKind.NEW:
            self._make_people(works)
        else:
            self._update_people(works)
        if rows[0].kind == RowKind.CHANGED:
            self._change_places(works)
        else:
            self._begin_places(works)
        self._write_guardians(works)
        self._write_groups(works)
        insert_many(RosterTrace, [self._trace(work) for work in works])

    def _secret(self, row: RosterRow) -> dict[str, Any]:
        opened = self.sealer.open(row.secrets)
        return dict(json.loads(opened)) if opened else {"id": "", "phones": []}

    def _trace(self, work: Work) -> dict[str, Any]:
        return {
            "roster_id": self.roster.pk,
            "person_id": work.person,
            "made_person": work.made_person,
            "closed": work.closed,
            "opened": work.opened,
            "changed": work.changed,
            "before": work.before,
            "owner": self.school_id,
            "secrets": self.sealer.seal(json.dumps(work.kept), TRACE_CONTEXT).blob if work.kept else b"",
        }

    # --- persons -----------------------------------------------------------------------------------------------
    def _make_people(self, works: Sequence[Work]) -> None:
        people = []
        for work in works:
            values = work.row.values
            person = Person(
                name=work.row.name,
                sex=values.get("sex") or Sex.UNKNOWN,
                birth_date=_day(values.get("birth_date")),
                keeper_id=self.school_id,
            )
            if work.secret["id"]:
                person.id_number = self.sealer.seal(work.secret["id"], ID_CONTEXT)
                person.id_fingerprint = values["identity"]
            people.append(person)
        for work, person in zip(works, Person.objects.bulk_create(people), strict=True):
            work.person, work.made_person = person.pk, True

    def _update_people(self, works: Sequence[Work]) -> None:
        touched = [work for work in works if work.row.changes.keys() & {"name", "sex", "birth_date", "id_number"}]
        people = {
            person.pk: person
            for piece in selectors.chunks(work.person for work in touched)
            for person in Person.objects.filter(pk__in=piece)
        }
        for work in touched:
            person, changes = people[work.person], work.row.changes
            before: dict[str, Any] = {}
            for name in changes.keys() & {"name", "sex"}:
                before[name] = [getattr(person, name), changes[name][1]]
                setattr(person, name, changes[name][1])
            if "birth_date" in changes:
                before["birth_date"] = [
                    person.birth_date.isoformat() if person.birth_date else "",
                    changes["birth_date"][1],
                ]
                person.birth_date = _day(changes["birth_date"][1])
            if "id_number" in changes:
                work.kept["id_number"] = [self.sealer.open(person.id_number), person.id_fingerprint]
                person.id_number = self.sealer.seal(work.secret["id"], ID_CONTEXT)
                person.id_fingerprint = work.row.values["identity"]
            work.before["person"] = before
        fields = ["name", "sex", "birth_date", "id_number", "id_fingerprint"]
        Person.objects.bulk_update(people.values(), fields, batch_size=100)

    # --- places ------------------------------------------------------------------------------------------------
    def _begin_places(self, works: Sequence[Work]) -> None:
        held: dict[int, Enrolment] = {}
        for piece in selectors.chunks(work.row.enrolment for work in works if work.row.enrolment):
            held.update(_places(piece))
        made = []
        for work in works:
            row, old = work.row, held.get(work.row.enrolment or 0)
            stage, year, number = row.values["key"]
            made.append(
                Enrolment(
                    person_id=work.person,
                    class_node_id=self.classes[stage, year, number],
                    school_id=self.school_id,
                    student_number=row.student_number,
                    boarding=row.values.get("boarding", old.boarding if old else None),
                    starts_on=self.day,
                )
            )
            work.closed = row.enrolment if row.kind == RowKind.MOVED else None
        for work, enrolment in zip(works, Enrolment.objects.bulk_create(made), strict=True):
            work.opened = enrolment.pk

    def _change_places(self, works: Sequence[Work]) -> None:
        touched = [work for work in works if work.row.changes.keys() & {_NUMBER, "boarding"}]
        held: dict[int, Enrolment] = {}
        for piece in selectors.chunks(work.row.enrolment for work in touched):
            held.update(_places(piece))
        for work in touched:
            enrolment, changes = held[work.row.enrolment or 0], work.row.changes
            before: dict[str, Any] = {}
            if _NUMBER in changes:
                before[_NUMBER], enrolment.student_number = changes[_NUMBER]
            if "boarding" in changes:
                before["boarding"], enrolment.boarding = changes["boarding"]
            work.changed, work.before["enrolment"] = enrolment.pk, before
        Enrolment.objects.bulk_update(held.values(), [_NUMBER, "boarding"], batch_size=200)

    # --- guardians ---------------------------------------------------------------------------------------------
    def _write_guardians(self, works: Sequence[Work]) -> None:
        wanted: list[Wanted] = []
        for work in works:
            guardians = work.row.values.get("guardians", [])
            changes: Iterable[Mapping[str, Any]] = work.row.changes.get("guardians", ())
            if work.row.kind == RowKind.NEW:
                changes = [{"at": at, "what": "new"} for at in range(len(guardians))]
            for change in changes:
                at = change["at"]
                name, relation, mark = guardians[at]
                phone = work.secret["phones"][at] if at < len(work.secret["phones"]) else ""
                if change["what"] == "new":
                    wanted.append(Wanted(work, name, relation, phone, mark))
                elif change["what"] == "phone":
                    self._change_phone(work, change["person"], phone, mark)
                else:
                    _change_relation(work, change["person"], relation)
        self._make_guardians(wanted)
        self._bind_guardians(wanted)

    def _make_guardians(self, wanted: Sequence[Wanted]) -> None:
        """Persons for guardians that are not known yet; ``self.guardians`` knows everybody afterwards."""
        missing: dict[tuple[str, str], tuple[Wanted, Person]] = {}
        for one in wanted:
            if one.key in self.guardians or one.key in missing:
                continue
            person = Person(name=one.name, keeper_id=self.school_id)
            if one.phone:
                person.phone, person.phone_fingerprint = self.sealer.seal(one.phone, PHONE_CONTEXT), one.mark
            missing[one.key] = (one, person)
        made = Person.objects.bulk_create([person for _one, person in missing.values()])
        for (key, (one, _person)), person in zip(missing.items(), made, strict=True):
            self.guardians[key] = person.pk
            one.work.note("people", person.pk)

    def _bind_guardians(self, wanted: Sequence[Wanted]) -> None:
        first: set[int] = set()
        standing = Guardianship.objects.filter(ends_on=None, first_contact=True)
        for piece in selectors.chunks(one.work.person for one in wanted if one.work.row.kind != RowKind.NEW):
            first.update(standing.filter(child__in=piece).values_list("child_id", flat=True))
        made: dict[tuple[int, int], tuple[Work, Guardianship]] = {}
        for one in wanted:
            child, guardian = one.work.person, self.guardians[one.key]
            if (child, guardian) in made or child == guardian:
                continue
            guardianship = Guardianship(
                child_id=child,
                guardian_id=guardian,
                relation=one.relation,
                first_contact=child not in first,
                starts_on=self.day,
            )
            first.add(child)
            made[child, guardian] = (one.work, guardianship)
        rows = Guardianship.objects.bulk_create([guardianship for _work, guardianship in made.values()])
        for (work, _guardianship), row in zip(made.values(), rows, strict=True):
            work.note("guardianships", row.pk)

    def _change_phone(self, work: Work, guardian: int, phone: str, mark: str) -> None:
        person = Person.objects.get(pk=guardian)
        old = [person.pk, self.sealer.open(person.phone), person.phone_fingerprint]
        work.kept.setdefault("phones", []).append(old)
        person.phone, person.phone_fingerprint = self.sealer.seal(phone, PHONE_CONTEXT), mark
        person.save(update_fields=["phone", "phone_fingerprint"])

    # --- groups ------------------------------------------------------------------------------------------------
    def _write_groups(self, works: Sequence[Work]) -> None:
        made: list[tuple[Work, GroupMembership]] = []
        for work in works:
            old, new = work.row.changes.get("groups", [[], []])
            if work.row.kind == RowKind.NEW:
                new = work.row.values.get("groups", [])
            for name in sorted(set(new) - set(old)):
                membership = GroupMembership(
                    person_id=work.person, group=self.groups[name], source=ROSTER_SOURCE, starts_on=self.day
                )
                made.append((work, membership))
            ended = set(old) - set(new)
            if ended:
                held = GroupMembership.objects.filter(
                    person=work.person, group__name__in=ended, source=ROSTER_SOURCE, ends_on=None
                )
                work.before["memberships_ended"] = list(held.values_list("pk", flat=True))
                held.update(ends_on=self.day)
        rows = GroupMembership.objects.bulk_create([membership for _work, membership in made])
        for (work, _membership), row in zip(made, rows, strict=True):
            work.note("memberships", row.pk)


def _change_relation(work: Work, guardian: int, relation: str) -> None:
    held = Guardianship.objects.get(child=work.person, guardian=guardian, ends_on=None)
    work.note("relations", [held.pk, held.relation])
    held.relation = relation
    held.save(update_fields=["relation"])


def _places(pks: Sequence[Any]) -> dict[int, Enrolment]:
    return {enrolment.pk: enrolment for enrolment in Enrolment.objects.filter(pk__in=pks)}


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
