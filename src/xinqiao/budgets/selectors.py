"""Budgets as pages and workbooks show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, DecimalField, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from xinqiao.budgets import rules
from xinqiao.budgets.models import Line, Spending
from xinqiao.people.models import Enrolment, Organisation, current

_YUAN = DecimalField(max_digits=14, decimal_places=2)
_NOUGHT = Value(Decimal(0), output_field=_YUAN)


@dataclass(frozen=True)
class Standing:
    """A line with what became of it. ``word``: see rules.warning."""

    line: Line
    spent: Decimal
    payments: int
    word: rules.Word | None

    @property
    def left(self) -> Decimal:
        return self.line.amount - self.spent


@dataclass(frozen=True)
class Total:
    """Money of one organisation in a year. students: on roll today."""

    organisation: Organisation
    amount: Decimal
    spent: Decimal
    students: int

    @property
    def left(self) -> Decimal:
        return self.amount - self.spent

    @property
    def per_student(self) -> Decimal | None:
        return (self.amount / self.students).quantize(Decimal("0.01")) if self.students else None


def with_spent(lines: QuerySet[Line]) -> QuerySet[Line]:
    counted = Q(spendings__struck_at=None)
    return lines.annotate(
        spent=Coalesce(Sum("spendings__amount", filter=counted), _NOUGHT, output_field=_YUAN),
        payments=Count("spendings", filter=counted),
    )


def standings(organisation: Organisation, year: int, on: date) -> list[Standing]:
    """Lines of a year in the order they were made. One query."""
    month = 12 if on.year > year else on.month if on.year == year else 1
    return [
        Standing(line, spent, payments, rules.warning(line.amount, spent, month))
        for line in with_spent(Line.objects.filter(organisation=organisation, year=year)).order_by("pk")
        for spent, payments in [(line.spent, line.payments)]  # type: ignore[attr-defined]
    ]


def lines(organisation: Organisation, year: int) -> QuerySet[Line]:
    """Lines with ``spent`` and ``payments``."""
    return with_spent(Line.objects.filter(organisation=organisation, year=year)).order_by("pk")


def totals(organisations: Iterable[Organisation], year: int, on: date) -> list[Total]:
    """Sums of each organisation's own lines, in the order given. Three queries however many there are."""
    nodes = list(organisations)
    keys = [node.pk for node in nodes]
    amounts = dict(
        Line.objects.filter(organisation__in=keys, year=year)
        .values_list("organisation")
        .annotate(sum=Sum("amount"))
        .values_list("organisation", "sum")
    )
    spent = dict(
        Spending.objects.filter(line__organisation__in=keys, line__year=year, struck_at=None)
        .values_list("line__organisation")
        .annotate(sum=Sum("amount"))
        .values_list("line__organisation", "sum")
    )
    students = dict(
        Enrolment.objects.filter(current(on), school__in=keys)
        .values_list("school")
        .annotate(n=Count("pk"))
        .values_list("school", "n")
    )
    nought = Decimal(0)
    return [
        Total(node, amounts.get(node.pk, nought), spent.get(node.pk, nought), students.get(node.pk, 0))
        for node in nodes
    ]


def years_of(organisation: Organisation, this: int) -> list[int]:
    """Years with lines at or below, the present and the next one, newest first."""
    held = set(Line.objects.filter(organisation__path__startswith=organisation.path).values_list("year", flat=True))
    return sorted(held | {this, this + 1}, reverse=True)
