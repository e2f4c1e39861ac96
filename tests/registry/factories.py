"""One school with everybody who keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.factories import a_class, a_guardian, a_school, a_student, an_actor
from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.people.models import Organisation, Person


@dataclass
class World:
    """A school below a bureau: 八年级 with two classes (two students in the first), who works there, a neighbour."""

    bureau: Organisation
    school: Organisation
    node: Organisation
    other: Organisation
    students: list[Person]
    admin: Actor
    lin: Actor
    leader: Actor
    teacher: Actor
    officer: Actor
    system: Actor
    stranger: Actor
    next_door: Organisation
    extra: dict[str, object] = field(default_factory=dict)


def a_world(students: int = 2) -> World:
    school = a_school(name="青禾中学")
    bureau = school.parent
    assert bureau is not None
    node, other = a_class(school), a_class(school, number=2)
    pupils = [a_student(node) for _ in range(students)]
    for pupil in pupils:
        a_guardian(pupil)
    next_door = a_school(bureau, name="望山中学")
    return World(
        bureau=bureau,
        school=school,
        node=node,
        other=other,
        students=pupils,
        admin=an_actor(PostKind.SCHOOL_ADMIN, school, "管老师"),
        lin=an_actor(PostKind.PSYCH_TEACHER, school, "林老师"),
        leader=an_actor(PostKind.SCHOOL_LEADER, school, "方校长"),
        teacher=an_actor(PostKind.CLASS_TEACHER, node, "何老师"),
        officer=an_actor(PostKind.BUREAU_OFFICER, bureau, "周专干"),
        system=an_actor(PostKind.SYSTEM_ADMIN, bureau, "石工"),
        stranger=an_actor(PostKind.SCHOOL_ADMIN, next_door, "邻校管理员"),
        next_door=next_door,
    )
