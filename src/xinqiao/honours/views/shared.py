"""What the pages of this room have in common: rows through the policies, a verb tried, a refusal shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from xinqiao.audit.services import record
from xinqiao.honours import policies
from xinqiao.honours.models import Application, Round


def find_round(request: HttpRequest, round_id: int) -> Round:
    rows = policies.visible_rounds(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("organisation"), pk=round_id)


def find_application(request: HttpRequest, application_id: int) -> Application:
    rows = policies.visible_applications(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("round__organisation", "organisation", "person"), pk=application_id)


def note_reading(request: HttpRequest, action: str, row: Any, owner: int) -> None:
    """A paper left the house; the trail says who took it."""
    actor = request.actor  # type: ignore[attr-defined]
    record(
        account=actor.account, who=actor.who, action=action, at=timezone.now(), owner=owner, subject=row, reading=True
    )
