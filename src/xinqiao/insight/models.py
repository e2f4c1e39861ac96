"""Released figures: what pages, workbooks and reports may show, worked out at most once a day."""

from __future__ import annotations

from django.db import models

from xinqiao.people.models import Organisation


class Release(models.Model):
    """Figures of everything below a top organisation, small ones already left out. Figures of a day do not change, so
    that looking twice, or at two pages, tells nothing about what came in between."""

    root = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    on = models.DateField(db_comment="the day they are for")
    made_at = models.DateTimeField()
    figures = models.JSONField(db_comment="by organisation id; null where a figure is not shown")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["root", "on"], name="one_release_a_day")]
