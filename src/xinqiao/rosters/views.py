"""Pages of the roster import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import XLSX, attachment
from xinqiao.kernel.refusal import Refusal
from xinqiao.rosters import exports, faults, pages, policies, selectors, services
from xinqiao.rosters.enums import ImportState
from xinqiao.rosters.forms import DecisionForm, MappingForm, UploadForm
from xinqiao.rosters.models import RosterImport
from xinqiao.rosters.rules import MANY_LEAVE
from xinqiao.rosters.services.receiving import earlier_with_the_same_file, head_of, samples_of, stored_file

ROWS_A_PAGE = 50
IMPORTS_A_PAGE = 20
may_import = door(Action.ROSTER_IMPORT)


def _roster(request: HttpRequest, pk: int) -> RosterImport:
    return get_object_or_404(policies.visible_imports(request.actor), pk=pk)


def _to(roster: RosterImport) -> HttpResponse:
    return redirect("rosters:show", roster.pk)


@may_import
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """What was imported, by whom, and what is still waiting."""
    found = Paginator(policies.visible_imports(request.actor), IMPORTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": found, "schools": policies.schools_of(request.actor)}
    return render(request, "rosters/index.html", context)


@may_import
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Hand in a file. What cannot be read is said on the form, beside the file."""
    form = UploadForm(request.POST or None, request.FILES or None, schools=policies.schools_of(request.actor))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            roster = services.receive(
                actor=request.actor,
                school=form.cleaned_data["school"],
                data=given.read(),
                file_name=given.name or "",
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("file", refusal.message)
        else:
            return _to(roster)
    return render(request, "rosters/upload.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@may_import
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The page that fits where the import stands."""
    roster = _roster(request, pk)
    if roster.state == ImportState.MAPPING:
        return redirect("rosters:columns", pk)
    if roster.state in (ImportState.READING, ImportState.APPLYING):
        return render(request, "rosters/working.html", {"roster": roster})
    return render(request, "rosters/preview.html", _preview(request, roster))


def _preview(request: HttpRequest, roster: RosterImport) -> dict[str, Any]:
    tabs = pages.tabs(roster)
    kinds = [kind for kind, _label, _count in tabs]
    kind = request.GET.get("tab") or (kinds[0] if kinds else "")
    if kind == pages.WARNED:
        rows = roster.rows.exclude(kind="faulty").exclude(faults=[]).order_by("id")
    else:
        rows = selectors.rows_of(roster, kind)
    page = Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
    here = reverse("rosters:show", args=[roster.pk])
    share = pages.leaving_share(roster)
    return {
        "roster": roster,
        "kind": kind,
        "kind_label": pages.tab_labels().get(kind, ""),
        "tabs": [
            {"label": label, "url": f"{here}?tab={name}", "current": name == kind, "badge": count}
            for name, label, count in tabs
        ],
        "page": page,
        "rows": pages.page_rows(roster, list(page), kind),
        "ready": roster.state == ImportState.READY,
        "leaving_percent": round(share * 100) if share > MANY_LEAVE and roster.state == ImportState.READY else 0,
        "undecided": roster.counts.get("undecided", 0),
        "acting": sum(roster.counts.get(kind, 0) for kind in services.ACTING),
        "sheets": len(roster.head.get("sheets", [])),
    }


@may_import
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """What each column means: the guess, and its correction."""
    roster = _roster(request, pk)
    if not pages.is_open(roster):
        return _to(roster)
    head = head_of(roster)
    form = MappingForm(request.POST or None, roster=roster, head=head)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for_preview(
                actor=request.actor,
                roster=roster,
                fields=form.mapping(),
                scope=form.cleaned_data["scope"],
                school_year=form.cleaned_data["school_year"],
                effective_on=form.cleaned_data["effective_on"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return _to(roster)
    samples = samples_of(roster)
    guesses = [
        {
            "column": column,
            "field": form[f"column_{column.index}"],
            "samples": samples.get(column.index, []),
            "reason": faults.NOT_TAKEN.get(column.reason, ""),
            "sure": column.confidence >= 0.9,
        }
        for column in head.columns
        if column.label or samples.get(column.index)
    ]
    context = {
        "roster": roster,
        "head": head,
        "form": form,
        "guesses": guesses,
        "sheets": roster.head["sheets"],
        "earlier": earlier_with_the_same_file(roster),
    }
    return render(request, "rosters/columns.html", context, status=422 if form.errors else 200)


def _tried(request: HttpRequest, roster: RosterImport, verb: Any, said: str = "", **wanted: Any) -> HttpResponse:
    """Use a verb; a refusal is shown on the import's page."""
    try:
        verb(actor=request.actor, roster=roster, at=timezone.now(), **wanted)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        if said:
            messages.success(request, said)
    return _to(roster)


@may_import
@require_POST
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return _tried(request, _roster(request, pk), services.choose_sheet, sheet=request.POST.get("sheet", ""))


@never_cache
@may_import
@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """For ui/jobs.js. Whether it went well or not, the import's page has the words."""
    roster = _roster(request, pk)
    job = roster.job
    busy = roster.state in (ImportState.READING, ImportState.APPLYING)
    lost = busy and job is not None and job.ended_at is not None
    state = "failed" if lost else "running" if busy else "done"
    words = job.said if job is not None else ""
    answer = {"state": state, "done": job.done if job else 0, "total": job.total if job else 0, "words": words}
    return JsonResponse({**answer, "next": "" if busy else reverse("rosters:show", args=[pk])})


@may_import
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    roster = _roster(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(faults.NO_CANDIDATE))
        return _to(roster)
    wanted = {"row_id": form.cleaned_data["row"], "person_id": form.cleaned_data["person"]}
    return _tried(request, roster, services.decide_row, _("已记下。"), **wanted)


@may_import
@require_POST
def decide_all(request: HttpRequest, pk: int) -> HttpResponse:
    same = request.POST.get("same") == "yes"
    return _tried(request, _roster(request, pk), services.decide_all, _("已记下。"), same=same)


@may_import
@require_POST
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    return _tried(request, _roster(request, pk), services.start_applying)


@may_import
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    return _tried(request, _roster(request, pk), services.undo_roster)


@may_import
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    roster = _roster(request, pk)
    answer = _tried(request, roster, services.discard, _("已放弃这次导入，上传的文件已删除。"))
    roster.refresh_from_db(fields=["state"])
    return redirect("rosters:index") if roster.state == ImportState.DISCARDED else answer


@may_import
@require_GET
def template(request: HttpRequest) -> HttpResponseBase:
    return attachment(_("学生花名册模板.xlsx"), XLSX, exports.template())


@may_import
@require_GET
def faulty(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that could not be taken, with reasons, to mend and hand in again."""
    roster = _roster(request, pk)
    try:
        data = stored_file(roster)
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return _to(roster)
    return attachment(_("没有导入的行.xlsx"), XLSX, exports.faulty_rows(roster, data))


@door(Action.ROSTER_IMPORT, fresh=True)
@require_GET
def export(request: HttpRequest, school_id: int) -> HttpResponseBase:
    """A school's roster as a workbook; leaves a trace."""
    school = get_object_or_404(policies.schools_of(request.actor), pk=school_id)
    at = timezone.now()
    with transaction.atomic():
        data, rows = exports.roster_of(school, localdate(at))
        services.note_export(actor=request.actor, school=school, rows=rows, at=at)
    return attachment(_("%(school)s花名册.xlsx") % {"school": school.name}, XLSX, data)
