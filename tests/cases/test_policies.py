"""Who sees which case and file and how deep: truth tables, and that list, detail and count are one thing."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cases.factories import (
    DAY,
    HOUR,
    MINUTE,
    a_case,
    a_task,
    a_world,
    closed_case,
    closing_case,
    end_posts,
    left,
    levelled,
    moved,
    tick,
)
from tests.factories import NOON, a_class, a_guardian
from tests.signals.factories import a_signal, an_interview
from xinqiao.access.enums import Depth
from xinqiao.access.models import BreakGlass
from xinqiao.cases import policies
from xinqiao.cases.models import CareDuty, Case
from xinqiao.cases.selectors import case_rows, duty_rows, listed_cases, listed_duties, waiting_for
from xinqiao.cases.selectors.file import file_of, story, students
from xinqiao.cases.services import climbing
from xinqiao.people.models import GroupMembership, PopulationGroup

pytestmark = pytest.mark.django_db
EVERYBODY = ["he", "other", "ding", "gao", "lin", "bai", "shen", "wei", "zhou", "shao", "stranger"]


@pytest.fixture
def world():
    return a_world()


def seeing(world, visible, at=NOON):
    return {who for who in EVERYBODY if visible(world.again(getattr(world, who), at), at).exists()}


# --- cases ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "leaders"), [(1, False), (2, False), (3, True), (4, True)])
def test_leaders_see_cases_from_level_3_on(world, level, leaders):
    case = a_case(world, level)
    expected = {"lin", "bai"} | ({"shen", "wei"} if leaders else set())
    assert seeing(world, policies.visible_cases) == expected
    for who in expected:
        depth = policies.case_depth(getattr(world, who), case, NOON)
        assert depth == (Depth.NOTES if who in {"lin", "bai"} else Depth.PLAN)


def test_it_is_the_level_that_stands_now_that_counts(world):
    """Once grave is not grave for ever: a lowered level takes the name off the leaders' pages."""
    a_case(world, 4)
    levelled(world, 2, at=NOON + DAY)
    assert seeing(world, policies.visible_cases, NOON + DAY) == {"lin", "bai"}


def test_a_closing_is_seen_by_who_may_second_it(world):
    closing_case(world)
    assert seeing(world, policies.visible_cases) == {"lin", "bai", "shen", "wei"}
    assert seeing(world, policies.visible_closings) == {"bai", "shen", "wei"}


def test_when_closed_it_is_off_the_leaders_pages(world):
    closed_case(world)
    assert seeing(world, policies.visible_cases) == {"lin", "bai"}


def test_a_class_teacher_sees_a_task_and_never_the_case(world):
    task = a_task(world, a_case(world, 4))
    assert seeing(world, policies.visible_cases) == {"lin", "bai", "shen", "wei"}
    assert set(policies.visible_tasks(world.he, NOON)) == {task}
    assert policies.reads_task(world.he, task, NOON)


def test_the_bureau_holds_a_task_without_reading_it(world):
    task = a_task(world, a_case(world, 2))
    for actor in (world.he, world.lin, world.bai, world.shen, world.wei):
        end_posts(actor, NOON)
    tick(NOON + MINUTE)
    task.refresh_from_db()
    assert task.holder == world.zhou.person
    assert policies.visible_tasks(world.zhou, NOON).filter(pk=task.pk).exists()
    assert not policies.reads_task(world.zhou, task, NOON)


def test_a_name_cannot_be_searched_for_by_who_may_not_know_it(world):
    case = a_case(world, 2)
    while case.owner != world.zhou.person:
        climbing.climb_case(case_id=case.pk, at=case.next_at)
        case.refresh_from_db()
    at, name = case.next_at - HOUR, case.person.name
    assert list(listed_cases(world.zhou, at)) == [case]
    assert not listed_cases(world.zhou, at, text=name).exists()
    assert not listed_cases(world.zhou, at, text=name[:1]).exists()
    (row,) = case_rows(world.zhou, listed_cases(world.zhou, at), at)
    assert (row.name, row.level, row.named) == (f"{name[:1]}某", None, False)


