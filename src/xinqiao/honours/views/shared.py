"""What the pages of this room have in common: rows through the policies, a verb tried, a refusal shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from xinqiao.audit.services import record
from xinqiao.honours import policies
from xinqiao.honours.models import Application, Round
from xinqiao.kernel.refusal import Refusal


def find_round(request: HttpRequest, round_id: int) -> Round:
    rows = policies.visible_rounds(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("organisation"), pk=round_id)


def find_application(request: HttpRequest, application_id: int) -> Application:
    rows = policies.visible_applications(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(rows.select_related("round__organisation", "organisation", "person"), pk=application_id)


def refuse(form: Form, refusal: Refusal) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def tried(request: HttpRequest, verb: Callable[[], Any], done: str) -> bool:
    """Do it and say so, or say why not."""
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


def note_reading(request: HttpRequest, action: str, row: Any, owner: int) -> None:
    """A paper left the house; the trail says who took it."""
    actor = request.actor  # type: ignore[attr-defined]
    record(
        account=actor.account, who=actor.who, action=action, at=timezone.now(), owner=owner, subject=row, reading=True
    )
