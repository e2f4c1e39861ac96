"""The policy table as statements a headmaster would sign, and its doors agreeing with each other."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import NOON, SHANGHAI, a_bureau, a_class, a_person, a_post, a_school, a_student, an_actor
from xinqiao.access.actor import Actor, Held, actor_of
from xinqiao.access.enums import Action, Depth, PostKind
from xinqiao.access.models import BreakGlass
from xinqiao.access.policies import depth_into, visible_enrolments, visible_organisations, visible_students
from xinqiao.access.table import GLASS_OPENS, TABLE, depth_of, needs_strong_login
from xinqiao.people.models import Person

BUREAU = {PostKind.BUREAU_OFFICER, PostKind.BUREAU_EXPERT, PostKind.BUREAU_LEADER}
READS = {Action.SEE_FILE, Action.SEE_RESULTS, Action.INTERVIEW, Action.RUN_CASE, Action.TRIAGE}


def deepest(kind: PostKind) -> Depth:
    """Leaving out ANSWER: a signal that climbed to somebody is answered by them, whoever they are."""
    return max(depth for action, depth in TABLE[kind].items() if action != Action.ANSWER)


def test_every_post_stands_in_the_table_and_every_action_has_somebody():
    assert set(TABLE) == set(PostKind)
    assert {action for row in TABLE.values() for action in row} == set(Action)


@pytest.mark.parametrize("kind", sorted(BUREAU))
def test_a_bureau_sees_numbers_not_children(kind):
    assert deepest(kind) == Depth.COUNTS
    assert Action.SEE_FILE not in TABLE[kind]


@pytest.mark.parametrize(
    "kind", [PostKind.CLASS_TEACHER, PostKind.GRADE_HEAD, PostKind.SUBJECT_TEACHER, PostKind.PEER_REP]
)
def test_class_and_grade_see_that_care_is_needed_and_no_more(kind):
    assert deepest(kind) == Depth.CARE


def test_results_and_notes_are_the_psychology_teachers():
    reading = {kind for kind in PostKind for action in READS if depth_of(kind, action) >= Depth.RESULTS}
    assert reading == {PostKind.PSYCH_TEACHER}
    assert depth_of(PostKind.SCHOOL_LEADER, Action.SEE_FILE) == Depth.PLAN
    assert depth_of(PostKind.SCHOOL_LEADER, Action.BREAK_GLASS) == Depth.NOTES


@pytest.mark.parametrize("kind", [PostKind.SCHOOL_ADMIN, PostKind.SYSTEM_ADMIN, PostKind.DATA_OFFICER])
def test_whoever_keeps_the_machine_reads_no_file(kind):
    assert not READS & set(TABLE[kind])


def test_subject_teachers_report_and_read_nothing():
    assert set(TABLE[PostKind.SUBJECT_TEACHER]) <= {Action.QUICK_REPORT, Action.ANSWER, Action.DO_TASKS}


def test_the_plan_side_knows_no_child():
    plan_side = {
        Action.SEE_PLANS, Action.RUN_PLANS, Action.DO_TASKS, Action.WRITE_PACKS, Action.PUBLISH_PACKS,
        Action.REPORT_FIGURES, Action.MANAGE_TEAMS, Action.MANAGE_PLACES, Action.MANAGE_BUDGET, Action.INSPECT,
        Action.RUN_HONOURS, Action.JUDGE_HONOURS, Action.APPLY_HONOURS,
    }  # fmt: skip
    assert {depth_of(kind, action) for kind in PostKind for action in plan_side} == {Depth.NONE, Depth.COUNTS}
    for kind in (PostKind.UNIT_LEADER, PostKind.UNIT_OFFICER):
        assert set(TABLE[kind]) <= plan_side


def test_nobody_checks_themselves_by_holding_one_post():
    assert not any({Action.FILE_SCREENING, Action.APPROVE_SCREENING} <= set(row) for row in TABLE.values())
    assert not any({Action.MANAGE_POSTS, Action.SEE_RESULTS} <= set(row) for row in TABLE.values())


def test_the_second_factor_is_owed_by_whoever_reaches_results():
    assert {kind for kind in PostKind if needs_strong_login(kind)} == {PostKind.PSYCH_TEACHER, PostKind.SCHOOL_LEADER}


def test_breaking_the_glass_opens_reading_only():
    assert {Action.SEE_FILE, Action.SEE_RESULTS} == GLASS_OPENS


# --- the doors agree -----------------------------------------------------------------------------------------------


@pytest.fixture
def world(db):
    """Two schools under one bureau; three classes, two students each."""
    bureau = a_bureau()
    first, second = a_school(bureau), a_school(bureau)
    rooms = [a_class(first), a_class(first, entry_year=2024), a_class(second)]
    pupils = [a_student(room) for room in rooms for _n in range(2)]
    nodes = [bureau, first, second, *rooms, rooms[0].parent]
    return {"nodes": nodes, "pupils": pupils, "person": a_person(first)}


POSTS = st.lists(
    st.tuples(
        st.sampled_from(list(PostKind)),
        st.integers(0, 6),
        st.integers(-60, 60),
        st.one_of(st.none(), st.integers(0, 90)),
    ),
    max_size=4,
)


def appoint(world, posts):
    """Those of ``posts`` that could be given: nobody holds the same open-ended post twice."""
    given = []
    for kind, place, starts, length in posts:
        starts_on = NOON.date() + timedelta(days=starts)
        ends_on = None if length is None else starts_on + timedelta(days=length)
        if ends_on is None and world["person"].posts.filter(
            kind=kind, organisation=world["nodes"][place], ends_on=None
        ):
            continue
        a_post(world["person"], kind, world["nodes"][place], starts_on=starts_on, ends_on=ends_on)
        given.append((kind, place, starts, length))
    return given


def holds_on(day: date, posts, pupil: Person, action: str, world) -> Depth:
    """By hand, from the list itself: the deepest sight into ``pupil`` on ``day``."""
    path = pupil.enrolments.get().class_node.path
    found = [Depth.NONE]
    for kind, place, starts, length in posts:
        first = NOON.date() + timedelta(days=starts)
        last = first + timedelta(days=length) if length is not None else date.max
        if first <= day < last and path.startswith(world["nodes"][place].path):
            found.append(depth_of(kind, action))
    return max(found)


@pytest.mark.property
@given(posts=POSTS, offset=st.integers(-70, 160), hour=st.sampled_from([0, 7, 12, 23]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sight_begins_and_ends_with_the_post_on_the_day(world, posts, offset, hour):
    day = NOON.date() + timedelta(days=offset)
    at = datetime.combine(day, time(hour, 59), tzinfo=SHANGHAI)
    world["pupils"][0].enrolments.model.objects.update(starts_on=date(2026, 1, 1))
    with transaction.atomic():
        posts = appoint(world, posts)
        actor = actor_of(world["person"], at)
        for action in (Action.SEE_FILE, Action.SEE_PEOPLE, Action.SEE_RESULTS, Action.OBSERVE):
            for least in (Depth.CARE, Depth.RESULTS):
                seen = set(visible_students(actor, at, action, least).values_list("pk", flat=True))
                by_hand = {pupil.pk for pupil in world["pupils"] if holds_on(day, posts, pupil, action, world) >= least}
                assert seen == by_hand
        transaction.set_rollback(True)


@pytest.mark.property
@given(posts=POSTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_list_detail_count_and_depth_say_the_same(world, posts):
    with transaction.atomic():
        posts = appoint(world, posts)
        actor = actor_of(world["person"], NOON)
        for action in Action:
            assert bool(actor.paths(action)) == actor.may(action)
            for node in world["nodes"]:
                inside = visible_organisations(actor, action).filter(pk=node.pk).exists()
                assert inside == actor.may(action, node.path) == (actor.depth(action, node.path) >= Depth.COUNTS)
        for action in (Action.SEE_FILE, Action.SEE_RESULTS, Action.MANAGE_CONSENT):
            for least in (Depth.COUNTS, Depth.CARE, Depth.PLAN, Depth.NOTES):
                listed = set(visible_students(actor, NOON, action, least).values_list("pk", flat=True))
                counted = visible_enrolments(actor, NOON, action, least).count()
                opened = {p.pk for p in world["pupils"] if depth_into(actor, p, NOON, action) >= least}
                assert listed == opened
                assert counted == len(listed)
        transaction.set_rollback(True)


@given(
    st.lists(st.tuples(st.sampled_from(list(PostKind)), st.sampled_from(["/1/", "/1/2/", "/1/2/3/", "/1/4/", "/12/"])))
)
def test_paths_are_the_shortest_and_cover_exactly_what_is_allowed(held):
    posts = tuple(Held(n, kind, path, n, "", "") for n, (kind, path) in enumerate(held))
    actor = Actor(account=None, person=None, posts=posts)
    for action in Action:
        paths = actor.paths(action)
        assert not any(one != other and one.startswith(other) for one in paths for other in paths)
        for path in ("/1/", "/1/2/", "/1/2/3/", "/1/4/", "/12/", "/12/3/"):
            assert actor.may(action, path) == any(path.startswith(wide) for wide in paths)


def test_a_child_who_changes_class_leaves_the_old_teachers_sight_the_same_day(world):
    pupil, old_room, new_room = world["pupils"][0], world["nodes"][3], world["nodes"][4]
    old, new = an_actor(PostKind.CLASS_TEACHER, old_room), an_actor(PostKind.CLASS_TEACHER, new_room)
    pupil.enrolments.update(ends_on=NOON.date(), left_for="moved")
    pupil.enrolments.create(
        class_node=new_room, school=old_room.parent.parent, student_number="m", starts_on=NOON.date()
    )
    yesterday = NOON - timedelta(days=1)
    assert visible_students(old, yesterday).filter(pk=pupil.pk).exists()
    assert not visible_students(old, NOON).filter(pk=pupil.pk).exists()
    assert visible_students(new, NOON).filter(pk=pupil.pk).exists()
    assert not visible_students(new, yesterday).filter(pk=pupil.pk).exists()


def test_an_open_glass_shows_one_file_for_its_time_and_to_its_reader_only(world):
    school, pupil, neighbour = world["nodes"][1], world["pupils"][0], world["pupils"][1]
    leader, other = an_actor(PostKind.SCHOOL_LEADER, school), an_actor(PostKind.SCHOOL_LEADER, school)
    BreakGlass.objects.create(
        account=leader.account,
        reader=leader.person,
        person=pupil,
        school=school,
        reason="电话里说再见",
        told=other.person,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
    )
    during, after = NOON + timedelta(minutes=59), NOON + timedelta(hours=1)
    reader = actor_of(leader.person, during)
    assert depth_into(reader, pupil, during) == Depth.NOTES
    assert depth_into(reader, neighbour, during) == Depth.PLAN
    assert depth_into(reader, pupil, during, Action.RUN_CASE) == Depth.NONE
    assert depth_into(actor_of(other.person, during), pupil, during) == Depth.PLAN
    assert depth_into(actor_of(leader.person, after), pupil, after) == Depth.PLAN
    assert depth_into(actor_of(leader.person, NOON - timedelta(seconds=1)), pupil, NOON) == Depth.PLAN


def test_whoever_loses_their_posts_loses_an_open_glass_too(world):
    school, pupil = world["nodes"][1], world["pupils"][0]
    leader, other = an_actor(PostKind.SCHOOL_LEADER, school), an_actor(PostKind.SCHOOL_LEADER, school)
    BreakGlass.objects.create(
        account=leader.account,
        reader=leader.person,
        person=pupil,
        school=school,
        reason="理由",
        told=other.person,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
    )
    leader.person.posts.update(ends_on=NOON.date())
    assert depth_into(actor_of(leader.person, NOON), pupil, NOON) == Depth.NONE
