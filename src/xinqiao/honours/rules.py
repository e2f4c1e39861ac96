"""Life cycles of rounds, applications and objections; what a jury's scores come to. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from xinqiao.honours.enums import ApplicationState as A
from xinqiao.honours.enums import ObjectionState as B
from xinqiao.honours.enums import RoundState as R
from xinqiao.kernel.lifecycle import Lifecycle

ROUND: Lifecycle[R] = Lifecycle(
    {
        (R.DRAFT, "open"): R.OPEN,
        (R.OPEN, "judge"): R.JUDGING,
        (R.JUDGING, "propose"): R.NOTICE,
        (R.NOTICE, "publish"): R.PUBLISHED,
        (R.DRAFT, "cancel"): R.CANCELLED,
        (R.OPEN, "cancel"): R.CANCELLED,
        (R.JUDGING, "cancel"): R.CANCELLED,
        (R.NOTICE, "cancel"): R.CANCELLED,
    }
)

APPLICATION: Lifecycle[A] = Lifecycle(
    {
        (A.DRAFT, "submit"): A.SUBMITTED,
        (A.SUBMITTED, "withdraw"): A.DRAFT,
        (A.SUBMITTED, "propose"): A.PROPOSED,
        (A.SUBMITTED, "decline"): A.DECLINED,
        (A.PROPOSED, "grant"): A.GRANTED,
        (A.PROPOSED, "decline"): A.DECLINED,
    }
)

OBJECTION: Lifecycle[B] = Lifecycle({(B.WAITING, "uphold"): B.UPHELD, (B.WAITING, "dismiss"): B.DISMISSED})

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Criterion:
    id: str
    title: str
    weight: Decimal


def criteria_of(data: Sequence[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    return tuple(Criterion(row["id"], row["title"], Decimal(str(row["weight"]))) for row in data)


def plain(value: Decimal) -> str:
    """A score as people write it: 15, 8.5."""
    return f"{value.normalize():f}"


def totals(criteria: Sequence[Criterion], scores: Mapping[int, Mapping[str, Decimal]]) -> dict[int, Decimal]:
    """Juror → sum of the scores, of those jurors who have scored every criterion; the others are not ready yet.

    scores: juror → criterion → score.
    """
    need = [criterion.id for criterion in criteria]
    return {
        juror: sum((given[each] for each in need), Decimal(0))
        for juror, given in scores.items()
        if need and all(each in given for each in need)
    }


def average(sums: Sequence[Decimal]) -> Decimal | None:
    """Mean of the jurors' sums with two decimals; None when nobody is ready."""
    return (sum(sums, Decimal(0)) / len(sums)).quantize(CENT, ROUND_HALF_UP) if sums else None


def valid_until(granted: date, years: int) -> date | None:
    """First day on which an honour no longer holds; None for one without end (years 0). 29 February ends on 1 March."""
    if not years:
        return None
    try:
        return granted.replace(year=granted.year + years)
    except ValueError:
        return date(granted.year + years, 3, 1)
