"""A school with everybody who answers for it. Names are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tests.factories import NOON, a_class, a_person, a_post, a_school, a_student, an_actor
from xinqiao.access.actor import HOUSE, Actor, actor_of
from xinqiao.access.enums import PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.people.models import Enrolment, Organisation, Person
from xinqiao.signals.enums import EvidenceKind, Source, Urgency
from xinqiao.signals.models import Interview, LevelChange, Signal
from xinqiao.signals.services import interviews, levels, raising, triage
from xinqiao.signals.services.interviews import Held
from xinqiao.signals.services.raising import About, Ground

_keys = count(1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class World:
    """林 and 白 are psychology teachers, 沈 heads moral education, 魏 leads the school, 周 and 邵 sit in the bureau."""

    bureau: Organisation = None  # type: ignore[assignment]
    school: Organisation = None  # type: ignore[assignment]
    node: Organisation = None  # type: ignore[assignment]
    children: list[Person] = field(default_factory=list)
    lin: Actor = None  # type: ignore[assignment]
    bai: Actor = None  # type: ignore[assignment]
    shen: Actor = None  # type: ignore[assignment]
    wei: Actor = None  # type: ignore[assignment]
    zhou: Actor = None  # type: ignore[assignment]
    shao: Actor = None  # type: ignore[assignment]
    he: Actor = None  # type: ignore[assignment]
    """Class teacher."""
    ding: Actor = None  # type: ignore[assignment]
    """Subject teacher."""
    stranger: Actor = None  # type: ignore[assignment]
    """Psychology teacher of another school below the same bureau."""

    def again(self, actor: Actor, at: datetime = NOON) -> Actor:
        """The same person as they stand at a moment."""
        assert actor.person is not None
        return actor_of(Person.objects.get(pk=actor.person.pk), at)


def a_world(children: int = 3, *, second_teacher: bool = True) -> World:
    school = a_school()
    bureau, node = school.parent, a_class(school)
    assert bureau is not None
    world = World(
        bureau=bureau,
        school=school,
        node=node,
        children=[a_student(node) for _ in range(children)],
        lin=an_actor(PostKind.PSYCH_TEACHER, school, "林岚"),
        shen=an_actor(PostKind.MORAL_HEAD, school, "沈主任"),
        wei=an_actor(PostKind.SCHOOL_LEADER, school, "魏校长"),
        zhou=an_actor(PostKind.BUREAU_EXPERT, bureau, "周教研"),
        shao=an_actor(PostKind.BUREAU_OFFICER, bureau, "邵专干"),
        he=an_actor(PostKind.CLASS_TEACHER, node, "何老师"),
        ding=an_actor(PostKind.SUBJECT_TEACHER, node, "丁老师"),
        stranger=an_actor(PostKind.PSYCH_TEACHER, a_school(bureau), "外校老师"),
    )
    if second_teacher:
        world.bai = an_actor(PostKind.PSYCH_TEACHER, school, "白老师")
    return world


def enrolment(child: Person) -> Enrolment:
    return Enrolment.objects.select_related("person", "school", "class_node").get(person=child, ends_on=None)


def student(child: Person, at: datetime = NOON) -> Actor:
    """The child signed in."""
    if child.account_id is None:
        child.account = Account.objects.create_user(f"st{child.pk}", name=child.name, kind=AccountKind.STUDENT)
        child.save(update_fields=["account"])
    return actor_of(Person.objects.select_related("account").get(pk=child.pk), at)


def a_peer_rep(node: Organisation, at: datetime = NOON) -> Actor:
    child = a_student(node, "心委同学")
    a_post(child, PostKind.PEER_REP, node)
    return student(child, at)


def a_signal(
    world: World,
    child: Person | None = None,
    *,
    source: Source = Source.QUICK,
    urgency: Urgency = Urgency.SOON,
    at: datetime = NOON,
    words: dict[str, object] | None = None,
) -> Signal:
    """A fresh signal, raised by the class teacher's quick report unless another source is named."""
    about = About.of(enrolment(child or world.children[0]))
    ground = Ground(EvidenceKind.REPORT, f"test:{next(_keys)}", urgency, words or {"words": "上课一直趴着"})
    return raising.raise_signal(actor=world.he, about=about, source=source, ground=ground, at=at)


def taken(world: World, signal: Signal | None = None, *, by: Actor | None = None, at: datetime = NOON) -> Signal:
    return triage.take_up(actor=by or world.lin, signal=signal or a_signal(world, at=at), at=at)


def an_interview(
    world: World, signal: Signal | None = None, *, by: Actor | None = None, at: datetime = NOON, **held: object
) -> Interview:
    """A finished interview; the signal waits for a decision."""
    signal = signal or a_signal(world, at=at)
    draft = interviews.start_interview(actor=by or world.lin, signal=signal, at=at)
    return interviews.complete_interview(
        actor=by or world.lin,
        interview=draft,
        content={"mood": "some", "mood_words": "最近常失眠"},
        held=Held(held_at=at, **held),  # type: ignore[arg-type]
        edits=draft.edits,
        at=at,
    )


def a_level(
    world: World, level: int, child: Person | None = None, *, at: datetime = NOON, by: Actor | None = None
) -> LevelChange:
    """A child at a level: signal, interview, level; lowering from 3–4 is left waiting for the second person."""
    signal = a_signal(world, child, source=Source.REVIEW, at=at)
    interview = an_interview(world, signal, at=at, by=by)
    return levels.set_level(actor=by or world.lin, interview=interview, level=level, reason="访谈所见", at=at)


def on_duty(world: World, post: Post, start: datetime, hours: float = 24) -> DutyTurn:
    return DutyTurn.objects.create(
        school=world.school, post=post, starts_at=start, ends_at=start + timedelta(hours=hours)
    )


def post_of(actor: Actor) -> Post:
    return Post.objects.select_related("organisation").get(pk=actor.posts[0].id)


def end_posts(actor: Actor, at: datetime) -> None:
    assert actor.person is not None
    Post.objects.filter(person=actor.person, ends_on=None).update(ends_on=at.date())


def a_colleague(world: World, kind: PostKind, at: datetime = NOON, name: str = "") -> Actor:
    person = a_person(world.school, name)
    a_post(person, kind, world.school)
    return actor_of(person, at)


__all__ = ["HOUSE"]
