"""Operations on many people at once, kept with what was shown before they were applied."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from xinqiao.people.models import Organisation
from xinqiao.registry.enums import OperationKind, OperationState


class Operation(models.Model):
    """A change somebody previewed. ``digest`` is of the preview: when it no longer fits, the operation is refused."""

    school = models.ForeignKey(Organisation, models.PROTECT, related_name="operations")
    kind = models.CharField(max_length=10, choices=OperationKind)
    parameters = models.JSONField(default=dict)
    steps = models.JSONField(default=list, db_comment="what was shown: [{kind, subject, before, after, count}]")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=OperationState, default=OperationState.PREVIEWED)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="operation_applied_has_who_and_when",
                condition=Q(state="applied", applied_by__isnull=False, applied_at__isnull=False)
                | (~Q(state="applied") & Q(applied_by=None, applied_at=None)),
            ),
        ]
