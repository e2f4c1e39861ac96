"""The trail: who did or read what, when, chained so that a changed row shows."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Chain(models.Model):
    """The head of one organisation's trail. Locked while a row is added."""

    owner = models.PositiveBigIntegerField(unique=True, db_comment="school or bureau id; 0 is the house itself")
    length = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default="", blank=True)
    seal = models.CharField(max_length=64, default="", blank=True, db_comment="keyed hash of owner, length and head")


class Entry(models.Model):
    """One act. ``facts`` holds numbers and codes, never free text about a person."""

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField(db_index=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    who = models.CharField(max_length=128, blank=True, db_comment="name and post at that time")
    action = models.CharField(max_length=48)
    subject = models.CharField(max_length=64, blank=True, db_comment="app.model:id")
    person = models.PositiveBigIntegerField(null=True, db_comment="whose file it concerns")
    reading = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="entry_number_once_per_chain"),
        ]
        indexes = [
            models.Index(fields=["person", "-at"], name="entry_person_at"),
            models.Index(fields=["account", "-at"], name="entry_account_at"),
        ]
