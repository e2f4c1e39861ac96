"""Consent in the database: giving, declining, withdrawing, running out, and reading it for many at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.access.factories import an_answer, consent_of
from tests.factories import NOON, a_class, a_guardian, a_person, a_school, a_student, an_actor
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import ConsentForm, ConsentParty, PostKind, Purpose
from xinqiao.access.models import Consent
from xinqiao.access.selectors import consent_standing, consent_standings, current_text
from xinqiao.access.services import decline, give_consent, publish_text, withdraw
from xinqiao.access.services.consents import Signature
from xinqiao.accounts.models import Account
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal

pytestmark = pytest.mark.django_db
SELF, GUARDIAN = ConsentParty.SELF, ConsentParty.GUARDIAN
YOUNG, TEEN = date(2014, 1, 1), date(2011, 1, 1)


@pytest.fixture
def school():
    return a_school()


@pytest.fixture
def room(school):
    return a_class(school)


@pytest.fixture
def child(room):
    student = a_student(room, birth=YOUNG)
    a_guardian(student)
    return student


def signing_in(person):
    person.account = Account.objects.create_user(f"p{person.pk}", name=person.name, kind="guardian")
    person.save(update_fields=["account"])
    return actor_of(person, NOON)


def guardian_of(child):
    return child.guardianships.get().guardian


def test_a_guardian_agrees_online_and_the_child_on_the_day(child):
    guardian = signing_in(guardian_of(child))
    give_consent(actor=guardian, person=child, purpose=Purpose.SCREENING, signature=Signature(GUARDIAN), at=NOON)
    assert consent_standing(child, Purpose.SCREENING, NOON).missing == (SELF,)

    give_consent(actor=signing_in(child), person=child, purpose=Purpose.SCREENING, signature=Signature(SELF), at=NOON)
    assert consent_standing(child, Purpose.SCREENING, NOON).ok
    row = Consent.objects.get(party=GUARDIAN)
    assert (row.relation, row.valid_until, row.form) == ("mother", date(2027, 8, 31), "online")
    assert list(Entry.objects.order_by("id").values_list("action", "person")) == [("consent.given", child.pk)] * 2


def test_a_stranger_cannot_speak_for_a_child(child, room):
    other = signing_in(guardian_of(child_with_guardian(room)))
    with pytest.raises(PermissionDenied):
        give_consent(actor=other, person=child, purpose=Purpose.SCREENING, signature=Signature(GUARDIAN), at=NOON)
    with pytest.raises(PermissionDenied):
        give_consent(actor=other, person=child, purpose=Purpose.SCREENING, signature=Signature(SELF), at=NOON)
    assert not Consent.objects.exists()


def child_with_guardian(room):
    student = a_student(room, birth=YOUNG)
    a_guardian(student)
    return student


def test_a_child_cannot_sign_as_guardian(child):
    with pytest.raises(PermissionDenied):
        give_consent(
            actor=signing_in(child), person=child, purpose=Purpose.SCREENING, signature=Signature(GUARDIAN), at=NOON
        )


def test_a_former_guardian_no_longer_answers_and_an_old_answer_no_longer_counts(child):
    actor = signing_in(guardian_of(child))
    decline(actor=actor, person=child, purpose=Purpose.SCREENING, signature=Signature(GUARDIAN), at=NOON)
    later = NOON + timedelta(days=30)
    child.guardianships.update(ends_on=later.date())
    assert not consent_standing(child, Purpose.SCREENING, later).declined
    with pytest.raises(PermissionDenied):
        decline(actor=actor, person=child, purpose=Purpose.SCREENING, signature=Signature(GUARDIAN), at=later)


def test_declining_changing_ones_mind_and_withdrawing(child):
    guardian = signing_in(guardian_of(child))
    an_answer(child, SELF)
    say = {"actor": guardian, "person": child, "purpose": Purpose.SCREENING, "signature": Signature(GUARDIAN)}

    decline(**say, at=NOON)
    assert consent_standing(child, Purpose.SCREENING, NOON).declined

    yes = give_consent(**say, at=NOON + timedelta(hours=1))
    assert consent_standing(child, Purpose.SCREENING, NOON + timedelta(hours=1)).ok

    withdraw(actor=guardian, consent=yes, channel="online", at=NOON + timedelta(hours=2))
    now = consent_standing(child, Purpose.SCREENING, NOON + timedelta(hours=2))
    assert (now.ok, now.declined, now.missing) == (False, True, ())
    # what was lawful then stays lawful
    assert consent_standing(child, Purpose.SCREENING, NOON + timedelta(hours=1)).ok
    with pytest.raises(Refusal):
        withdraw(actor=guardian, consent=yes, channel="online", at=NOON + timedelta(hours=3))


def test_paper_and_verbal_answers_are_recorded_by_those_who_keep_the_register(child, school, room):
    teacher = an_actor(PostKind.CLASS_TEACHER, room)
    stranger = an_actor(PostKind.CLASS_TEACHER, a_class(school, number=9))
    paper = Signature(GUARDIAN, ConsentForm.PAPER, given_by=guardian_of(child))
    with pytest.raises(PermissionDenied):
        give_consent(actor=stranger, person=child, purpose=Purpose.SCREENING, signature=paper, at=NOON)
    give_consent(actor=teacher, person=child, purpose=Purpose.SCREENING, signature=paper, at=NOON)

    verbal = Signature(SELF, ConsentForm.VERBAL)
    with pytest.raises(Refusal, match="见证人"):
        give_consent(actor=teacher, person=child, purpose=Purpose.SCREENING, signature=verbal, at=NOON)
    verbal = Signature(SELF, ConsentForm.VERBAL, witness="王老师")
    give_consent(actor=teacher, person=child, purpose=Purpose.SCREENING, signature=verbal, at=NOON)
    assert consent_standing(child, Purpose.SCREENING, NOON).ok


def test_a_signer_the_house_does_not_know_is_kept_by_name(child, room):
    teacher = an_actor(PostKind.CLASS_TEACHER, room)
    with pytest.raises(Refusal, match="签字"):
        give_consent(
            actor=teacher,
            person=child,
            purpose=Purpose.SCREENING,
            signature=Signature(GUARDIAN, ConsentForm.PAPER),
            at=NOON,
        )
    paper = Signature(GUARDIAN, ConsentForm.PAPER, signed_name="李奶奶", relation="grandparent")
    row = give_consent(actor=teacher, person=child, purpose=Purpose.SCREENING, signature=paper, at=NOON)
    assert (row.given_by, row.signed_name, row.relation) == (None, "李奶奶", "grandparent")
    give_consent(actor=teacher, person=child, purpose=Purpose.SCREENING, signature=paper, at=NOON + timedelta(days=1))
    assert Consent.objects.filter(withdrawn_at=None).count() == 1


def test_somebody_who_is_no_guardian_cannot_sign_the_paper(child, room):
    teacher = an_actor(PostKind.CLASS_TEACHER, room)
    paper = Signature(GUARDIAN, ConsentForm.PAPER, given_by=a_person(room))
    with pytest.raises(Refusal, match="不是这名学生的监护人"):
        give_consent(actor=teacher, person=child, purpose=Purpose.SCREENING, signature=paper, at=NOON)


def test_consent_runs_out_after_its_last_day(child):
    consent_of(child)
    Consent.objects.update(valid_until=NOON.date())
    assert consent_standing(child, Purpose.SCREENING, NOON).ok
    after = consent_standing(child, Purpose.SCREENING, NOON + timedelta(days=1))
    assert (after.ok, after.declined) == (False, False)
    assert set(after.missing) == {SELF, GUARDIAN}


def test_sharing_is_agreed_for_one_receiver_only(room):
    adult = a_student(room, birth=date(2007, 1, 1))
    actor = signing_in(adult)
    with pytest.raises(Refusal, match="机构"):
        give_consent(actor=actor, person=adult, purpose=Purpose.SHARING, signature=Signature(SELF), at=NOON)
    signature = Signature(SELF, scope="青禾区精神卫生中心")
    give_consent(actor=actor, person=adult, purpose=Purpose.SHARING, signature=signature, at=NOON)
    assert consent_standing(adult, Purpose.SHARING, NOON, scope="青禾区精神卫生中心").ok
    assert not consent_standing(adult, Purpose.SHARING, NOON, scope="别的医院").ok


def test_a_consent_does_not_follow_the_student_to_another_school(child):
    consent_of(child)
    child.enrolments.update(ends_on=NOON.date(), left_for="transfer")
    new = a_class(a_school())
    child.enrolments.create(class_node=new, school=new.parent.parent, student_number="9", starts_on=NOON.date())
    assert not consent_standing(child, Purpose.SCREENING, NOON).ok


@pytest.mark.parametrize(("switch", "ok"), [(None, True), ("notice", True), ("consent", False)])
def test_a_tenant_may_ask_guardians_of_teenagers_to_sign(school, room, switch, ok):
    student = a_student(room, birth=TEEN)
    an_answer(student, SELF)
    if switch:
        school.parent.options = {"consent": {"guardian_14_17": switch}}
        school.parent.save()
    assert consent_standing(student, Purpose.SCREENING, NOON).ok is ok


def test_the_nearest_switch_wins(school, room):
    student = a_student(room, birth=TEEN)
    an_answer(student, SELF)
    school.parent.options = {"consent": {"guardian_14_17": "consent"}}
    school.parent.save()
    school.options = {"consent": {"guardian_14_17": "notice"}}
    school.save()
    assert consent_standing(student, Purpose.SCREENING, NOON).ok


def test_a_text_that_asks_again_ends_older_consents_but_not_refusals(child, school):
    consent_of(child)
    other = a_student(a_class(school, number=2), birth=TEEN)
    an_answer(other, SELF, granted=False)
    admin = an_actor(PostKind.SCHOOL_ADMIN, school)
    later = NOON + timedelta(days=1)
    text = publish_text(
        actor=admin,
        organisation=school,
        purpose=Purpose.SCREENING,
        title="新告知书",
        body="内容有变化",
        asks_again=True,
        at=later,
    )
    assert current_text(Purpose.SCREENING, school, later) == text
    assert text.version == 1
    assert current_text(Purpose.SCREENING, school, NOON) != text
    standings = consent_standings([child, other], Purpose.SCREENING, later)
    assert set(standings[child.pk].missing) == {SELF, GUARDIAN}
    assert standings[other.pk].declined
    assert consent_standing(child, Purpose.SCREENING, NOON).ok


def test_a_corrected_text_leaves_consents_alone_and_another_schools_text_too(child, school):
    consent_of(child)
    later = NOON + timedelta(days=1)
    publish = {"purpose": Purpose.SCREENING, "title": "告知书", "body": "改了错字", "at": later}
    publish_text(actor=an_actor(PostKind.SCHOOL_ADMIN, school), organisation=school, asks_again=False, **publish)
    elsewhere = a_school()
    publish_text(actor=an_actor(PostKind.SCHOOL_ADMIN, elsewhere), organisation=elsewhere, asks_again=True, **publish)
    assert consent_standing(child, Purpose.SCREENING, later).ok


def test_many_standings_cost_as_many_queries_as_one(school, django_assert_num_queries):
    children = [child_with_guardian(a_class(school, number=n % 3 + 1)) for n in range(30)]
    for child in children:
        consent_of(child)
    with django_assert_num_queries(6):
        consent_standings(children[:1], Purpose.SCREENING, NOON)
    with django_assert_num_queries(6):
        standings = consent_standings(children, Purpose.SCREENING, NOON)
    assert all(standing.ok for standing in standings.values())
    assert len(standings) == 30
