"""A small county and a court with its neighbours, with everybody who works there. Names are invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.factories import NOON, a_bureau, a_person, a_post, a_school, an_actor
from xinqiao.access.actor import Actor, actor_of
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.packs.core import read
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation, Person, Term
from xinqiao.people.services import add_organisation
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.services import applying, tasks

PACKS = Path(__file__).parent / "packs"
DAY = timedelta(days=1)
YEAR = (date(2026, 9, 1), date(2027, 8, 31))


def an_edition(name: str = "county", *, version: str = "1.0", change: object = None) -> Edition:
    """A published edition of a test pack; ``change(data)`` may alter the compiled data first."""
    source = (PACKS / f"{name}.yaml").read_text(encoding="utf-8")
    data = read.compile_pack(read.load(source))
    data["version"] = version
    if change is not None:
        change(data)  # type: ignore[operator]
    return Edition.objects.create(
        pack=data["pack"], version=version, title=data["title"], source=source, data=data, digest=read.digest(data),
        state="published", written_at=NOON, published_at=NOON,
    )  # fmt: skip


@dataclass
class County:
    """周 leads the bureau, 邵 is its officer, 颜 its expert. Each school has a head, a moral head and two psychology
    teachers, the first two schools at least."""

    bureau: Organisation
    schools: list[Organisation]
    zhou: Actor
    shao: Actor
    yan: Actor
    heads: list[Actor] = field(default_factory=list)
    morals: list[Actor] = field(default_factory=list)
    psychs: list[Actor] = field(default_factory=list)
    seconds: list[Actor] = field(default_factory=list)

    def again(self, actor: Actor, at: datetime = NOON) -> Actor:
        """The same person as they stand at a moment."""
        return actor_of(Person.objects.get(pk=actor.person.pk), at)


def a_county(schools: int = 2) -> County:
    bureau = a_bureau()
    for number, (start, end) in enumerate(
        [(date(2026, 9, 1), date(2027, 1, 22)), (date(2027, 2, 22), date(2027, 7, 9))], start=1
    ):
        Term.objects.create(organisation=bureau, school_year=2026, name=f"第{number}学期", starts_on=start, ends_on=end)
    world = County(
        bureau=bureau,
        schools=[a_school(bureau) for _ in range(schools)],
        zhou=an_actor(PostKind.BUREAU_LEADER, bureau, "周局长"),
        shao=an_actor(PostKind.BUREAU_OFFICER, bureau, "邵专干"),
        yan=an_actor(PostKind.BUREAU_EXPERT, bureau, "颜教研员"),
    )
    for school in world.schools:
        world.heads.append(an_actor(PostKind.SCHOOL_LEADER, school))
        world.morals.append(an_actor(PostKind.MORAL_HEAD, school))
        world.psychs.append(an_actor(PostKind.PSYCH_TEACHER, school))
        world.seconds.append(an_actor(PostKind.PSYCH_TEACHER, school))
    return world


@dataclass
class Agencies:
    court: Organisation
    partners: list[Organisation]
    officer: Actor
    leader: Actor
    workers: list[Actor]


def agencies() -> Agencies:
    court = add_organisation(parent=None, kind="court", name="青禾区法院")
    city = add_organisation(parent=None, kind="other", name="青禾区")
    partners = [add_organisation(parent=city, kind="department", name=name) for name in ("卫健局", "民政局")]
    return Agencies(
        court,
        partners,
        an_actor(PostKind.UNIT_OFFICER, court, "法院专员"),
        an_actor(PostKind.UNIT_LEADER, court, "法院院长"),
        [an_actor(PostKind.UNIT_OFFICER, partner) for partner in partners],
    )


def a_plan(world: County, edition: Edition | None = None, *, at: datetime = NOON, **more: object) -> Plan:
    return applying.apply_plan(
        actor=world.again(world.shao, at),
        edition=edition or an_edition(),
        organisation=world.bureau,
        starts_on=YEAR[0],
        ends_on=YEAR[1],
        at=at,
        **more,  # type: ignore[arg-type]
    )


def a_task(plan: Plan, measure: str = "summary-month", unit: Organisation | None = None) -> Task:
    """The first task of a measure that is not settled."""
    rows = plan.tasks.filter(measure=measure, **({"unit": unit} if unit else {}))
    return rows.exclude(state__in=["accepted", "waived"]).order_by("unit__path", "due_on").first()


def handed_in(world: County, task: Task, *, at: datetime = NOON) -> Task:
    owner = actor_of(task.owner.person, at)
    tasks.hand_in(actor=owner, task=task, text="做完了，来了三十人。", at=at)
    task.refresh_from_db()
    return task


def end_posts(actor: Actor, on: date) -> None:
    Post.objects.filter(person=actor.person, ends_on=None).update(ends_on=on)


__all__ = ["DAY", "NOON", "a_person", "a_post", "a_school", "an_actor"]
