"""Keys that seal notes, identity numbers and phones, one set per organisation."""

from django.db import models


class DataKey(models.Model):
    """A data key, itself sealed with the master key of this installation; the newest of an owner seals, all open."""

    owner = models.PositiveBigIntegerField(db_comment="organisation id; 0 is the house itself")
    sealed_key = models.BinaryField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(retired_at=None), name="one_active_key_per_owner"
            ),
        ]
