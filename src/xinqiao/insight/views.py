"""Home pages, figures, ledger and report."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.actor import Actor
from xinqiao.access.doors import ANYONE, door
from xinqiao.access.enums import Action, Depth
from xinqiao.access.policies import visible_organisations
from xinqiao.accounts.models import AccountKind
from xinqiao.audit.services import record
from xinqiao.documents.downloads import PDF, XLSX, attachment
from xinqiao.insight.home import waiting
from xinqiao.insight.ledger import ledger, ledger_cases
from xinqiao.insight.numbers import Numbers, SchoolRow, numbers, school_rows
from xinqiao.insight.report import LEVEL_WORDS, report
from xinqiao.people.models import Organisation

PHONE_KINDS = {AccountKind.STUDENT, AccountKind.GUARDIAN}


@door(ANYONE)
def home(request: HttpRequest) -> HttpResponse:
    """Signed out: which door is mine? Signed in: what should I do now?"""
    actor = request.actor
    if actor is None:
        return render(request, "insight/landing.html")
    items = waiting(request)
    phone = actor.kind in PHONE_KINDS
    context = {"items": items, "base": "ui/phone.html" if phone else "ui/staff.html", "phone": phone}
    if request.htmx:
        return render(request, "insight/home_items.html", context)
    return render(request, "insight/home.html", context)


def _nodes(actor: Actor) -> list[Organisation]:
    """Where the actor sees figures: the tops of their reach, and for a bureau its schools too."""
    tops = visible_organisations(actor, Action.SEE_NUMBERS).filter(path__in=actor.paths(Action.SEE_NUMBERS))
    return list(tops.order_by("path"))


def _figures(actor: Actor, node: Organisation, at: datetime) -> tuple[Numbers, list[SchoolRow]]:
    return numbers(node, at), school_rows(node, at) if node.kind == "bureau" else []


def _chosen(request: HttpRequest, pk: int | None) -> Organisation:
    if pk is not None:
        reach = visible_organisations(request.actor, Action.SEE_NUMBERS).exclude(kind="class")
        return get_object_or_404(reach, pk=pk)
    nodes = _nodes(request.actor)
    if not nodes:
        raise PermissionDenied
    return nodes[0]


@door(Action.SEE_NUMBERS)
def show_numbers(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Figures of one organisation; a class has none, it would be too small."""
    at = timezone.now()
    node = _chosen(request, pk)
    figures, schools = _figures(request.actor, node, at)
    context = {
        "node": node,
        "title": node.title_in(figures.since.year),
        "figures": figures,
        "schools": schools,
        "nodes": _nodes(request.actor),
        "level_words": LEVEL_WORDS,
    }
    return render(request, "insight/numbers.html", context)


@door(Action.SEE_NUMBERS)
def download_report(request: HttpRequest, pk: int) -> HttpResponse:
    at = timezone.now()
    node = _chosen(request, pk)
    figures, schools = _figures(request.actor, node, at)
    with transaction.atomic():
        record(
            account=request.actor.account, who=request.actor.who, action="report.made", at=at,
            owner=node.pk, subject=node,
        )  # fmt: skip
    data = report(figures, schools, at, made_by=request.actor.name)
    return attachment(f"{node.name}-{_('心理健康工作数据报告')}-{localdate(at)}.pdf", PDF, data)


@door(Action.EXPORT_LEDGER, fresh=True)
def show_ledger(request: HttpRequest) -> HttpResponse:
    """Says what would be exported and asks whether with names."""
    cases = ledger_cases(request.actor, timezone.now())
    return render(request, "insight/ledger.html", {"count": len(cases)})


@door(Action.EXPORT_LEDGER, fresh=True, reading=True)
@require_POST
def download_ledger(request: HttpRequest) -> HttpResponse:
    """The ledger as Excel; without names unless they are asked for, and each export leaves a trace per school."""
    actor, at = request.actor, timezone.now()
    named = request.POST.get("named") == "1" and actor.may(Action.EXPORT_LEDGER, None, Depth.PLAN)
    cases = ledger_cases(actor, at)
    for school in sorted({case.school_id for case in cases}):
        inside = [case for case in cases if case.school_id == school]
        record(
            account=actor.account, who=actor.who, action="ledger.exported", at=at, owner=school, reading=True,
            cases=len(inside), named=named, people=[case.person_id for case in inside],
        )  # fmt: skip
    title = _("重点关注学生台账")
    data = ledger(cases, at, named=named, title=title)
    return attachment(f"{title}-{localdate(at)}.xlsx", XLSX, data)
