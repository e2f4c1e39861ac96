"""Each promise broken by hand is found, and an honest house is quiet."""

from __future__ import annotations

from datetime import date

import pytest

from tests.factories import NOON, a_school
from tests.plans.factories import DAY, a_county, a_plan, a_task, agencies, an_edition, end_posts, handed_in
from tests.plants import plants
from xinqiao.insight.doctor import examine
from xinqiao.plans import checks
from xinqiao.plans.models import HandIn, Plan, PlanUnit, Task
from xinqiao.plans.services import applying

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LATER = NOON + 20 * DAY


def found(at=NOON):
    return [each.code for each in checks.violations(at)]


def test_an_honest_house_is_quiet():
    world = a_county()
    handed_in(world, a_task(a_plan(world)))
    assert found() == []


@plants("plans.owner")
def test_a_task_of_nobody():
    world = a_county(1)
    plan = a_plan(world)
    for actor in (*world.heads, *world.morals, *world.psychs, *world.seconds, world.shao, world.yan, world.zhou):
        end_posts(actor, NOON.date())
    assert found() == ["owner"] * plan.tasks.count()
    assert "owner" in [each.code for each in examine(NOON)]


@plants("plans.late", "plans.climb")
def test_late_tasks_that_nobody_marked_or_showed():
    world = a_county(1)
    a_plan(world)
    assert {"late", "climb"} <= set(found(LATER))


@plants("plans.review")
def test_reviews_that_do_not_fit():
    world = a_county(1)
    plan = a_plan(world)
    task = handed_in(world, a_task(plan))
    HandIn.objects.filter(task=task).update(verdict="withdrawn", reviewed_at=NOON)
    assert found() == ["review"]
    HandIn.objects.filter(task=task).update(verdict="", reviewed_at=None)
    Task.objects.filter(pk=task.pk).update(state="taken")
    assert found() == ["review"]


@plants("plans.ended")
def test_open_tasks_of_a_plan_that_ended():
    world = a_county(1)
    plan = a_plan(world)
    Plan.objects.filter(pk=plan.pk).update(state="ended", ended_at=NOON)
    assert set(found()) == {"ended"}


@plants("plans.rolled", "plans.unit")
def test_an_open_plan_without_work_ahead_and_a_unit_without_work():
    world, edition = agencies(), an_edition("agencies")
    plan = applying.apply_plan(
        actor=world.officer, edition=edition, organisation=world.court, starts_on=NOON.date(),
        named={"partners": [world.partners[0].pk]}, at=NOON,
    )  # fmt: skip
    PlanUnit.objects.create(plan=plan, key="partners", organisation=a_school(), joined_on=NOON.date())
    Plan.objects.filter(pk=plan.pk).update(ends_on=date(2027, 1, 10))
    Task.objects.update(late_on=NOON.date(), climbed=2)
    assert set(found(NOON + 5 * DAY)) == {"rolled", "unit"}
