"""Rounds of honours, who applies, what the jury gives, what is objected, and the honours that are held."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from xinqiao.honours.enums import ApplicationState, HonourKind, ObjectionState, RoundState
from xinqiao.honours.rules import Criterion, criteria_of
from xinqiao.people.models import Organisation, Person


class Round(models.Model):
    """One selection (评选): what for, by which criteria, until when, and who may apply."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="honour_rounds")
    kind = models.CharField(max_length=12, choices=HonourKind)
    title = models.CharField(max_length=120)
    words = models.TextField(blank=True, db_comment="conditions and what to hand in")
    criteria = models.JSONField(default=list, db_comment="[{id, title, weight}]; fixed when opened")
    for_persons = models.BooleanField(default=False)
    places = models.PositiveSmallIntegerField(db_comment="most that may be chosen")
    opens_on = models.DateField()
    closes_on = models.DateField(db_comment="last day to apply, included")
    notice_days = models.PositiveSmallIntegerField(default=5, db_comment="days of public notice")
    notice_until = models.DateField(null=True, blank=True)
    valid_years = models.PositiveSmallIntegerField(default=3, db_comment="0: without end")
    jurors = models.ManyToManyField(Person, blank=True, related_name="+", db_table="honours_juror")
    state = models.CharField(max_length=9, choices=RoundState, default=RoundState.DRAFT)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.CheckConstraint(name="honours_close_after_opening", condition=Q(closes_on__gte=F("opens_on"))),
            models.CheckConstraint(name="honours_have_places", condition=Q(places__gte=1)),
            models.CheckConstraint(
                name="notice_has_its_end",
                condition=~Q(state__in=["notice", "published"]) | Q(notice_until__isnull=False),
            ),
            models.CheckConstraint(
                name="published_honours_are_dated",
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at=None)),
            ),
            models.CheckConstraint(
                name="honours_cancelled_with_reason", condition=~Q(state="cancelled") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def read(self) -> tuple[Criterion, ...]:
        return criteria_of(self.criteria)


class Application(models.Model):
    """An organisation, or a person in it, applies."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="applications")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    statement = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=ApplicationState, default=ApplicationState.DRAFT)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    average = models.DecimalField(max_digits=7, decimal_places=2, null=True, blank=True)
    words = models.TextField(blank=True, db_comment="why it was declined")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["organisation__code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organisation"], condition=Q(person=None), name="organisation_applies_once"
            ),
            models.UniqueConstraint(
                fields=["round", "person"], condition=Q(person__isnull=False), name="person_applies_once"
            ),
            models.CheckConstraint(
                name="application_handed_in_is_dated", condition=Q(state="draft") | Q(submitted_at__isnull=False)
            ),
            models.CheckConstraint(
                name="application_decision_is_signed",
                condition=Q(state__in=["draft", "submitted"]) | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    @property
    def who(self) -> str:
        return f"{self.person.name}（{self.organisation.name}）" if self.person else self.organisation.name


class Evidence(models.Model):
    application = models.ForeignKey(Application, models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="honours/%Y/%m", max_length=200)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["application", "digest"], name="evidence_once")]


class Score(models.Model):
    """What one juror gives an application on one criterion."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="scores")
    juror = models.ForeignKey(Person, models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=6, decimal_places=2)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "juror", "criterion"], name="score_once"),
            models.CheckConstraint(name="score_is_not_negative", condition=Q(value__gte=0)),
        ]


class Objection(models.Model):
    """Somebody says during the public notice why an application should not be chosen."""

    application = models.ForeignKey(Application, models.CASCADE, related_name="objections")
    words = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ObjectionState, default=ObjectionState.WAITING)
    answer = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="answered_objection_is_signed",
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="another_person_answers", condition=Q(decided_by=None) | ~Q(decided_by=F("by"))
            ),
        ]


def held(on: date) -> Q:
    """Honours that hold on a day."""
    return (
        Q(granted_on__lte=on)
        & (Q(valid_until=None) | Q(valid_until__gt=on))
        & (Q(revoked_on=None) | Q(revoked_on__gt=on))
    )


class Honour(models.Model):
    """An honour that is held, from–until."""

    application = models.OneToOneField(Application, models.PROTECT, related_name="honour")
    giver = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="honours")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="honours")
    kind = models.CharField(max_length=12, choices=HonourKind)
    title = models.CharField(max_length=120)
    number = models.CharField(max_length=40, unique=True, db_comment="of the certificate")
    granted_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True, db_comment="first day on which it no longer holds")
    revoked_on = models.DateField(null=True, blank=True)
    revoked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-granted_on", "number"]
        constraints = [
            models.CheckConstraint(
                name="honour_ends_after_start", condition=Q(valid_until=None) | Q(valid_until__gt=F("granted_on"))
            ),
            models.CheckConstraint(
                name="revoking_is_signed",
                condition=Q(revoked_on=None, revoked_by=None, reason="")
                | (Q(revoked_on__isnull=False, revoked_by__isnull=False) & ~Q(reason="")),
            ),
        ]
        indexes = [models.Index(fields=["organisation", "kind"], name="honour_organisation")]
