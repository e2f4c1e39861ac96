"""Every URL of the house, and a small world in which somebody knocks at each.

A room tells what its URLs are about in ``tests/<room>/url_samples.py``: ``samples(world) -> dict``, from a URL name
(``"access:trail"``) to its arguments, for objects of ``world.school`` that nobody outside it may see. Names of
arguments that mean the same everywhere (person_id, school_id …) are filled in here when a room says nothing; any other
address is knocked at with an id that no row has.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from tests.factories import a_bureau, a_class, a_guardian, a_post, a_school, a_student
from xinqiao.access.actor import Actor, actor_of
from xinqiao.access.doors import Door
from xinqiao.access.enums import PostKind
from xinqiao.accounts.models import Account
from xinqiao.people.models import Organisation, Person

TESTS = Path(__file__).resolve().parents[1]
NOBODYS = 987654321
"""An id no row has."""
BUREAU = (PostKind.BUREAU_OFFICER, PostKind.BUREAU_EXPERT, PostKind.BUREAU_LEADER)
CLASS_POSTS = (PostKind.CLASS_TEACHER, PostKind.SUBJECT_TEACHER, PostKind.PEER_REP)
SCHOOL_POSTS = tuple(kind for kind in PostKind if kind not in {*BUREAU, *CLASS_POSTS})


@dataclass(frozen=True)
class Url:
    name: str
    arguments: Mapping[str, Any]
    """Converters by name."""
    door: Door


def our_urls() -> list[Url]:
    """Every URL with a door, by name."""
    return sorted(_walk(get_resolver(), ""), key=lambda url: url.name)


def _walk(resolver: URLResolver, names: str) -> Iterator[Url]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, f"{names}{entry.namespace}:" if entry.namespace else names)
        elif isinstance(entry, URLPattern) and hasattr(entry.callback, "door"):
            yield Url(f"{names}{entry.name}", dict(entry.pattern.converters), entry.callback.door)


@dataclass
class World:
    """One school with everything in it, another beside it, a bureau above both."""

    school: Organisation
    other: Organisation
    room: Organisation
    student: Person
    guardian: Person
    actors: dict[str, Actor] = field(default_factory=dict)
    samples: dict[str, dict[str, Any]] = field(default_factory=dict)

    def is_told(self, url: Url) -> bool:
        """Whether the address names rows that exist."""
        return all(name in self.samples.get(url.name, {}) or name in self.known for name in url.arguments)

    def path(self, url: Url) -> str:
        """The address for an object of ``school``, or for none at all."""
        told = self.known | self.samples.get(url.name, {})
        return reverse(url.name, kwargs={name: told.get(name, NOBODYS) for name in url.arguments})

    @property
    def known(self) -> dict[str, Any]:
        return {
            "person_id": self.student.pk,
            "student_id": self.student.pk,
            "child_id": self.student.pk,
            "node_id": self.room.pk,
            "class_id": self.room.pk,
            "school_id": self.school.pk,
            "organisation_id": self.school.pk,
            "purpose": "screening",
            "token": "nothing-opens-with-this",
        }


def a_world() -> World:
    now = timezone.now()
    bureau = a_bureau()
    school, other = a_school(bureau), a_school(bureau)
    room, other_room = a_class(school), a_class(other)
    student = a_student(room)
    world = World(school=school, other=other, room=room, student=student, guardian=a_guardian(student))
    other_student = a_student(other_room)
    people = {
        "insider": _staff(school, [(kind, school) for kind in SCHOOL_POSTS] + [(kind, room) for kind in CLASS_POSTS]),
        "neighbour": _staff(other, [(k, other) for k in SCHOOL_POSTS] + [(k, other_room) for k in CLASS_POSTS]),
        "other class": _staff(school, [(PostKind.CLASS_TEACHER, a_class(school, number=2))]),
        "bureau": _staff(bureau, [(kind, bureau) for kind in BUREAU]),
        "ended": _staff(school, [(kind, school) for kind in SCHOOL_POSTS], ended=True),
        "nobody": _staff(school, []),
        "student": _with_account(other_student, "student"),
        "guardian": _with_account(a_guardian(other_student), "guardian"),
        "own student": _with_account(student, "student"),
        "own guardian": _with_account(world.guardian, "guardian"),
        "outside": _with_account(Person.objects.create(name="校外", keeper=school), "outside"),
    }
    world.actors = {name: actor_of(person, now) for name, person in people.items()}
    world.samples = _samples(world)
    return world


def _with_account(person: Person, kind: str) -> Person:
    person.account = Account.objects.create_user(f"{kind}{person.pk}", "correct horse battery", kind=kind)
    person.save(update_fields=["account"])
    return person


def _staff(keeper: Organisation, posts: list[tuple[PostKind, Organisation]], *, ended: bool = False) -> Person:
    person = _with_account(Person.objects.create(name=f"某{keeper.pk}", keeper=keeper), "staff")
    for kind, node in posts:
        a_post(person, kind, node, ends_on=timezone.localdate() if ended else None)
    return person


def _samples(world: World) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(TESTS.glob("*/url_samples.py")):
        spec = importlib.util.spec_from_file_location(f"tests.{path.parent.name}.url_samples", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= module.samples(world)
    return found
