"""Sheets become results, once, whatever was lost on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON
from tests.screening.factories import a_campaign, a_sheet, a_world, says_yes, sitting_of, student_actor
from xinqiao.access.actor import HOUSE
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement, Job
from xinqiao.outbox.services import announce, run_due_sweeps, run_next_job
from xinqiao.screening.models import Result, Sitting, Tally
from xinqiao.screening.policies import visible_results
from xinqiao.screening.receivers import score
from xinqiao.screening.services.campaigns import close_campaign
from xinqiao.screening.services.results import (
    ask_for_rescoring,
    count_class,
    invite_to_retest,
    rescore_sheets,
    score_sitting,
)
from xinqiao.screening.services.sittings import start_part
from xinqiao.screening.sweeps import reconcile

pytestmark = pytest.mark.django_db


def a_scored_world(answers="1", students=1):
    world = a_world(students=students)
    campaign = a_campaign(world)
    for person in world.students:
        says_yes(person)
        a_sheet(sitting_of(campaign, person), answers)
        score_sitting(actor=HOUSE, sitting_id=sitting_of(campaign, person).pk, at=NOON)
    return world, campaign


def test_a_submitted_sheet_becomes_one_result_however_often_it_is_told():
    world = a_world()
    campaign = a_campaign(world)
    sitting = sitting_of(campaign, world.students[0])
    a_sheet(sitting, "1")
    for _ in range(2):
        score(at=NOON, sitting_id=sitting.pk)
    result = Result.objects.get()
    assert (result.instrument_id, result.part, result.scores["total"]["value"], result.bands["total"]) == (
        "phq-9",
        1,
        9.0,
        "mild",
    )
    assert result.alerts == ["self_harm"]
    assert result.severity == 1
    made = Announcement.objects.get(topic="result.made")
    assert made.payload == {"result_id": result.pk}


def test_what_was_not_handed_in_is_not_scored():
    world = a_world()
    sitting = sitting_of(a_campaign(world), world.students[0])
    a_sheet(sitting, at=None, state="started")
    assert score_sitting(actor=HOUSE, sitting_id=sitting.pk, at=NOON) == []
    assert score_sitting(actor=HOUSE, sitting_id=0, at=NOON) == []


def test_whoever_stopped_is_not_scored():
    world = a_world()
    sitting = sitting_of(a_campaign(world), world.students[0])
    a_sheet(sitting)
    Sitting.objects.filter(pk=sitting.pk).update(state="stopped", submitted_at=None, ended_at=NOON)
    assert score_sitting(actor=HOUSE, sitting_id=sitting.pk, at=NOON) == []


def test_only_the_house_scores():
    world, campaign = a_scored_world()
    sitting = sitting_of(campaign, world.students[0])
    for actor in (world.lin, student_actor(world.students[0])):
        with pytest.raises(PermissionDenied):
            score_sitting(actor=actor, sitting_id=sitting.pk, at=NOON)
        with pytest.raises(PermissionDenied):
            count_class(actor=actor, campaign=campaign, class_node=world.node, at=NOON)
        with pytest.raises(PermissionDenied):
            rescore_sheets(actor=actor, results=[], at=NOON)


def test_a_lost_announcement_is_made_good_by_the_sweep():
    world = a_world()
    campaign = a_campaign(world)
    sitting = sitting_of(campaign, world.students[0])
    a_sheet(sitting)
    reconcile(NOON + timedelta(minutes=1))
    assert Result.objects.count() == 1
    reconcile(NOON + timedelta(minutes=2))
    assert Result.objects.count() == 1


def test_an_old_loss_is_found_by_the_hourly_sweep():
    world = a_world()
    a_sheet(sitting_of(a_campaign(world), world.students[0]), at=NOON - timedelta(hours=5))
    reconcile(NOON)
    assert not Result.objects.exists()
    run_due_sweeps(NOON)
    assert Result.objects.count() == 1


def test_an_announcement_after_the_sweep_changes_nothing():
    world = a_world()
    sitting = sitting_of(a_campaign(world), world.students[0])
    a_sheet(sitting)
    reconcile(NOON)
    announce("sitting.submitted", at=NOON, sitting_id=sitting.pk)
    score(at=NOON, sitting_id=sitting.pk)
    assert Result.objects.count() == 1
    assert Announcement.objects.filter(topic="result.made").count() == 1


def test_the_roll_up_counts_students_by_band_and_again_after_a_change():
    _world, _campaign = a_scored_world(students=3)
    reconcile(NOON)
    cells = {(t.score, t.band): t.count for t in Tally.objects.all()}
    assert cells[("", "valid")] == 3
    assert cells[("total", "mild")] == 3
    assert set(Tally.objects.values_list("stage", "entry_year", "sex")) == {("junior", 2025, "f")}
    Result.objects.filter(pk=Result.objects.earliest("pk").pk).update(bands={"total": "severe"}, counted_at=None)
    reconcile(NOON)
    cells = {(t.score, t.band): t.count for t in Tally.objects.filter(score="total")}
    assert cells == {("total", "mild"): 2, ("total", "severe"): 1}


def test_careless_sheets_are_counted_apart():
    _world, _campaign = a_scored_world()
    Result.objects.update(needs_retest=True)
    reconcile(NOON)
    assert {(t.score, t.band) for t in Tally.objects.all()} == {("", "careless")}


def test_a_retest_is_a_sitting_of_its_own_and_has_the_last_word():
    world, campaign = a_scored_world()
    person = world.students[0]
    first = sitting_of(campaign, person)
    with pytest.raises(Refusal) as refused:
        invite_to_retest(actor=world.lin, sitting=first, at=NOON)
    assert refused.value.code == "nothing"
    Result.objects.update(needs_retest=True)
    for actor in (world.stranger, world.teacher, world.officer, HOUSE):
        with pytest.raises(PermissionDenied):
            invite_to_retest(actor=actor, sitting=first, at=NOON)
    again = invite_to_retest(actor=world.lin, sitting=first, at=NOON)
    assert (again.retest_of, again.only_part, again.state) == (first, 1, "invited")
    with pytest.raises(Refusal) as refused:
        invite_to_retest(actor=world.lin, sitting=first, at=NOON)
    assert refused.value.code == "twice"
    assert start_part(actor=student_actor(person), sitting=again, number=1, at=NOON)
    a_sheet(again, "0")
    score_sitting(actor=HOUSE, sitting_id=again.pk, at=NOON)
    reconcile(NOON)
    assert {(t.score, t.band): t.count for t in Tally.objects.all()} == {("", "valid"): 1, ("total", "minimal"): 1}


def test_no_retest_after_the_end():
    world, campaign = a_scored_world()
    Result.objects.update(needs_retest=True)
    close_campaign(actor=world.lin, campaign=campaign, at=NOON)
    with pytest.raises(Refusal) as refused:
        invite_to_retest(actor=world.lin, sitting=sitting_of(campaign, world.students[0]), at=NOON)
    assert refused.value.code == "closed"


def test_reading_again_mends_what_differs_and_says_how_many():
    world, campaign = a_scored_world(students=2)
    broken = Result.objects.earliest("pk")
    Result.objects.filter(pk=broken.pk).update(bands={"total": "severe"}, alerts=[])
    Announcement.objects.all().delete()
    ask_for_rescoring(actor=world.lin, campaign=campaign, at=NOON)
    job = run_next_job(NOON)
    assert job is not None
    assert job.result == {"sheets": 2, "changed": 1}
    broken.refresh_from_db()
    assert (broken.bands, broken.alerts) == ({"total": "mild"}, ["self_harm"])
    assert Announcement.objects.get().payload == {"result_id": broken.pk}
    with pytest.raises(PermissionDenied):
        ask_for_rescoring(actor=world.stranger, campaign=campaign, at=NOON)
    assert Job.objects.count() == 1


def test_results_are_seen_by_the_own_school_only():
    world, _campaign = a_scored_world()
    assert visible_results(world.lin, NOON).count() == 1
    for actor in (world.stranger, world.teacher, world.officer):
        assert not visible_results(actor, NOON).exists()
