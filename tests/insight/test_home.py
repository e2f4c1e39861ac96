"""The plan part of home pages, and what people of other offices find there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.factories import NOON, a_class, an_actor, sign_in
from tests.plans.factories import a_county, a_plan, a_task, agencies, handed_in
from xinqiao.access.enums import PostKind
from xinqiao.insight.home import quiet
from xinqiao.insight.plan_part import plan_part
from xinqiao.plans.services import tasks


@pytest.fixture
def county(db):
    return a_county()


def test_an_officer_sees_how_plans_stand_and_what_waits(county):
    plan = a_plan(county)
    handed_in(county, a_task(plan, unit=county.schools[0]))
    part = plan_part(county.again(county.shao), NOON)
    assert [(brief.title, brief.own) for brief in part.plans] == [(plan.title, True)]
    assert part.waiting == 1
    assert part.node == county.bureau


def test_a_school_sees_its_part_of_the_bureaus_plan(county):
    a_plan(county)
    whole = plan_part(county.again(county.shao), NOON).plans[0].counts.total
    part = plan_part(county.again(county.heads[0]), NOON)
    assert not part.plans[0].own
    assert 0 < part.plans[0].counts.total < whole


def test_what_came_back_is_named(county):
    plan = a_plan(county)
    task = handed_in(county, a_task(plan, unit=county.schools[0]))
    tasks.give_back(actor=county.again(county.shao), task=task, words="请补照片", at=NOON)
    owner = county.again(next(each for each in county.psychs + county.morals + county.heads + county.seconds
                              if each.person.pk == task.owner.person_id))  # fmt: skip
    part = plan_part(owner, NOON)
    assert part.returned == 1
    assert any(row.task.state == "returned" for row in part.next)
    assert all(row.task.due_on <= NOON.date() + timedelta(days=31) for row in part.next)


def test_a_class_teacher_has_tasks_and_no_plans(county):
    teacher = an_actor(PostKind.CLASS_TEACHER, a_class(county.schools[0]))
    part = plan_part(teacher, NOON)
    assert part.node is None
    assert part.empty


def test_who_has_no_tasks_has_no_part(county):
    assert plan_part(an_actor(PostKind.DATA_OFFICER, county.bureau), NOON) is None


def test_the_number_of_queries(county, django_assert_max_num_queries):
    a_plan(county)
    actor = county.again(county.shao)
    with django_assert_max_num_queries(9):
        plan_part(actor, NOON)


@pytest.mark.django_db
def test_other_offices_find_a_home_without_school_things(client):
    world = agencies()
    for actor in (world.officer, world.leader, *world.workers):
        sign_in(client, actor)
        page = client.get(reverse("insight:home"))
        assert page.status_code == 200
        text = page.content.decode()
        for school_word in ("测评", "花名册", "班级", "信号", "个案"):
            assert school_word not in text
        assert reverse("insight:board") in text
    assert "没有等您办的事" in quiet(world.officer).calm[0]
    assert {way.url for way in quiet(world.officer).ways} >= {reverse("insight:summaries"), reverse("insight:ledgers")}


def test_the_page_draws_for_every_role(county, client):
    a_plan(county)
    for actor in (county.shao, county.zhou, county.yan, county.heads[0], county.morals[0], county.psychs[0]):
        sign_in(client, actor)
        assert client.get(reverse("insight:home")).status_code == 200
