"""What a student does, and what keeps a page from asking."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.factories import NOON, a_class, a_guardian, a_person, a_student
from tests.screening.factories import (
    CLOSES,
    a_campaign,
    a_sheet,
    a_world,
    says_yes,
    sitting_of,
    student_actor,
)
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import ConsentParty, Purpose
from xinqiao.access.services import Signature, decline, give_consent
from xinqiao.accounts.models import Account, AccountKind
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.screening import tokens
from xinqiao.screening.models import Sheet, Sitting
from xinqiao.screening.policies import own_sittings
from xinqiao.screening.services.campaigns import close_campaign
from xinqiao.screening.services.sittings import agree, decline_sitting, start_part, stop_sitting

pytestmark = pytest.mark.django_db


def start(campaign, person, at=NOON, number=1):
    return start_part(actor=student_actor(person), sitting=sitting_of(campaign, person), number=number, at=at)


def guardian_says(person, *, yes: bool) -> None:
    guardian = a_guardian(person)
    guardian.account = Account.objects.create_user(f"g{guardian.pk}", name=guardian.name, kind=AccountKind.GUARDIAN)
    guardian.save()
    verb = give_consent if yes else decline
    verb(
        actor=actor_of(guardian, NOON),
        person=person,
        purpose=Purpose.SCREENING,
        signature=Signature(party=ConsentParty.GUARDIAN),
        at=NOON,
    )


# age on the day, guardian (yes / no / silent), own answer → may start, or why not
TRUTH = [
    (12, "yes", "yes", ""),
    (12, "silent", "yes", "guardian"),
    (12, "yes", "silent", "self"),
    (12, "silent", "silent", "guardian"),
    (12, "no", "yes", "declined"),
    (12, "yes", "no", "declined"),
    (14, "silent", "yes", ""),
    (14, "no", "yes", "declined"),
    (14, "silent", "silent", "self"),
    (14, "silent", "no", "declined"),
    (18, "silent", "yes", ""),
    (18, "silent", "silent", "self"),
    (18, "no", "yes", ""),
]


@pytest.mark.parametrize(("age", "guardian", "own", "why"), TRUTH)
def test_no_consent_no_screening(age, guardian, own, why):
    world = a_world(students=0)
    person = a_student(world.node, birth=date(2026 - age, 1, 1))
    campaign = a_campaign(world)
    if guardian != "silent":
        guardian_says(person, yes=guardian == "yes")
    if own == "yes":
        says_yes(person)
    if own == "no":
        decline(
            actor=student_actor(person),
            person=person,
            purpose=Purpose.SCREENING,
            signature=Signature(party=ConsentParty.SELF),
            at=NOON,
        )
    if not why:
        assert start(campaign, person)
        return
    with pytest.raises(Refusal) as refused:
        start(campaign, person)
    assert refused.value.code == why
    assert sitting_of(campaign, person).state == "invited"


def test_a_start_gives_a_token_for_exactly_this_part():
    world = a_world()
    campaign = a_campaign(world)
    person = world.students[0]
    says_yes(person)
    claims = tokens.check(start(campaign, person), NOON.timestamp())
    sitting = sitting_of(campaign, person)
    assert (claims.sitting_id, claims.part, claims.age) == (sitting.pk, 1, 14)
    assert claims.instrument_hash == campaign.parts.get().instrument_hash
    assert claims.expires == int((NOON.replace(hour=18) + timedelta(minutes=30)).timestamp())
    assert (sitting.state, sitting.started_at) == ("started", NOON)
    start(campaign, person, NOON + timedelta(hours=1))
    assert sitting_of(campaign, person).started_at == NOON
    assert Entry.objects.filter(action="sitting.started").count() == 1


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOON.replace(hour=19), "hours"),
        (NOON.replace(hour=7), "hours"),
        (CLOSES + timedelta(minutes=1), "hours"),
    ],
)
def test_only_in_the_hours_of_the_window(at, code):
    world = a_world()
    campaign = a_campaign(world)
    says_yes(world.students[0])
    with pytest.raises(Refusal) as refused:
        start(campaign, world.students[0], at)
    assert refused.value.code == code


def test_not_after_the_end_not_a_foreign_part_not_twice():
    world = a_world()
    campaign = a_campaign(world)
    person, other, third = world.students
    for each in world.students:
        says_yes(each)
    with pytest.raises(Refusal) as refused:
        start(campaign, person, number=9)
    assert refused.value.code == "part"
    a_sheet(sitting_of(campaign, other), state="started")
    with pytest.raises(Refusal) as refused:
        start(campaign, other)
    assert refused.value.code == "submitted"
    close_campaign(actor=world.lin, campaign=campaign, at=NOON)
    with pytest.raises(Refusal) as refused:
        start(campaign, third)
    assert refused.value.code == "closed"


def test_nobody_touches_somebody_elses_sitting():
    world = a_world()
    campaign = a_campaign(world)
    mine, yours = world.students[:2]
    says_yes(mine)
    for verb in (agree, decline_sitting, stop_sitting):
        for actor in (student_actor(yours), world.lin, world.officer):
            with pytest.raises(PermissionDenied):
                verb(actor=actor, sitting=sitting_of(campaign, mine), at=NOON)
    with pytest.raises(PermissionDenied):
        start_part(actor=world.lin, sitting=sitting_of(campaign, mine), number=1, at=NOON)
    assert list(own_sittings(student_actor(yours))) == [sitting_of(campaign, yours)]
    assert not own_sittings(actor_of(a_person(world.school), NOON)).exists()


def test_declining_is_one_tap_and_there_is_a_way_back():
    world = a_world()
    campaign = a_campaign(world)
    person = world.students[0]
    actor = student_actor(person)
    sitting = decline_sitting(actor=actor, sitting=sitting_of(campaign, person), at=NOON)
    assert (sitting.state, sitting.declined_by) == ("declined", "self")
    with pytest.raises(Refusal):
        start(campaign, person)
    agree(actor=actor, sitting=sitting, at=NOON + timedelta(minutes=5))
    assert start(campaign, person, NOON + timedelta(minutes=6))


def test_stopping_deletes_what_was_not_handed_in_and_keeps_what_was():
    world = a_world()
    campaign = a_campaign(world, uses={"phq-9": ["junior:2025"], "gad-7": ["junior:2025"]})
    person = world.students[0]
    says_yes(person)
    start(campaign, person)
    a_sheet(sitting_of(campaign, person), part=1, state="started")
    a_sheet(sitting_of(campaign, person), part=2, at=None, state="started")
    sitting = stop_sitting(actor=student_actor(person), sitting=sitting_of(campaign, person), at=NOON)
    assert sitting.state == "stopped"
    assert list(Sheet.objects.values_list("part", flat=True)) == [1]
    agree(actor=student_actor(person), sitting=sitting, at=NOON)
    assert sitting_of(campaign, person).state == "invited"


def test_on_paper_the_student_does_not_agree_on_screen():
    world = a_world()
    campaign = a_campaign(world, consent_mode="paper")
    person = world.students[0]
    with pytest.raises(Refusal) as refused:
        agree(actor=student_actor(person), sitting=sitting_of(campaign, person), at=NOON)
    assert refused.value.code == "self_paper"


def test_parts_for_one_grade_only():
    world = a_world()
    younger = a_student(a_class(world.school, entry_year=2026), birth=date(2012, 1, 1))
    campaign = a_campaign(world, uses={"phq-9": ["junior:2025", "junior:2026"], "gad-7": ["junior:2025"]})
    says_yes(younger)
    says_yes(world.students[0])
    assert start(campaign, world.students[0], number=2)
    with pytest.raises(Refusal) as refused:
        start(campaign, younger, number=2)
    assert refused.value.code == "part"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "started"},
        {"state": "submitted"},
        {"state": "declined"},
        {"reinvited": 3},
        {"only_part": 1},
        {"declined_by": "self"},
    ],
)
def test_the_database_refuses_half_written_sittings(changes):
    world = a_world()
    sitting = sitting_of(a_campaign(world), world.students[0])
    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.filter(pk=sitting.pk).update(**changes)