def test_a_duty_in_the_bureau_has_initials_and_school_only(world):
    levelled(world, 4)
    duty = CareDuty.objects.get(kind="crisis_team")
    climbing.climb_duty(duty_id=duty.pk, at=duty.due_at)
    (row,) = duty_rows(world.zhou, listed_duties(world.zhou, NOON), NOON)
    assert (row.name, row.place, row.named) == (f"{duty.person.name[:1]}某", world.school.name, False)
    assert not listed_duties(world.zhou, NOON, text=duty.person.name).exists()


# --- files ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "depths"),
    [
        (None, {"he": 2, "gao": 2, "lin": 5, "bai": 5, "shen": 2, "wei": 2}),
        (2, {"he": 2, "gao": 2, "lin": 5, "bai": 5, "shen": 2, "wei": 2}),
        (3, {"he": 2, "gao": 2, "lin": 5, "bai": 5, "shen": 3, "wei": 3}),
        (4, {"he": 2, "gao": 2, "lin": 5, "bai": 5, "shen": 3, "wei": 3}),
    ],
)
def test_how_deep_a_file_is_read(world, level, depths):
    child = world.children[0]
    if level:
        levelled(world, level)
    found = {
        who: int(policies.file_depth(getattr(world, who), child, NOON))
        for who in EVERYBODY
        if policies.visible_files(getattr(world, who), NOON).filter(pk=child.pk).exists()
    }
    assert found == depths


def test_a_class_teachers_file_holds_no_level_no_case_no_result_and_no_note(world):
    a_case(world, 4)
    file = file_of(world.he, world.children[0], NOON)
    assert {duty.kind for duty in file.duties} == {"class_guard"}
    held = [file.levels, file.cases, file.follow_ups, file.interviews, file.results, file.groups]
    assert held == [[]] * 6
    assert story(file) == story(file_of(world.he, world.children[1], NOON)) == []


def test_a_false_alarm_is_in_no_file_but_the_psychology_teachers(world):
    from xinqiao.signals.services import triage

    signal = an_interview(world, a_signal(world)).signal
    triage.close_as_no_concern(actor=world.lin, signal=signal, reason="误会", at=NOON)
    tick(NOON)
    for who in ("he", "gao", "shen", "wei"):
        file = file_of(getattr(world, who), world.children[0], NOON)
        assert (file.depth, file.duties, story(file)) == (Depth.CARE, [], [])


def test_groups_are_for_who_reads_results(world):
    group = PopulationGroup.objects.get(code="left_behind", owner=None)
    GroupMembership.objects.create(person=world.children[0], group=group, source="名册", starts_on=NOON.date())
    assert file_of(world.lin, world.children[0], NOON).groups
    assert not file_of(world.he, world.children[0], NOON).groups


def test_a_later_school_reads_nothing_of_the_earlier_one(world):
    case = a_case(world, 4)
    new = a_world(children=0)
    moved(case.person, new.node)
    file = file_of(new.lin, case.person, NOON)
    assert (file.depth, file.levels, file.cases, file.duties) == (Depth.NOTES, [], [], [])
    assert story(file) == []
    assert policies.file_depth(new.wei, case.person, NOON) == Depth.CARE


def test_the_earlier_school_keeps_the_file_of_whom_it_helped(world):
    case = a_case(world, 4)
    a_guardian(case.person)
    left(case.person)
    file = file_of(world.lin, case.person, NOON)
    assert (file.depth, file.cases, file.owner) == (Depth.NOTES, [case], world.school.pk)
    assert file.phones
    for who in ("he", "gao", "shen", "wei", "stranger"):
        assert not policies.visible_files(getattr(world, who), NOON).filter(pk=case.person_id).exists()


def test_for_a_closed_case_the_family_is_not_called_any_more(world):
    case = closed_case(world)
    left(case.person)
    assert not file_of(world.lin, case.person, NOON).phones


def test_broken_glass_reads_the_file_as_deep_as_notes_and_does_nothing(world):
    case = a_case(world, 2)
    BreakGlass.objects.create(
        account=world.wei.account,
        reader=world.wei.person,
        person=case.person,
        school=world.school,
        told=world.lin.person,
        reason="夜间失联",
        starts_at=NOON,
        ends_at=NOON + HOUR,
    )
    wei = world.again(world.wei)
    assert policies.file_depth(wei, case.person, NOON) == Depth.NOTES
    assert policies.case_depth(wei, case, NOON) == Depth.NOTES
    assert file_of(wei, case.person, NOON).cases == [case]
    assert not policies.may_run(wei, case, NOON)
    assert not policies.may_steer(wei, case, NOON)
    later = world.again(world.wei, NOON + 2 * HOUR)
    assert not policies.visible_cases(later, NOON + 2 * HOUR).exists()


