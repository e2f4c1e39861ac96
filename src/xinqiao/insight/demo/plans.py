"""Chapter one: the plans. The bureau runs its programme since September, its schools hand in, most in time; other
organisations run plans of their own. Day by day, through the verbs, so that lateness, returns and climbs are real.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from io import BytesIO

from django.utils.timezone import localdate, make_aware
from PIL import Image, ImageDraw

from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.directory import services as directory
from xinqiao.directory.enums import BASIC, Equipment, ServiceKind
from xinqiao.directory.models import ServicePoint
from xinqiao.directory.rules import read_openings
from xinqiao.insight.demo.people import World, staff_at
from xinqiao.insight.demo.screening import staff
from xinqiao.insight.demo.standing import decide_money, fill_teams
from xinqiao.kernel.refusal import Refusal
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation, Person
from xinqiao.people.services import add_organisation
from xinqiao.plans import policies
from xinqiao.plans.enums import TaskState
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.services import applying, attaching, keeping, running, tasks

NOT_TODAY = 0.35
"""Of what waits for review on a morning, this much is left for another."""
WELL_TOLD = 12
"""Schools whose work is told task by task; of a larger district the others have their tasks, open or late."""
DONE = (
    "已按方案完成：全体班主任参加，共{n}人，现场氛围很好，学生反馈积极。",
    "本周完成，覆盖{n}个班级，做了记录并归档，下一步把好做法写进学期小结。",
    "和年级组一起做的，{n}名学生自愿参加，活动后收到不少感谢的小纸条。",
    "按时完成。过程中发现宣传不够，下次提前一周在公告栏和班会上说明；本次参加{n}人。",
)
MISSING = ("材料很好，请补上参加人数和时间。", "请补充一段效果说明，再交一次。")
THANKS = ("收到，谢谢，做得很细。", "很好，可以在下次例会上分享。", "")


@dataclass
class Run:
    """A plan of the demo as it is being lived: what each task's fate is, drawn once."""

    plan: Plan
    lead: Person
    diligence: dict[int, float] = field(default_factory=dict)
    fates: dict[int, int | None] = field(default_factory=dict)
    """Task id → days after its due day (negative: before) on which it is handed in, None: not yet."""
    returned: set[int] = field(default_factory=set)


def tell(world: World) -> None:
    """With dice of its own: what becomes of a task decides nothing in the chapters about care."""
    kept, world.rng = world.rng, random.Random(14)
    _tell(world)
    world.rng = kept


def _tell(world: World) -> None:
    told = [*_bureau(world), *_others(world)]
    first = min((run.plan.starts_on for run in told), default=world.today)
    for days_ago in range((world.today - first).days, -1, -1):
        on = world.today - timedelta(days=days_ago)
        for run in told:
            if run.plan.starts_on <= on <= max(run.plan.ends_on, run.plan.starts_on):
                _day(world, run, on)
        for work in (keeping.remind, keeping.mark_late, keeping.climb):
            work(_at(on, 17, 30) if on < world.today else world.at)
    for run in told:
        if run.plan.ends_on < world.today:
            for task in run.plan.tasks.filter(state=TaskState.HANDED_IN).select_related("unit", "asker"):
                reviewer = _reviewer(run, task, world.at)
                if reviewer is not None:
                    tasks.accept(actor=reviewer, task=task, at=world.at)
            running.end(actor=staff(run.lead, world.at), plan=run.plan, reason="按期结束", at=world.at)


def _at(on: date, hour: int, minute: int = 0) -> datetime:
    return make_aware(datetime.combine(on, time(hour, minute)))


def _edition(pack: str) -> Edition:
    return Edition.objects.filter(pack=pack, owner=None, state=EditionState.PUBLISHED).order_by("-pk")[0]


def _apply(
    world: World, lead: Person, node: Organisation, pack: str, starts_on: date, ends_on: date, **named: list[int]
) -> Run:
    """The plan as it was applied on the evening before it began (today for one that lies ahead)."""
    at = min(_at(starts_on, 8), world.at)
    plan = applying.apply_plan(
        actor=staff(lead, at), edition=_edition(pack), organisation=node, starts_on=starts_on, ends_on=ends_on,
        named=named, at=at,
    )  # fmt: skip
    return Run(plan=plan, lead=lead)


# --- the bureau and its schools ------------------------------------------------------------------------------------


def _bureau(world: World) -> Iterator[Run]:
    if world.officer is None:
        return
    started = date(world.today.year if world.today.month >= 9 else world.today.year - 1, 9, 1)
    april = date(started.year, 4, 2)
    activity = _apply(world, world.officer, world.bureau, "p17", april, date(started.year, 5, 20))
    _characters(world, activity)
    yield activity
    year = _apply(world, world.officer, world.bureau, "p14", started, date(started.year + 1, 8, 31))
    _characters(world, year)
    _furnish(world, started)
    yield year


