"""What this room shows on the home page: what its keepers owe, and the next meetings of a member."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.enums import Action
from xinqiao.teams.models import Meeting
from xinqiao.teams.policies import kept_teams
from xinqiao.teams.rules import MINUTES_WITHIN_DAYS
from xinqiao.teams.selectors.meetings import coming_to, silent, without_minutes

AHEAD = timedelta(days=7)


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """Meetings nobody reported on, minutes that are missing, and the week's meetings of whoever sits in the team."""
    actor, at = request.actor, timezone.now()
    if actor is None or actor.person is None or not (actor.may(Action.SEE_PLANS) or actor.may(Action.DO_TASKS)):
        return []
    items = []
    if actor.may(Action.MANAGE_TEAMS):
        teams = kept_teams(actor)
        unsaid, unwritten = silent(teams, at), without_minutes(teams, at - timedelta(days=MINUTES_WITHIN_DAYS))
        items += [_item(row, _("会议开了吗？请登记"), 2, icon="calendar-question") for row in unsaid]
        items += [
            _item(row, _("会议纪要还没有写"), 2, icon="file-pencil", days=MINUTES_WITHIN_DAYS) for row in unwritten
        ]
    coming = coming_to(actor.person, at, at + AHEAD)
    return items + [_item(row, _("您要参加的会议"), 1, icon="users-group") for row in coming]


def _item(row: Meeting, title: str, urgency: int, *, icon: str, days: int = 0) -> dict[str, Any]:
    return {
        "title": title,
        "text": " · ".join(part for part in (row.team.title, row.place) if part),
        "url": reverse("teams:meeting", args=[row.pk]),
        "urgency": urgency,
        "due_at": row.held_at + timedelta(days=days),
        "icon": icon,
    }
