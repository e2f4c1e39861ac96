"""Where people can turn to, when it is open, and with whom the organisation has agreed to work."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from xinqiao.directory.enums import AgreementKind, ServiceKind
from xinqiao.directory.rules import WEEK, Opening, hours_a_week
from xinqiao.people.models import Organisation, Person


class ServicePoint(models.Model):
    """A room, line, box or station of an organisation. Not opened yet: a plan asks for it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="services")
    key = models.CharField(max_length=60, blank=True, db_comment="pack:id when a plan asks for it")
    kind = models.CharField(max_length=10, choices=ServiceKind)
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=40, blank=True, db_comment="of the service, never of a person")
    address = models.CharField(max_length=200, blank=True, db_comment="mailbox or page on the web")
    people = models.CharField(max_length=80, blank=True, db_comment="who is there, by role: 心理老师轮值")
    openings = models.JSONField(default=list, blank=True, db_comment="rules.Opening as [days, start, end, season]")
    around_the_clock = models.BooleanField(default=False)
    wanted_hours = models.FloatField(default=0, db_comment="open hours a week that a plan asks for")
    equipment = models.JSONField(default=list, blank=True, db_comment="enums.Equipment that is there")
    serves = models.ManyToManyField(Organisation, blank=True, related_name="served_by", db_table="directory_serves")
    opened_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["organisation", "kind", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "key"], condition=~Q(key=""), name="service_key_once"),
            models.CheckConstraint(
                name="service_closes_after_opening",
                condition=Q(closed_on=None) | Q(opened_on__isnull=False, closed_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(
                name="published_service_is_open", condition=Q(published_at=None) | Q(opened_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def hours(self) -> list[Opening]:
        return [Opening(tuple(days), start, end, season) for days, start, end, season in self.openings]

    def hours_in(self, season: str) -> float:
        """Open hours a week."""
        return WEEK if self.around_the_clock else hours_a_week(self.hours, season)


class Photo(models.Model):
    """How a room looks: no people in it."""

    service = models.ForeignKey(ServicePoint, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="directory/%Y/%m", max_length=200)
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Agreement(models.Model):
    """What was agreed with a hospital, an agency or another body, and until when."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="agreements")
    kind = models.CharField(max_length=8, choices=AgreementKind)
    partner = models.CharField(max_length=80)
    subject = models.CharField(max_length=160, db_comment="what for: green channel, supervision, lectures")
    contact = models.CharField(max_length=80, blank=True, db_comment="department and its phone")
    signed_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, db_comment="last day, included; empty: until ended")
    file = models.FileField(upload_to="directory/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["organisation", "-signed_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="agreement_ends_after_start", condition=Q(ends_on=None) | Q(ends_on__gte=F("signed_on"))
            )
        ]

    def __str__(self) -> str:
        return self.partner


def as_rows(openings: list[Opening]) -> list[list[Any]]:
    """Openings as the column keeps them."""
    return [[list(o.days), o.start, o.end, o.season] for o in openings]
