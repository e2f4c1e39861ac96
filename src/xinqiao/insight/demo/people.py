"""The people of the demo district: tree, staff, classes, students, guardians, groups."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from math import cos, sin
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils.timezone import localdate

from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.accounts.models import Account
from xinqiao.insight.demo.names import fake_phone, person_name, school_name
from xinqiao.people.models import (
    Enrolment,
    GroupMembership,
    Guardianship,
    Organisation,
    Person,
    PopulationGroup,
    Term,
)
from xinqiao.people.rules import FIRST_GRADE, YEARS, school_year_of
from xinqiao.people.selectors import school_of
from xinqiao.people.services import add_organisation
from xinqiao.vault.fields import fingerprint

PASSWORD = "xinqiao-demo"  # noqa: S105  printed by the command, works on a demonstration only
CLASS_SIZE = 45
STAGES = ("junior", "primary", "senior")
GROUP_SHARES = {"left_behind": 0.12, "single_parent": 0.08, "low_income": 0.05, "migrant": 0.06, "disabled": 0.01}


@dataclass
class School:
    """One school of the demo with the posts that act in its history."""

    node: Organisation
    stage: str
    classes: list[Organisation] = field(default_factory=list)
    psych: Person | None = None
    leader: Person | None = None
    moral: Person | None = None
    grade_heads: dict[int, Person] = field(default_factory=dict)
    class_teachers: dict[int, Person] = field(default_factory=dict)


@dataclass
class World:
    """What the demo has made so far. ``accounts`` is what the command prints: (role, username, where)."""

    bureau: Organisation
    at: datetime
    rng: random.Random
    schools: list[School] = field(default_factory=list)
    accounts: list[tuple[str, str, str]] = field(default_factory=list)
    officer: Person | None = None
    stories: list[Any] = field(default_factory=list)
    """What the chapter on screening leaves to the next one."""
    running: Any = None
    extra: dict[str, object] = field(default_factory=dict)
    """Further facts for the printed summary, such as how a student signs in."""

    @property
    def today(self) -> date:
        return localdate(self.at)


def build_people(*, schools: int, students: int, rng: random.Random, at: datetime) -> World:
    """A bureau with ``schools`` schools and ``students`` students in all, staffed and enrolled."""
    bureau = add_organisation(parent=None, kind="bureau", name="青禾区教育局", code="QH")
    world = World(bureau=bureau, at=at, rng=rng)
    started = date(school_year_of(world.today), 9, 1)
    _terms(bureau, started)
    world.officer = _staff(world, bureau, PostKind.BUREAU_OFFICER, started, "officer")
    _staff(world, bureau, PostKind.BUREAU_EXPERT, started, "expert")
    _staff(world, bureau, PostKind.BUREAU_LEADER, started, "bureau-leader")
    _staff(world, bureau, PostKind.DATA_OFFICER, started, "data-officer")
    for index in range(schools):
        share = students // schools + (index < students % schools)
        world.schools.append(_school(world, index, share, started))
    _fill_classes(world, students, started)
    return world


def _terms(bureau: Organisation, started: date) -> None:
    year = started.year
    Term.objects.create(
        organisation=bureau, school_year=year, name="第一学期", starts_on=started, ends_on=date(year + 1, 1, 22)
    )
    Term.objects.create(
        organisation=bureau,
        school_year=year,
        name="第二学期",
        starts_on=date(year + 1, 2, 22),
        ends_on=date(year + 1, 7, 8),
    )


def _staff(world: World, node: Organisation, kind: PostKind, started: date, username: str = "") -> Person:
    """A member of staff with a post, kept by the school; with an account when ``username`` is given."""
    name = person_name(world.rng)
    account = _account(username, name) if username else None
    school = school_of(node)
    person = Person.objects.create(name=name, keeper=school or node, account=account)
    Post.objects.create(person=person, organisation=node, kind=kind, starts_on=started - timedelta(days=730))
    if username:
        title = node.title_in(school_year_of(world.today), school.system if school else "63")
        place = title if school in {None, node} else f"{school} {title}"
        world.accounts.append((str(kind.label), username, place))
    return person


@cache
def _hashed() -> str:
    """Hashing is slow on purpose; every account of the demo has the same password, so it is done once."""
    return make_password(PASSWORD)


def _account(username: str, name: str) -> Account:
    account = Account.objects.create_user(username, None, name=name)
    account.password = _hashed()
    account.save(update_fields=["password"])
    return account


def staff_at(world: World, node: Organisation, kind: PostKind, username: str) -> Person:
    """Somebody in a post since the beginning, at an organisation that another chapter made."""
    return _staff(world, node, kind, date(school_year_of(world.today), 9, 1), username)


def _school(world: World, index: int, students: int, started: date) -> School:
    stage = STAGES[index % len(STAGES)]
    node = add_organisation(
        parent=world.bureau,
        kind="school",
        name=school_name(index, stage),
        code=f"QH{index + 1:03}",
        system="63",
        options={
            "room": "综合楼 203",
            "hours": "每天 12:20–13:40、16:30–17:30",
            "adult": "班主任或心理老师",
            "location": _location(index),
        },
    )
    school = School(node=node, stage=stage)
    mark = "" if index == 0 else f"{index + 1}"
    school.psych = _staff(world, node, PostKind.PSYCH_TEACHER, started, f"psych{mark}")
    school.leader = _staff(world, node, PostKind.SCHOOL_LEADER, started, f"leader{mark}")
    school.moral = _staff(world, node, PostKind.MORAL_HEAD, started, f"moral{mark}" if index < 3 else "")
    if index < 3:
        _staff(world, node, PostKind.SCHOOL_ADMIN, started, f"admin{mark}")
        _staff(world, node, PostKind.SUBJECT_TEACHER, started, f"subject{mark}")
    grades = YEARS["63", stage]
    classes = max(1, round(students / CLASS_SIZE))
    for number in range(grades):
        entry_year = started.year - number
        in_grade = classes // grades + (number < classes % grades)
        if in_grade == 0:
            continue
        grade = add_organisation(parent=node, kind="grade", name="年级", stage=stage, entry_year=entry_year)
        first = index == 0 and not school.grade_heads
        school.grade_heads[grade.pk] = _staff(world, grade, PostKind.GRADE_HEAD, started, "grade" if first else "")
        for class_number in range(1, in_grade + 1):
            class_node = add_organisation(
                parent=grade, kind="class", name="班级", stage=stage, entry_year=entry_year, number=class_number
            )
            first = index == 0 and not school.classes
            school.classes.append(class_node)
            teacher = _staff(world, class_node, PostKind.CLASS_TEACHER, started, "teacher" if first else "")
            school.class_teachers[class_node.pk] = teacher
    return school


def _location(index: int) -> list[int]:
    """Where the school stands on the county's drawing: from the middle outwards, each a golden angle further on."""
    turn, reach = index * 2.39996, min(480.0, 130 * index**0.5)
    return [round(500 + reach * cos(turn)), round(500 + reach * sin(turn))]


