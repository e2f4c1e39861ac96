"""Money set aside for the work, and what it went to, with the voucher beside it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from xinqiao.people.models import Organisation, Person


class Line(models.Model):
    """A budget line of one organisation for one calendar year, in yuan."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="budget_lines")
    year = models.PositiveSmallIntegerField(db_comment="calendar year, as budgets are made")
    key = models.CharField(max_length=60, blank=True, db_comment="pack:id when a plan asks for it")
    title = models.CharField(max_length=80)
    amount = models.DecimalField(max_digits=12, decimal_places=2, db_comment="set aside; 0 until it is decided")
    words = models.CharField(max_length=200, blank=True, db_comment="where the money comes from, what it is for")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["organisation", "year", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year", "key"], condition=~Q(key=""), name="budget_line_once_a_year"
            ),
            models.CheckConstraint(name="budget_is_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return self.title


class Spending(models.Model):
    """One payment. A wrong one is struck out with a reason and stays to be seen."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="spendings")
    on = models.DateField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    words = models.CharField(max_length=120, db_comment="what for")
    voucher = models.CharField(max_length=60, blank=True, db_comment="number of the voucher or invoice")
    file = models.FileField(upload_to="budgets/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(name="spending_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="spending_has_voucher", condition=~Q(voucher="") | ~Q(file="")),
            models.CheckConstraint(
                name="striking_out_is_signed",
                condition=Q(struck_at=None, struck_by=None, reason="")
                | (Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(reason="")),
            ),
        ]
