"""Students with a level, everybody's duties, and cases, in the world of the signals' tests. Names are invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.factories import NOON, a_class, a_post, an_actor
from tests.signals.factories import DAY, HOUR, MINUTE, World, a_level, end_posts, post_of
from tests.signals.factories import a_world as a_signals_world
from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.cases import sweeps
from xinqiao.cases.models import CareDuty, Case, CaseTask, FollowUp
from xinqiao.cases.selectors import adults_around
from xinqiao.cases.services import care, closing, opening
from xinqiao.outbox.services import settle
from xinqiao.people.models import Person
from xinqiao.signals.services import levels

PLAN = {"needs": "想睡好", "goals": "两周内每天到校", "measures": "每周谈一次", "safety": "难受时先找班主任"}


def a_world(children: int = 2, **more: bool) -> World:
    """The signals' world with a grade head 高组长 (``gao``) and a class teacher of another class (``other``)."""
    world = a_signals_world(children=children, **more)
    world.gao = an_actor(PostKind.GRADE_HEAD, world.node.parent, "高组长")  # type: ignore[attr-defined]
    world.other = an_actor(PostKind.CLASS_TEACHER, a_class(world.school, number=9), "旁班老师")  # type: ignore[attr-defined]
    return world


def levelled(world: World, level: int, child: Person | None = None, *, at: datetime = NOON) -> Person:
    """A student at a level, with everybody's duties given; lowering from 3–4 is agreed to by 白."""
    child = child or world.children[0]
    change = a_level(world, level, child, at=at)
    if change.state == "awaiting":
        levels.confirm_lowering(actor=world.bai or world.wei, change=change, at=at)
    settle(at)
    return child


def a_duty(world: World, level: int, kind: str, child: Person | None = None, *, at: datetime = NOON) -> CareDuty:
    child = levelled(world, level, child, at=at)
    return CareDuty.objects.get(person=child, kind=kind, state="open")


def a_case(world: World, level: int = 2, child: Person | None = None, *, at: datetime = NOON) -> Case:
    child = levelled(world, level, child, at=at)
    return opening.open_case(actor=world.lin, person=child, reason="近期睡不好，想有人听", at=at)


def a_task(world: World, case: Case, to: Actor | None = None, *, at: datetime = NOON) -> CaseTask:
    to = to or world.he
    post = next(post for post in adults_around(case, at) if post.person_id == to.person.pk)
    return care.give_task(actor=world.lin, case=case, what="每天打个招呼", to=post, due_at=at + 2 * DAY, at=at)


def follow_ups_done(world: World, case: Case, *, steady: bool = True, at: datetime = NOON) -> None:
    for row in FollowUp.objects.filter(case=case, state="due"):
        next_at = at + timedelta(hours=20)
        care.finish_follow_up(actor=world.lin, follow_up=row, steady=steady, words="看上去好些", next_at=next_at, at=at)


def closing_case(world: World, *, at: datetime = NOON) -> Case:
    """A case at level 1 whose closing 林 asked for."""
    case = a_case(world, 2, at=at)
    follow_ups_done(world, case, at=at)
    levelled(world, 1, case.person, at=at)
    return closing.ask_closing(actor=world.lin, case=case, outcome="stable", words="目标达成", at=at)


def closed_case(world: World, *, at: datetime = NOON) -> Case:
    return closing.confirm_closing(actor=world.bai or world.wei, case=closing_case(world, at=at), at=at)


def tick(at: datetime) -> None:
    """What the worker does within the next minute."""
    settle(at)
    for sweep in (sweeps.keep, sweeps.climb, sweeps.remind, sweeps.reconcile, sweeps.review):
        sweep(at)
    settle(at)


def moved(child: Person, node: object, at: datetime = NOON) -> None:
    """The child goes to another class on that day."""
    child.enrolments.filter(ends_on=None).update(ends_on=at.date(), left_for="moved")
    school = node.parent.parent  # type: ignore[attr-defined]
    child.enrolments.create(class_node=node, school=school, student_number=f"m{child.pk}", starts_on=at.date())


def left(child: Person, at: datetime = NOON) -> None:
    child.enrolments.filter(ends_on=None).update(ends_on=at.date(), left_for="transfer")


__all__ = ["DAY", "HOUR", "MINUTE", "World", "a_post", "end_posts", "post_of"]
