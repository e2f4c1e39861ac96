"""The triage queue: urgent first, fresh by itself, the same rows for page, search and Excel."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import XLSX, attachment
from xinqiao.signals.exports import queue_workbook
from xinqiao.signals.forms import QueueFilter
from xinqiao.signals.selectors import lists
from xinqiao.signals.services.reading import export_signals
from xinqiao.signals.views.shared import desk_tabs

PAGE = 30


def _wish(request: HttpRequest) -> tuple[QueueFilter, lists.Wish]:
    form = QueueFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    return form, lists.Wish(**{name: str(given.get(name) or "") for name in ("q", "show", "urgency", "source")})


def _context(request: HttpRequest) -> dict[str, Any]:
    at, actor = timezone.now(), request.actor
    form, wish = _wish(request)
    page = Paginator(lists.wished(actor, wish, at), PAGE).get_page(request.GET.get("page"))
    shown, tally = lists.rows(actor, page.object_list, at), lists.tally(actor, at)
    query = request.GET.copy()
    query.pop("mark", None)
    return {
        "at": at,
        "filter_form": form,
        "page": page,
        "rows": shown,
        "tally": tally,
        "nudges": lists.nudges(actor, at),
        "mark": lists.mark_of(shown, tally, at),
        "query": query.urlencode(),
        "triages": actor.may(Action.TRIAGE),
    }


@door(Action.TRIAGE, Action.ANSWER)
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits, the most pressing first."""
    return render(request, "signals/queue.html", _context(request) | {"desk_tabs": desk_tabs(request, "queue")})


@door(Action.TRIAGE, Action.ANSWER)
def rows(request: HttpRequest) -> HttpResponse:
    """The same list as a fragment, asked for every few seconds; 204 when nothing would look different."""
    context = _context(request)
    if request.GET.get("mark") == context["mark"]:
        return HttpResponse(status=204)
    return render(request, "signals/parts/rows.html", context)


@door(Action.TRIAGE, fresh=True, reading=True)
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as a workbook: codes and initials, no names; the trail keeps who took it."""
    at, actor = timezone.now(), request.actor
    _form, wish = _wish(request)
    shown = lists.rows(actor, lists.wished(actor, wish, at), at)
    schools = sorted({row.signal.school_id for row in shown})
    export_signals(actor=actor, school_ids=schools, count=len(shown), at=at)
    name = f"{_('分诊清单')}-{localtime(at):%Y%m%d}.xlsx"
    return attachment(name, XLSX, queue_workbook(shown, at))
