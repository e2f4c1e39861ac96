"""Imports, the sealed file they came from, what each row means, and what was done."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from xinqiao.outbox.models import Job
from xinqiao.people.models import Organisation, Person
from xinqiao.rosters.enums import ImportState, RowKind, Scope
from xinqiao.vault.fields import SealedField


class RosterImport(models.Model):
    """One file on its way into one school."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="roster_imports")
    state = models.CharField(max_length=9, choices=ImportState, default=ImportState.MAPPING)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    file_name = models.CharField(max_length=120, db_comment="shown to people; never a path")
    file_digest = models.CharField(max_length=64, db_comment="SHA-256 of the file as handed in")
    sheet = models.CharField(max_length=80, blank=True)
    head = models.JSONField(default=dict, db_comment="row, depth, columns with guesses, sheets")
    samples = SealedField(owner="school_id")
    mapping = models.JSONField(default=dict, db_comment="column index -> field; set when the preview is asked for")
    scope = models.CharField(max_length=8, choices=Scope, default=Scope.COHORTS)
    school_year = models.PositiveSmallIntegerField(db_comment="year in which the school year of the list begins")
    effective_on = models.DateField(db_comment="first day of new places, first day without the old ones")
    counts = models.JSONField(default=dict, db_comment="row kind -> number of rows")
    seen = models.JSONField(default=dict, db_comment="state of the school when the preview was made")
    marks = models.JSONField(default=dict, db_comment="newest row per model when it was applied")
    said = models.CharField(max_length=300, blank=True, db_comment="why the last attempt was refused")
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school"], condition=Q(state=ImportState.APPLYING), name="one_import_applies_at_a_time"
            ),
            models.CheckConstraint(
                name="import_applied_has_when",
                condition=Q(state__in=[ImportState.APPLIED, ImportState.UNDONE], applied_at__isnull=False)
                | (~Q(state__in=[ImportState.APPLIED, ImportState.UNDONE]) & Q(applied_at=None)),
            ),
            models.CheckConstraint(
                name="import_undone_has_when",
                condition=Q(state=ImportState.UNDONE, undone_at__isnull=False)
                | (~Q(state=ImportState.UNDONE) & Q(undone_at=None)),
            ),
        ]


class RosterFile(models.Model):
    """The file as handed in, sealed with the school's key; dropped when the import is over."""

    roster = models.OneToOneField(RosterImport, models.CASCADE, related_name="file")
    owner = models.PositiveBigIntegerField(db_comment="school whose key seals it")
    content = SealedField(owner="owner", db_comment="base64 of the file")


class RosterRow(models.Model):
    """What one row of the file means. Written by the preview, never changed by applying.

    person and enrolment carry no database constraint: a preview must not keep a student from being removed by an undo.
    """

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(db_comment="row in the sheet; 0 for students the file does not have")
    kind = models.CharField(max_length=9, choices=RowKind)
    name = models.CharField(max_length=64, blank=True)
    student_number = models.CharField(max_length=32, blank=True)
    class_words = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey(Person, models.DO_NOTHING, null=True, related_name="+", db_constraint=False)
    enrolment = models.PositiveBigIntegerField(null=True, db_comment="people.enrolment held when the preview was made")
    values = models.JSONField(default=dict, db_comment="typed values without identity numbers and phones")
    owner = models.PositiveBigIntegerField(db_comment="school whose key seals the next column")
    secrets = SealedField(owner="owner", db_comment="JSON: identity number, one phone per guardian")
    changes = models.JSONField(default=dict)
    faults = models.JSONField(default=list, db_comment="[column, code, facts, blocking]")
    candidates = models.JSONField(default=list, db_comment="persons of the same name, when a person has to decide")
    decided = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["roster", "kind", "id"], name="roster_row_kind")]


class RosterTrace(models.Model):
    """What applying one row did, so that it can be taken back."""

    roster = models.ForeignKey(RosterImport, models.CASCADE, related_name="traces")
    person = models.ForeignKey(Person, models.DO_NOTHING, related_name="+", db_constraint=False)
    made_person = models.BooleanField(default=False)
    closed = models.PositiveBigIntegerField(null=True, db_comment="enrolment that was ended")
    opened = models.PositiveBigIntegerField(null=True, db_comment="enrolment that was begun")
    changed = models.PositiveBigIntegerField(null=True, db_comment="enrolment whose number or boarding was changed")
    before = models.JSONField(default=dict, db_comment="values that were replaced and rows that were made")
    owner = models.PositiveBigIntegerField(db_comment="school whose key seals the next column")
    secrets = SealedField(owner="owner", db_comment="JSON: identity number and phones that were replaced")

    class Meta:
        indexes = [models.Index(fields=["roster", "id"], name="roster_trace_order")]
