"""Released figures, worked out at most once a day; summaries with all their versions, and where they were sent."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from xinqiao.insight.enums import SummaryKind, SummaryState
from xinqiao.people.models import Organisation, Person
from xinqiao.plans.models import HandIn


class Release(models.Model):
    """Figures of everything below a top organisation, small ones already left out. Figures of a day do not change, so
    that looking twice, or at two pages, tells nothing about what came in between."""

    root = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    on = models.DateField(db_comment="the day they are for")
    made_at = models.DateTimeField()
    figures = models.JSONField(db_comment="by organisation id; null where a figure is not shown")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "on"], name="one_release_a_day")]


class Summary(models.Model):
    """What an organisation did in a stretch of time, drafted from records, finished by a person."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="summaries")
    kind = models.CharField(max_length=7, choices=SummaryKind)
    starts_on = models.DateField()
    ends_on = models.DateField(db_comment="last day, included")
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=5, choices=SummaryState, default=SummaryState.DRAFT)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_comment="empty: by itself")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-ends_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "starts_on"], name="one_summary_a_period"),
            models.CheckConstraint(name="summary_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
        ]

    def __str__(self) -> str:
        return self.title


class SummaryVersion(models.Model):
    """One state of a summary's text with the records it rests on. Never edited."""

    summary = models.ForeignKey(Summary, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    texts = models.JSONField(db_comment="section → text, by a person or as drafted")
    drafted = models.JSONField(db_comment="section → text as drafted from these facts")
    facts = models.JSONField(db_comment="counts of the records of the period (drafting.facts_of)")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_comment="empty: drafted by itself")
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["summary", "number"], name="version_number_once")]


class SummarySending(models.Model):
    """A version went to an office of this house, perhaps as what a task asked for. Never edited."""

    summary = models.ForeignKey(Summary, models.PROTECT, related_name="sendings")
    version = models.ForeignKey(SummaryVersion, models.PROTECT, related_name="+")
    to = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    hand_in = models.ForeignKey(HandIn, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]


class SummaryReading(models.Model):
    """Somebody at the office it was sent to opened it."""

    sending = models.ForeignKey(SummarySending, models.CASCADE, related_name="readings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sending", "person"], name="summary_read_once")]
