"""Chapter two: day by day answers arrive, signals are triaged, levels set, duties done or missed, cases run and close.

Everything goes through the verbs of the rooms with the time it would have had, so that trail, clocks and climbs are
those of a real month.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.timezone import localdate, localtime

from xinqiao.access.services import issue_student_codes
from xinqiao.cases.enums import CaseState, DutyKind, DutyState, FollowUpState, Outcome
from xinqiao.cases.models import CareDuty, Case, CaseTask, FollowUp
from xinqiao.cases.selectors import adults_around, adults_of
from xinqiao.cases.services import care, closing, duties, opening
from xinqiao.insight.demo.people import School, World
from xinqiao.insight.demo.screening import OPENED_AGO, Story, at_hour, staff, write_sheets
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import run_due_sweeps, settle
from xinqiao.people.models import Enrolment
from xinqiao.screening.services.campaigns import close_campaign
from xinqiao.signals.enums import SignalState, Source, Urgency
from xinqiao.signals.models import Signal
from xinqiao.signals.selectors import level_at
from xinqiao.signals.services import interviews, levels, raising, triage
from xinqiao.signals.services.interviews import Held

HOURS = (8, 11, 14, 17)
LATER = ("indicators.nightly",)
"""Figures have a chapter of their own."""
REASONS = (
    "近期睡眠和食欲变差，上课走神；愿意和老师聊。",
    "和同伴有矛盾，情绪低落，家长在外地。",
    "期中考试压力大，休息不够，有支持。",
)
DONE = (
    "课间聊了十分钟，约好明天一起打球。",
    "和家长通了电话，说了近况和学校的安排。",
    "安排同桌多陪伴，已留意出勤和情绪。",
)
REFERRED = "已由市医院心理科接手，学校继续日常关心，班主任为固定联系人。"
SEEN = ("最近一周常趴在桌上，不太和同学说话。", "作业连续三天没交，问起来就红了眼圈。", "说晚上睡不着，早上起不来。")


def tell(world: World) -> None:
    told = [story for story in world.stories if story.visits][:3]
    for days_ago in range(OPENED_AGO, -1, -1):
        for hour in HOURS:
            at = at_hour(world, days_ago, hour)
            if at >= world.at:
                break
            _hour(world, told, at)
    _today(world, told)


def _hour(world: World, told: list[Story], at: datetime) -> None:
    for story in told:
        while story.visits and story.visits[0][0] <= at:
            moment, sittings = story.visits.pop(0)
            write_sheets(world.rng, story.campaign, sittings, moment)
            settle(moment)
        if story.campaign.state != "closed" and at > story.campaign.closes_at:
            close_campaign(actor=staff(story.school.psych, at), campaign=story.campaign, at=at)
            story.campaign.refresh_from_db()
        if at.weekday() < 5:
            _observe(world, story.school, at)
            _triage(world.rng, story.school, at)
            _duties(world.rng, story.school, at)
            _cases(world.rng, story.school, at)
    settle(at)
    run_due_sweeps(at, without=LATER)
    settle(at)


def _observe(world: World, school: School, at: datetime) -> None:
    """Now and then a class teacher writes down what they see."""
    rng = world.rng
    if rng.random() > 0.12:
        return
    node = rng.choice(school.classes)
    enrolment = _somebody(rng, node.pk)
    teacher = school.class_teachers[node.pk]
    words = {"period": "week", "areas": ["mood", "study"], "what": rng.choice(SEEN), "done": "", "urgency": "soon"}
    try:
        raising.raise_observation(
            actor=staff(teacher, at), enrolment=enrolment, words=words, urgency=Urgency.ROUTINE,
            form=f"demo-{node.pk}-{at:%m%d%H}", at=at,
        )  # fmt: skip
    except Refusal:
        return


def _somebody(rng: random.Random, node: int) -> Enrolment:
    rows = Enrolment.objects.filter(class_node=node, ends_on=None).select_related("person", "school", "class_node")
    return rows.order_by("pk")[rng.randrange(rows.count())]


def _triage(rng: random.Random, school: School, at: datetime) -> None:
    """The psychology teacher takes what is most urgent; a slot has room for three talks."""
    waiting = Signal.objects.filter(
        school=school.node, state__in=[SignalState.RAISED, SignalState.TAKEN], raised_at__lte=at
    ).order_by("urgency", "respond_by")
    for signal in waiting[:3]:
        if signal.urgency != Urgency.URGENT and rng.random() < 0.35:
            continue
        actor = staff(school.psych, at)
        try:
            if signal.state == SignalState.RAISED:
                signal = triage.take_up(actor=actor, signal=signal, at=at)
            _talk(rng, school, signal, at + timedelta(minutes=35))
        except Refusal:
            continue


def _talk(rng: random.Random, school: School, signal: Signal, at: datetime) -> None:
    actor = staff(school.psych, at)
    draft = interviews.start_interview(actor=actor, signal=signal, at=at - timedelta(minutes=30))
    content = {
        "why": "测评之后的例行谈话",
        "study": "some",
        "peers": "some",
        "sleep": "much",
        "strengths": "有要好的朋友",
    }
    urgent = signal.urgency == Urgency.URGENT
    told = {
        "guardian_told": "told",
        "guardian_at": at,
        "guardian_how": "phone",
        "guardian_answer": "家长表示理解，会多陪伴。",
    }
    held = Held(held_at=at - timedelta(minutes=30), **(told if urgent else {}))  # type: ignore[arg-type]
    interviews.complete_interview(actor=actor, interview=draft, content=content, held=held, edits=0, at=at)
    signal.refresh_from_db()
    standing = level_at(signal.subject_id, signal.school_id)
    previous = standing.level if standing else 0
    roll = rng.random()
    level = (3 if roll < 0.5 else 2 if roll < 0.9 else 4) if urgent else (0 if roll < 0.35 else 1 if roll < 0.75 else 2)
    if signal.source == Source.REVIEW:
        level = _reviewed(rng, previous or 1)
    elif previous >= 3:  # going down from there takes a review and a second person
        level = max(level, previous)
    if level == 0 and (not previous or rng.random() < 0.5):
        triage.close_as_no_concern(actor=actor, signal=signal, reason="谈话后了解到是一时的考试紧张，已缓解。", at=at)
        return
    draft.refresh_from_db()
    levels.set_level(actor=actor, interview=draft, level=level, reason=rng.choice(REASONS), at=at)
    settle(at)


def _reviewed(rng: random.Random, level: int) -> int:
    """A review mostly keeps the level, or goes one down where one person may."""
    return level if level >= 3 or rng.random() < 0.5 else level - 1


def _duties(rng: random.Random, school: School, at: datetime) -> None:
    """Most people do their part in time; some are late and their part climbs."""
    rows = CareDuty.objects.filter(school=school.node, state=DutyState.OPEN, given_at__lt=at - timedelta(hours=2))
    for duty in rows.select_related("person", "holder", "holder_post").order_by("due_at"):
        if rng.random() > 0.45:
            continue
        if duty.kind == DutyKind.OPEN_CASE:
            _open(rng, school, duty, at)
            continue
        duties.finish_duty(actor=staff(duty.holder, at), duty=duty, words=rng.choice(DONE), at=at)


def _open(rng: random.Random, school: School, duty: CareDuty, at: datetime) -> None:
    actor = staff(school.psych, at)
    if Case.objects.filter(person=duty.person).exclude(state=CaseState.CLOSED).exists():
        return
    case = opening.open_case(actor=actor, person=duty.person, reason=rng.choice(REASONS), at=at)
    adults = adults_of(school.node, at)
    parts = {
        "needs": "想睡好，想有人听他说话。", "goals": "两周内每天到校；每周至少三晚十一点前睡。",
        "measures": "心理老师每周谈话一次；班主任每天打个招呼；家长睡前半小时不谈学习。",
        "adjustments": "期中前减少一科作业。", "safety": "难受时先找班主任，再打 12356。", "supports": "班主任、同桌",
    }  # fmt: skip
    care.write_plan(
        actor=actor,
        case=case,
        parts=parts,
        contact=adults[0].person,
        review_on=localdate(at) + timedelta(days=21),
        at=at,
    )
    care.note_contact(
        actor=actor, case=case, held_at=at - timedelta(minutes=20), whom="guardian", channel="phone", reached=True,
        words="说了学校看到的和建议，家长愿意配合。", at=at,
    )  # fmt: skip
    care.give_task(
        actor=actor, case=case, what="和任课老师说一声，近两周作业酌情减少。", to=rng.choice(adults_around(case, at)),
        due_at=at + timedelta(days=3), at=at,
    )  # fmt: skip


def _cases(rng: random.Random, school: School, at: datetime) -> None:
    """Follow-ups that are due are mostly held; a case that has been steady is closed by two."""
    due = FollowUp.objects.filter(case__school=school.node, state=FollowUpState.DUE, due_at__lte=at, case__state="open")
    for row in due.select_related("case__owner"):
        if rng.random() < 0.6:
            steady = rng.random() < 0.7
            care.finish_follow_up(
                actor=staff(school.psych, at), follow_up=row, steady=steady, words="精神比上次好，作息正在调整。",
                next_at=_next_look(row.case, at), at=at,
            )  # fmt: skip
    for task in list(_open_tasks(school)):
        if rng.random() < 0.2:
            care.finish_task(actor=staff(task.holder, at), task=task, words="已和任课老师沟通。", at=at)
    for case in Case.objects.filter(school=school.node, state=CaseState.OPEN, next_at__lte=at + timedelta(hours=4)):
        opening.set_next_date(actor=staff(school.psych, at), case=case, next_at=_next_look(case, at), at=at)
    old = Case.objects.filter(school=school.node, state=CaseState.OPEN, opened_at__lt=at - timedelta(days=14))
    for case in old.order_by("opened_at")[:1]:
        _close(rng, school, case, at)


def _next_day(at: datetime) -> datetime:
    """The afternoon of the next day on which a psychology teacher is at school."""
    then = localtime(at).replace(hour=16, minute=0) + timedelta(days=1)
    while then.weekday() >= 5:
        then += timedelta(days=1)
    return then


def _next_look(case: Case, at: datetime) -> datetime:
    """The next school afternoon, or the weekend's day when the level does not wait that long."""
    return min(_next_day(at), opening.latest_next_date(case, at))


