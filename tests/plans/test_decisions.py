"""A decision of a meeting becomes a task, and what becomes of the task is said at the decision."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import a_bureau, a_school, an_actor, sign_in
from tests.teams.factories import a_held_meeting, a_team
from xinqiao.access.enums import PostKind
from xinqiao.outbox.services import settle
from xinqiao.plans.enums import Origin, TaskState
from xinqiao.plans.models import Task
from xinqiao.plans.services import tasks
from xinqiao.teams import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return a_bureau()


@pytest.fixture
def school(bureau):
    return a_school(bureau)


@pytest.fixture
def officer(bureau):
    return an_actor(PostKind.BUREAU_OFFICER, bureau, at=timezone.now())


@pytest.fixture
def decision(officer, bureau, school):
    now = timezone.now()
    meeting = a_held_meeting(officer, a_team(officer, bureau), held_at=now - timedelta(hours=2), at=now)
    return services.decide(actor=officer, meeting=meeting, words="五月办心理月", unit=school, due_on=None, at=now)


def page_of(client, decision):
    return client.get(reverse("teams:meeting", args=[decision.meeting_id])).content.decode()


def test_it_becomes_one_task_and_ends_with_it(client, officer, school, decision):
    leader = an_actor(PostKind.MORAL_HEAD, school, at=timezone.now())
    give = reverse("plans:decision_task", args=[decision.pk])
    sign_in(client, officer)
    assert "做成任务" in page_of(client, decision)
    due_on = timezone.localdate() + timedelta(days=9)
    for _twice in range(2):
        client.post(give, {"due_on": due_on.isoformat()})
    task = Task.objects.get(origin=Origin.DECISION)
    assert (task.unit, task.due_on, task.title, task.owner.person) == (school, due_on, "五月办心理月", leader.person)
    page = page_of(client, decision)
    assert "任务：待接收" in page
    assert give not in page

    now = timezone.now()
    tasks.take(actor=leader, task=task, at=now)
    tasks.hand_in(actor=leader, task=task, text="办好了", at=now)
    tasks.accept(actor=officer, task=task, words="", at=now)
    assert Task.objects.get().state == TaskState.ACCEPTED
    settle(now)
    settle(now)
    decision.refresh_from_db()
    assert decision.outcome == "任务已完成"
    assert decision.settled_on == timezone.localdate(now)


def test_a_wrong_day_is_said_and_gives_nothing(client, officer, school, decision):
    sign_in(client, officer)
    give = reverse("plans:decision_task", args=[decision.pk])
    assert "截止日期不能早于今天" in client.post(give, {"due_on": "2020-01-01"}, follow=True).content.decode()
    assert "请填写截止日期" in client.post(give, {"due_on": ""}, follow=True).content.decode()
    assert client.get(give).status_code == 302
    assert not Task.objects.exists()


def test_who_only_looks_on_is_offered_nothing(client, bureau, school, decision):
    sign_in(client, an_actor(PostKind.BUREAU_LEADER, bureau, at=timezone.now()))
    give = reverse("plans:decision_task", args=[decision.pk])
    assert give not in page_of(client, decision)
    assert client.post(give, {"due_on": "2030-01-01"}).status_code == 403
    neighbour = sign_in(client, an_actor(PostKind.SCHOOL_LEADER, school, at=timezone.now()))
    assert neighbour.post(give, {"due_on": "2030-01-01"}).status_code == 404