def _characters(world: World, run: Run) -> None:
    """Each school has its own way of meeting dates; those that are not told hand nothing in."""
    run.diligence[world.bureau.pk] = 0.95
    for index, school in enumerate(world.schools[:WELL_TOLD]):
        run.diligence[school.node.pk] = (0.97, 0.9, 0.72)[index % 3]


def _furnish(world: World, started: date) -> None:
    """Rooms, lines, agreements and money: most of what the plan asks for, and a gap here and there."""
    at = min(_at(started + timedelta(days=9), 10), world.at)
    for index, school in enumerate(world.schools[:WELL_TOLD]):
        if school.psych is not None and school.leader is not None:
            _room(staff(school.psych, at), school.node, index, at)
            leader = staff(school.leader, at)
            decide_money(world, leader, school.node, at)
            fill_teams(world, leader, school.node, at)
    officer = staff(world.officer, at)
    fill_teams(world, officer, world.bureau, at)
    for service in ServicePoint.objects.filter(organisation=world.bureau, opened_on=None):
        if service.kind == ServiceKind.STUDIO:
            continue
        around = service.kind == ServiceKind.HOTLINE
        facts = _facts(service.title, service.kind, localdate(at), phone="0000-12355" if around else "")
        opened = directory.set_service(
            actor=officer, organisation=world.bureau, service=service, at=at,
            facts={**facts, "around_the_clock": around, "place": "青少年心理辅导中心", "people": "心理老师轮值"},
            openings=[] if around else read_openings("周一至周五 9:00-17:00"),
        )  # fmt: skip
        directory.publish(actor=officer, service=opened, on=True, at=at)
    for partner, months in (("青禾区精神卫生中心", 24), ("市儿童医院心理科", 3)):
        directory.set_agreement(
            actor=officer, organisation=world.bureau, file=None, at=at,
            facts={
                "kind": "hospital", "partner": partner, "subject": "转介绿色通道与定期会诊", "contact": "门诊办公室",
                "signed_on": localdate(at), "ends_on": localdate(at) + timedelta(days=30 * months),
            },
        )  # fmt: skip


def _facts(title: str, kind: str, opened_on: date, phone: str = "") -> dict[str, object]:
    return {
        "kind": kind, "title": title, "place": "综合楼 203", "phone": phone, "address": "", "people": "心理老师轮值",
        "around_the_clock": False, "equipment": [], "opened_on": opened_on,
    }  # fmt: skip


def _room(actor: Actor, node: Organisation, index: int, at: datetime) -> None:
    """Two of three schools keep enough hours; one lacks an item of the three."""
    room = ServicePoint.objects.filter(organisation=node, kind=ServiceKind.ROOM, closed_on=None).first()
    hours = "周一至周五 12:20-13:40" if index % 3 != 2 else "周二、四 12:20-13:40"
    there = [*BASIC, Equipment.SEATS, Equipment.RULES][index % 3 == 1 :]
    facts = {**_facts("心理辅导室", ServiceKind.ROOM, localdate(at)), "equipment": there}
    made = directory.set_service(
        actor=actor,
        organisation=node,
        service=room,
        facts=facts,
        openings=read_openings(hours),
        at=at,
    )
    directory.publish(actor=actor, service=made, on=True, at=at)


# --- other organisations ---------------------------------------------------------------------------------------------


def _others(world: World) -> list[Run]:
    """A court, a district task force with its streets, a city health team, a youth palace: each runs its own pack."""
    year = world.today.year
    this = (date(year, 1, 1), date(year, 12, 31))
    court = add_organisation(parent=None, kind="court", name="青禾区人民法院", code="QHFY")
    force = add_organisation(parent=None, kind="department", name="青禾区社会心理服务专班", code="QHXL")
    street = add_organisation(parent=force, kind="street", name="南桥街道", code="QHNQ")
    community = add_organisation(parent=street, kind="community", name="柳湾社区")
    station = add_organisation(parent=street, kind="station", name="南桥街道心灵驿站")
    health = add_organisation(parent=None, kind="department", name="青禾市卫生健康委", code="QHWJ")
    hospital = add_organisation(parent=health, kind="hospital", name="青禾市精神卫生中心")
    palace = add_organisation(parent=None, kind="other", name="青禾区青少年宫", code="QHSNG")
    leads = {
        node.pk: staff_at(world, node, PostKind.UNIT_OFFICER, username)
        for node, username in ((court, "court"), (force, "force"), (health, "health"), (palace, "palace"))
    }
    staff_at(world, street, PostKind.UNIT_OFFICER, "street")
    for node in (court, force, health, palace, community, station, hospital):
        staff_at(world, node, PostKind.UNIT_LEADER, "")
    runs = [
        _apply(world, leads[court.pk], court, "p02", *this),
        _apply(
            world, leads[force.pk], force, "p04", *this, streets=[street.pk], health=[health.pk], hospital=[hospital.pk]
        ),
        _apply(world, leads[health.pk], health, "p06", *this, hospitals=[hospital.pk]),
        _apply(world, leads[palace.pk], palace, "p11", date(year, 1, 22), date(year, 2, 12)),
    ]
    for run in runs:
        run.diligence = {unit.organisation_id: 0.85 for unit in run.plan.units.all()}
        at = min(_at(run.plan.starts_on + timedelta(days=9), 10), world.at)
        fill_teams(world, staff(run.lead, at), run.plan.organisation, at)
    return runs


