"""Care duties of the chain, the case with its plan, tasks, contacts, follow-ups and closing by two."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xinqiao.access.models import OutsideLink, Post
from xinqiao.cases.enums import (
    CaseState,
    Channel,
    ContactWith,
    DutyKind,
    DutyState,
    FollowUpState,
    Outcome,
    TaskState,
)
from xinqiao.people.models import Organisation, Person
from xinqiao.signals.models import LevelChange
from xinqiao.vault.fields import SealedField


class ClimbLog(models.Model):
    """A missed date: from whom, in which post, to whom. At the end of the chain both are the same person."""

    missed_at = models.DateTimeField(db_comment="the date that was missed")
    from_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    from_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    to_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    to_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["at", "id"]


class CareDuty(models.Model):
    """What one person of the chain does for a student, by a time. It says that care is needed and how, no more."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="care_duties")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    class_node = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    change = models.ForeignKey(LevelChange, models.PROTECT, related_name="duties")
    kind = models.CharField(max_length=20, choices=DutyKind)
    state = models.CharField(max_length=6, choices=DutyState, default=DutyState.OPEN)
    holder = models.ForeignKey(Person, models.PROTECT, related_name="duties_held")
    holder_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    climbs = models.PositiveSmallIntegerField(default=0, db_comment="missed dates")
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    words = SealedField(owner="school_id")

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="duty_state_due"),
            models.Index(fields=["holder", "state"], name="duty_holder"),
            models.Index(fields=["holder_post", "state"], name="duty_holder_post"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["change", "kind"], name="duty_once_per_change"),
            models.CheckConstraint(name="duty_kind_known", condition=Q(kind__in=DutyKind.values)),
            models.CheckConstraint(name="duty_state_known", condition=Q(state__in=DutyState.values)),
            models.CheckConstraint(
                name="duty_done_has_who_and_when",
                condition=Q(state="done", done_by__isnull=False, done_at__isnull=False)
                | (~Q(state="done") & Q(done_by=None, done_at=None)),
            ),
        ]


class DutyClimb(ClimbLog):
    """A missed time of a duty. Both see it until it is done."""

    duty = models.ForeignKey(CareDuty, models.PROTECT, related_name="climb_log")


class Case(models.Model):
    """Individual support of one student (个案), with one owner and one next date while it is open."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="cases")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    change = models.ForeignKey(
        LevelChange,
        models.PROTECT,
        null=True,
        related_name="cases",
        db_comment="the level it opened at; empty: opened for somebody in a population group",
    )
    follows = models.ForeignKey(
        LevelChange, models.PROTECT, null=True, related_name="+", db_comment="the last level its dates were set by"
    )
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="cases_owned")
    owner_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, db_comment="next date; empty only when closed")
    climbs = models.PositiveSmallIntegerField(default=0)
    reason = SealedField(owner="school_id")
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    closing_words = SealedField(owner="school_id")
    closing_asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closing_asked_at = models.DateTimeField(null=True)
    returned_words = SealedField(owner="school_id", db_comment="why the last closing was returned")
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["next_at"]
        indexes = [models.Index(fields=["school", "state"], name="case_school_state")]
        constraints = [
            models.UniqueConstraint(fields=["person", "school"], condition=~Q(state="closed"), name="one_open_case"),
            models.CheckConstraint(name="case_state_known", condition=Q(state__in=CaseState.values)),
            models.CheckConstraint(
                name="open_case_has_next_date", condition=Q(state="closed") | Q(next_at__isnull=False)
            ),
            models.CheckConstraint(
                name="closing_has_who_when_and_outcome",
                condition=Q(state="open", closing_asked_by=None, closing_asked_at=None, outcome="")
                | (
                    ~Q(state="open")
                    & ~Q(outcome="")
                    & Q(closing_asked_by__isnull=False, closing_asked_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="closed_by_a_second_person",
                condition=Q(~Q(state="closed"), closed_by=None, closed_at=None)
                | (
                    Q(state="closed", closed_by__isnull=False, closed_at__isnull=False)
                    & ~Q(closed_by=F("closing_asked_by"))
                ),
            ),
        ]


class CaseClimb(ClimbLog):
    """A missed next date of a case."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="climb_log")


