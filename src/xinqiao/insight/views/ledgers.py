"""Ledgers of the plan side: which there are, one to look through, the same as Excel."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.documents.downloads import XLSX, attachment
from xinqiao.insight import policies
from xinqiao.insight.forms import LedgerForm
from xinqiao.insight.ledgers.book import Book, Wanted, as_workbook, chosen, lines
from xinqiao.insight.ledgers.books import BOOKS, book_of
from xinqiao.people.models import Organisation

ROWS = 50


@door(Action.SEE_PLANS)
@require_safe
def ledgers(request: HttpRequest) -> HttpResponse:
    return render(request, "insight/ledgers.html", {"books": BOOKS})


def _asked(request: HttpRequest) -> tuple[Book, LedgerForm, Wanted, list[Organisation]]:
    book = book_of(request.GET.get("book", ""))
    if book is None:
        raise Http404
    places = list(policies.boards(request.actor).order_by("path"))
    form = LedgerForm(request.GET, places=places, states=book.states)
    given: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    place = next((each for each in places if str(each.pk) == given.get("organisation")), None)
    wanted = Wanted(
        place, given.get("since"), given.get("until"), given.get("state") or "", given.get("words") or ""
    )  # fmt: skip
    return book, form, wanted, places


@door(Action.SEE_PLANS)
@require_safe
def work_ledger(request: HttpRequest) -> HttpResponse:
    """Fifty rows a page, with what the search found."""
    on = localdate(timezone.now())
    book, form, wanted, _places = _asked(request)
    page = Paginator(chosen(book, request.actor, wanted, on), ROWS).get_page(request.GET.get("page"))
    context = {
        "book": book,
        "form": form,
        "page": page,
        "columns": book.columns,
        "lines": lines(book, list(page.object_list), on, first=page.start_index()),
        "query": request.GET.urlencode(),
    }
    return render(request, "insight/work_ledger.html", context)


@door(Action.SEE_PLANS)
@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """All that was found, as Excel; the trail says who took it."""
    at = timezone.now()
    on, actor = localdate(at), request.actor
    book, _form, wanted, places = _asked(request)
    top = wanted.place or (places[0] if places else None)
    if top is None:
        raise Http404
    data = as_workbook(book, chosen(book, actor, wanted, on), on, of=top.name)
    with transaction.atomic():
        record(
            account=actor.account, who=actor.who, action="work_ledger.exported", at=at, owner=top.pk, subject=top,
            ledger=book.key,
        )  # fmt: skip
    return attachment(f"{top.name}-{book.title}-{on}.xlsx", XLSX, data)
