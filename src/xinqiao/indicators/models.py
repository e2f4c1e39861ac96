"""Figures as they were worked out, and as they were reported."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xinqiao.indicators.enums import Origin
from xinqiao.people.models import Organisation, Person


class Value(models.Model):
    """A figure of one organisation with everything below it, from a day on until the next row. Never of grades and
    classes. A row is written when something changed; ``Reckoning`` says up to which day that is known."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    key = models.CharField(max_length=16, blank=True, db_comment="rules.key_of the parameters; empty: the defaults")
    on = models.DateField(db_comment="first day it held")
    part = models.FloatField(null=True, db_comment="empty: from this day on there is none")
    whole = models.FloatField(null=True)
    source = models.CharField(max_length=8, choices=Origin, blank=True)
    shown = models.BooleanField(default=True, db_comment="may be shown to people who do not see each child")
    current = models.BooleanField(default=True, db_comment="no later row")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code", "key", "on"], name="value_once_a_day"),
            models.UniqueConstraint(
                fields=["organisation", "code", "key"], condition=Q(current=True), name="one_current_value"
            ),
            models.CheckConstraint(
                name="value_has_its_source",
                condition=Q(part=None, whole=None, source="") | (Q(part__gte=0) & ~Q(source="")),
            ),
            models.CheckConstraint(name="whole_is_no_less_than_nothing", condition=Q(whole=None) | Q(whole__gte=0)),
        ]


class Reckoning(models.Model):
    """Up to which day the figures of a tree were worked out, for one code and key; code "" stands for all of them."""

    root = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    code = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=16, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "code", "key"], name="one_reckoning")]


class ReportedFigure(models.Model):
    """What an organisation states of its own part, with proof. Never edited: a newer one takes its place."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=60)
    key = models.CharField(max_length=16, blank=True)
    for_on = models.DateField(db_comment="the day the figure is of")
    part = models.FloatField()
    whole = models.FloatField(null=True, db_comment="empty for a count")
    words = models.TextField(max_length=1000, db_comment="how it was counted, where the proof is kept")
    link = models.CharField(max_length=300, blank=True, db_comment="page that shows it")
    file = models.FileField(upload_to="indicators/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_digest = models.CharField(max_length=64, blank=True, db_comment="sha-256 of what is kept")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-for_on", "-pk"]
        indexes = [models.Index(fields=["code", "organisation", "for_on"], name="reported_code")]
        constraints = [
            models.CheckConstraint(name="reported_no_less_than_nothing", condition=Q(part__gte=0)),
            models.CheckConstraint(name="reported_whole_holds", condition=Q(whole=None) | Q(whole__gte=0)),
            models.CheckConstraint(name="reported_with_proof", condition=~Q(words="")),
            models.CheckConstraint(
                name="reported_file_is_whole",
                condition=Q(file="", file_name="", file_digest="")
                | (~Q(file="") & ~Q(file_name="") & ~Q(file_digest="")),
            ),
        ]
