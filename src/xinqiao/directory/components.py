"""What this room shows on the home page of whoever keeps services: agreements that end, services a plan waits for."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.enums import Action
from xinqiao.directory.policies import kept_places
from xinqiao.directory.selectors import ending, missing
from xinqiao.people.models import Organisation


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """One line for the agreements that end soon or just ended, one for what is not open as a plan asks."""
    actor, today = request.actor, timezone.localdate()
    if actor is None or not actor.may(Action.MANAGE_PLACES):
        return []
    nodes = list(kept_places(actor))
    agreements, gaps = list(ending(nodes, today)), missing(nodes, today)
    items = []
    if agreements:
        last = agreements[0].ends_on
        items.append(
            {
                **_line(agreements[0].organisation),
                "title": _("协议快到期"),
                "text": "、".join(row.partner for row in agreements[:3]),
                "count": len(agreements),
                "urgency": 1,
                "due_at": timezone.make_aware(datetime.combine(last, time(23, 59))) if last else None,
                "icon": "file-certificate",
            }
        )
    if gaps:
        items.append(
            {
                **_line(gaps[0].organisation),
                "title": _("方案要求的服务还缺"),
                "text": "、".join(gap.service.title for gap in gaps[:3]),
                "count": len(gaps),
                "icon": "building-community",
            }
        )
    return items


def _line(node: Organisation) -> dict[str, Any]:
    return {"url": f"{reverse('directory:index')}?organisation={node.pk}"}
