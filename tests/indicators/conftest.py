from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.factories import a_bureau, a_class, a_school, an_actor
from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.indicators import asked
from xinqiao.indicators.asked import Asked
from xinqiao.people.models import Organisation


@dataclass
class World:
    """A bureau with two schools, and who works there."""

    bureau: Organisation
    school: Organisation
    other: Organisation
    officer: Actor
    psych: Actor
    admin: Actor
    rooms: list[Organisation] = field(default_factory=list)


@pytest.fixture
def world(db) -> World:
    bureau = a_bureau()
    school, other = a_school(bureau), a_school(bureau)
    return World(
        bureau, school, other,
        officer=an_actor(PostKind.BUREAU_OFFICER, bureau),
        psych=an_actor(PostKind.PSYCH_TEACHER, school),
        admin=an_actor(PostKind.SCHOOL_ADMIN, school),
        rooms=[a_class(school, number=1), a_class(school, number=2)],
    )  # fmt: skip


@pytest.fixture
def asking(monkeypatch):
    """Lets a test ask for figures as a plan would: ``asking(Asked(...), …)``."""
    wanted: list[Asked] = []
    monkeypatch.setattr(asked, "_askers", [lambda node, on: list(wanted)])
    return lambda *each: wanted.extend(each)
