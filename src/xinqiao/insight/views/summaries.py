"""Pages of summaries: the list, one to finish, its versions, sending it, the Word file."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import DOCX, attachment
from xinqiao.insight import policies, services
from xinqiao.insight.enums import SummaryKind
from xinqiao.insight.forms import RhythmForm, SendForm, SummaryForm
from xinqiao.insight.models import Summary, SummaryVersion
from xinqiao.insight.rules import SUMMARY
from xinqiao.insight.summaries import paper
from xinqiao.insight.summaries.drafting import TITLES
from xinqiao.insight.summaries.periods import open_periods, rhythm_of
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.plans.selectors.rows import listed, rows_of
from xinqiao.ui.verbs import refuse, words_of

MOST_TASKS = 40


def _place(request: HttpRequest) -> Organisation | None:
    """The organisation the page is about, of those the actor writes for."""
    places = list(policies.writes_at(request.actor))
    wanted = request.GET.get("organisation", "")
    return next((place for place in places if str(place.pk) == wanted), places[0] if places else None)


@door(Action.SEE_PLANS)
@require_safe
def summaries(request: HttpRequest) -> HttpResponse:
    """What may be drafted, what there is, what others sent."""
    actor, on = request.actor, localdate(timezone.now())
    show = "received" if request.GET.get("show") == "received" else "own"
    place = _place(request)
    own = (
        policies.visible_summaries(actor)
        .select_related("organisation")
        .prefetch_related("versions__by", "sendings__to")
    )
    if place is not None:
        own = own.filter(organisation=place)
    else:
        own = own.none()
    came = policies.received(actor).select_related("summary__organisation", "by", "to")
    page = Paginator(own if show == "own" else came, 30).get_page(request.GET.get("page"))
    unread = set(policies.unread(actor).values_list("pk", flat=True))
    context = {
        "show": show,
        "place": place,
        "places": list(policies.writes_at(actor)),
        "page": page,
        "open": open_periods(place, on) if place is not None and show == "own" else [],
        "rhythm": RhythmForm(initial={"kinds": rhythm_of(place)}) if place is not None else None,
        "unread": unread,
        "tabs": [
            {"label": _("本单位"), "url": "?show=own", "current": show == "own"},
            {
                "label": _("收到的"),
                "url": "?show=received",
                "current": show == "received",
                "badge": len(unread) or None,
            },
        ],
    }
    return render(request, "insight/summaries.html", context)


@door(Action.REPORT_FIGURES)
@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """Draft a period, then go and finish it."""
    place = policies.writes_at(request.actor).filter(pk=_number(request.POST.get("organisation"))).first()
    kind = request.POST.get("kind", "")
    if place is None or kind not in SummaryKind.values:
        raise Http404
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise Http404 from None
    try:
        row = services.draft_summary(actor=request.actor, organisation=place, kind=kind, on=on, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("insight:summaries")
    return redirect("insight:summary", row.pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


@door(Action.REPORT_FIGURES)
@require_POST
def set_rhythm(request: HttpRequest) -> HttpResponse:
    place = policies.writes_at(request.actor).filter(pk=_number(request.POST.get("organisation"))).first()
    form = RhythmForm(request.POST)
    if place is None or not form.is_valid():
        raise Http404
    services.set_rhythm(
        actor=request.actor, organisation=place, kinds=form.cleaned_data["kinds"], at=timezone.now()
    )  # fmt: skip
    messages.success(request, _("已保存。"))
    return redirect("insight:summaries")


def _summary(request: HttpRequest, pk: int) -> Summary:
    return get_object_or_404(policies.visible_summaries(request.actor).select_related("organisation"), pk=pk)


def _shown(request: HttpRequest, summary: Summary) -> SummaryVersion:
    """The version asked for; the newest for its own people, what was sent for others."""
    wanted = _number(request.GET.get("version"))
    if policies.is_own(request.actor, summary):
        versions = summary.versions.select_related("by").order_by("-number")
        return get_object_or_404(versions, number=wanted) if wanted else versions[0]
    sent = policies.received(request.actor).filter(summary=summary).select_related("version__by")
    rows = [row.version for row in sent if not wanted or row.version.number == wanted]
    if not rows:
        raise Http404
    return rows[0]


@door(Action.SEE_PLANS)
def summary(request: HttpRequest, pk: int) -> HttpResponse:
    """One summary: written in while it is a draft of one's own, read otherwise."""
    at, row = timezone.now(), _summary(request, pk)
    version = _shown(request, row)
    own, writes = policies.is_own(request.actor, row), policies.may_write(request.actor, row.organisation)
    if not own:
        services.open_received(actor=request.actor, summary=row, at=at)
    edits = writes and row.state == "draft" and "version" not in request.GET
    if request.method == "POST" and not edits:
        raise PermissionDenied
    form = SummaryForm(request.POST or None, summary=row, version=version) if edits else None
    if form is not None and request.method == "POST" and form.is_valid() and _saved(request, row, form):
        return redirect("insight:summary", row.pk)
    held = paper.tables(version.facts)
    versions = list(row.versions.select_related("by").order_by("-number")) if own else []
    sendings = row.sendings.select_related("to", "by", "version", "hand_in").prefetch_related("readings__person")
    context = {
        "summary": row, "version": version, "own": own, "writes": writes, "form": form, "edits": edits,
        "sections": [
            {
                "name": name, "title": TITLES[name], "text": version.texts.get(name, ""),
                "tables": held.get(name, []), "field": form[name] if form is not None else None,
                "written": version.texts.get(name, "") != version.drafted.get(name, ""),
            }
            for name in paper.sections(row)
        ],
        "versions": versions,
        "newest": not versions or version.number == versions[0].number,
        "sendings": sendings if own else [],
        "offers": SUMMARY.offers(row.state) if writes else [],
        "send_form": _send_form(request, row) if writes and row.state == "draft" else None,
    }  # fmt: skip
    return render(request, "insight/summary.html", context, status=422 if form is not None and form.errors else 200)


