"""The library: editions of packs. A published edition never changes; a correction is a new one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.enums import EditionState
from xinqiao.people.models import Organisation, Person


class Edition(models.Model):
    """One version of one pack. ``owner`` empty: it came with the house."""

    pack = models.CharField(max_length=40, db_comment="id of the pack")
    version = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=160, blank=True)
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="packs")
    source = models.TextField(db_comment="YAML as the author wrote it")
    data = models.JSONField(default=dict, db_comment="compiled; empty while a draft has faults")
    digest = models.CharField(max_length=64, blank=True, db_comment="sha-256 of the compiled data")
    based_on = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="derived")
    state = models.CharField(max_length=9, choices=EditionState, default=EditionState.DRAFT)
    written_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    writers = models.JSONField(
        default=list, db_comment="ids of all persons who changed the text; none of them publishes"
    )
    written_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True, db_comment="why it was sent back or withdrawn")

    class Meta:
        ordering = ["pack", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "version"], name="pack_version_once"),
            models.CheckConstraint(
                name="published_edition_is_whole",
                condition=~Q(state="published") | (~Q(digest="") & Q(published_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="second_person_publishes",
                condition=Q(published_by=None) | Q(written_by=None) | ~Q(published_by=models.F("written_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    @property
    def read(self) -> Pack:
        return Pack(self.data)
