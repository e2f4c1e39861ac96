"""What the house knows about a school, in the shape matching and the pages need."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Exists, Max, OuterRef, QuerySet

from xinqiao.people.models import Enrolment, GroupMembership, Guardianship, Organisation, Person, PopulationGroup
from xinqiao.rosters.enums import ImportState
from xinqiao.rosters.matching import Known, KnownGuardian, School
from xinqiao.rosters.models import RosterImport, RosterRow
from xinqiao.rosters.reading.classnames import ClassKey
from xinqiao.rosters.reading.words import ALSO_CALLED

ROSTER_SOURCE = "roster"
"""people.GroupMembership.source of what a roster named."""
CHUNK = 500
T = TypeVar("T")


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    iterator = iter(values)
    while piece := list(islice(iterator, size)):
        yield piece


_COLUMNS = (
    "person_id",
    "pk",
    "person__name",
    "person__sex",
    "person__birth_date",
    "student_number",
    "class_node__stage",
    "class_node__entry_year",
    "class_node__number",
    "boarding",
    "person__id_fingerprint",
)


def _known(row: tuple[Any, ...], *, present: bool) -> Known:
    person, enrolment, name, sex, birth, number, stage, year, class_number, boarding, identity = row
    key = ClassKey(stage, year, class_number) if class_number is not None else None
    return Known(person, enrolment, name, sex, birth, number, key, boarding, identity, open=present)


def school_as_known(school: Organisation, identities: Collection[str] = ()) -> School:
    """Everybody enrolled at a school now, everybody who left it and is nowhere now, and which of ``identities``
    (fingerprints) are enrolled at another school. Five queries, and one more per 500 identities."""
    held = Enrolment.objects.filter(school=school, ends_on=None).order_by("pk")
    present = [_known(row, present=True) for row in held.values_list(*_COLUMNS)]
    anywhere = Enrolment.objects.filter(person=OuterRef("person"), ends_on=None)
    past = Enrolment.objects.filter(~Exists(anywhere), school=school, ends_on__isnull=False).order_by("pk")
    gone = {row[0]: _known(row, present=False) for row in past.values_list(*_COLUMNS)}
    everyone = {known.person: known for known in (*gone.values(), *present)}
    inside = Enrolment.objects.filter(school=school).values("person")
    _add_guardians(everyone, inside)
    _add_groups(everyone, inside)
    return School(present, list(gone.values()), _elsewhere(school, identities))


def _add_guardians(everyone: dict[int, Known], inside: QuerySet[Any, Any]) -> None:
    found: dict[int, list[KnownGuardian]] = defaultdict(list)
    rows = Guardianship.objects.filter(child__in=inside, ends_on=None).order_by("pk")
    for child, guardian, name, relation, phone in rows.values_list(
        "child_id", "guardian_id", "guardian__name", "relation", "guardian__phone_fingerprint"
    ):
        found[child].append(KnownGuardian(guardian, name, relation, phone))
    for child, guardians in found.items():
        if child in everyone:
            everyone[child].guardians = tuple(guardians)


def _add_groups(everyone: dict[int, Known], inside: QuerySet[Any, Any]) -> None:
    named: dict[int, set[str]] = defaultdict(set)
    otherwise: dict[int, set[str]] = defaultdict(set)
    rows = GroupMembership.objects.filter(person__in=inside, ends_on=None)
    for person, group, source in rows.values_list("person_id", "group__name", "source"):
        (named if source == ROSTER_SOURCE else otherwise)[person].add(group)
    for person in {*named, *otherwise} & everyone.keys():
        everyone[person].groups = frozenset(named[person])
        everyone[person].otherwise = frozenset(otherwise[person])


def _elsewhere(school: Organisation, identities: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    for piece in chunks(identities):
        rows = Person.objects.filter(id_fingerprint__in=piece, enrolments__ends_on=None)
        found.update(rows.exclude(enrolments__school=school).values_list("id_fingerprint", flat=True))
    return frozenset(found)


def state_of(school: Organisation) -> dict[str, int]:
    """A cheap mark of a school's enrolments and imports, to notice that something changed since a preview."""
    held = Enrolment.objects.filter(school=school)
    applied = RosterImport.objects.filter(school=school, applied_at__isnull=False)
    return {
        "open": held.filter(ends_on=None).count(),
        "newest": held.aggregate(newest=Max("pk"))["newest"] or 0,
        "applied": applied.aggregate(newest=Max("pk"))["newest"] or 0,
        "undone": applied.filter(undone_at__isnull=False).count(),
    }


def groups_of(school: Organisation) -> dict[str, PopulationGroup]:
    """Groups a roster of this school may name: those known everywhere and those of the school or above it."""
    owners = school.ancestors_ids()
    rows = PopulationGroup.objects.filter(owner=None) | PopulationGroup.objects.filter(owner__in=owners)
    return {group.name: group for group in rows.order_by("-owner_id")}


def group_named(written: str, names: Collection[str]) -> str:
    """The group a word means: itself, or the only one that contains it (留守 → 留守儿童); "" when none or several."""
    written = ALSO_CALLED.get(written, written)
    if written in names:
        return written
    alike = [name for name in names if written in name or (len(name) > 1 and name in written)]
    return alike[0] if len(alike) == 1 else ""


def stages_of(school: Organisation) -> frozenset[str]:
    """Stages a school is known to have, by its grades and classes."""
    rows = Organisation.objects.filter(path__startswith=school.path, kind__in=["grade", "class"]).exclude(stage="")
    return frozenset(rows.values_list("stage", flat=True))


def waiting_imports(visible: QuerySet[RosterImport]) -> list[RosterImport]:
    """Those a person has to go on with, the newest five."""
    return list(visible.filter(state__in=[ImportState.MAPPING, ImportState.READY])[:5])


def schools_without_students(schools: QuerySet[Organisation]) -> list[Organisation]:
    return list(schools.exclude(Exists(Enrolment.objects.filter(school=OuterRef("pk"))))[:5])


def rows_of(roster: RosterImport, kind: str) -> QuerySet[RosterRow]:
    return RosterRow.objects.filter(roster=roster, kind=kind).order_by("id")
