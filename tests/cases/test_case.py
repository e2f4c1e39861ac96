"""A case: opened on a level or a group, owned, dated, handed over, climbing, following the level."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from tests.cases.factories import (
    DAY,
    HOUR,
    MINUTE,
    PLAN,
    a_case,
    a_task,
    a_world,
    closed_case,
    closing_case,
    end_posts,
    left,
    levelled,
    moved,
    post_of,
    tick,
)
from tests.factories import NOON, a_class, a_person, a_post
from xinqiao.access.enums import PostKind
from xinqiao.audit.models import Entry
from xinqiao.cases import checks, policies
from xinqiao.cases.models import Case, CaseClimb, CaseTask, FollowUp, Plan, TaskClimb
from xinqiao.cases.receivers import on_level_set
from xinqiao.cases.selectors import adults_around, heirs_of_case, heirs_of_task
from xinqiao.cases.services import care, climbing, closing, opening
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import GroupMembership, PopulationGroup
from xinqiao.signals.models import LevelChange

pytestmark = pytest.mark.django_db
EVERYBODY = ["he", "other", "ding", "gao", "lin", "bai", "shen", "wei", "zhou", "shao", "stranger"]
RUNS = {"lin", "bai"}


@pytest.fixture
def world():
    return a_world()


def refused(code, verb, **facts):
    with pytest.raises(Refusal) as found, transaction.atomic():
        verb(**facts)
    assert found.value.code == code
    assert str(found.value)


# --- opening -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "days"), [(1, 120), (2, 14), (3, 7), (4, 1)])
def test_a_case_begins_with_an_owner_and_its_first_date(world, level, days):
    """The date is the review of the level, or the first follow-up when that is earlier."""
    case = a_case(world, level)
    assert (case.owner, case.owner_post_id, case.state) == (world.lin.person, world.lin.posts[0].id, "open")
    assert case.next_at == NOON + timedelta(days=days)
    assert Entry.objects.filter(action="case.opened", person=case.person_id).count() == 1


def test_a_level_or_a_group_comes_first(world):
    child = world.children[0]
    refused("level", opening.open_case, actor=world.lin, person=child, reason="看上去不开心", at=NOON)
    levelled(world, 2)
    levelled(world, 0, at=NOON + DAY)
    refused("level", opening.open_case, actor=world.lin, person=child, reason="看上去不开心", at=NOON + DAY)


def test_one_person_one_plan_for_somebody_in_a_group(world):
    child = world.children[0]
    group = PopulationGroup.objects.get(code="left_behind", owner=None)
    GroupMembership.objects.create(person=child, group=group, source="班主任", starts_on=NOON.date())
    case = opening.open_case(actor=world.lin, person=child, reason="父母在外地，需要生活照料", at=NOON)
    assert (case.change, case.next_at) == (None, NOON + 120 * DAY)
    assert not CaseTask.objects.exists()
    assert not list(checks.violations(NOON))


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_opens_cases(world, who):
    child = levelled(world, 3)
    if who in RUNS:
        assert opening.open_case(actor=getattr(world, who), person=child, reason="想有人听", at=NOON)
    else:
        with pytest.raises(PermissionDenied):
            opening.open_case(actor=getattr(world, who), person=child, reason="想有人听", at=NOON)


def test_somebody_with_two_posts_owns_it_as_psychology_teacher(world):
    a_post(world.lin.person, PostKind.CLASS_TEACHER, world.node)
    child = levelled(world, 2)
    case = opening.open_case(actor=world.again(world.lin), person=child, reason="想有人听", at=NOON)
    assert case.owner_post.kind == PostKind.PSYCH_TEACHER


def test_what_opening_needs(world):
    case = a_case(world, 2)
    refused("open", opening.open_case, actor=world.bai, person=case.person, reason="再建", at=NOON)
    other = levelled(world, 2, world.children[1])
    refused("reason", opening.open_case, actor=world.lin, person=other, reason=" ", at=NOON)
    left(other)
    refused("enrolment", opening.open_case, actor=world.lin, person=other, reason="想有人听", at=NOON)


def test_the_next_school_opens_its_own(world):
    """An open case of the last school neither blocks nor shows at the next one."""
    case = a_case(world, 2)
    new = a_world(children=0)
    moved(case.person, new.node, NOON + DAY)
    refused("level", opening.open_case, actor=new.lin, person=case.person, reason="新来", at=NOON + DAY)
    levelled(new, 2, case.person, at=NOON + DAY)
    second = opening.open_case(actor=new.lin, person=case.person, reason="新来", at=NOON + DAY)
    assert set(policies.visible_cases(new.lin, NOON + DAY)) == {second}
    assert set(policies.visible_cases(world.lin, NOON + DAY)) == {case}


def test_the_database_refuses_two_open_cases_at_one_school(world):
    case = a_case(world, 2)
    case.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        case.save(force_insert=True)


# --- following the level -------------------------------------------------------------------------------------------


def test_a_graver_level_brings_the_date_forward_and_plans_its_own_follow_ups(world):
    case = a_case(world, 2)
    levelled(world, 4, at=NOON + DAY)
    case.refresh_from_db()
    assert case.next_at == NOON + 2 * DAY
    assert case.follow_ups.filter(state="due").count() == 8
    assert case.follow_ups.filter(state="lifted").count() == 2


def test_a_lighter_level_leaves_what_was_promised(world):
    case = a_case(world, 3)
    levelled(world, 2, at=NOON + DAY)
    case.refresh_from_db()
    assert case.next_at == NOON + 7 * DAY
    assert case.follow_ups.filter(state="due").count() == 4


def test_hearing_of_a_level_twice_changes_nothing(world):
    case = a_case(world, 2)
    levelled(world, 3, at=NOON + DAY)
    change = LevelChange.objects.get(level=3)
    before = list(FollowUp.objects.values_list("pk", "state", "due_at"))
    on_level_set(change_id=change.pk, at=NOON + 3 * DAY)
    assert list(FollowUp.objects.values_list("pk", "state", "due_at")) == before
    case.refresh_from_db()
    assert case.next_at == NOON + 8 * DAY


def test_a_closing_that_waits_is_returned_when_the_level_rises(world):
    case = closing_case(world)
    levelled(world, 2, at=NOON + HOUR)
    case.refresh_from_db()
    assert (case.state, case.outcome, case.closing_asked_by) == ("open", "", None)
    assert case.closing_words.reveal() == "目标达成"
    assert case.returned_words


# --- dates and owners ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "days", "fine"),
    [(2, 21, True), (2, 22, False), (3, 7, True), (3, 8, False), (4, 1, True), (4, 2, False), (3, 0, False)],
)
def test_the_next_date_is_no_later_than_the_level_allows(world, level, days, fine):
    case = a_case(world, level)
    FollowUp.objects.all().delete()
    when = NOON + timedelta(days=days)
    if fine:
        assert opening.set_next_date(actor=world.lin, case=case, next_at=when, at=NOON).next_at == when
    else:
        refused("next_at", opening.set_next_date, actor=world.lin, case=case, next_at=when, at=NOON)


def test_a_follow_up_that_comes_earlier_is_the_next_date(world):
    case = a_case(world, 2)
    care.plan_follow_up(actor=world.lin, case=case, due_at=NOON + 2 * DAY, at=NOON)
    case = opening.set_next_date(actor=world.lin, case=case, next_at=NOON + 20 * DAY, at=NOON)
    assert case.next_at == NOON + 2 * DAY


STEER = [("set_next_date", {"next_at": NOON + HOUR}), ("hand_over", {"reason": "休产假"})]


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(("verb", "facts"), STEER)
def test_who_dates_and_hands_over(world, verb, facts, who):
    case = a_case(world, 3)
    if verb == "hand_over":
        facts = facts | {"to": post_of(world.bai)}
    act = getattr(opening, verb)
    if who in RUNS:
        act(actor=getattr(world, who), case=case, at=NOON, **facts)
    else:
        with pytest.raises(PermissionDenied):
            act(actor=getattr(world, who), case=case, at=NOON, **facts)


def test_handing_over_keeps_the_reason(world):
    case = a_case(world, 3)
    opening.hand_over(actor=world.lin, case=case, to=post_of(world.bai), reason="休产假", at=NOON)
    case.refresh_from_db()
    move = case.hand_overs.get()
    assert (case.owner, move.from_person, move.reason.reveal()) == (world.bai.person, world.lin.person, "休产假")


@pytest.mark.parametrize("who", ["he", "shen", "wei", "zhou", "stranger"])
def test_only_a_psychology_teacher_of_the_school_gets_a_case(world, who):
    case = a_case(world, 3)
    to = post_of(getattr(world, who))
    refused("to", opening.hand_over, actor=world.lin, case=case, to=to, reason="忙", at=NOON)


def test_what_handing_over_refuses(world):
    case = a_case(world, 3)
    refused("reason", opening.hand_over, actor=world.lin, case=case, to=post_of(world.bai), reason=" ", at=NOON)
    refused("to", opening.hand_over, actor=world.lin, case=case, to=post_of(world.lin), reason="忙", at=NOON)
    end_posts(world.bai, NOON)
    refused("to", opening.hand_over, actor=world.lin, case=case, to=post_of(world.bai), reason="忙", at=NOON)
    done = closed_case(a_world())
    refused_by = Case.objects.get(pk=done.pk).closing_asked_by
    from xinqiao.access.actor import actor_of

    refused(
        "move",
        opening.hand_over,
        actor=actor_of(refused_by, NOON),
        case=done,
        to=post_of(world.lin),
        reason="忙",
        at=NOON,
    )


CHAIN = ["林岚", "白老师", "沈主任", "魏校长", "周教研", "邵专干", "邵专干"]


@pytest.mark.parametrize("level", [2, 4])
def test_a_missed_date_climbs_and_both_see_it(world, level):
    case = a_case(world, level)
    found = [case.owner.name]
    for _step in CHAIN[1:]:
        at, before = case.next_at, case.owner_post
        assert climbing.climb_case(case_id=case.pk, at=at - MINUTE) is None
        climb = climbing.climb_case(case_id=case.pk, at=at)
        case.refresh_from_db()
        assert climb.from_post == before
        assert case.next_at > at
        found.append(case.owner.name)
        from xinqiao.access.actor import actor_of

        for person in {climb.from_person, climb.to_person}:
            assert policies.visible_cases(actor_of(person, at), at).filter(pk=case.pk).exists()
    assert found == CHAIN


def test_the_bureau_gets_the_fewest_fields_and_gives_it_back(world):
    case = a_case(world, 2)
    while case.owner != world.zhou.person:
        climbing.climb_case(case_id=case.pk, at=case.next_at)
        case.refresh_from_db()
    at = case.next_at - HOUR
    assert policies.case_depth(world.zhou, case, at).name == "CARE"
    assert not policies.named_cases(world.zhou, at).exists()
    assert not policies.may_run(world.zhou, case, at)
    for verb, facts in (
        (care.note_contact, {"held_at": at, "whom": "student", "channel": "face", "reached": True, "words": "谈"}),
        (closing.ask_closing, {"outcome": "referred", "words": "转介"}),
    ):
        with pytest.raises(PermissionDenied):
            verb(actor=world.zhou, case=case, at=at, **facts)
    to = heirs_of_case(case, at)[0]
    opening.hand_over(actor=world.zhou, case=case, to=to, reason="请学校继续", at=at)
    case.refresh_from_db()
    assert case.owner == world.lin.person


def test_an_owner_whose_post_ends_loses_sight_and_the_school_answers(world):
    case = a_case(world, 2)
    end_posts(world.lin, NOON)
    lin = world.again(world.lin)
    assert not policies.visible_cases(lin, NOON).exists()
    with pytest.raises(PermissionDenied):
        opening.set_next_date(actor=lin, case=case, next_at=NOON + HOUR, at=NOON)
    tick(NOON + MINUTE)
    case.refresh_from_db()
    assert (case.owner, case.climbs) == (world.bai.person, 0)
    assert not CaseClimb.objects.exists()


def test_another_post_does_not_keep_the_owners_sight(world):
    case = a_case(world, 2)
    end_posts(world.lin, NOON)
    a_post(world.lin.person, PostKind.SUBJECT_TEACHER, world.node, starts_on=NOON.date())
    lin = world.again(world.lin)
    assert lin.posts
    assert not policies.visible_cases(lin, NOON).exists()
    assert not policies.may_steer(lin, case, NOON)


def test_a_former_students_case_stays_with_the_school(world):
    case = a_case(world, 2)
    left(case.person)
    tick(NOON + MINUTE)
    assert policies.may_run(world.lin, case, NOON)
    assert policies.visible_files(world.lin, NOON).filter(pk=case.person_id).exists()
    assert not policies.visible_files(world.wei, NOON).filter(pk=case.person_id).exists()


# --- plan, tasks, contacts, follow-ups -----------------------------------------------------------------------------


def plan(world, case, **more):
    facts = {"parts": PLAN, "contact": world.he.person, "review_on": (NOON + 14 * DAY).date(), "at": NOON, **more}
    return care.write_plan(actor=facts.pop("actor", world.lin), case=case, **facts)


def test_a_changed_plan_is_a_new_version_and_the_old_one_stays(world):
    case = a_case(world, 2)
    plan(world, case)
    plan(world, case, parts={**PLAN, "goals": "两周内每天运动"})
    assert list(case.plans.values_list("version", flat=True)) == [2, 1]
    assert "运动" in Plan.objects.get(version=2).content.reveal()
    assert "运动" not in Plan.objects.get(version=1).content.reveal()


@pytest.mark.parametrize("part", ["needs", "goals", "measures"])
def test_a_plan_without_its_core_is_none(world, part):
    case = a_case(world, 2)
    refused("part", plan, world=world, case=case, parts={**PLAN, part: " "})


def test_what_else_a_plan_needs(world):
    case = a_case(world, 2)
    refused("review_on", plan, world=world, case=case, review_on=NOON.date())
    refused("contact", plan, world=world, case=case, contact=world.stranger.person)


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who not in RUNS])
def test_who_may_not_work_on_a_case(world, who):
    """Every verb inside a case, by colleagues, strangers and those above."""
    case, actor = a_case(world, 3), getattr(world, who)
    to = adults_around(case, NOON)[0]
    row = case.follow_ups.first()
    words = {"words": "看过", "at": NOON}
    for verb, facts in (
        (care.give_task, {"case": case, "what": "打招呼", "to": to, "due_at": NOON + DAY, "at": NOON}),
        (care.plan_follow_up, {"case": case, "due_at": NOON + DAY, "at": NOON}),
        (care.finish_follow_up, {"follow_up": row, "steady": True, "next_at": NOON + DAY, **words}),
        (care.lift_follow_up, {"follow_up": row, **words}),
        (closing.ask_closing, {"case": case, "outcome": "stable", **words}),
        (closing.reopen, {"case": case, "reason": "又来", "at": NOON}),
    ):
        with pytest.raises(PermissionDenied):
            verb(actor=actor, **facts)
    with pytest.raises(PermissionDenied):
        plan(world, case, actor=actor)


@pytest.mark.parametrize("state", ["closing", "closed"])
def test_nothing_is_added_to_a_case_that_ends(world, state):
    case = closing_case(world) if state == "closing" else closed_case(world)
    to = adults_around(case, NOON)[0]
    refused("move", plan, world=world, case=case)
    facts = {"actor": world.lin, "case": case, "at": NOON}
    refused("move", care.give_task, what="打招呼", to=to, due_at=NOON + DAY, **facts)
    refused("move", care.plan_follow_up, due_at=NOON + DAY, **facts)


def test_a_task_is_for_an_adult_around_the_student(world):
    case = a_case(world, 2)
    names = [post.person.name for post in adults_around(case, NOON)]
    assert names == ["何老师", "高组长", "林岚", "白老师", "沈主任", "魏校长"]
    assert "旁班老师" not in names
    facts = {"actor": world.lin, "case": case, "what": "打招呼", "due_at": NOON + DAY, "at": NOON}
    refused("to", care.give_task, to=post_of(world.other), **facts)
    refused("to", care.give_task, to=post_of(world.stranger), **facts)
    refused("what", care.give_task, to=post_of(world.he), **{**facts, "what": " "})
    refused("due_at", care.give_task, to=post_of(world.he), **{**facts, "due_at": NOON})


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_does_a_task(world, who):
    task = a_task(world, a_case(world, 2))
    actor = getattr(world, who)
    if who in {"he", *RUNS}:
        assert care.finish_task(actor=actor, task=task, words="打过招呼", at=NOON).done_by == actor.person
    else:
        with pytest.raises(PermissionDenied):
            care.finish_task(actor=actor, task=task, words="打过招呼", at=NOON)


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_takes_a_task_away(world, who):
    task = a_task(world, a_case(world, 2))
    if who in RUNS:
        assert care.lift_task(actor=getattr(world, who), task=task, words="不需要了", at=NOON).state == "lifted"
    else:
        with pytest.raises(PermissionDenied):
            care.lift_task(actor=getattr(world, who), task=task, words="不需要了", at=NOON)


def test_a_task_of_a_post_that_ended_goes_back_to_who_runs_the_case(world):
    task = a_task(world, a_case(world, 2))
    end_posts(world.he, NOON)
    he = world.again(world.he)
    assert not policies.visible_tasks(he, NOON).exists()
    with pytest.raises(PermissionDenied):
        care.finish_task(actor=he, task=task, words="打过招呼", at=NOON)
    tick(NOON + MINUTE)
    task.refresh_from_db()
    assert (task.holder, task.climbs) == (world.lin.person, 0)


def test_a_task_of_a_class_teacher_ends_with_the_students_place(world):
    case = a_case(world, 2)
    task = a_task(world, case)
    moved(case.person, a_class(world.school, number=9))
    assert not policies.visible_tasks(world.he, NOON).exists()
    tick(NOON + MINUTE)
    task.refresh_from_db()
    assert task.holder == world.lin.person


def test_a_missed_task_goes_to_the_cases_owner_then_up_the_school(world):
    task = a_task(world, a_case(world, 2))
    found = []
    for _step in range(5):
        climbing.climb_task(task_id=task.pk, at=task.due_at)
        task.refresh_from_db()
        found.append(task.holder.name)
    assert found == ["林岚", "白老师", "沈主任", "魏校长", "魏校长"]
    assert TaskClimb.objects.count() == 5
    assert policies.visible_tasks(world.he, NOON).filter(pk=task.pk).exists()


def test_passing_a_task_on(world):
    task = a_task(world, a_case(world, 2))
    to = next(post for post in heirs_of_task(task, NOON) if post.person == world.gao.person)
    passed = care.pass_task(actor=world.he, task=task, to=to, at=NOON)
    assert (passed.holder, passed.due_at) == (world.gao.person, task.due_at)
    refused("to", care.pass_task, actor=world.gao, task=task, to=post_of(world.stranger), at=NOON)
    with pytest.raises(PermissionDenied):
        care.pass_task(actor=world.he, task=task, to=post_of(world.wei), at=NOON)


def test_contacts_are_of_the_past_and_sealed(world):
    case = a_case(world, 2)
    facts = {"actor": world.lin, "case": case, "channel": "phone", "reached": True, "at": NOON}
    row = care.note_contact(held_at=NOON - HOUR, whom="guardian", words="母亲说夜里常醒", **facts)
    refused("held_at", care.note_contact, held_at=NOON + MINUTE, whom="guardian", words="谈", **facts)
    refused("words", care.note_contact, held_at=NOON, whom="guardian", words=" ", **facts)
    refused("whom", care.note_contact, held_at=NOON, whom="nobody", words="谈", **facts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM cases_contact WHERE id = %s", [row.pk])
        assert "母亲".encode() not in bytes(cursor.fetchone()[0])


def test_a_follow_up_says_when_the_next_look_is(world):
    case = a_case(world, 3)
    first = case.follow_ups.first()
    at = first.due_at
    done = care.finish_follow_up(
        actor=world.lin, follow_up=first, steady=True, words="好些", next_at=at + 5 * DAY, at=at
    )
    case.refresh_from_db()
    assert (done.state, done.steady, case.next_at) == ("done", True, at + 5 * DAY)
    refused(
        "move", care.finish_follow_up, actor=world.lin, follow_up=first, steady=True, words="再看",
        next_at=at + DAY, at=at,
    )  # fmt: skip
    second = case.follow_ups.filter(state="due").first()
    refused("words", care.lift_follow_up, actor=world.lin, follow_up=second, words=" ", at=at)
    assert care.lift_follow_up(actor=world.lin, follow_up=second, words="已在别处看过", at=at).state == "lifted"


def test_a_person_appointed_later_sees_what_is_there(world):
    """Nothing is bound to who was there when it began."""
    case = a_case(world, 3)
    person = a_person(world.school, "新主任")
    a_post(person, PostKind.MORAL_HEAD, world.school, starts_on=NOON.date())
    from xinqiao.access.actor import actor_of

    assert policies.visible_cases(actor_of(person, NOON), NOON).filter(pk=case.pk).exists()
