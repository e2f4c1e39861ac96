"""Figures, reports, and the ledger of students."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xinqiao.access.doors import door
from xinqiao.access.enums import Action, Depth
from xinqiao.audit.services import record
from xinqiao.documents.downloads import PDF, XLSX, attachment
from xinqiao.insight import policies
from xinqiao.insight.census import census
from xinqiao.insight.ledger import export_ledger, ledger_cases
from xinqiao.insight.numbers import LEVEL_WORDS, numbers
from xinqiao.insight.report import heads, how_to_read, report, sheet
from xinqiao.people.models import Organisation


def _chosen(request: HttpRequest, pk: int | None) -> Organisation:
    if pk is not None:
        return get_object_or_404(policies.visible_nodes(request.actor).select_related("parent"), pk=pk)
    nodes = policies.top_nodes(request.actor)
    if not nodes:
        raise PermissionDenied
    return nodes[0]


@door(Action.SEE_NUMBERS)
@require_safe
def show_numbers(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Figures of one organisation; a class has none, it would be too small."""
    at, actor = timezone.now(), request.actor
    node = _chosen(request, pk)
    figures = numbers(actor, node, at)
    above = policies.visible_nodes(actor).filter(pk=node.parent_id).first() if node.parent_id else None
    context = {
        "node": node,
        "figures": figures,
        "above": above,
        "nodes": policies.top_nodes(actor),
        "level_words": LEVEL_WORDS[1:],
        "heads": heads()[:8],
        "how_to_read": how_to_read(figures),
        "campaigns": policies.reported_campaigns(actor).filter(school=node).order_by("-opens_at")[:6],
    }
    return render(request, "insight/numbers.html", context)


@door(Action.SEE_NUMBERS)
@require_safe
def download_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The page as a PDF to sign and seal."""
    at, node = timezone.now(), _chosen(request, pk)
    figures = numbers(request.actor, node, at)
    _note(request, "report.made", node.pk, node)
    data = report(figures, at, made_by=request.actor.name)
    return attachment(f"{figures.own.title}-{_('心理健康工作数据报告')}-{localdate(at)}.pdf", PDF, data)


@door(Action.SEE_NUMBERS)
@require_safe
def download_table(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The table of the page as Excel."""
    at, node = timezone.now(), _chosen(request, pk)
    figures = numbers(request.actor, node, at)
    _note(request, "table.made", node.pk, node)
    return attachment(f"{figures.own.title}-{_('统计')}-{localdate(at)}.xlsx", XLSX, sheet(figures, at))


@door(Action.SEE_NUMBERS)
@require_safe
def download_census(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The report of one screening, for the school's own."""
    at = timezone.now()
    rows = policies.reported_campaigns(request.actor).select_related("school")
    campaign = get_object_or_404(rows, pk=pk)
    data = census(campaign, at, made_by=request.actor.name)
    _note(request, "census.made", campaign.school_id, campaign)
    return attachment(f"{campaign.school.name}-{_('心理健康测评报告')}-{localdate(at)}.pdf", PDF, data)


def _note(request: HttpRequest, action: str, owner: int, subject: object) -> None:
    """A paper that leaves the house leaves a trace."""
    actor = request.actor
    with transaction.atomic():
        record(
            account=actor.account, who=actor.who, action=action, at=timezone.now(), owner=owner, subject=subject,  # type: ignore[arg-type]
        )  # fmt: skip


@door(Action.EXPORT_LEDGER, fresh=True)
@require_safe
def show_ledger(request: HttpRequest) -> HttpResponse:
    """Says what would be exported and asks whether with names."""
    cases = ledger_cases(request.actor, timezone.now())
    still = sum(case.state != "closed" for case in cases)
    return render(request, "insight/ledger.html", {"count": len(cases), "still": still, "over": len(cases) - still})


@door(Action.EXPORT_LEDGER, fresh=True, reading=True)
@require_POST
def download_ledger(request: HttpRequest) -> HttpResponseBase:
    """The ledger as Excel; without names unless they are asked for. Each student has the export in the trail."""
    actor, at = request.actor, timezone.now()
    named = request.POST.get("named") == "1" and actor.may(Action.EXPORT_LEDGER, None, Depth.PLAN)
    data = export_ledger(actor=actor, named=named, over=request.POST.get("over") == "1", at=at)
    return attachment(f"{_('重点关注学生台账')}-{localdate(at)}.xlsx", XLSX, data)