Row = tuple[Person, Person, Organisation, School, str]
"""A child, a guardian, their class and school, and the student number."""


def _fill_classes(world: World, students: int, started: date) -> None:
    """Students and one guardian each, in bulk."""
    rng, left = world.rng, students
    rows: list[Row] = []
    for index, school in enumerate(world.schools):
        for place in range(students // len(world.schools) + (index < students % len(world.schools))):
            class_node = school.classes[place % len(school.classes)]
            entry_year = class_node.entry_year or started.year
            child, guardian = _family(rng, school, entry_year, fake_phone(left))
            rows.append((child, guardian, class_node, school, f"{entry_year}{place + 1:05}"))
            left -= 1
    Person.objects.bulk_create([person for row in rows for person in row[:2]], batch_size=2000)
    _enrol(rng, rows, started)
    groups = {group.code: group for group in PopulationGroup.objects.filter(owner=None)}
    GroupMembership.objects.bulk_create(
        [
            GroupMembership(person=child, group=groups[code], source="花名册", starts_on=started)
            for child, *_rest in rows
            for code, share in GROUP_SHARES.items()
            if code in groups and rng.random() < share
        ],
        batch_size=2000,
    )


def _family(rng: random.Random, school: School, entry_year: int, phone: str) -> tuple[Person, Person]:
    """A child of the right age for the stage, and whom to call."""
    born = date(entry_year - FIRST_GRADE["63", school.stage] - 5, 9, 1) - timedelta(days=rng.randrange(365))
    child = Person(name=person_name(rng), keeper=school.node, sex=rng.choice("mf"), birth_date=born + timedelta(days=1))
    sealed = Person._meta.get_field("phone").seal(phone, school.node.pk)  # type: ignore[union-attr]
    guardian = Person(name=person_name(rng), keeper=school.node, phone=sealed, phone_fingerprint=fingerprint(phone))
    return child, guardian


def _enrol(rng: random.Random, rows: list[Row], started: date) -> None:
    since = {node.pk: date(node.entry_year or started.year, 9, 1) for _c, _g, node, _s, _n in rows}
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                person=child,
                class_node=node,
                school=school.node,
                student_number=number,
                starts_on=since[node.pk],
                boarding=rng.random() < 0.3,
            )
            for child, _guardian, node, school, number in rows
        ],
        batch_size=2000,
    )
    Guardianship.objects.bulk_create(
        [
            Guardianship(
                child=child,
                guardian=guardian,
                relation=rng.choice(("mother", "father", "grandparent")),
                first_contact=True,
                starts_on=since[node.pk],
            )
            for child, guardian, node, _school, _number in rows
        ],
        batch_size=2000,
    )
