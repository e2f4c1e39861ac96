"""Everybody's part: given once, done, passed on, climbing, and following the student and the posts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.cases.factories import (
    DAY,
    HOUR,
    MINUTE,
    a_case,
    a_duty,
    a_world,
    end_posts,
    left,
    levelled,
    moved,
    post_of,
    tick,
)
from tests.factories import NOON, a_class, a_guardian, a_person, a_post, an_actor
from tests.signals.factories import a_level, on_duty
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.cases import checks, policies, sweeps
from xinqiao.cases.enums import DutyKind
from xinqiao.cases.handling import newer_change
from xinqiao.cases.models import CareDuty, Case, Contact, DutyClimb
from xinqiao.cases.receivers import on_level_set
from xinqiao.cases.selectors import heirs_of_duty
from xinqiao.cases.services import climbing, duties, opening
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.outbox.services import settle
from xinqiao.signals.services import triage

pytestmark = pytest.mark.django_db
K = DutyKind
HOLDERS = {
    K.CLASS_CARE: "何老师",
    K.CLASS_GUARD: "何老师",
    K.GRADE_COORDINATE: "高组长",
    K.LEADER_INFORMED: "魏校长",
    K.CRISIS_TEAM: "魏校长",
    K.BUREAU_REPORT: "魏校长",
    K.GUARDIAN_CONTACT: "林岚",
    K.OPEN_CASE: "林岚",
    K.RAPID_ASSESSMENT: "林岚",
}


@pytest.fixture
def world():
    return a_world()


def held(kind="", **more):
    rows = CareDuty.objects.filter(state="open", **more)
    return {row.kind: row.holder.name for row in (rows.filter(kind=kind) if kind else rows)}


# --- giving --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_a_level_gives_everybody_their_part(world, level):
    from xinqiao.cases.rules import DUTIES

    levelled(world, level)
    assert held() == {rule.kind: HOLDERS[rule.kind] for rule in DUTIES[level]}
    assert not list(checks.violations(NOON))


def test_the_same_announcement_twice_gives_nothing_twice(world):
    child = levelled(world, 4)
    before = list(CareDuty.objects.values_list("pk", "due_at", "holder"))
    for _again in range(2):
        on_level_set(change_id=CareDuty.objects.first().change_id, at=NOON + HOUR)
    assert list(CareDuty.objects.values_list("pk", "due_at", "holder")) == before
    assert Entry.objects.filter(action="duty.given", person=child.pk).count() == len(before)


def test_a_new_level_takes_away_what_the_old_one_asked(world):
    levelled(world, 4)
    levelled(world, 2, at=NOON + DAY)
    assert set(CareDuty.objects.filter(state="lifted").values_list("change__level", flat=True)) == {4}
    assert set(held()) == {K.CLASS_CARE, K.GUARDIAN_CONTACT, K.OPEN_CASE}


def test_level_0_leaves_nothing_to_do(world):
    levelled(world, 2)
    levelled(world, 0, at=NOON + DAY)
    assert held() == {}


def test_a_false_alarm_gives_nothing_and_leaves_no_mark(world):
    from tests.signals.factories import a_signal, an_interview

    signal = an_interview(world, a_signal(world)).signal
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="误会", at=NOON)
    tick(NOON)
    assert not CareDuty.objects.exists()
    assert not policies.visible_duties(world.he, NOON).exists()
    assert not policies.visible_cases(world.wei, NOON).exists()


def test_an_announcement_that_comes_late_does_not_bring_the_old_level_back(world):
    first = a_level(world, 4)
    second = a_level(world, 3, at=NOON + HOUR)
    assert second.state == "awaiting"
    from xinqiao.signals.services import levels

    levels.confirm_lowering(actor=world.bai, change=second, at=NOON + HOUR)
    on_level_set(change_id=second.pk, at=NOON + HOUR)
    given = set(held())
    on_level_set(change_id=first.pk, at=NOON + 2 * HOUR)
    assert newer_change(first)
    assert set(held()) == given
    assert not CareDuty.objects.filter(change=first).exists()


def test_the_same_level_again_changes_nothing(world):
    levelled(world, 3)
    before = list(CareDuty.objects.values_list("pk", "state", "due_at"))
    levelled(world, 3, at=NOON + HOUR)
    assert list(CareDuty.objects.values_list("pk", "state", "due_at")) == before


def test_a_lost_announcement_is_caught_up_with(world):
    a_level(world, 3)
    Announcement.objects.all().delete()
    assert held() == {}
    sweeps.reconcile(NOON + 10 * MINUTE)
    assert len(held()) == 5
    sweeps.reconcile(NOON + 20 * MINUTE)
    assert CareDuty.objects.count() == 5


def test_where_nobody_holds_the_post_the_next_one_does(world):
    end_posts(world.he, NOON)
    levelled(world, 1)
    assert held() == {K.CLASS_CARE: "高组长"}


def test_at_night_the_teacher_on_duty_starts_when_somebody_else_set_the_level(world):
    """Who talked with the student goes on; without them, whoever has the duty turn."""
    a_world_colleague = world.bai
    on_duty(world, post_of(a_world_colleague), NOON - HOUR)
    change = a_level(world, 4)
    end_posts(world.lin, NOON)
    settle(NOON)
    assert change.set_by.name == "林岚"
    assert held(K.RAPID_ASSESSMENT) == {K.RAPID_ASSESSMENT: "白老师"}


def test_when_nobody_is_appointed_the_announcement_waits(world):
    change = a_level(world, 1)
    for actor in (world.he, world.gao, world.lin, world.bai, world.shen, world.wei, world.zhou, world.shao):
        end_posts(actor, NOON)
    with pytest.raises(Refusal) as refused, transaction.atomic():
        duties.give_duties(change=change, at=NOON)
    assert refused.value.code == "nobody"
    settle(NOON)
    assert Announcement.objects.filter(topic="level.set", done_at=None).exists()
    a_post(world.wei.person, PostKind.SCHOOL_LEADER, world.school, starts_on=NOON.date())
    settle(NOON + HOUR)
    assert held() == {K.CLASS_CARE: "魏校长"}


def test_the_tenants_clock_is_used(world):
    world.school.options = {"duties": {"4": {"crisis_team": "5m", "bureau_report": "3d"}}}
    world.school.save()
    levelled(world, 4)
    due = dict(CareDuty.objects.values_list("kind", "due_at"))
    assert due[K.CRISIS_TEAM] == NOON + 5 * MINUTE
    assert due[K.BUREAU_REPORT] == NOON + 60 * MINUTE
    assert [f.code for f in checks.violations(NOON)] == ["clock"]


def test_the_database_refuses_the_same_duty_twice(world):
    duty = a_duty(world, 1, K.CLASS_CARE)
    duty.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        duty.save(force_insert=True)


# --- doing ---------------------------------------------------------------------------------------------------------

MAY_FINISH = [
    (1, K.CLASS_CARE, {"he", "lin", "bai"}),
    (3, K.GRADE_COORDINATE, {"gao", "lin", "bai"}),
    (4, K.RAPID_ASSESSMENT, {"lin", "bai"}),
    (3, K.LEADER_INFORMED, {"wei"}),
    (4, K.CRISIS_TEAM, {"wei"}),
    (4, K.BUREAU_REPORT, {"wei"}),
]
EVERYBODY = ["he", "other", "ding", "gao", "lin", "bai", "shen", "wei", "zhou", "shao", "stranger"]


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(("level", "kind", "may"), MAY_FINISH)
def test_who_may_say_that_it_is_done(world, level, kind, may, who):
    duty = a_duty(world, level, kind)
    actor = getattr(world, who)
    if who in may:
        done = duties.finish_duty(actor=actor, duty=duty, words="聊了十分钟", at=NOON + MINUTE)
        assert (done.state, done.done_by, done.done_at) == ("done", actor.person, NOON + MINUTE)
        assert Entry.objects.filter(action="duty.done", person=duty.person_id).count() == 1
    else:
        with pytest.raises(PermissionDenied):
            duties.finish_duty(actor=actor, duty=duty, words="聊了十分钟", at=NOON)
        duty.refresh_from_db()
        assert duty.state == "open"


def test_doing_needs_a_word(world):
    duty = a_duty(world, 1, K.CLASS_CARE)
    with pytest.raises(Refusal) as refused:
        duties.finish_duty(actor=world.he, duty=duty, words="  ", at=NOON)
    assert (refused.value.code, refused.value.field) == ("words", "words")


@pytest.mark.parametrize("state", ["done", "lifted"])
def test_what_is_over_cannot_be_done(world, state):
    duty = a_duty(world, 1, K.CLASS_CARE)
    if state == "done":
        duties.finish_duty(actor=world.he, duty=duty, words="聊过", at=NOON)
    else:
        levelled(world, 0, at=NOON + DAY)
    with pytest.raises((Refusal, PermissionDenied)):
        duties.finish_duty(actor=world.he, duty=duty, words="再聊", at=NOON + DAY)


def test_opening_the_case_does_the_duty_to_open_one(world):
    duty = a_duty(world, 2, K.OPEN_CASE)
    with pytest.raises(Refusal) as refused:
        duties.finish_duty(actor=world.lin, duty=duty, words="已安排", at=NOON)
    assert refused.value.code == "open_case"
    opening.open_case(actor=world.bai, person=duty.person, reason="想有人听", at=NOON + MINUTE)
    duty.refresh_from_db()
    assert (duty.state, duty.done_by) == ("done", world.bai.person)


def test_for_who_left_the_duty_to_open_a_case_ends_with_a_word(world):
    duty = a_duty(world, 2, K.OPEN_CASE)
    left(duty.person)
    duties.finish_duty(actor=world.lin, duty=duty, words="已电话告知新学校", at=NOON + DAY)
    duty.refresh_from_db()
    assert duty.state == "done"


def test_what_was_written_is_not_in_the_raw_row(world):
    from django.db import connection

    duty = a_duty(world, 1, K.CLASS_CARE)
    duties.finish_duty(actor=world.he, duty=duty, words="操场上聊了很久", at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM cases_careduty WHERE id = %s", [duty.pk])
        (raw,) = cursor.fetchone()
    assert "操场".encode() not in bytes(raw)
    assert CareDuty.objects.get(pk=duty.pk).words.reveal() == "操场上聊了很久"


# --- reaching the family -------------------------------------------------------------------------------------------


def tried(world, duty, reached, at, **more):
    facts = {"guardian": None, "channel": "phone", "words": "约好来校" if reached else "", **more}
    return duties.log_attempt(actor=world.lin, duty=duty, reached=reached, at=at, **facts)


@pytest.mark.parametrize(("level", "wait"), [(2, DAY), (3, 2 * HOUR), (4, 15 * MINUTE)])
def test_a_try_in_vain_sets_the_next_one(world, level, wait):
    duty = a_duty(world, level, K.GUARDIAN_CONTACT)
    tried(world, duty, False, NOON + MINUTE)
    duty.refresh_from_db()
    assert (duty.state, duty.due_at, duty.holder) == ("open", NOON + MINUTE + wait, world.lin.person)


def test_reaching_somebody_does_the_duty_and_keeps_every_try(world):
    duty = a_duty(world, 4, K.GUARDIAN_CONTACT)
    mother = a_guardian(duty.person)
    tried(world, duty, False, NOON, guardian=mother)
    tried(world, duty, True, NOON + 14 * MINUTE, guardian=mother)
    duty.refresh_from_db()
    assert (duty.state, duty.done_at, duty.words.reveal()) == ("done", NOON + 14 * MINUTE, "约好来校")
    assert list(Contact.objects.order_by("held_at").values_list("reached", "guardian")) == [
        (False, mother.pk),
        (True, mother.pk),
    ]


def test_an_hour_of_tries_in_vain_brings_help(world):
    duty = a_duty(world, 4, K.GUARDIAN_CONTACT)
    for quarter in range(4):
        tried(world, duty, False, NOON + quarter * 15 * MINUTE)
    duty.refresh_from_db()
    assert (duty.holder.name, duty.climbs) == ("白老师", 1)
    assert policies.visible_duties(world.lin, NOON + HOUR).filter(pk=duty.pk).exists()


def test_tries_before_there_was_a_case_belong_to_it_afterwards(world):
    duty = a_duty(world, 2, K.GUARDIAN_CONTACT)
    tried(world, duty, False, NOON)
    case = opening.open_case(actor=world.lin, person=duty.person, reason="想有人听", at=NOON + MINUTE)
    tried(world, duty, True, NOON + 2 * MINUTE)
    assert list(case.contacts.values_list("duty", "reached")) == [(duty.pk, True), (duty.pk, False)]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"words": "", "reached": True}, "words"),
        ({"channel": "smoke"}, "channel"),
        ({"guardian": "stranger"}, "guardian"),
    ],
)
def test_tries_that_are_not_written_down(world, facts, code):
    duty = a_duty(world, 4, K.GUARDIAN_CONTACT)
    if facts.get("guardian"):
        facts = {**facts, "guardian": a_guardian(world.children[1])}
    with pytest.raises(Refusal) as refused:
        tried(world, duty, facts.pop("reached", False), NOON, **facts)
    assert refused.value.code == code
    assert not Contact.objects.exists()


@pytest.mark.parametrize("who", ["he", "gao", "wei", "stranger", "zhou"])
def test_who_may_not_write_down_a_try(world, who):
    duty = a_duty(world, 4, K.GUARDIAN_CONTACT)
    with pytest.raises(PermissionDenied):
        duties.log_attempt(
            actor=getattr(world, who), duty=duty, guardian=None, channel="phone", reached=False, words="", at=NOON
        )


def test_the_database_refuses_a_contact_of_nothing(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(
            school=world.school,
            held_at=NOON,
            whom="guardian",
            channel="phone",
            written_by=world.lin.person,
            written_at=NOON,
        )


# --- passing on ----------------------------------------------------------------------------------------------------


def test_passing_on_keeps_the_date(world):
    duty = a_duty(world, 2, K.OPEN_CASE)
    to = next(post for post in heirs_of_duty(duty, NOON) if post.person == world.bai.person)
    passed = duties.pass_duty(actor=world.lin, duty=duty, to=to, at=NOON + HOUR)
    assert (passed.holder, passed.due_at) == (world.bai.person, duty.due_at)


def test_the_bureau_gives_back_what_climbed_to_it(world):
    duty = a_duty(world, 4, K.RAPID_ASSESSMENT)
    at = NOON
    while duty.holder != world.zhou.person:
        at = duty.due_at
        climbing.climb_duty(duty_id=duty.pk, at=at)
        duty.refresh_from_db()
    to = heirs_of_duty(duty, at)[0]
    duties.pass_duty(actor=world.zhou, duty=duty, to=to, at=at)
    duty.refresh_from_db()
    assert duty.holder == world.lin.person


@pytest.mark.parametrize("who", ["ding", "stranger", "zhou"])
def test_to_whom_it_cannot_be_passed(world, who):
    duty = a_duty(world, 2, K.OPEN_CASE)
    with pytest.raises(Refusal) as refused:
        duties.pass_duty(actor=world.lin, duty=duty, to=post_of(getattr(world, who)), at=NOON)
    assert refused.value.code == "to"


@pytest.mark.parametrize("who", ["he", "stranger"])
def test_who_may_not_pass_it_on(world, who):
    duty = a_duty(world, 2, K.OPEN_CASE)
    with pytest.raises(PermissionDenied):
        duties.pass_duty(actor=getattr(world, who), duty=duty, to=post_of(world.bai), at=NOON)


# --- climbing ------------------------------------------------------------------------------------------------------

CHAINS = [
    (1, K.CLASS_CARE, ["何老师", "高组长", "沈主任", "魏校长", "周教研", "邵专干", "邵专干"]),
    (2, K.OPEN_CASE, ["林岚", "白老师", "沈主任", "魏校长", "周教研", "邵专干", "邵专干"]),
    (3, K.GRADE_COORDINATE, ["高组长", "沈主任", "魏校长", "周教研", "邵专干", "邵专干"]),
    (4, K.CRISIS_TEAM, ["魏校长", "周教研", "邵专干", "邵专干"]),
]


@pytest.mark.parametrize(("level", "kind", "chain"), CHAINS)
def test_a_missed_date_goes_up_the_chain_and_ends_at_its_last_person(world, level, kind, chain):
    duty = a_duty(world, level, kind)
    found, at = [duty.holder.name], NOON
    for _step in chain[1:]:
        assert climbing.climb_duty(duty_id=duty.pk, at=duty.due_at - timedelta(seconds=1)) is None
        at = duty.due_at
        assert climbing.climb_duty(duty_id=duty.pk, at=at) is not None
        duty.refresh_from_db()
        assert duty.due_at > at
        found.append(duty.holder.name)
    assert found == chain
    assert DutyClimb.objects.count() == len(chain) - 1
    assert duty.climbs == len(chain) - 1


def test_two_in_the_bureau_do_not_pass_it_to_and_fro(world):
    duty = a_duty(world, 4, K.CRISIS_TEAM)
    for _step in range(6):
        climbing.climb_duty(duty_id=duty.pk, at=duty.due_at)
        duty.refresh_from_db()
    assert duty.holder.name == "邵专干"


def test_both_see_what_climbed_until_it_is_done(world):
    duty = a_duty(world, 1, K.CLASS_CARE)
    late = duty.due_at
    climbing.climb_duty(duty_id=duty.pk, at=late)
    assert policies.visible_duties(world.he, late).filter(pk=duty.pk).exists()
    assert policies.visible_duties(world.gao, late).filter(pk=duty.pk).exists()
    assert not policies.may_finish_duty(world.he, CareDuty.objects.get(pk=duty.pk))
    duties.finish_duty(actor=world.gao, duty=duty, words="已和班主任一起聊过", at=late)
    assert not policies.visible_duties(world.he, late).filter(pk=duty.pk).exists()


def test_the_holder_hears_once_before_a_date(world):
    duty = a_duty(world, 4, K.CRISIS_TEAM)
    told = Announcement.objects.filter(topic="person.waits", payload__person_id=world.wei.person.pk)
    before = told.count()
    for minute in (2, 6, 7, 8):
        sweeps.remind(NOON + minute * MINUTE)
    assert told.count() == before + 1
    climbing.climb_duty(duty_id=duty.pk, at=duty.due_at)
    duty.refresh_from_db()
    assert duty.reminded_at is None


def test_the_sweep_of_one_minute_climbs_everything_that_is_late(world):
    levelled(world, 4)
    tick(NOON + 31 * MINUTE)
    late = {K.CRISIS_TEAM, K.GUARDIAN_CONTACT, K.CLASS_GUARD, K.GRADE_COORDINATE}
    assert set(CareDuty.objects.filter(climbs=1).values_list("kind", flat=True)) == late
    assert not list(checks.violations(NOON + 31 * MINUTE))


def test_one_that_fails_does_not_hold_up_the_others(world, monkeypatch):
    levelled(world, 4)
    real, seen = climbing.climb_duty, []

    def sometimes(*, duty_id, at):
        seen.append(duty_id)
        if len(seen) == 1:
            raise RuntimeError("broken")
        return real(duty_id=duty_id, at=at)

    monkeypatch.setattr(climbing, "climb_duty", sometimes)
    sweeps.climb(NOON + HOUR)
    assert CareDuty.objects.filter(climbs=1).count() == len(seen) - 1


# --- posts end, students move --------------------------------------------------------------------------------------


def test_a_class_teacher_who_leaves_hands_over_and_sees_nothing_the_same_day(world):
    duty = a_duty(world, 1, K.CLASS_CARE)
    end_posts(world.he, NOON)
    person = a_person(world.school, "新班主任")
    a_post(person, PostKind.CLASS_TEACHER, world.node, starts_on=NOON.date())
    assert not policies.visible_duties(world.again(world.he), NOON).exists()
    with pytest.raises(PermissionDenied):
        duties.finish_duty(actor=world.again(world.he), duty=duty, words="聊过", at=NOON)
    tick(NOON + MINUTE)
    duty.refresh_from_db()
    assert (duty.holder.name, duty.climbs) == ("新班主任", 0)
    assert not DutyClimb.objects.exists()


def test_another_post_of_the_same_person_does_not_keep_the_sight(world):
    """The duty was given to the class teacher; being head of another grade as well opens nothing."""
    a_duty(world, 1, K.CLASS_CARE)
    a_post(world.he.person, PostKind.GRADE_HEAD, a_class(world.school, entry_year=2024).parent)
    end = world.he.person.posts.get(kind="class_teacher")
    end.ends_on = NOON.date()
    end.save()
    assert world.again(world.he).posts
    assert not policies.visible_duties(world.again(world.he), NOON).exists()


def test_a_student_who_changes_class_is_followed_by_the_new_class_teacher(world):
    duty = a_duty(world, 3, K.CLASS_GUARD)
    node = a_class(world.school, number=9)
    moved(duty.person, node)
    assert not policies.visible_duties(world.he, NOON).exists()
    with pytest.raises(PermissionDenied):
        duties.finish_duty(actor=world.he, duty=duty, words="聊过", at=NOON)
    tick(NOON + MINUTE)
    duty.refresh_from_db()
    assert (duty.holder.name, duty.class_node) == ("旁班老师", node)
    assert policies.visible_duties(world.other, NOON).filter(pk=duty.pk).exists()
    assert not list(checks.violations(NOON + MINUTE))


def test_what_only_a_class_can_do_ends_when_the_student_leaves_the_school(world):
    child = levelled(world, 3)
    left(child)
    tick(NOON + MINUTE)
    assert set(held()) == {K.GUARDIAN_CONTACT, K.LEADER_INFORMED, K.OPEN_CASE}
    assert not policies.visible_duties(world.he, NOON).exists()
    tick(NOON + 2 * MINUTE)
    assert Entry.objects.filter(action="duty.re_owned").count() == 0
    assert not list(checks.violations(NOON + 2 * MINUTE))


def test_the_next_school_asks_nothing_of_the_last_one(world):
    """A level at the new school does not touch what the old one still has to do, and the other way round."""
    child = levelled(world, 2)
    new = a_world(children=0)
    moved(child, new.node, NOON + DAY)
    levelled(new, 3, child, at=NOON + DAY)
    tick(NOON + DAY)
    assert held(K.OPEN_CASE, school=world.school) == {K.OPEN_CASE: "林岚"}
    assert held(K.CLASS_GUARD, school=new.school) == {K.CLASS_GUARD: "何老师"}
    assert not policies.visible_duties(world.lin, NOON + DAY).filter(school=new.school).exists()
    assert not policies.visible_duties(new.lin, NOON + DAY).filter(school=world.school).exists()


def test_a_psychology_teacher_of_one_part_of_the_school(world):
    """Holds, sees and does what concerns the students of that part."""
    own = an_actor(PostKind.PSYCH_TEACHER, world.node.parent, "年级心理老师")
    levelled(world, 2)
    assert policies.visible_duties(own, NOON).count() == 3
    from tests.factories import a_student

    levelled(world, 2, a_student(a_class(world.school, entry_year=2024)))
    assert policies.visible_duties(own, NOON).count() == 3
    case = opening.open_case(actor=own, person=world.children[0], reason="想有人听", at=NOON)
    assert policies.may_run(own, case, NOON)
    assert Case.objects.get().owner == own.person


def test_the_student_and_the_family_have_nothing_of_this(world):
    from tests.signals.factories import student
    from xinqiao.access.actor import actor_of

    case = a_case(world, 4)
    child = student(case.person)
    guardian = actor_of(a_guardian(case.person), NOON)
    for actor in (child, guardian):
        for visible in (
            policies.visible_duties,
            policies.visible_cases,
            policies.visible_tasks,
            policies.visible_follow_ups,
            policies.visible_files,
        ):
            assert not visible(actor, NOON).exists()