def test_a_student_list_shows_everybody_in_reach_and_nobody_else(world):
    other = a_class(world.school, number=9)
    from tests.factories import a_student

    a_student(other, "旁班同学")
    found = {who: students(getattr(world, who), NOON).count() for who in EVERYBODY}
    assert found == {
        "he": 2, "other": 1, "ding": 0, "gao": 3, "lin": 3, "bai": 3, "shen": 3, "wei": 3, "zhou": 0, "shao": 0,
        "stranger": 0,
    }  # fmt: skip


# --- what a list shows is what a page opens is what a number says --------------------------------------------------

steps = st.lists(
    st.one_of(
        st.tuples(st.just("level"), st.integers(0, 1), st.integers(1, 4)),
        st.tuples(st.just("open"), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("task"), st.integers(0, 1), st.integers(0, 5)),
        st.tuples(st.just("climb"), st.integers(1, 4), st.just(0)),
        st.tuples(st.just("leave"), st.sampled_from(["he", "lin", "wei"]), st.just(0)),
        st.tuples(st.just("move"), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("left"), st.integers(0, 1), st.just(0)),
    ),
    max_size=6,
)


def live(world, story_of):
    """A short life of the small school; what is refused does not happen."""
    from django.core.exceptions import PermissionDenied

    from xinqiao.cases.selectors import adults_around
    from xinqiao.cases.services import care, opening
    from xinqiao.kernel.refusal import Refusal
    from xinqiao.people.models import Enrolment

    at = NOON
    for what, first, second in story_of:
        at += HOUR
        lin = world.again(world.lin, at)
        try:
            with transaction.atomic():
                if what == "level":
                    levelled(world, second, world.children[first], at=at)
                elif what == "open":
                    opening.open_case(actor=lin, person=world.children[first], reason="想有人听", at=at)
                elif what == "task":
                    case = Case.objects.filter(person=world.children[first]).exclude(state="closed").first()
                    posts = adults_around(case, at) if case else []
                    if posts:
                        to = posts[second % len(posts)]
                        care.give_task(actor=lin, case=case, what="打招呼", to=to, due_at=at + HOUR, at=at)
                elif what == "climb":
                    at += first * DAY
                elif what == "leave":
                    end_posts(getattr(world, first), at)
                elif what == "move":
                    moved(world.children[first], a_class(world.school, number=9), at)
                else:
                    left(world.children[first], at)
        except (Refusal, PermissionDenied, Enrolment.DoesNotExist):
            pass
        tick(at)
    return at


@pytest.mark.property
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(story_of=steps)
def test_every_door_counts_the_same_rows(world, story_of):
    """Whatever happened: no row twice, list = detail = count, names only where a name may be known."""
    with transaction.atomic():
        at = live(world, story_of)
        for who in EVERYBODY:
            actor = world.again(getattr(world, who), at)
            for visible in (policies.visible_duties, policies.visible_cases, policies.visible_tasks):
                ids = list(visible(actor, at).values_list("pk", flat=True))
                assert len(ids) == len(set(ids)) == visible(actor, at).count()
            waits = waiting_for(actor, at)
            assert len(waits.duties) == listed_duties(actor, at, mine=True).count()
            assert len(waits.closings) == policies.visible_closings(actor, at).count()
            named = set(policies.named_cases(actor, at).values_list("pk", flat=True))
            rows = case_rows(actor, listed_cases(actor, at), at)
            assert {row.case.pk for row in rows if row.named} == named
            assert named >= set(policies.run_cases(actor, at).values_list("pk", flat=True))
            for child in world.children:
                seen = policies.visible_files(actor, at).filter(pk=child.pk).exists()
                depth = policies.file_depth(actor, child, at)
                assert seen == (depth >= Depth.CARE), (who, depth)
                if who in {"he", "other", "gao", "ding"}:
                    assert depth <= Depth.CARE
            if not actor.posts:
                assert not rows
                assert not policies.visible_duties(actor, at).exists()
        transaction.set_rollback(True)
