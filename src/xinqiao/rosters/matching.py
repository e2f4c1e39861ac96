"""Which row of the file is which student. Pure: no queries, no clock.

In order of trust: identity number, student number with the same name, name with birth date, student number with birth
date (a new name). What is left over and shares its name with a student who would otherwise leave is not guessed: a
person decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xinqiao.rosters.enums import RowKind, Scope
from xinqiao.rosters.reading.classnames import ClassKey
from xinqiao.rosters.reading.students import WHOLE_ROW, Line


@dataclass(frozen=True, slots=True)
class KnownGuardian:
    person: int
    name: str
    relation: str
    phone: str
    """Fingerprint of the phone, "" when none is known."""


@dataclass(slots=True)
class Known:
    """A student as the house knows them. ``identity`` is a fingerprint. ``open``: enrolled at this school now.

    groups: those an earlier roster named; otherwise: those known from elsewhere, which a roster neither shows nor ends.
    """

    person: int
    enrolment: int
    name: str
    sex: str
    birth_date: date | None
    student_number: str
    key: ClassKey | None
    boarding: bool | None = None
    identity: str = ""
    open: bool = True
    guardians: tuple[KnownGuardian, ...] = ()
    groups: frozenset[str] = frozenset()
    otherwise: frozenset[str] = frozenset()


@dataclass(slots=True)
class Prints:
    """Fingerprints of what a line keeps secret: the identity number, and one phone per guardian."""

    identity: str = ""
    phones: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What a line means. ``changes``: field → [old, new]; secrets appear only as whether there is one."""

    kind: str
    line: Line | None
    known: Known | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True)
class School:
    """Everything matching looks at. ``elsewhere``: fingerprints of identities enrolled at another school now."""

    present: Sequence[Known]
    gone: Sequence[Known] = ()
    elsewhere: frozenset[str] = frozenset()


def match(lines: Sequence[Line], prints: Mapping[int, Prints], school: School, scope: str) -> list[Outcome]:
    """One outcome a line, and one for every student who left; in the order of the file, leavers last."""
    matcher = _Matcher(lines, prints, school)
    outcomes = [matcher.outcome(line) for line in lines]
    return outcomes + [Outcome(RowKind.LEFT, None, known) for known in matcher.leavers(scope)]


class _Matcher:
    def __init__(self, lines: Sequence[Line], prints: Mapping[int, Prints], school: School) -> None:
        self.lines, self.prints, self.school = lines, prints, school
        self.claimed: dict[int, int] = {}
        self.found: dict[int, Known] = {}
        self.open_candidates: dict[int, list[Known]] = {}
        self.by_number = {known.student_number: known for known in school.present}
        self.by_name: dict[str, list[Known]] = defaultdict(list)
        for known in school.present:
            self.by_name[known.name].append(known)
        for step in (self._by_identity, self._by_number_and_name, self._by_name_and_birth, self._by_number_and_birth):
            step([line for line in lines if not line.faulty and line.number not in self.found])
        self._returning([line for line in lines if not line.faulty and line.number not in self.found])
        self._undecided([line for line in lines if not line.faulty and line.number not in self.found])

    def _claim(self, line: Line, known: Known) -> None:
        other = self.claimed.get(known.person)
        if other is not None:
            line.blame(WHOLE_ROW, "matched_twice", rows=other)
            return
        self.claimed[known.person] = line.number
        self.found[line.number] = known

    def _by_identity(self, lines: Iterable[Line]) -> None:
        everyone = (*self.school.gone, *self.school.present)
        known_as = {known.identity: known for known in everyone if known.identity}
        for line in lines:
            mark = self._prints(line).identity
            if mark and mark in known_as:
                self._claim(line, known_as[mark])
            elif mark and mark in self.school.elsewhere:
                line.blame(WHOLE_ROW, "identity_elsewhere")

    def _by_number_and_name(self, lines: Iterable[Line]) -> None:
        for line in lines:
            known = self.by_number.get(line.student_number)
            if known is not None and known.name == line.name:
                self._claim(line, known)

    def _by_name_and_birth(self, lines: Iterable[Line]) -> None:
        wanted: dict[tuple[str, date], list[Line]] = defaultdict(list)
        for line in lines:
            if line.birth_date:
                wanted[line.name, line.birth_date].append(line)
        for (name, birth), alike in wanted.items():
            people = [k for k in self.by_name.get(name, ()) if k.birth_date == birth and k.person not in self.claimed]
            if len(people) == 1 and len(alike) == 1:
                self._claim(alike[0], people[0])
            elif people:
                for line in alike:
                    self.open_candidates[line.number] = people

    def _by_number_and_birth(self, lines: Iterable[Line]) -> None:
        for line in lines:
            known = self.by_number.get(line.student_number)
            if known is None or known.person in self.claimed or line.number in self.open_candidates:
                continue
            if line.birth_date and known.birth_date == line.birth_date:
                self._claim(line, known)
            else:
                line.blame(WHOLE_ROW, "number_held", value=known.name)

    def _returning(self, lines: Iterable[Line]) -> None:
        by_number = {(known.student_number, known.name): known for known in self.school.gone}
        by_birth: dict[tuple[str, date], list[Known]] = defaultdict(list)
        for known in self.school.gone:
            if known.birth_date:
                by_birth[known.name, known.birth_date].append(known)
        for line in lines:
            if line.number in self.open_candidates or line.faulty:
                continue
            people = by_birth.get((line.name, line.birth_date), []) if line.birth_date else []
            by_both = by_number.get((line.student_number, line.name))
            if by_both and not (line.birth_date and by_both.birth_date and by_both.birth_date != line.birth_date):
                people = [by_both]
            people = [known for known in people if known.person not in self.claimed]
            if len(people) == 1:
                self._claim(line, people[0])

    def _undecided(self, lines: Iterable[Line]) -> None:
        for line in lines:
            people = self.open_candidates.get(line.number) or [
                known for known in self.by_name.get(line.name, ()) if _may_be(line, known)
            ]
            people = [known for known in people if known.person not in self.claimed]
            if people and not line.faulty:
                self.open_candidates[line.number] = people
            else:
                self.open_candidates.pop(line.number, None)

    def _prints(self, line: Line) -> Prints:
        return self.prints.get(line.number) or Prints()

    def outcome(self, line: Line) -> Outcome:
        if line.faulty:
            return Outcome(RowKind.FAULTY, line)
        people = self.open_candidates.get(line.number)
        if people:
            return Outcome(RowKind.UNDECIDED, line, candidates=tuple(known.person for known in people))
        return judged(line, self._prints(line), self.found.get(line.number))

    def leavers(self, scope: str) -> list[Known]:
        """Present students whom no row claims, no open question concerns and no faulty row may mean."""
        if scope == Scope.NOBODY:
            return []
        waiting = {known.person for people in self.open_candidates.values() for known in people}
        faulty = [line for line in self.lines if line.faulty]
        numbers = {line.student_number for line in faulty if line.student_number}
        names = {line.name for line in faulty if line.name}
        inside = scope_test(scope, (line.key for line in self.lines))
        return [
            known
            for known in self.school.present
            if known.person not in self.claimed
            and known.person not in waiting
            and known.student_number not in numbers
            and known.name not in names
            and inside(known.key)
        ]


