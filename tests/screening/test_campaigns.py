"""A campaign from approval to its end: invitations, windows, numbers without names."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Count

from tests.factories import NOON, a_class, a_student
from tests.screening.factories import (
    CLOSES,
    OPENS,
    a_campaign,
    a_sheet,
    a_world,
    says_yes,
    sitting_of,
    student_actor,
)
from xinqiao.access.actor import HOUSE
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.services import run_due_sweeps
from xinqiao.screening.models import Campaign, Sitting
from xinqiao.screening.policies import classes_in_sight, classes_of_school, visible_campaigns
from xinqiao.screening.selectors.campaigns import Progress, coverage, progress, total, whole
from xinqiao.screening.services.campaigns import (
    change_duty,
    close_campaign,
    extend_campaign,
    invite_again,
    invite_students,
    open_campaign,
    prepare_campaign,
    stop_campaign,
)
from xinqiao.screening.services.sittings import decline_sitting

pytestmark = pytest.mark.django_db


def test_students_of_the_grades_are_invited_and_nobody_else():
    world = a_world()
    a_student(a_class(world.school, entry_year=2024))
    campaign = a_campaign(world, opened=False)
    assert set(Sitting.objects.values_list("person", flat=True)) == {s.pk for s in world.students}
    assert campaign.parts.get().instrument_id == "phq-9"
    with pytest.raises(Refusal) as refused:
        prepare_campaign(actor=world.lin, filing=campaign.approval.filing, at=NOON)
    assert refused.value.code == "twice"


def test_newcomers_are_invited_once():
    world = a_world()
    campaign = a_campaign(world)
    late = a_student(world.node)
    assert invite_students(actor=HOUSE, campaign=campaign, at=NOON) == 1
    assert invite_students(actor=world.lin, campaign=campaign, at=NOON) == 0
    assert sitting_of(campaign, late).invited_at == NOON


VERBS = {
    "open": lambda actor, c: open_campaign(actor=actor, campaign=c, at=NOON),
    "extend": lambda actor, c: extend_campaign(actor=actor, campaign=c, until=CLOSES + timedelta(days=2), at=NOON),
    "close": lambda actor, c: close_campaign(actor=actor, campaign=c, at=NOON),
    "stop": lambda actor, c: stop_campaign(actor=actor, campaign=c, why="停电", at=NOON),
    "again": lambda actor, c: invite_again(actor=actor, campaign=c, at=NOON),
    "invite": lambda actor, c: invite_students(actor=actor, campaign=c, at=NOON),
    "duty": lambda actor, c: change_duty(actor=actor, campaign=c, post_id=c.duty_post_id, at=NOON),
}


@pytest.mark.parametrize("verb", VERBS)
def test_strangers_teachers_and_the_bureau_move_nothing(verb):
    world = a_world()
    campaign = a_campaign(world, opened=verb != "open")
    for actor in (world.stranger, world.teacher, world.officer, student_actor(world.students[0])):
        with pytest.raises(PermissionDenied):
            VERBS[verb](actor, campaign)
    VERBS[verb](world.lin, campaign)


def test_it_opens_and_closes_by_the_clock():
    world = a_world()
    campaign = a_campaign(world, opened=False)
    for at, state in [
        (OPENS - timedelta(minutes=1), "prepared"),
        (OPENS + timedelta(minutes=1), "open"),
        (CLOSES + timedelta(minutes=5), "open"),
        (CLOSES + timedelta(minutes=40), "closed"),
    ]:
        run_due_sweeps(at)
        campaign.refresh_from_db()
        assert campaign.state == state, at


def test_without_anybody_on_duty_it_stays_shut():
    world = a_world()
    campaign = a_campaign(world, opened=False)
    post = campaign.duty_post
    post.ends_on = (NOON - timedelta(days=2)).date()
    post.save()
    run_due_sweeps(NOON)
    campaign.refresh_from_db()
    assert campaign.state == "prepared"
    with pytest.raises(Refusal) as refused:
        open_campaign(actor=HOUSE, campaign=campaign, at=NOON)
    assert refused.value.code == "duty"


def test_not_before_its_time_and_not_twice():
    world = a_world()
    campaign = a_campaign(world, opened=False)
    with pytest.raises(Refusal) as refused:
        open_campaign(actor=world.lin, campaign=campaign, at=OPENS - timedelta(hours=1))
    assert refused.value.code == "window"
    open_campaign(actor=world.lin, campaign=campaign, at=NOON)
    with pytest.raises(Refusal):
        open_campaign(actor=world.lin, campaign=campaign, at=NOON)


def test_stopping_needs_a_reason_and_extending_an_end_within_two_months():
    world = a_world()
    campaign = a_campaign(world)
    with pytest.raises(Refusal):
        stop_campaign(actor=world.lin, campaign=campaign, why=" ", at=NOON)
    for until in (CLOSES, OPENS + timedelta(days=61)):
        with pytest.raises(Refusal):
            extend_campaign(actor=world.lin, campaign=campaign, until=until, at=NOON)
    assert stop_campaign(actor=world.lin, campaign=campaign, why="停电", at=NOON).state == "stopped"


def test_duty_can_only_go_to_a_post_of_the_school():
    world = a_world()
    campaign = a_campaign(world)
    foreign = world.stranger.person.posts.get()
    with pytest.raises(Refusal):
        change_duty(actor=world.lin, campaign=campaign, post_id=foreign.pk, at=NOON)


def test_absent_students_are_invited_again_twice_at_most_and_those_who_said_no_never():
    world = a_world()
    campaign = a_campaign(world)
    ready, quiet, no = world.students
    says_yes(ready)
    a_sheet(sitting_of(campaign, ready))
    decline_sitting(actor=student_actor(no), sitting=sitting_of(campaign, no), at=NOON)
    asked = [invite_again(actor=world.lin, campaign=campaign, at=NOON + timedelta(days=d)) for d in (0, 0, 1, 2, 3)]
    assert asked == [1, 0, 1, 0, 0]
    assert sitting_of(campaign, quiet).reinvited == 2
    assert sitting_of(campaign, no).reinvited == 0


def test_progress_counts_by_class_and_lumps_no_with_no_consent():
    world = a_world(students=5)
    campaign = a_campaign(world)
    done, begun, ready, no, _silent = world.students
    for person in (done, begun, ready):
        says_yes(person)
    a_sheet(sitting_of(campaign, done))
    a_sheet(sitting_of(campaign, begun), at=None, state="started")
    decline_sitting(actor=student_actor(no), sitting=sitting_of(campaign, no), at=NOON)
    [row] = progress(campaign, [world.node], NOON)
    assert (row.title, row.invited, row.consented, row.started, row.submitted, row.away, row.ready) == (
        "八年级(1)班",
        5,
        3,
        1,
        1,
        2,
        1,
    )
    assert total([row], "全校").invited == 5
    assert [(c.invited, c.submitted) for c in coverage([campaign])] == [(5, 1)]


def test_progress_holds_no_name_and_no_reason():
    assert {f.name for f in fields(Progress)} == {
        "title",
        "invited",
        "consented",
        "started",
        "submitted",
        "away",
        "node",
    }
    world = a_world()
    campaign = a_campaign(world)
    [row] = progress(campaign, [world.node], NOON)
    said = str({key: value for key, value in asdict(row).items() if key != "node"})
    assert not [s.name for s in world.students if s.name in said]


@pytest.mark.parametrize("students", [1, 30])
def test_progress_needs_as_many_queries_for_one_as_for_many(students, django_assert_max_num_queries):
    world = a_world(students=students)
    nodes = [world.node, a_class(world.school, number=2)]
    a_student(nodes[1])
    campaign = Campaign.objects.select_related("school", "approval__filing").get(pk=a_campaign(world).pk)
    with django_assert_max_num_queries(8):
        assert len(progress(campaign, nodes, NOON)) == 2


def test_who_sees_which_campaign_and_which_classes():
    world = a_world()
    other = a_class(world.school, number=2)
    campaign = a_campaign(world)
    for actor, sees in [(world.lin, True), (world.teacher, True), (world.officer, True), (world.stranger, False)]:
        assert visible_campaigns(actor).filter(pk=campaign.pk).exists() is sees
    assert list(classes_in_sight(world.teacher, campaign)) == [world.node]
    assert set(classes_in_sight(world.lin, campaign)) == {world.node, other}
    assert not classes_in_sight(world.stranger, campaign).exists()


@pytest.mark.parametrize(
    "changes", [{"state": "open"}, {"state": "closed"}, {"closes_at": OPENS}, {"state": "stopped"}]
)
def test_the_database_refuses_half_written_campaigns(changes):
    campaign = a_campaign(a_world(), opened=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(**changes)


def test_thousands_are_invited_in_few_queries(django_assert_max_num_queries):
    world = a_world(students=0)
    for _ in range(60):
        a_student(world.node)
    with django_assert_max_num_queries(60):
        a_campaign(world, interviewers=5)
    assert Sitting.objects.count() == 60


def test_above_the_school_the_whole_is_counted_without_reading_consent(django_assert_num_queries):
    world = a_world(students=3)
    campaign = Campaign.objects.select_related("school").get(pk=a_campaign(world).pk)
    a_retest = {"campaign": campaign, "person": world.students[0], "class_node": world.node, "invited_at": NOON}
    Sitting.objects.create(**a_retest, retest_of=Sitting.objects.get(campaign=campaign, person=world.students[0]))
    with django_assert_num_queries(1) as asked:
        every = whole(campaign, classes_of_school(campaign), "合计")
    assert (every.invited, every.submitted) == (3, 0)
    assert "consent" not in asked[0]["sql"]


def test_one_campaign_is_counted_from_its_index():
    """Without it SQLite reads every sitting of every campaign there ever was."""
    if connection.vendor != "sqlite":
        pytest.skip("the plan of SQLite")
    rows = Sitting.objects.filter(campaign=1, retest_of=None, class_node__in=[1, 2])
    plan = rows.values("class_node", "state").annotate(n=Count("pk")).explain()
    assert "USING INDEX sitting_progress (campaign_id=? AND class_node_id=?)" in plan


def test_a_sitting_is_repeated_once():
    world = a_world(students=1)
    campaign = a_campaign(world)
    first = Sitting.objects.get(campaign=campaign)
    again = {"campaign": campaign, "person": first.person, "class_node": world.node, "invited_at": NOON}
    Sitting.objects.create(**again, retest_of=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.create(**again, retest_of=first)
