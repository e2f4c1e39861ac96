"""What several pages need."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from xinqiao.kernel.refusal import Refusal
from xinqiao.packs import policies, wording
from xinqiao.packs.models import Edition


def edition_of(request: HttpRequest, edition_id: int) -> Edition:
    """Raises Http404 for an edition the actor may not see."""
    rows = policies.visible_editions(request.actor)
    return get_object_or_404(rows.select_related("owner", "based_on", "written_by", "published_by"), pk=edition_id)


def tried(request: HttpRequest, verb: Callable[[], object], done: str) -> bool:
    """Do it and say so, or say why not."""
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, wording.refusal_words(refusal))
        return False
    messages.success(request, done)
    return True