def _may_be(line: Line, known: Known) -> bool:
    """Whether nothing speaks against a line being this student of the same name."""
    if line.birth_date and known.birth_date and line.birth_date != known.birth_date:
        return False
    return not (line.sex and known.sex and line.sex != known.sex)


def scope_test(scope: str, keys: Iterable[ClassKey | None]) -> Any:
    """A function that tells whether a student of a class is one the file should have."""
    seen = {key for key in keys if key is not None}
    cohorts = {(key.stage, key.entry_year) for key in seen}

    def inside(key: ClassKey | None) -> bool:
        if scope == Scope.SCHOOL:
            return True
        if key is None or scope == Scope.NOBODY:
            return False
        return key in seen if scope == Scope.CLASSES else (key.stage, key.entry_year) in cohorts

    return inside


def judged(line: Line, prints: Prints, known: Known | None) -> Outcome:
    """What a line means once it is clear whose it is (None: nobody we know)."""
    if known is None:
        return Outcome(RowKind.NEW, line)
    changes = compare(line, prints, known)
    if not known.open:
        return Outcome(RowKind.RETURNED, line, known, changes)
    if "class" in changes:
        return Outcome(RowKind.MOVED, line, known, changes)
    return Outcome(RowKind.CHANGED if changes else RowKind.SAME, line, known, changes)


def compare(line: Line, prints: Prints, known: Known) -> dict[str, Any]:
    """Field → [old, new]. An empty cell erases nothing."""
    changes: dict[str, Any] = {}
    pairs: tuple[tuple[str, Any, Any], ...] = (
        ("name", known.name, line.name),
        ("student_number", known.student_number, line.student_number),
        ("sex", known.sex, line.sex),
        ("birth_date", _iso(known.birth_date), _iso(line.birth_date)),
    )
    for name, old, new in pairs:
        if new and new != old:
            changes[name] = [old, new]
    if line.boarding is not None and line.boarding != known.boarding:
        changes["boarding"] = [known.boarding, line.boarding]
    if line.key != known.key:
        changes["class"] = [_listed(known.key), _listed(line.key)]
    if prints.identity and prints.identity != known.identity:
        changes["id_number"] = [bool(known.identity), True]
    guardians = _guardian_changes(line, prints, known)
    if guardians:
        changes["guardians"] = guardians
    if line.groups is not None and set(line.groups) - known.otherwise != known.groups:
        changes["groups"] = [sorted(known.groups), sorted(set(line.groups) - known.otherwise)]
    return changes


def _guardian_changes(line: Line, prints: Prints, known: Known) -> list[dict[str, Any]]:
    """One entry per guardian the file adds or whose phone or relation it changes. ``at``: place in the line."""
    changes: list[dict[str, Any]] = []
    phones = prints.phones or ("",) * len(line.guardians)
    for at, (guardian, phone) in enumerate(zip(line.guardians, phones, strict=True)):
        same = next((k for k in known.guardians if k.name == guardian.name), None)
        if same is None:
            changes.append({"at": at, "name": guardian.name, "what": "new"})
        elif phone and phone != same.phone:
            changes.append({"at": at, "name": guardian.name, "what": "phone", "person": same.person})
        elif guardian.relation != "other" and guardian.relation != same.relation:
            changes.append({"at": at, "name": guardian.name, "what": "relation", "person": same.person})
    return changes


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _listed(key: ClassKey | None) -> list[Any]:
    return [key.stage, key.entry_year, key.number] if key else []
