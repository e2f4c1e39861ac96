"""Signals, what they rest on, interviews, and levels set by people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xinqiao.access.models import Post
from xinqiao.people.models import Organisation, Person
from xinqiao.signals import rules
from xinqiao.signals.enums import (
    ChangeState,
    EvidenceKind,
    GuardianHow,
    GuardianTold,
    InterviewState,
    NudgeWhy,
    SignalState,
    Source,
    Urgency,
)
from xinqiao.vault.fields import SealedField

OPEN = Q(state__in=rules.OPEN_STATES)
GATHERING = Q(state__in=rules.GATHERING_STATES)
"""States in which further evidence of the same source joins the signal instead of raising another."""
_LOWERS_FROM_HIGH = Q(previous__gte=rules.SECOND_PERSON_FROM, level__lt=F("previous"))


class Signal(models.Model):
    """One reason to look at one person. A person closes it, never the system; while open it has an owner and a date."""

    subject = models.ForeignKey(Person, models.PROTECT, related_name="signals")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    class_node = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=12, choices=Source)
    urgency = models.PositiveSmallIntegerField(choices=Urgency)
    state = models.CharField(max_length=12, choices=SignalState, default=SignalState.RAISED)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="signals_owned")
    owner_post = models.ForeignKey(Post, models.PROTECT, related_name="+", db_comment="in which post the owner answers")
    raised_at = models.DateTimeField()
    respond_by = models.DateTimeField(null=True, db_comment="the next date; empty only when nothing is open any more")
    climbs = models.PositiveSmallIntegerField(default=0)
    defers = models.PositiveSmallIntegerField(default=0)
    dedup = models.CharField(max_length=40, blank=True, db_comment="source:person:school; one gathering signal each")
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True, db_comment="when somebody first took it up")
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closing_words = SealedField(owner="school_id")
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    class Meta:
        ordering = ["urgency", "respond_by", "id"]
        indexes = [
            models.Index(fields=["school", "state", "urgency"], name="signal_school_state"),
            models.Index(fields=["respond_by"], condition=OPEN, name="signal_open_due"),
            models.Index(fields=["owner", "state"], name="signal_owner_state"),
            models.Index(fields=["subject", "state"], name="signal_subject_state"),
        ]
        constraints = [
            models.CheckConstraint(name="signal_state_known", condition=Q(state__in=SignalState.values)),
            models.CheckConstraint(name="signal_urgency_known", condition=Q(urgency__in=Urgency.values)),
            models.CheckConstraint(
                name="open_signal_has_next_date",
                condition=(OPEN & Q(respond_by__isnull=False)) | (~OPEN & Q(respond_by=None)),
            ),
            models.CheckConstraint(
                name="signal_ended_has_who_and_when",
                condition=(OPEN & Q(closed_by=None, closed_at=None))
                | (~OPEN & Q(closed_by__isnull=False, closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="signal_merged_into_another",
                condition=(Q(state="merged", merged_into__isnull=False) & ~Q(merged_into=F("id")))
                | (~Q(state="merged") & Q(merged_into=None)),
            ),
            models.CheckConstraint(
                name="signal_taken_has_who_and_when",
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.UniqueConstraint(fields=["dedup"], condition=GATHERING & ~Q(dedup=""), name="one_gathering_signal"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN_STATES

    @property
    def path(self) -> str:
        """Where the subject belongs, for the policies; ``class_node`` and ``school`` are best loaded with the row."""
        return (self.class_node or self.school).path or "-"

    @property
    def moves(self) -> list[str]:
        return rules.SIGNAL.offers(SignalState(self.state))


class Evidence(models.Model):
    """What a signal rests on: answers, a result, or what somebody wrote. Written once."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="evidence")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=EvidenceKind)
    key = models.CharField(max_length=80, unique=True, db_comment="one announcement or one form makes one row")
    at = models.DateTimeField()
    urgency = models.PositiveSmallIntegerField(choices=Urgency)
    reporter = models.ForeignKey(Person, models.PROTECT, null=True, related_name="reports")
    words = SealedField(owner="school_id", db_comment="JSON of what the form asked")
    sitting_id = models.PositiveBigIntegerField(null=True, db_comment="screening.Sitting; may be erased earlier")
    part = models.PositiveSmallIntegerField(null=True)
    items = models.CharField(max_length=400, blank=True, db_comment="ids of safety items, joined by commas")
    result_id = models.PositiveBigIntegerField(null=True, db_comment="screening.Result")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["reporter", "-at"], name="evidence_reporter_at")]
        constraints = [
            models.CheckConstraint(name="report_has_reporter", condition=~Q(kind="report") | Q(reporter__isnull=False)),
            models.CheckConstraint(
                name="answer_names_sitting", condition=~Q(kind="items") | Q(sitting_id__isnull=False)
            ),
        ]


