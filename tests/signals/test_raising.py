"""Every way in: who may, what it becomes, and that the same thing twice is one thing."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON, a_class, a_school, a_student, an_actor
from tests.signals.factories import (
    HOUR,
    a_peer_rep,
    a_signal,
    a_world,
    an_interview,
    enrolment,
    on_duty,
    post_of,
    student,
    taken,
)
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.people.models import Enrolment, Organisation
from xinqiao.signals.enums import SignalState, Source, Urgency
from xinqiao.signals.models import Evidence, Nudge, Signal
from xinqiao.signals.services import raising
from xinqiao.vault.fields import Sealed

pytestmark = pytest.mark.django_db
OBSERVED = {"period": "week", "areas": ["mood", "sleep"], "event": "这周哭过两次", "done": "课后聊了几句"}


def observe(world, actor=None, child=None, **changes):
    given = {"words": OBSERVED, "urgency": Urgency.ROUTINE, "form": "f1", "at": NOON, **changes}
    return raising.raise_observation(actor=actor or world.he, enrolment=enrolment(child or world.children[0]), **given)


def test_an_observation_becomes_a_signal_with_owner_and_date():
    world = a_world()

    signal = observe(world)

    assert (signal.source, signal.urgency, signal.state) == (Source.OBSERVATION, Urgency.ROUTINE, SignalState.RAISED)
    assert signal.owner in {world.lin.person, world.bai.person}
    assert signal.respond_by > NOON
    assert [e.action for e in Entry.objects.all()] == ["signal.raised"]
    assert Entry.objects.get().facts == {"source": "observation", "urgency": 3}
    assert Nudge.objects.get().person == signal.owner
    outside = Announcement.objects.get(topic="person.waits")
    assert outside.payload == {"person_id": signal.owner_id}


def test_words_are_sealed():
    observe(a_world())
    row = Evidence.objects.get()
    assert isinstance(row.words, Sealed)
    assert "哭过".encode() not in bytes(row.words.blob)
    assert "哭过两次" in row.words.reveal()


@pytest.mark.parametrize(
    ("who", "may"),
    [("he", True), ("lin", True), ("wei", True), ("shen", True), ("ding", False), ("zhou", False), ("stranger", False)],
)
def test_who_may_observe(who, may):
    world = a_world()
    if may:
        assert observe(world, getattr(world, who)).pk
        return
    with pytest.raises(PermissionDenied):
        observe(world, getattr(world, who))
    assert not Signal.objects.exists()


def test_a_class_teacher_observes_only_the_own_class():
    world, other = a_world(), a_world()
    with pytest.raises(PermissionDenied):
        observe(world, world.he, other.children[0])


@pytest.mark.parametrize(("grade", "urgency"), [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_a_quick_report_by_any_teacher(grade, urgency):
    world = a_world()
    signal = raising.raise_quick_report(
        actor=world.ding, enrolment=enrolment(world.children[0]), words={"words": "x"}, grade=grade, form="q", at=NOON
    )
    assert (signal.source, signal.urgency) == (Source.QUICK, urgency)


def test_a_peer_report_about_a_classmate_but_not_about_oneself_or_another_class():
    world = a_world()
    rep = a_peer_rep(world.node)
    signal = raising.raise_peer_report(
        actor=rep, enrolment=enrolment(world.children[0]), words={"noticed": ["words"]}, urgent=False, form="p", at=NOON
    )
    assert (signal.source, signal.urgency) == (Source.PEER, Urgency.URGENT)
    for child in (rep.person, a_world().children[0]):
        with pytest.raises(PermissionDenied):
            raising.raise_peer_report(
                actor=rep, enrolment=enrolment(child), words={"noticed": ["sad"]}, urgent=False, form="p2", at=NOON
            )


def test_a_classmate_without_the_post_may_not_report():
    world = a_world()
    with pytest.raises(PermissionDenied):
        raising.raise_peer_report(
            actor=student(world.children[1]),
            enrolment=enrolment(world.children[0]),
            words={"noticed": ["sad"]},
            urgent=True,
            form="p",
            at=NOON,
        )


@pytest.mark.parametrize(("urgent", "urgency"), [(True, Urgency.URGENT), (False, Urgency.SOON)])
def test_a_student_asks_to_talk(urgent, urgency):
    world = a_world()
    signal = raising.ask_to_talk(
        actor=student(world.children[0]), words={"words": "想聊聊"}, urgent=urgent, form="t", at=NOON
    )
    assert (signal.source, signal.urgency, signal.subject) == (Source.SELF, urgency, world.children[0])


def test_staff_cannot_ask_in_a_students_place():
    world = a_world()
    with pytest.raises(PermissionDenied):
        raising.ask_to_talk(actor=world.he, words={}, urgent=False, form="t", at=NOON)


def test_a_form_sent_twice_is_one_report():
    world = a_world()
    assert observe(world).pk == observe(world).pk
    assert Evidence.objects.count() == 1


def test_a_second_report_of_the_same_source_joins_and_may_only_hurry():
    world = a_world()
    first = observe(world)
    later = observe(world, form="f2", urgency=Urgency.URGENT, at=NOON + HOUR)
    first.refresh_from_db()
    assert later.pk == first.pk
    assert first.urgency == Urgency.URGENT
    assert first.respond_by == NOON + HOUR + HOUR / 6
    calmer = observe(world, form="f3", urgency=Urgency.ROUTINE, at=NOON + HOUR)
    calmer.refresh_from_db()
    assert (calmer.urgency, calmer.respond_by) == (Urgency.URGENT, first.respond_by)
    assert Signal.objects.count() == 1
    assert Evidence.objects.count() == 3


def test_after_an_interview_new_grounds_are_a_new_signal():
    world = a_world()
    first = observe(world)
    an_interview(world, first)
    assert observe(world, form="f2").pk != first.pk


def test_an_urgent_one_goes_to_who_is_on_duty():
    world = a_world()
    on_duty(world, post_of(world.he), NOON - HOUR)
    assert a_signal(world, urgency=Urgency.URGENT).owner == world.he.person
    assert a_signal(world, world.children[1], urgency=Urgency.SOON).owner in {world.lin.person, world.bai.person}


def test_nobody_on_duty_means_the_chain_answers():
    world = a_world()
    assert a_signal(world, urgency=Urgency.URGENT).owner == world.lin.person


def test_a_duty_turn_of_somebody_whose_post_ended_does_not_count():
    world = a_world()
    on_duty(world, post_of(world.bai), NOON - HOUR)
    Post.objects.filter(person=world.bai.person).update(ends_on=NOON.date())
    assert a_signal(world, urgency=Urgency.URGENT).owner == world.lin.person


def test_two_teachers_share_the_work():
    world = a_world(children=4)
    owners = [a_signal(world, child).owner for child in world.children]
    assert owners.count(world.lin.person) == owners.count(world.bai.person) == 2


def test_with_nobody_at_school_the_bureau_answers_and_then_who_appoints():
    school = a_school()
    node = a_class(school)
    child = a_student(node)
    teacher = an_actor(PostKind.CLASS_TEACHER, node)

    def report(form):
        return raising.raise_quick_report(
            actor=teacher, enrolment=enrolment(child), words={}, grade=1, form=form, at=NOON
        )

    with pytest.raises(Refusal) as refusal:
        report("a")
    assert refusal.value.code == "nobody"
    assert not Signal.objects.exists()
    admin = an_actor(PostKind.SCHOOL_ADMIN, school)
    assert report("b").owner == admin.person
    Evidence.objects.all().delete()
    Nudge.objects.all().delete()
    Signal.objects.all().delete()
    bureau = Organisation.objects.get(pk=school.parent_id)
    expert = an_actor(PostKind.BUREAU_EXPERT, bureau)
    assert report("c").owner == expert.person


def test_an_interviewer_opens_a_review_and_has_it_in_hand():
    world = a_world()
    signal = raising.open_review(actor=world.lin, enrolment=enrolment(world.children[0]), at=NOON)
    assert (signal.state, signal.owner, signal.taken_by) == (SignalState.TAKEN, world.lin.person, world.lin.person)
    for who in (world.he, world.wei, world.stranger):
        with pytest.raises(PermissionDenied):
            raising.open_review(actor=who, enrolment=enrolment(world.children[1]), at=NOON)


def test_a_child_who_moved_to_another_school_has_signals_of_both():
    world, other = a_world(), a_world()
    child = world.children[0]
    first = a_signal(world, child)
    child.enrolments.update(ends_on=NOON.date(), left_for="transfer")

    Enrolment.objects.create(
        person=child,
        class_node=a_class(other.school),
        school=other.school,
        student_number="n",
        starts_on=NOON.date(),
    )
    second = a_signal(other, child)
    assert {first.school, second.school} == {world.school, other.school}


def test_the_house_leaves_a_trail_too():
    world = a_world()
    raising.raise_signal(
        actor=HOUSE,
        about=raising.About.of(enrolment(world.children[0])),
        source=Source.REVIEW,
        ground=raising.Ground("promise", "k", Urgency.ROUTINE),
        at=NOON,
    )
    assert Entry.objects.get().who == "（系统）"


def test_more_grounds_for_a_taken_signal_tell_its_owner():
    world = a_world()
    signal = taken(world, observe(world))
    observe(world, form="f2")
    assert Nudge.objects.filter(signal=signal, person=world.lin.person, why="more", seen_at=None).exists()
