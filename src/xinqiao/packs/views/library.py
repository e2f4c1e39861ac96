"""The library: which packs there are, what one asks, how two differ."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import attachment
from xinqiao.packs import policies, reading, selectors, wording
from xinqiao.packs.core import compare as comparing
from xinqiao.packs.core import read
from xinqiao.packs.enums import EditionState
from xinqiao.packs.forms import SHELVES, LibraryFilter, WordsForm
from xinqiao.packs.rules import EDITION, version_key
from xinqiao.packs.views.shared import edition_of

SEES = (Action.SEE_PLANS, Action.WRITE_PACKS, Action.PUBLISH_PACKS)
YAML = "application/yaml; charset=utf-8"


@door(*SEES)
def index(request: HttpRequest) -> HttpResponse:
    shelf = request.GET.get("shelf", "")
    visible = policies.visible_editions(request.actor).select_related("owner", "written_by").defer("source")
    form = LibraryFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = reading.on_shelf(visible, shelf)
    cards = [reading.card(edition) for edition in reading.matching(found, wanted.get("q", ""), wanted.get("kind", ""))]
    context = {
        "cards": cards,
        "form": form,
        "tabs": _shelves(request, shelf, visible),
        "shelf": shelf,
        "writes": policies.writing_places(request.actor).exists(),
        "filtered": bool(wanted.get("q") or wanted.get("kind")),
    }
    return render(request, "packs/index.html", context)


def _shelves(request: HttpRequest, shelf: str, visible: Any) -> list[dict[str, Any]]:
    desk = visible.filter(state__in=[EditionState.DRAFT, EditionState.IN_REVIEW]).count()
    gone = visible.filter(state=EditionState.WITHDRAWN).count()
    counts = {"": None, "desk": desk or None, "withdrawn": gone or None}
    return [
        {
            "label": label,
            "url": f"{request.path}?shelf={name}" if name else request.path,
            "current": name == shelf,
            "badge": counts[name],
        }
        for name, label in SHELVES
        if name != "withdrawn" or gone
    ]


@door(*SEES)
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    row = edition_of(request, edition_id)
    actor = request.actor
    writes, publishes = policies.may_write(actor, row), policies.may_withdraw(actor, row)
    offers = EDITION.offers(row.state)
    versions = policies.visible_editions(actor).filter(pack=row.pack).exclude(pk=row.pk)
    newer = selectors.newer_parent(row) if writes and row.state != EditionState.IN_REVIEW else None
    context = {
        "edition": row,
        "page": reading.page(row) if row.data else None,
        "versions": sorted(versions, key=lambda each: version_key(each.version), reverse=True),
        "moves": [move for move in offers if (writes if move in WRITERS else publishes)],
        "writes": writes,
        "reviews": row.state == EditionState.IN_REVIEW and policies.may_review(actor, row),
        "wrote": policies.wrote(actor, row),
        "copies": row.state == EditionState.PUBLISHED and policies.writing_places(actor).exists(),
        "newer_parent": newer,
        "problems": [] if row.data else selectors.problems_of(row.source, row),
        "words_form": WordsForm(),
    }
    return render(request, "packs/edition.html", context)


WRITERS = ("edit", "submit", "discard", "take_back")
"""Moves of whoever writes; the others belong to whoever publishes."""


@door(*SEES)
def file(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """The text as it was written, or with ``?whole=1`` all of a derived pack, which needs no parent where it goes."""
    row = edition_of(request, edition_id)
    text = read.whole_text(row.data) if request.GET.get("whole") and row.data else row.source
    return attachment(f"{row.pack}-{row.version}.yaml", YAML, text.encode())


@door(*SEES)
def compare(request: HttpRequest, edition_id: int) -> HttpResponse:
    row = edition_of(request, edition_id)
    others = reading.comparable(policies.visible_editions(request.actor), row)
    wanted = request.GET.get("with", "")
    other = next((each for each in others if str(each.pk) == wanted), others[0] if others else None)
    context: dict[str, Any] = {"edition": row, "others": others, "other": other, "groups": []}
    if other is not None and row.data and other.data:
        older, newer = sorted((other, row), key=reading.age_key)
        found = comparing.differences(older.data, newer.data)
        context |= {"older": older, "newer": newer, "groups": reading.grouped(found), "count": len(found)}
    context["heading"] = _("比较 %(title)s") % {"title": wording.said(row)}
    return render(request, "packs/compare.html", context)
