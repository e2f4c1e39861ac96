"""Announcements arrive at least once; jobs are taken once; sweeps run once a slot."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from tests.factories import NOON
from xinqiao.accounts.models import Account
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox import registry, services
from xinqiao.outbox.models import Announcement, Job, JobState, Slot
from xinqiao.outbox.services import announce, deliver_announcements, enqueue, run_due_sweeps, run_next_job, settle

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch):
    for name in ("receivers", "jobs", "sweeps"):
        kept = getattr(registry, name)
        monkeypatch.setattr(registry, name, type(kept)(kept.default_factory) if name == "receivers" else {})


@pytest.fixture
def heard():
    found = []

    @registry.receiver("bell")
    def hear(*, at, **payload):
        found.append(payload)

    return found


# --- announcements -------------------------------------------------------------------------------------------------


def test_an_announcement_arrives_once(heard):
    announce("bell", at=NOON, n=1)
    assert deliver_announcements(NOON) == 1
    assert deliver_announcements(NOON) == 0
    assert heard == [{"n": 1}]


def test_announcements_arrive_in_order_and_not_before_their_time(heard):
    announce("bell", at=NOON + MINUTE, n=9)
    for n in range(3):
        announce("bell", at=NOON, n=n)
    deliver_announcements(NOON)
    assert heard == [{"n": 0}, {"n": 1}, {"n": 2}]
    deliver_announcements(NOON + MINUTE)
    assert heard[-1] == {"n": 9}


def test_nothing_is_announced_by_an_act_that_rolled_back(heard):
    with transaction.atomic():
        announce("bell", at=NOON)
        transaction.set_rollback(True)
    assert deliver_announcements(NOON) == 0


def test_a_receiver_that_fails_is_tried_again_later_and_never_given_up():
    tries = []

    @registry.receiver("bell")
    def stumble(*, at):
        tries.append(at)
        Slot.objects.create(name="half done", moment=at)
        if len(tries) < 12:
            raise ValueError("not yet")

    announce("bell", at=NOON)
    at = NOON
    for _turn in range(12):
        deliver_announcements(at)
        at = Announcement.objects.get().due_at
    row = Announcement.objects.get()
    assert (row.done_at is not None, row.attempts, row.trouble) == (True, 11, "")
    assert Slot.objects.count() == 1  # what the failed tries wrote is gone
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=2)
    assert pauses[-1] == timedelta(minutes=10)


def test_one_that_fails_does_not_hold_up_the_others(heard):
    @registry.receiver("crack")
    def crack(*, at):
        raise ValueError

    announce("crack", at=NOON)
    announce("bell", at=NOON)
    assert deliver_announcements(NOON) == 1
    assert heard == [{}]


def test_all_receivers_of_a_topic_act_together_or_not_at_all(heard):
    @registry.receiver("bell")
    def second(*, at, **payload):
        raise ValueError

    announce("bell", at=NOON)
    assert deliver_announcements(NOON) == 0
    assert len(heard) == 1
    assert Announcement.objects.get().done_at is None


# --- jobs ----------------------------------------------------------------------------------------------------------


def test_a_job_runs_reports_and_ends():
    account = Account.objects.create_user("a")

    @registry.job("count")
    def count(*, at, progress, account_id, upto):
        for n in range(1, upto + 1):
            progress(n, upto, f"第 {n} 个")
            assert Job.objects.get().done == n
        return {"next": "/somewhere/", "by": account_id}

    job = enqueue("count", account=account, at=NOON, upto=3)
    done = run_next_job(NOON + MINUTE)
    assert (done.pk, done.state) == (job.pk, JobState.DONE)
    row = Job.objects.get()
    assert (row.done, row.total, row.result) == (3, 3, {"next": "/somewhere/", "by": account.pk})
    assert row.ended_at == NOON + MINUTE
    assert run_next_job(NOON) is None


def test_a_job_nobody_knows_is_refused_at_once():
    with pytest.raises(KeyError):
        enqueue("unknown", account=None, at=NOON)


def test_a_refusal_ends_a_job_in_its_own_words_and_a_surprise_in_ours():
    @registry.job("refuse")
    def refuse(*, at, progress, account_id):
        raise Refusal("第 7 行没有学号。")

    @registry.job("crash")
    def crash(*, at, progress, account_id):
        raise ZeroDivisionError("secret detail")

    for kind, words in (("refuse", "第 7 行没有学号。"), ("crash", "处理时出现意外")):
        enqueue(kind, account=None, at=NOON)
        job = run_next_job(NOON)
        assert (job.state, job.ended_at) == (JobState.FAILED, NOON)
        assert words in job.said
        assert "secret" not in job.said


def test_a_job_is_not_taken_twice_and_a_lost_one_is_taken_again():
    ran = []

    @registry.job("once")
    def once(*, at, progress, account_id):
        ran.append(at)
        return {}

    job = enqueue("once", account=None, at=NOON)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=NOON, beat_at=NOON, attempts=1)
    assert run_next_job(NOON + services.SILENCE) is None
    assert run_next_job(NOON + services.SILENCE + MINUTE).state == JobState.DONE
    assert len(ran) == 1


def test_a_job_that_keeps_losing_its_worker_is_given_up_with_words():
    @registry.job("heavy")
    def heavy(*, at, progress, account_id):
        raise AssertionError("not reached")

    job = enqueue("heavy", account=None, at=NOON)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, started_at=NOON, beat_at=NOON, attempts=services.MOST_ATTEMPTS
    )
    assert "管理员" in run_next_job(NOON + timedelta(hours=1)).said


def test_progress_is_a_sign_of_life():
    clock = iter([NOON, NOON + 5 * MINUTE, NOON + 9 * MINUTE, NOON + 10 * MINUTE])
    beats = []

    @registry.job("slow")
    def slow(*, at, progress, account_id):
        progress(1, 2)
        beats.append(Job.objects.get().beat_at)
        progress(2, 2)
        beats.append(Job.objects.get().beat_at)
        return {}

    enqueue("slow", account=None, at=NOON)
    run_next_job(NOON, clock=lambda: next(clock))
    assert beats == [NOON + 5 * MINUTE, NOON + 9 * MINUTE]


@pytest.mark.parametrize("half", [{"state": "done"}, {"state": "running", "ended_at": NOON}])
def test_the_database_refuses_a_half_ended_job(half):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="x", made_at=NOON, **half)


# --- sweeps --------------------------------------------------------------------------------------------------------


def test_a_sweep_runs_once_in_its_slot_however_often_it_is_asked():
    ran = []
    registry.every("tidy", 5 * MINUTE)(ran.append)
    for seconds in (0, 1, 100, 299, 300, 301, 599, 600):
        run_due_sweeps(NOON + timedelta(seconds=seconds))
    assert [(at - NOON).total_seconds() for at in ran] == [0, 300, 600]
    assert Slot.objects.count() == 1  # slots that are over leave nothing behind


def test_a_sweep_that_fails_comes_again_and_holds_up_nobody():
    ran = []

    def fail(at):
        ran.append("fail")
        raise ValueError

    registry.every("a", MINUTE)(fail)
    registry.every("b", MINUTE)(lambda at: ran.append("b"))
    assert run_due_sweeps(NOON) == ["b"]
    run_due_sweeps(NOON + MINUTE)
    assert ran == ["fail", "b", "fail", "b"]


def test_settling_delivers_what_delivering_announces():
    steps = []

    @registry.receiver("first")
    def first(*, at):
        steps.append("first")
        announce("second", at=at)

    @registry.receiver("second")
    def second(*, at):
        steps.append("second")
        enqueue("third", account=None, at=at)

    @registry.job("third")
    def third(*, at, progress, account_id):
        steps.append("third")
        return {}

    announce("first", at=NOON)
    settle(NOON)
    assert steps == ["first", "second", "third"]
