"""Announcing, enqueuing, and the worker's turn."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from xinqiao.accounts.models import Account
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox import registry
from xinqiao.outbox.models import Announcement, Job, JobState, Slot

log = logging.getLogger("xinqiao.outbox")

MOST_ATTEMPTS = 3
SILENCE = timedelta(minutes=10)
"""A running job that gave no sign of life for this long lost its worker and is taken again."""


def announce(topic: str, *, at: datetime, **payload: Any) -> Announcement:
    """Tell upper rooms, in the caller's transaction."""
    return Announcement.objects.create(topic=topic, payload=payload, at=at, due_at=at)


def enqueue(kind: str, *, account: Account | None, at: datetime, **arguments: Any) -> Job:
    """Ask for long work. Raises KeyError for a kind nobody has signed up for."""
    registry.jobs[kind]
    return Job.objects.create(kind=kind, account=account, made_at=at, arguments=arguments)


def pause_after(attempts: int) -> timedelta:
    """How long to wait before trying an announcement again: 2, 4, 8 … seconds, at most ten minutes. Never given up."""
    return timedelta(seconds=min(600, 2**attempts))


def deliver_announcements(at: datetime, limit: int = 200) -> int:
    """Hand waiting announcements to their receivers; returns how many were delivered.

    One announcement, one transaction: its receivers' work and its being done commit together.
    """
    delivered = 0
    waiting = Announcement.objects.filter(done_at=None, due_at__lte=at).order_by("id")
    for pk in list(waiting.values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic():
                row = (
                    Announcement.objects.select_for_update(skip_locked=_skips_locked())
                    .filter(pk=pk, done_at=None)
                    .first()
                )
                if row is None:
                    continue
                for function in registry.receivers[row.topic]:
                    function(at=at, **row.payload)
                row.done_at, row.trouble = at, ""
                row.save(update_fields=["done_at", "trouble"])
                delivered += 1
        except Exception as error:
            log.exception("announcement %s was not delivered", pk)
            row = Announcement.objects.get(pk=pk)
            row.attempts = min(row.attempts + 1, 30)
            row.due_at, row.trouble = at + pause_after(row.attempts), type(error).__name__
            row.save(update_fields=["attempts", "due_at", "trouble"])
    return delivered


def _skips_locked() -> bool:
    return bool(transaction.get_connection().features.has_select_for_update_skip_locked)


def run_next_job(at: datetime, clock: Callable[[], datetime] | None = None) -> Job | None:
    """Take and finish one waiting job. ``clock`` gives the time of progress reports (default: always ``at``)."""
    now = clock or (lambda: at)
    lost = Q(state=JobState.RUNNING, beat_at__lt=at - SILENCE)
    for job in Job.objects.filter(Q(state=JobState.WAITING) | lost).order_by("id")[:5]:
        taken = Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts).update(
            state=JobState.RUNNING, started_at=at, beat_at=at, attempts=F("attempts") + 1
        )
        if taken:
            job.refresh_from_db()
            return _run(job, now)
    return None


def _run(job: Job, now: Callable[[], datetime]) -> Job:
    def progress(done: int, total: int, said: str = "") -> None:
        Job.objects.filter(pk=job.pk).update(done=done, total=total, said=said[:300], beat_at=now())

    try:
        if job.attempts > MOST_ATTEMPTS:
            raise Refusal(_("这项工作几次都没有做完，请联系管理员。"), code="attempts")
        job.result = registry.jobs[job.kind](at=now(), progress=progress, account_id=job.account_id, **job.arguments)
        job.state, job.said = JobState.DONE, ""
    except Refusal as refusal:
        job.state, job.said = JobState.FAILED, str(refusal)[:300]
    except Exception:
        log.exception("job %s failed", job.pk)
        job.state, job.said = JobState.FAILED, _("处理时出现意外，已记录。请稍后重试，仍不行请联系管理员。")
    job.ended_at = now()
    job.save(update_fields=["result", "state", "said", "ended_at"])
    return job


def run_due_sweeps(at: datetime, without: Collection[str] = ()) -> list[str]:
    """Run each periodic sweep whose slot is not yet taken, but for those named in ``without``.

    A sweep that fails is logged and comes again next slot.
    """
    ran = []
    for sweep in registry.sweeps.values():
        if sweep.name in without:
            continue
        seconds = int(sweep.every.total_seconds())
        moment = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, tz=UTC)
        _row, mine = Slot.objects.get_or_create(name=sweep.name, moment=moment)
        if not mine:
            continue
        Slot.objects.filter(name=sweep.name, moment__lt=moment).delete()
        try:
            sweep.work(at)
            ran.append(sweep.name)
        except Exception:
            log.exception("sweep %s failed", sweep.name)
    return ran


def settle(at: datetime, rounds: int = 50) -> None:
    """Deliver announcements and run jobs until nothing waits. For tests, the demo and the command line."""
    for _round in range(rounds):
        busy = deliver_announcements(at)
        busy += run_next_job(at) is not None
        if not busy:
            return
