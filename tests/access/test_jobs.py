"""How far a job is, for whoever asked for it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import a_class, a_school, an_actor, sign_in
from xinqiao.access.enums import PostKind
from xinqiao.outbox.models import Job, JobState

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return an_actor(PostKind.CLASS_TEACHER, a_class(a_school()), at=timezone.now())


def a_job(owner, **fields):
    return Job.objects.create(kind="x", account=owner.account, made_at=timezone.now(), **fields)


def ask(client, job):
    return client.get(reverse("jobs:show", args=[job.pk]), headers={"Accept": "application/json"}).json()


def test_the_page_asks_and_is_told(client, owner):
    sign_in(client, owner)
    job = a_job(owner)
    assert ask(client, job) == {"state": "queued", "done": 0, "total": 0, "words": "排队中", "next": ""}
    Job.objects.update(state=JobState.RUNNING, done=3, total=10)
    assert ask(client, job)["words"] == "已处理 3 / 10"
    Job.objects.update(said="正在读第 3 行")
    assert ask(client, job)["words"] == "正在读第 3 行"
    page = client.get(reverse("jobs:show", args=[job.pk])).content.decode()
    assert f'data-job-url="{reverse("jobs:show", args=[job.pk])}"' in page


def test_a_job_that_is_done_leads_on_within_this_house_only(client, owner):
    sign_in(client, owner)
    job = a_job(owner, state=JobState.DONE, ended_at=timezone.now(), result={"next": "/rosters/1/"})
    assert ask(client, job)["next"] == "/rosters/1/"
    assert client.get(reverse("jobs:show", args=[job.pk]))["Location"] == "/rosters/1/"
    for elsewhere in ("https://evil.example/", "//evil.example/", 7, None):
        Job.objects.update(result={"next": elsewhere})
        assert ask(client, job)["next"] == ""
        assert client.get(reverse("jobs:show", args=[job.pk])).status_code == 200


def test_a_job_that_failed_says_why(client, owner):
    sign_in(client, owner)
    job = a_job(owner, state=JobState.FAILED, ended_at=timezone.now(), said="第 7 行没有学号。")
    assert "第 7 行没有学号。" in client.get(reverse("jobs:show", args=[job.pk])).content.decode()


def test_somebody_elses_job_is_not_there(client, owner):
    job = a_job(owner)
    colleague = an_actor(PostKind.SCHOOL_ADMIN, owner.person.keeper, at=timezone.now())
    assert sign_in(client, colleague).get(reverse("jobs:show", args=[job.pk])).status_code == 404
