"""Small worlds in which a screening runs. Names are invented."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.factories import NOON, a_class, a_school, a_student, an_actor
from xinqiao.access.actor import Actor, actor_of
from xinqiao.access.enums import ConsentParty, PostKind, Purpose
from xinqiao.access.models import Consent
from xinqiao.access.services import Signature, give_consent
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.people.models import Organisation, Person
from xinqiao.screening import questionnaires
from xinqiao.screening.models import Campaign, Filing, Sheet, Sitting
from xinqiao.screening.services.campaigns import open_campaign, prepare_campaign
from xinqiao.screening.services.filings import Wanted, approve_filing, draft_filing, submit_filing

OPENS = NOON - timedelta(days=1)
CLOSES = NOON + timedelta(days=6)
COHORT = "junior:2025"


@dataclass
class World:
    """One school below one bureau: a class of three 14-year-olds, who works there, and a neighbour."""

    bureau: Organisation = None  # type: ignore[assignment]
    school: Organisation = None  # type: ignore[assignment]
    node: Organisation = None  # type: ignore[assignment]
    students: list[Person] = field(default_factory=list)
    lin: Actor = None  # type: ignore[assignment]
    officer: Actor = None  # type: ignore[assignment]
    teacher: Actor = None  # type: ignore[assignment]
    stranger: Actor = None  # type: ignore[assignment]


def a_world(students: int = 3) -> World:
    school = a_school()
    bureau = school.parent
    assert bureau is not None
    node = a_class(school)
    return World(
        bureau=bureau,
        school=school,
        node=node,
        students=[a_student(node) for _ in range(students)],
        lin=an_actor(PostKind.PSYCH_TEACHER, school, "林老师"),
        officer=an_actor(PostKind.BUREAU_OFFICER, bureau, "周专干"),
        teacher=an_actor(PostKind.CLASS_TEACHER, node, "何老师"),
        stranger=an_actor(PostKind.PSYCH_TEACHER, a_school(bureau), "外校老师"),
    )


def wanted(world: World, **changes: object) -> Wanted:
    duty = world.lin.person.posts.get() if world.lin.person else None
    base = Wanted(
        title="秋季心理健康测评",
        purpose="了解同学们最近的心情，把关心送到需要的地方。",
        opens_at=OPENS,
        closes_at=CLOSES,
        uses={"phq-9": [COHORT]},
        consent_mode="both",
        interviewers=2,
        duty_post=duty,
        proctors="由受过培训的心理教师在机房主持。",
        safety_plan="值班人当场见面，按流程通知家长。",
    )
    return replace(base, **changes)


def a_filing(world: World, **changes: object) -> Filing:
    return draft_filing(
        actor=world.lin, school=world.school, wanted=wanted(world, **changes), at=NOON - timedelta(days=9)
    )


def a_campaign(world: World, *, opened: bool = True, **changes: object) -> Campaign:
    filing = a_filing(world, **changes)
    filing = submit_filing(actor=world.lin, filing=filing, at=NOON - timedelta(days=8))
    approve_filing(actor=world.officer, filing=filing, said="", at=NOON - timedelta(days=7))
    campaign = prepare_campaign(actor=world.lin, filing=filing, at=NOON - timedelta(days=6))
    if opened:
        campaign = open_campaign(actor=world.lin, campaign=campaign, at=OPENS + timedelta(minutes=1))
    return campaign


def student_actor(person: Person, at: datetime = NOON) -> Actor:
    """The student signed in; makes the account on first use."""
    if person.account_id is None:
        person.account = Account.objects.create_user(f"s{person.pk}", name=person.name, kind=AccountKind.STUDENT)
        person.save(update_fields=["account"])
    return actor_of(person, at)


def says_yes(person: Person, at: datetime = NOON) -> Consent:
    """The student's own consent; enough from 14 on."""
    return give_consent(
        actor=student_actor(person),
        person=person,
        purpose=Purpose.SCREENING,
        signature=Signature(party=ConsentParty.SELF),
        at=at,
    )


def sitting_of(campaign: Campaign, person: Person) -> Sitting:
    return Sitting.objects.get(campaign=campaign, person=person, retest_of=None)


def a_sheet(
    sitting: Sitting,
    answers: dict[str, str] | str = "1",
    *,
    part: int = 1,
    at: datetime | None = NOON,
    state: str = "submitted",
) -> Sheet:
    """A sheet as the intake leaves it. answers: one option for every item, or item → option."""
    row = sitting.campaign.parts.get(number=part)
    definition = questionnaires.find(row.instrument_hash)
    assert definition is not None
    given = dict.fromkeys(definition.item_ids, answers) if isinstance(answers, str) else answers
    sheet = Sheet.objects.create(
        sitting=sitting,
        part=part,
        instrument_hash=row.instrument_hash,
        sequence=1,
        client_key="k" if at else "",
        answers=definition.encode(given),
        saved_at=at or NOON,
        submitted_at=at,
    )
    Sitting.objects.filter(pk=sitting.pk).update(
        state=state, started_at=NOON, submitted_at=at if state == "submitted" else None
    )
    return sheet