class HandOver(models.Model):
    """A case given to another owner on purpose, with the reason."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="hand_overs")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    from_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    to_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = SealedField(owner="school_id")

    class Meta:
        ordering = ["at", "id"]


class PastClosing(models.Model):
    """A closing that stood until the case was opened again: kept as it was, with the reason for opening."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="past_closings")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    words = SealedField(owner="school_id")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    closed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
    reopened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField()
    reason = SealedField(owner="school_id", db_comment="why it was opened again")

    class Meta:
        ordering = ["-reopened_at", "-id"]
        constraints = [
            models.CheckConstraint(name="past_closing_by_two", condition=~Q(closed_by=F("asked_by"))),
        ]


class Plan(models.Model):
    """One version of the support plan (一生一策). Changing a plan makes the next version; old ones stay readable."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="plans")
    version = models.PositiveSmallIntegerField()
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    content = SealedField(
        owner="school_id", db_comment="JSON: needs, goals, measures, adjustments, safety plan, network"
    )
    contact = models.ForeignKey(Person, models.PROTECT, related_name="+", db_comment="the one named contact person")
    starts_on = models.DateField()
    review_on = models.DateField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="plan_version_once"),
            models.CheckConstraint(name="plan_reviewed_after_start", condition=Q(review_on__gt=F("starts_on"))),
        ]


class CaseTask(models.Model):
    """Something agreed in a plan for somebody to do."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    what = SealedField(owner="school_id")
    holder = models.ForeignKey(Person, models.PROTECT, related_name="case_tasks")
    holder_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=TaskState, default=TaskState.OPEN)
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    due_at = models.DateTimeField()
    climbs = models.PositiveSmallIntegerField(default=0)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    words = SealedField(owner="school_id")

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["holder_post", "state"], name="task_holder_post")]
        constraints = [
            models.CheckConstraint(name="task_state_known", condition=Q(state__in=TaskState.values)),
            models.CheckConstraint(
                name="task_done_has_who_and_when",
                condition=Q(state="done", done_by__isnull=False, done_at__isnull=False)
                | (~Q(state="done") & Q(done_by=None, done_at=None)),
            ),
        ]


class TaskClimb(ClimbLog):
    """A missed time of a task."""

    task = models.ForeignKey(CaseTask, models.PROTECT, related_name="climb_log")


class Contact(models.Model):
    """A talk, call or visit, or an attempt at one. Written once; a correction is a further entry.

    One that was made for a duty before there was a case belongs to the case as soon as there is one.
    """

    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="contacts")
    duty = models.ForeignKey(CareDuty, models.PROTECT, null=True, related_name="attempts")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    whom = models.CharField(max_length=10, choices=ContactWith)
    channel = models.CharField(max_length=8, choices=Channel)
    guardian = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", db_comment="which guardian, when we know"
    )
    reached = models.BooleanField(default=True)
    words = SealedField(owner="school_id")
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-held_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="contact_of_case_or_duty", condition=Q(case__isnull=False) | Q(duty__isnull=False)
            ),
        ]


class FollowUp(models.Model):
    """A planned look after the student (随访)."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="follow_ups")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=FollowUpState, default=FollowUpState.DUE)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    steady = models.BooleanField(null=True, db_comment="the person's state is steady, in the eyes of who followed up")
    words = SealedField(owner="school_id")

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(name="follow_up_state_known", condition=Q(state__in=FollowUpState.values)),
            models.CheckConstraint(
                name="follow_up_done_is_whole",
                condition=Q(state="done", done_by__isnull=False, done_at__isnull=False, steady__isnull=False)
                | (~Q(state="done") & Q(done_by=None, done_at=None, steady=None)),
            ),
        ]


class Summary(models.Model):
    """What somebody outside is told: typed for this purpose, never copied from notes. Open to them through a link."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="summaries")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    scope = models.CharField(
        max_length=120, blank=True, db_comment="the consent it rests on: with whom, which sections"
    )
    for_whom = models.CharField(max_length=80)
    seen = SealedField(owner="school_id", db_comment="what was seen, in plain words")
    asked = SealedField(owner="school_id", db_comment="what is asked")
    contact = SealedField(owner="school_id", db_comment="who answers at the school, and how to reach them")
    link = models.OneToOneField(OutsideLink, models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-id"]
