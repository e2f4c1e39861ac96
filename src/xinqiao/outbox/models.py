"""Work that must happen after a commit: announcements between rooms, and long jobs with progress."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Announcement(models.Model):
    """Something happened; upper rooms act on it at least once. Written in the transaction of the thing itself."""

    topic = models.CharField(max_length=48)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()
    due_at = models.DateTimeField(db_comment="not tried before; moves on after each failure")
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(done_at=None), name="announcement_waiting")]


class JobState(models.TextChoices):
    WAITING = "waiting", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未完成")


class Job(models.Model):
    """Long work somebody asked for and watches."""

    kind = models.CharField(max_length=48)
    arguments = models.JSONField(default=dict)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=JobState, default=JobState.WAITING)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, db_comment="last sign of life of the worker")
    ended_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    said = models.CharField(max_length=300, blank=True, db_comment="what it is doing, or why it could not be done")
    result = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["state", "id"], name="job_state")]
        constraints = [
            models.CheckConstraint(
                name="job_ended_when_over",
                condition=Q(state__in=["done", "failed"], ended_at__isnull=False)
                | Q(state__in=["waiting", "running"], ended_at=None),
            ),
        ]


class Slot(models.Model):
    """A periodic sweep was taken for this moment; the unique row keeps two workers from taking it twice."""

    name = models.CharField(max_length=64)
    moment = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(F("name"), F("moment"), name="slot_taken_once")]
