"""Overview of figures, one figure, reporting, proofs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xinqiao.access.actor import Actor
from xinqiao.access.doors import admits, door
from xinqiao.access.enums import Action
from xinqiao.access.policies import sees_each_child
from xinqiao.audit.services import record
from xinqiao.documents.downloads import XLSX, attachment
from xinqiao.documents.uploads import TYPES
from xinqiao.indicators import exports, policies, registry, selectors, services, shown, targets
from xinqiao.indicators.forms import BelowForm, NodeForm, ReportForm
from xinqiao.indicators.registry import Indicator
from xinqiao.indicators.shown import Line
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.ui.verbs import refuse, words_of

A_PAGE = 50


def _node(request: HttpRequest, pk: int) -> Organisation:
    return get_object_or_404(policies.visible_nodes(request.actor).select_related("parent"), pk=pk)


def _indicator(code: str) -> Indicator:
    try:
        return registry.get(code)
    except KeyError:
        raise Http404 from None


@door(Action.SEE_PLANS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Where the actor's sight begins."""
    nodes = policies.top_nodes(request.actor)
    if not nodes:
        raise PermissionDenied(_("您的岗位所在单位没有指标：班级和年级的情况请在学校里查看。"))
    return redirect("indicators:of", nodes[0].pk)


@door(Action.SEE_PLANS)
@require_safe
def overview(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures of one organisation by subject: those plans ask for, or all that are known."""
    actor, at, node = request.actor, timezone.now(), _node(request, pk)
    groups = shown.overview(actor, node, at, every=False)
    every = "all" in request.GET or not groups
    if every:
        groups = shown.overview(actor, node, at, every=True)
    counts = Counter(line.light.state for group in groups for line in group.lines if line.target is not None)
    here = reverse("indicators:of", args=[node.pk])
    children, form = shown.children_of(node, localdate(at)), NodeForm(request.GET)
    found = [child for child in children if form.admits(child)]
    context = {
        "node": node,
        "groups": groups,
        "targets": any(line.target is not None for group in groups for line in group.lines),
        "lights": [(state, targets.FACES[state], counts[state]) for state in targets.FACES if counts[state]],
        "tabs": [
            {"label": _("方案要求的"), "url": here, "current": not every},
            {"label": _("全部"), "url": f"{here}?all=1", "current": every},
        ],
        "nodes": policies.top_nodes(actor),
        "above": policies.visible_nodes(actor).filter(pk=node.parent_id).first() if node.parent_id else None,
        "some_below": bool(children),
        "form": form,
        "below": found[:A_PAGE],
        "more": len(found) > A_PAGE,
        "worked_out": selectors.last_worked_out(node),
        "reports": policies.may_report(actor, node),
        "refreshes": policies.may_refresh(actor, node),
    }
    return render(request, "indicators/overview.html", context)


@door(Action.SEE_PLANS)
@require_safe
def figure(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One figure: what it is, how it was, where it goes, and the same of the organisations below."""
    actor, at, node, indicator = request.actor, timezone.now(), _node(request, pk), _indicator(code)
    line, below = _line(request, node, indicator)
    form = BelowForm(request.GET)
    chosen = _chosen(form, below)
    page = Paginator(chosen, A_PAGE).get_page(request.GET.get("page"))
    counts = Counter(each.light.state for each in below if any(one.target is not None for one in below))
    context = {
        "node": node,
        "line": line,
        "indicator": indicator,
        "exact": sees_each_child(actor, node),
        "page": page,
        "form": form,
        "some_below": bool(below),
        "counts": [(targets.FACES[state], counts[state], state) for state in targets.FACES if counts[state]],
        "rows_url": _rows_url(actor, line, at),
        "past": list(reversed(line.history))[:60],
        "drawn": len({day for day, _value in line.history}) > 1,
        "unit": "%" if indicator.unit == "%" else "",
        "most": 100.0 if indicator.unit == "%" else None,
        "reports": selectors.reports_of(actor, node, code, at) if indicator.live is None else [],
        "may_report": indicator.live is None and selectors.bears(indicator, node) and policies.may_report(actor, node),
    }
    return render(request, "indicators/figure.html", context)


def _line(request: HttpRequest, node: Organisation, indicator: Indicator) -> tuple[Line, list[Line]]:
    """The figure the address names, and those right below; 404 for parameters nobody asks for."""
    at = timezone.now()
    line = shown.one(request.actor, node, indicator, request.GET.get("key", ""), at)
    if line is None:
        raise Http404
    return line, shown.below(request.actor, line, shown.children_of(node, localdate(at)), at)


def _chosen(form: BelowForm, below: Sequence[Line]) -> list[Line]:
    light = form.cleaned_data["light"] if form.is_valid() else ""
    return [line for line in below if form.admits(line.node) and (not light or line.light.state == light)]


def _rows_url(actor: Actor, line: Line, at: Any) -> str:
    """The page of the records behind, when its door lets the actor in; the page asks the policy for its rows."""
    if line.indicator.rows is None:
        return ""
    url = line.indicator.rows(line.node, localdate(at), line.parameters)
    try:
        lock = getattr(resolve(url.partition("?")[0]).func, "door", None)
    except Resolver404:
        return ""
    return url if lock is not None and any(admits(need, actor) for need in lock.needs) else ""


@door(Action.SEE_PLANS)
@require_safe
def overview_table(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The overview as Excel."""
    at, node = timezone.now(), _node(request, pk)
    groups = shown.overview(request.actor, node, at, every=True)
    _note(request, node)
    return attachment(f"{node.name}-{_('指标')}-{localdate(at)}.xlsx", XLSX, exports.overview_table(node, groups, at))


@door(Action.SEE_PLANS)
@require_safe
def figure_table(request: HttpRequest, pk: int, code: str) -> HttpResponseBase:
    """One figure of an organisation and those below as Excel."""
    at, node, indicator = timezone.now(), _node(request, pk), _indicator(code)
    line, below = _line(request, node, indicator)
    _note(request, node, code)
    name = f"{node.name}-{indicator.title}-{localdate(at)}.xlsx"
    return attachment(name, XLSX, exports.below_table(line, below, at))


def _note(request: HttpRequest, node: Organisation, code: str = "") -> None:
    """A table that leaves the house leaves a trace."""
    actor = request.actor
    with transaction.atomic():
        record(
            account=actor.account, who=actor.who, action="figures.exported", at=timezone.now(), owner=node.pk,
            subject=node, code=code,
        )  # fmt: skip


@door(Action.SEE_PLANS)
@require_safe
def reports(request: HttpRequest, pk: int) -> HttpResponse:
    """What this organisation states by hand: asked for by plans, and the rest."""
    node = _node(request, pk)
    owed = selectors.owed(request.actor, node, timezone.now())
    context = {
        "node": node,
        "asked": [each for each in owed if each.plans],
        "rest": [each for each in owed if not each.plans],
        "may_report": policies.may_report(request.actor, node),
    }
    return render(request, "indicators/reports.html", context)


@door(Action.REPORT_FIGURES)
def report(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """State one figure with its proof."""
    node, indicator, actor = _node(request, pk), _indicator(code), request.actor
    if not policies.may_report(actor, node):
        raise PermissionDenied(_("指标由本单位自己填报。"))
    try:
        services.reportable(node, code)
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("indicators:figure", node.pk, code)
    form = ReportForm(
        indicator, request.POST or None, request.FILES or None, initial={"for_on": localdate(timezone.now())}
    )
    if request.method == "POST" and form.is_valid() and _report(request, form, node, code):
        return redirect("indicators:figure", node.pk, code)
    history = selectors.reports_of(actor, node, code, timezone.now())[:5]
    context = {"form": form, "node": node, "indicator": indicator, "history": history}
    return render(request, "indicators/report.html", context, status=422 if form.errors else 200)


def _report(request: HttpRequest, form: ReportForm, node: Organisation, code: str) -> bool:
    given, (part, whole) = form.cleaned_data, form.numbers
    proof = services.Proof(given["words"], given["link"], given["file"])
    try:
        services.report_figure(
            actor=request.actor, organisation=node, code=code, for_on=given["for_on"], part=part, whole=whole,
            proof=proof, at=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    messages.success(request, _("已填报，指标已经更新。"))
    return True


@door(Action.SEE_PLANS)
@require_safe
def proof(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file behind a report."""
    row = get_object_or_404(selectors.proofs(request.actor), pk=pk)
    if not policies.reads_report(request.actor, registry.known().get(row.code), row.organisation):
        raise PermissionDenied(_("这项指标涉及学生，证明材料只由本单位查看。"))
    kind = TYPES.get(row.file_name.rpartition(".")[2].lower(), "application/octet-stream")
    try:
        with row.file.open() as kept:
            return attachment(row.file_name, kind, kept.read())
    except OSError:
        raise Http404(_("这份材料在存放处找不到了，请联系管理员。")) from None


@door(Action.REPORT_FIGURES, Action.RUN_PLANS)
@require_POST
def refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Work the figures of the whole tree out again; the next page shows how far it is."""
    job = services.ask_refresh(actor=request.actor, organisation=_node(request, pk), at=timezone.now())
    return redirect("jobs:show", job.pk)
