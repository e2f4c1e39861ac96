"""A running plan, who takes part, what each owes by when, and what they handed in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xinqiao.access.models import Post
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation, Person
from xinqiao.plans.enums import ChangeKind, Mode, Origin, PlanState, TaskState, Verdict
from xinqiao.plans.rules import OPEN_STATES, UNSETTLED


class Plan(models.Model):
    """A pack at work in an organisation for a stretch of time."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="plans")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="plans")
    title = models.CharField(max_length=120)
    data = models.JSONField(db_comment="the compiled pack as it holds here, amendments included (packs.core.shapes)")
    starts_on = models.DateField()
    ends_on = models.DateField(db_comment="last day, included; an open plan is worked out a year at a time")
    state = models.CharField(max_length=8, choices=PlanState, default=PlanState.RUNNING)
    mode = models.CharField(max_length=9, choices=Mode, default=Mode.NORMAL)
    applied_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="plan_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="plan_end_is_dated",
                condition=Q(state__in=["running", "paused"], ended_at=None)
                | Q(state__in=["ended", "archived"], ended_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="plan_organisation")]

    def __str__(self) -> str:
        return self.title


class PlanUnit(models.Model):
    """An organisation that takes part, under the pack's name for it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="units")
    key = models.CharField(max_length=40, db_comment="id of the pack's unit")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "key", "organisation"], name="unit_once_in_plan")]


class PlanChange(models.Model):
    """What was changed about a plan, by whom, why. Never edited."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=8, choices=ChangeKind)
    words = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=list, blank=True, db_comment="differences as packs.core.compare gives them")
    changes = models.JSONField(
        default=dict, blank=True, db_comment="an amendment as written: set, remove, add (packs.core.derive)"
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Task(models.Model):
    """One thing one organisation owes by a day. While unsettled it always has an owner who holds a post."""

    plan = models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="tasks")
    asker = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_comment="whose people accept; the plan's organisation"
    )
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="plan_tasks")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.MEASURE)
    measure = models.CharField(max_length=60, blank=True, db_comment="id in the plan's data; empty for other origins")
    slot = models.CharField(max_length=24, blank=True, db_comment="packs.core.period.Occurrence.slot")
    subject = models.CharField(max_length=60, blank=True, db_comment="app.model:id of what made it; origins of others")
    title = models.CharField(max_length=160)
    words = models.TextField(blank=True, db_comment="what exactly; for a measure its text as it was then")
    owner = models.ForeignKey(Post, models.PROTECT, null=True, related_name="plan_tasks")
    owners = models.JSONField(default=list, db_comment="post kinds that may own it, in order")
    accept = models.CharField(max_length=4, default="lead", db_comment="lead, unit or none (packs Measure.accept)")
    leads = models.JSONField(default=list, db_comment="post kinds at the asker that accept, in order")
    needs = models.JSONField(default=dict, db_comment="text, files, pictures: what a hand-in must hold")
    gathers = models.BooleanField(default=False)
    starts_on = models.DateField()
    due_on = models.DateField(db_comment="last day, included")
    remind_on = models.DateField()
    climb_days = models.JSONField(default=list, db_comment="days after due_on on which the next person up sees it")
    climbed = models.PositiveSmallIntegerField(default=0)
    climbed_to = models.ForeignKey(Post, models.PROTECT, null=True, blank=True, related_name="+")
    late_on = models.DateField(null=True, blank=True, db_comment="first day on which it was late; stays")
    reminded_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=TaskState, default=TaskState.OPEN)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, db_comment="why it was waived, opened again or settled")
    dropped = models.BooleanField(
        default=False, db_comment="waived because the plan no longer asks for it; opens again when it does"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "measure", "unit", "slot"], condition=~Q(measure=""), name="task_once_a_slot"
            ),
            models.CheckConstraint(name="task_due_after_start", condition=Q(due_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="settled_task_is_dated",
                condition=Q(state__in=list(UNSETTLED), settled_at=None)
                | Q(state__in=["accepted", "waived"], settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="open_task_is_owned", condition=~Q(state__in=list(OPEN_STATES)) | Q(owner__isnull=False)
            ),
            models.CheckConstraint(name="waiving_has_reason", condition=~Q(state="waived") | ~Q(reason="")),
            models.CheckConstraint(name="dropped_task_is_waived", condition=Q(dropped=False) | Q(state="waived")),
            models.CheckConstraint(
                name="measure_task_has_slot", condition=Q(measure="") | (~Q(slot="") & Q(plan__isnull=False))
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "unit", "state"], name="task_plan_unit"),
            models.Index(fields=["owner", "state", "due_on"], name="task_owner"),
            models.Index(fields=["unit", "state", "due_on"], name="task_unit"),
            models.Index(fields=["state", "due_on"], name="task_due"),
        ]


class HandIn(models.Model):
    """What was handed in for a task; a returned one is followed by another."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="hand_ins")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verdict = models.CharField(max_length=9, choices=Verdict, blank=True, default=Verdict.WAITING)
    words = models.TextField(blank=True, db_comment="what the reviewer said")
    reviewed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="hand_in_number_once"),
            models.CheckConstraint(name="verdict_is_signed", condition=Q(verdict="") | Q(reviewed_at__isnull=False)),
            models.CheckConstraint(name="returned_with_words", condition=~Q(verdict="returned") | ~Q(words="")),
        ]


class Attachment(models.Model):
    """A file of a hand-in, checked and cleaned by ``documents.uploads`` before it is kept."""

    hand_in = models.ForeignKey(HandIn, models.PROTECT, null=True, blank=True, related_name="attachments")
    task = models.ForeignKey(Task, models.PROTECT, related_name="attachments")
    picture = models.BooleanField(default=False)
    people_agree = models.BooleanField(default=False, db_comment="those who can be recognised agreed (ticked)")
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="plans/%Y/%m", max_length=200)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, db_comment="sha-256 of what is kept")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="picture_has_consent", condition=Q(picture=False) | Q(people_agree=True)),
        ]


class RecordLink(models.Model):
    """A pointer from a hand-in to a page of the house that shows the work; the page asks its own policy."""

    hand_in = models.ForeignKey(HandIn, models.CASCADE, related_name="links")
    label = models.CharField(max_length=120)
    url = models.CharField(max_length=300, db_comment="a path of this house")

    class Meta:
        constraints = [models.CheckConstraint(name="link_stays_inside", condition=Q(url__startswith="/"))]
