"""What this room puts on pages below it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.inspections import selectors


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """Sheets to score oneself, sheets to check."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None or actor.person is None:
        return []
    today, lines = timezone.localdate(), []
    for sheet in selectors.own_sheets(actor)[:5]:
        left = (sheet.round.self_until - today).days
        lines.append(
            {
                "title": _("督导自评"),
                "text": sheet.round.title,
                "url": reverse("inspections:own", args=[sheet.pk]),
                "urgency": 2 if left <= 0 else 1,
                "due_at": _end(sheet.round.self_until),
                "count": 1,
                "icon": "clipboard-text",
            }
        )
    sheets = list(selectors.to_check(actor)[:50])
    if sheets:
        lines.append(
            {
                "title": _("督导检查"),
                "text": sheets[0].round.title,
                "url": reverse("inspections:index"),
                "urgency": 1,
                "due_at": _end(sheets[0].round.check_until),
                "count": len(sheets),
                "icon": "clipboard-check",
            }
        )
    return lines


def _end(day: date) -> datetime:
    """The last minute of a day."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))