def _saved(request: HttpRequest, row: Summary, form: SummaryForm) -> bool:
    try:
        services.save_summary(
            actor=request.actor, summary=row, title=form.cleaned_data["title"], texts=form.texts(), at=timezone.now()
        )
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    messages.success(request, _("已保存，可以报送了。"))
    return True


def _send_form(request: HttpRequest, row: Summary) -> SendForm:
    on = localdate(timezone.now())
    tasks = rows_of(listed(policies.asked_for(request.actor, row.organisation))[:MOST_TASKS], on)
    offices = list(policies.may_be_sent_to(row.organisation))
    above = [office for office in offices if office.pk != row.organisation_id]
    return SendForm(request.POST or None, offices=[*above, row.organisation], tasks=tasks)


@door(Action.REPORT_FIGURES)
@require_POST
def send(request: HttpRequest, pk: int) -> HttpResponse:
    row = _summary(request, pk)
    form = _send_form(request, row)
    if not form.is_valid():
        messages.error(request, _("请选择报送给谁。"))
        return redirect("insight:summary", row.pk)
    to = get_object_or_404(policies.may_be_sent_to(row.organisation), pk=_number(form.cleaned_data["to"]))
    chosen = form.cleaned_data.get("task")
    task = (
        get_object_or_404(policies.asked_for(request.actor, row.organisation), pk=_number(chosen)) if chosen else None
    )
    try:
        services.send_summary(actor=request.actor, summary=row, to=to, task=task, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已报送给%(name)s。") % {"name": to.name})
    return redirect("insight:summary", row.pk)


@door(Action.REPORT_FIGURES)
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    row = _summary(request, pk)
    try:
        services.refresh_summary(actor=request.actor, summary=row, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已按现在的记录更新；您写过的部分没有变。请再看一遍并保存。"))
    return redirect("insight:summary", row.pk)


@door(Action.REPORT_FIGURES)
@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    row = _summary(request, pk)
    try:
        services.correct_summary(actor=request.actor, summary=row, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("可以更正了。已经报送的那一版保留，改好后请重新报送。"))
    return redirect("insight:summary", row.pk)


@door(Action.SEE_PLANS)
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The version as Word."""
    row = _summary(request, pk)
    version = _shown(request, row)
    version.summary = row
    return attachment(f"{row.title}.docx", DOCX, paper.as_word(version))