class Climb(models.Model):
    """A missed date: from whom to whom. Both see it. At the end of the chain both are the same person."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="climb_log")
    from_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    from_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    to_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    to_post = models.ForeignKey(Post, models.PROTECT, related_name="+")
    missed_at = models.DateTimeField(db_comment="the date that was missed")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(name="climb_after_the_missed_date", condition=Q(at__gte=F("missed_at"))),
        ]


class Nudge(models.Model):
    """Something waits for somebody. Seen when they open the signal."""

    signal = models.ForeignKey(Signal, models.CASCADE, related_name="nudges")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    why = models.CharField(max_length=8, choices=NudgeWhy)
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, db_comment="for which date; one reminder each")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["person"], condition=Q(seen_at=None), name="nudge_unseen")]
        constraints = [
            models.UniqueConstraint(
                fields=["signal", "person", "why", "due_at"], condition=Q(why="due"), name="reminded_once_per_date"
            ),
        ]


class Interview(models.Model):
    """A structured talk about one signal. A draft keeps everything that was typed; a finished one is not changed."""

    signal = models.ForeignKey(Signal, models.PROTECT, related_name="interviews")
    subject = models.ForeignKey(Person, models.PROTECT, related_name="interviews")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    interviewer = models.ForeignKey(Person, models.PROTECT, related_name="+")
    state = models.CharField(max_length=6, choices=InterviewState, default=InterviewState.DRAFT)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    edits = models.PositiveIntegerField(default=0, db_comment="count of saves; a save names the one it builds on")
    content = SealedField(owner="school_id", db_comment="JSON: the sections of the interview form")
    held_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    guardian_told = models.CharField(max_length=10, choices=GuardianTold, default=GuardianTold.NOT_YET)
    guardian_at = models.DateTimeField(null=True)
    guardian_how = models.CharField(max_length=8, choices=GuardianHow, blank=True)
    guardian_answer = SealedField(owner="school_id")
    next_on = models.DateField(null=True, db_comment="when it was agreed to talk again")
    next_raised_at = models.DateTimeField(null=True, db_comment="when the agreed talk became a signal of its own")
    second_reader = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["next_on"], condition=Q(state="done", next_raised_at=None), name="interview_next"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["signal"], condition=Q(state="draft"), name="one_draft_per_signal"),
            models.CheckConstraint(
                name="interview_done_has_dates",
                condition=Q(state="draft", done_at=None, next_raised_at=None)
                | Q(state="done", done_at__isnull=False, held_at__isnull=False),
            ),
            models.CheckConstraint(
                name="guardian_told_is_whole",
                condition=~Q(guardian_told="told", state="done") | (Q(guardian_at__isnull=False) & ~Q(guardian_how="")),
            ),
            models.CheckConstraint(
                name="second_reader_is_another",
                condition=Q(second_reader=None) | ~Q(second_reader=F("interviewer")),
            ),
        ]


class LevelChange(models.Model):
    """A level 0–4 that a person set after an interview. Lowering from 3 or 4 stands only when another person agreed."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="level_changes")
    school = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    interview = models.ForeignKey(Interview, models.PROTECT, related_name="changes")
    level = models.PositiveSmallIntegerField()
    previous = models.PositiveSmallIntegerField(db_comment="the level before; 0 when none was ever set")
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    reason = SealedField(owner="school_id")
    state = models.CharField(max_length=8, choices=ChangeState)
    stands_from = models.DateTimeField(null=True)
    second_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    second_words = SealedField(owner="school_id")
    review_on = models.DateField(null=True, db_comment="by when the level is looked at again; empty at level 0")

    class Meta:
        ordering = ["-set_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-stands_from"], condition=Q(state="standing"), name="level_standing"),
            models.Index(fields=["school", "state"], name="level_school_state"),
        ]
        constraints = [
            models.CheckConstraint(name="level_is_0_to_4", condition=Q(level__lte=4, previous__lte=4)),
            models.CheckConstraint(
                name="level_stands_from_a_moment",
                condition=Q(state="standing", stands_from__isnull=False)
                | (Q(state__in=["awaiting", "refused"]) & Q(stands_from=None)),
            ),
            models.CheckConstraint(
                name="level_second_is_whole",
                condition=Q(second_by=None, second_at=None) | Q(second_by__isnull=False, second_at__isnull=False),
            ),
            models.CheckConstraint(
                name="lowering_from_high_has_a_second_person",
                condition=~(Q(state="standing") & _LOWERS_FROM_HIGH) | Q(second_by__isnull=False),
            ),
            models.CheckConstraint(
                name="second_person_is_another_than_first", condition=Q(second_by=None) | ~Q(second_by=F("set_by"))
            ),
            models.CheckConstraint(
                name="only_lowering_from_high_awaits",
                condition=Q(state="standing")
                | (Q(state="awaiting", second_by=None) & _LOWERS_FROM_HIGH)
                | (Q(state="refused", second_by__isnull=False) & _LOWERS_FROM_HIGH),
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(state="awaiting"), name="one_lowering_awaits"),
        ]