def _open_tasks(school: School) -> QuerySet[CaseTask]:
    return CaseTask.objects.filter(school=school.node, state="open", case__state="open").select_related("holder")


def _close(rng: random.Random, school: School, case: Case, at: datetime) -> None:
    if rng.random() > 0.1 or case.tasks.filter(state="open").exists():
        return
    actor = staff(school.psych, at)
    try:
        closing.ask_closing(actor=actor, case=case, outcome=Outcome.REFERRED, words=REFERRED, at=at)
    except Refusal:
        return
    if rng.random() < 0.6:
        closing.confirm_closing(actor=staff(school.leader, at), case=case, at=at + timedelta(minutes=30))


def _today(world: World, told: list[Story]) -> None:
    """What makes today's pages alive: a quick report minutes ago, an observation, and a student who can sign in."""
    first = world.schools[0]
    node = first.classes[0]
    teacher = first.class_teachers[node.pk]
    at = world.at - timedelta(minutes=6)
    words = {"what": "课间独自在楼梯间哭，说“什么都没意思”。", "where": "教学楼三层", "now": "班主任陪着"}
    raising.raise_quick_report(
        actor=staff(teacher, at),
        enrolment=_somebody(world.rng, node.pk),
        words=words,
        grade=2,
        form="demo-today",
        at=at,
    )
    _ask_closing(first, at)
    settle(at)
    run_due_sweeps(world.at, without=LATER)
    settle(world.at)
    if world.running is not None:
        _student(world, first)


def _ask_closing(school: School, at: datetime) -> None:
    """A hospital has taken over; a second person of the school is asked to agree that the case closes."""
    for case in Case.objects.filter(school=school.node, state=CaseState.OPEN).order_by("opened_at"):
        try:
            closing.ask_closing(
                actor=staff(school.psych, at), case=case, outcome=Outcome.REFERRED, words=REFERRED, at=at
            )
        except Refusal:
            continue
        return


def _student(world: World, school: School) -> None:
    """A student of the campaign that runs now, with a code as it would stand on the slip."""
    sitting = world.running.sittings.select_related("person").order_by("pk").first()
    place = Enrolment.objects.get(person=sitting.person, ends_on=None)
    code = issue_student_codes([sitting.person], world.at)[sitting.person_id]
    world.extra["student"] = {"school": school.node.name, "number": place.student_number, "code": code}
    world.extra["lines"] = [f"学生入口：学校 {school.node.name}，学号 {place.student_number}，入场码 {code}"]
