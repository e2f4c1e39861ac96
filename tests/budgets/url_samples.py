"""Objects of one school behind the addresses of this room."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from xinqiao.budgets.models import Line, Spending


def samples(world: Any) -> dict[str, dict[str, Any]]:
    now = timezone.now()
    line = Line.objects.create(
        organisation=world.school, year=now.year, title="心理健康教育经费", amount=Decimal(1000), at=now
    )
    spending = Spending.objects.create(
        line=line,
        on=timezone.localdate(now) - timedelta(days=1),
        amount=Decimal(10),
        words="彩笔",
        voucher="001",
        by=world.actors["insider"].person,
        at=now,
    )
    spending.file.save("voucher.txt", ContentFile(b"voucher"))
    return {
        **{f"budgets:{name}": {"line_id": line.pk} for name in ("line", "line_edit")},
        **{f"budgets:{name}": {"spending_id": spending.pk} for name in ("strike", "voucher")},
    }
