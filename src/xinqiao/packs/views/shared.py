"""What several pages need."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from xinqiao.packs import policies
from xinqiao.packs.models import Edition


def edition_of(request: HttpRequest, edition_id: int) -> Edition:
    """Raises Http404 for an edition the actor may not see."""
    rows = policies.visible_editions(request.actor)
    return get_object_or_404(rows.select_related("owner", "based_on", "written_by", "published_by"), pk=edition_id)