# --- days ------------------------------------------------------------------------------------------------------------


def _day(world: World, run: Run, on: date) -> None:
    """What was handed in is looked at in the morning; what is ready is handed in during the day."""
    _review(world, run, on)
    near = (on - timedelta(days=40), on + timedelta(days=12))
    rows = run.plan.tasks.filter(
        state__in=[TaskState.OPEN, TaskState.TAKEN, TaskState.RETURNED], starts_on__lte=on, due_on__range=near,
        unit__in=list(run.diligence),
    )  # fmt: skip
    for task in rows.select_related("unit", "owner__person").order_by("pk"):
        fate = run.fates.setdefault(task.pk, _fate(world.rng, run.diligence.get(task.unit_id, 0)))
        if task.state == TaskState.RETURNED or (fate is not None and on >= _ready(task, fate)):
            _hand_in(world, task, on)


def _ready(task: Task, fate: int) -> date:
    return max(task.due_on + timedelta(days=fate), task.starts_on)


def _fate(rng: random.Random, diligence: float) -> int | None:
    roll = rng.random()
    if roll < diligence:
        return -rng.randrange(0, 12)
    return rng.randrange(1, 12) if roll < diligence + (1 - diligence) * 0.6 else None


def _hand_in(world: World, task: Task, on: date) -> None:
    if task.owner is None:
        return
    at = min(_at(on, 15, world.rng.randrange(60)), world.at)
    actor = staff(task.owner.person, at)
    try:
        kept = [
            attaching.attach(
                actor=actor, task=task, upload=BytesIO(_picture(n)), name=f"活动照片{n + 1}.jpg", picture=True,
                people_agree=True, at=at,
            ).pk
            for n in range(task.needs.get("pictures", 0))
        ]  # fmt: skip
        kept += [
            attaching.attach(actor=actor, task=task, upload=BytesIO(_paper(n)), name=f"活动材料{n + 1}.txt", at=at).pk
            for n in range(task.needs.get("files", 0))
        ]
        words = world.rng.choice(DONE).format(n=world.rng.randrange(12, 60))
        tasks.hand_in(actor=actor, task=task, text=words, attachments=kept, at=at)
    except Refusal:
        return


def _review(world: World, run: Run, on: date) -> None:
    waiting = run.plan.tasks.filter(state=TaskState.HANDED_IN, hand_ins__at__date__lt=on - timedelta(days=1)).distinct()
    rows = list(waiting.select_related("unit", "asker").order_by("pk")[:80])
    if not rows:
        return
    at = min(_at(on, 9, 30), world.at)
    for task in rows:
        reviewer = _reviewer(run, task, at)
        if reviewer is None or world.rng.random() < NOT_TODAY:
            continue
        if task.pk not in run.returned and world.rng.random() < 0.06:
            run.returned.add(task.pk)
            tasks.give_back(actor=reviewer, task=task, words=world.rng.choice(MISSING), at=at)
        else:
            tasks.accept(actor=reviewer, task=task, words=world.rng.choice(THANKS), at=at)


def _reviewer(run: Run, task: Task, at: datetime) -> Actor | None:
    """The plan's lead, or a leader of the asker or the unit when the lead handed it in."""
    kinds = (PostKind.BUREAU_LEADER, PostKind.UNIT_LEADER, PostKind.SCHOOL_LEADER, PostKind.BUREAU_OFFICER)
    near = Post.objects.filter(organisation__in=[task.asker_id, task.unit_id], kind__in=kinds, ends_on=None)
    people = [run.lead, *(post.person for post in near.select_related("person").order_by("pk"))]
    actors = (staff(person, at) for person in people)
    return next((actor for actor in actors if policies.may_review(actor, task)), None)


@cache
def _picture(number: int) -> bytes:
    """A drawn stand-in for a photo: a room, a board, no people."""
    picture = Image.new("RGB", (960, 720), ("#e8efe6", "#eee6dc", "#e3ebf2")[number % 3])
    draw = ImageDraw.Draw(picture)
    draw.rectangle((120, 120, 840, 460), fill="#3f6b5c", outline="#8a6d4b", width=12)
    for row in range(4):
        draw.line((180, 190 + row * 60, 180 + 120 * (row + 2), 190 + row * 60), fill="#dfe9e2", width=8)
    for seat in range(6):
        draw.ellipse((150 + seat * 115, 540, 220 + seat * 115, 610), fill="#c98f5a")
    out = BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


@cache
def _paper(number: int) -> bytes:
    return f"活动记录（示例）\n第{number + 1}份\n时间、地点、参加人数、过程、效果。\n".encode()
