"""What several pages of this room need."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from xinqiao.access.enums import Action, Depth
from xinqiao.people.models import Organisation
from xinqiao.registry.policies import schools_for

PER_PAGE = 50


def page_of(request: HttpRequest, rows: QuerySet[Any], per_page: int = PER_PAGE) -> Page:
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def school_and_tabs(
    request: HttpRequest, action: Action, at_least: Depth = Depth.COUNTS
) -> tuple[Organisation | None, list[Organisation]]:
    """(the school asked for by ``?school=``, or the only one, or None; every school in reach)."""
    schools = list(schools_for(request.actor, action, at_least))  # type: ignore[attr-defined]
    wanted = request.GET.get("school", "")
    if wanted.isdecimal():
        return get_object_or_404(schools_for(request.actor, action, at_least), pk=int(wanted)), schools  # type: ignore[attr-defined]
    return (schools[0] if len(schools) == 1 else None), schools
