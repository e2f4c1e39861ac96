"""Score cards, and the annual evaluation of an organisation."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents import pdf, word
from xinqiao.documents.downloads import DOCX, PDF, XLSX, attachment
from xinqiao.inspections import annual, exports, policies, selectors
from xinqiao.inspections.forms import ReportForm
from xinqiao.inspections.services.reports import WRITTEN, write_report
from xinqiao.inspections.views.shared import note_reading
from xinqiao.people.models import Organisation
from xinqiao.people.rules import school_year_of
from xinqiao.ui.charts import Bar


def _place(request: HttpRequest, organisation_id: int) -> Organisation:
    return get_object_or_404(policies.places(request.actor), pk=organisation_id)  # type: ignore[attr-defined]


@door(Action.SEE_PLANS)
def card(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Results of one organisation over the rounds, and of those below it in numbers."""
    node = _place(request, organisation_id)
    below = policies.places(request.actor).filter(path__startswith=node.path).exclude(pk=node.pk)
    results = selectors.results_of(node)
    context = {
        "node": node, "results": results, "rounds": selectors.rounds_within(node),
        "below": below.order_by("code", "pk")[:300],
        "bars": [Bar(sheet.round.title, float(sheet.share), f"{sheet.share}%") for sheet in results if sheet.share],
        "mendings": selectors.mendings_of(results), "year": school_year_of(timezone.localdate()),
    }  # fmt: skip
    return render(request, "inspections/card.html", context)


@door(Action.SEE_PLANS)
def show(request: HttpRequest, organisation_id: int, year: int) -> HttpResponse:
    """The annual evaluation: figures from records, and the words people add."""
    node, value = _of(request, organisation_id, year)
    writes = policies.may_report(request.actor, node)
    held = {name: getattr(value.report, name, "") for name in WRITTEN}
    form = ReportForm(request.POST or None, initial=held) if writes else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            write_report(actor=request.actor, organisation=node, year=year, texts=form.cleaned_data, at=timezone.now())
            messages.success(request, _("已保存，下载的文件里会带上这些内容。"))
            return redirect("inspections:annual", node.pk, year)
    now = school_year_of(timezone.localdate())
    context = {
        "node": node, "value": value, "form": form, "year": year,
        "tally": [Bar(label, float(n), _("%(n)d 条") % {"n": n}) for label, n in value.tally.items()],
        "shares": [
            Bar(line.title, line.value, f"{line.value:.1f}%")
            for line in value.figures if line.unit == "%" and line.value is not None
        ],
        "years": [
            {
                "label": f"{each}–{each + 1}", "current": each == year,
                "url": reverse("inspections:annual", args=[node.pk, each]),
            }
            for each in range(now, now - 3, -1)
        ],
    }  # fmt: skip
    return render(request, "inspections/annual.html", context)


def _of(request: HttpRequest, organisation_id: int, year: int) -> tuple[Organisation, annual.Annual]:
    node = _place(request, organisation_id)
    if not 2000 <= year <= timezone.localdate().year:
        raise Http404
    return node, annual.annual(node, year, timezone.localdate())


@door(Action.SEE_PLANS)
def paper(request: HttpRequest, organisation_id: int, year: int, kind: str) -> HttpResponseBase:
    """docx (to go on writing in), pdf or xlsx (with charts)."""
    node, value = _of(request, organisation_id, year)
    made = {
        "docx": (DOCX, lambda: word.report(annual.paper(value))),
        "pdf": (PDF, lambda: pdf.report(annual.paper(value))),
        "xlsx": (XLSX, lambda: exports.annual_book(value)),
    }
    if kind not in made:
        raise Http404
    content_type, make = made[kind]
    with transaction.atomic():
        note_reading(request, node, node.pk, paper="annual", year=year)
    return attachment(f"{value.title}.{kind}", content_type, make())
