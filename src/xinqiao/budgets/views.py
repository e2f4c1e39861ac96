"""Budget pages: a year at a glance, one line with its payments, the account for the auditor."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.budgets import exports, policies, selectors, services
from xinqiao.budgets.forms import LineForm, SpendingForm, StrikeForm
from xinqiao.budgets.models import Line
from xinqiao.budgets.words import OF_LINE
from xinqiao.documents.downloads import XLSX, attachment, disposition
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.ui.verbs import refuse, words_of


def _asked(request: HttpRequest) -> tuple[Organisation, int]:
    """(the organisation asked for, or the first in reach; the year asked for, or the present one)."""
    nodes = policies.visible_organisations_with_budget(request.actor)  # type: ignore[attr-defined]
    wanted, year = request.GET.get("organisation", ""), request.GET.get("year", "")
    node = get_object_or_404(nodes, pk=int(wanted)) if wanted.isdecimal() else nodes.order_by("path").first()
    if node is None:
        raise PermissionDenied
    return node, int(year) if year.isdecimal() and len(year) == 4 else timezone.localdate().year


@door(Action.SEE_PLANS)
def index(request: HttpRequest) -> HttpResponse:
    """Lines of a year, and below a bureau the sums of those in its reach."""
    node, year = _asked(request)
    today = timezone.localdate()
    below = list(
        policies.visible_organisations_with_budget(request.actor)  # type: ignore[attr-defined]
        .filter(path__startswith=node.path)
        .exclude(pk=node.pk)
        .order_by("code", "pk")
    )
    totals = selectors.totals([node, *below], year, today)
    rows = selectors.standings(node, year, today)
    context = {
        "node": node,
        "year": year,
        "years": [
            {"label": str(each), "url": f"?organisation={node.pk}&year={each}", "current": each == year}
            for each in selectors.years_of(node, today.year)
        ],
        "rows": [(row, *OF_LINE[row.word]) if row.word else (row, "", "") for row in rows],
        "own": totals[0],
        "below": totals[1:],
        "keeps": policies.may_keep(request.actor, node),  # type: ignore[attr-defined]
    }
    return render(request, "budgets/index.html", context)


@door(Action.MANAGE_BUDGET)
def line_add(request: HttpRequest) -> HttpResponse:
    node, year = _asked(request)
    if not policies.may_keep(request.actor, node):  # type: ignore[attr-defined]
        raise PermissionDenied(_("经费由本单位自己维护。"))
    form = LineForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _set(request, form, node, year, None):
        return redirect(_home(node, year))
    return render(
        request, "budgets/line_form.html", {"form": form, "node": node, "year": year, "back": _home(node, year)}
    )


@door(Action.MANAGE_BUDGET)
def line_edit(request: HttpRequest, line_id: int) -> HttpResponse:
    line = _line(request, line_id)
    if not policies.may_keep(request.actor, line.organisation):  # type: ignore[attr-defined]
        raise PermissionDenied(_("经费由本单位自己维护。"))
    form = LineForm(request.POST or None, initial={"title": line.title, "amount": line.amount, "words": line.words})
    back = reverse("budgets:line", args=[line.pk])
    if request.method == "POST" and form.is_valid() and _set(request, form, line.organisation, line.year, line):
        return redirect(back)
    context = {"form": form, "node": line.organisation, "year": line.year, "back": back, "line": line}
    return render(request, "budgets/line_form.html", context)


def _set(request: HttpRequest, form: Form, node: Organisation, year: int, line: Line | None) -> bool:
    try:
        services.set_line(
            actor=request.actor,  # type: ignore[attr-defined]
            organisation=node,
            year=year,
            line=line,
            at=timezone.now(),
            **form.cleaned_data,
        )
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    messages.success(request, _("已保存。"))
    return True


@door(Action.SEE_PLANS)
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    """One line: its payments, and for its keepers the form for the next."""
    row = _line(request, line_id)
    today = timezone.localdate()
    keeps = policies.may_keep(request.actor, row.organisation)  # type: ignore[attr-defined]
    form = SpendingForm(request.POST or None, request.FILES or None, initial={"on": today})
    if request.method == "POST":
        if not keeps:
            raise PermissionDenied(_("经费由本单位自己维护。"))
        if form.is_valid():
            try:
                services.spend(actor=request.actor, line=row, at=timezone.now(), **form.cleaned_data)  # type: ignore[attr-defined]
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, _("已登记支出。"))
                return redirect("budgets:line", row.pk)
    context = {
        "line": row,
        "node": row.organisation,
        "left": row.amount - row.spent,  # type: ignore[attr-defined]
        "payments": [
            (payment, StrikeForm(auto_id=f"strike{payment.pk}_%s"))
            for payment in row.spendings.select_related("by", "struck_by")
        ],
        "keeps": keeps,
        "form": form,
        "back": _home(row.organisation, row.year),
    }
    return render(request, "budgets/line.html", context)


@door(Action.MANAGE_BUDGET)
def strike(request: HttpRequest, spending_id: int) -> HttpResponse:
    row = get_object_or_404(
        policies.visible_spendings(request.actor).select_related("line"),  # type: ignore[attr-defined]
        pk=spending_id,
    )
    if request.method == "POST":
        try:
            services.strike_out(
                actor=request.actor,  # type: ignore[attr-defined]
                spending=row,
                reason=request.POST.get("reason", ""),
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, words_of(refusal))
        else:
            messages.success(request, _("已作废，原因留在明细里。"))
    return redirect("budgets:line", row.line_id)


@door(Action.SEE_PLANS)
def voucher(request: HttpRequest, spending_id: int) -> HttpResponseBase:
    """The file beside a payment, as a download."""
    row = get_object_or_404(policies.visible_spendings(request.actor), pk=spending_id)  # type: ignore[attr-defined]
    if not row.file:
        raise Http404
    answer = FileResponse(row.file.open("rb"), content_type="application/octet-stream")
    answer["Content-Disposition"] = disposition(row.file_name)
    answer["Cache-Control"] = "no-store, private"
    return answer


@door(Action.SEE_PLANS)
def export(request: HttpRequest) -> HttpResponseBase:
    """The year of an organisation and all below it, for the auditor; the trail says who took it."""
    node, year = _asked(request)
    nodes = list(
        policies.visible_organisations_with_budget(request.actor)  # type: ignore[attr-defined]
        .filter(path__startswith=node.path)
        .order_by("path")
    )
    title = _("%(name)s %(year)d年心理健康教育经费") % {"name": node.name, "year": year}
    visible = policies.visible_lines(request.actor)  # type: ignore[attr-defined]
    lines = visible.filter(organisation__in=nodes, year=year).select_related("organisation")
    payments = policies.visible_spendings(request.actor).filter(line__in=lines)  # type: ignore[attr-defined]
    with transaction.atomic():
        record(
            account=request.actor.account,  # type: ignore[attr-defined]
            who=request.actor.who,  # type: ignore[attr-defined]
            action="budget.exported",
            at=timezone.now(),
            owner=node.pk,
            subject=node,
            reading=True,
            year=year,
        )
        data = exports.account(
            title,
            selectors.totals(nodes, year, timezone.localdate()),
            list(selectors.with_spent(lines).order_by("organisation__path", "pk")),
            list(payments.select_related("line__organisation", "by").order_by("line__organisation__path", "on", "pk")),
        )
    return attachment(f"{title}.xlsx", XLSX, data)


def _line(request: HttpRequest, line_id: int) -> Line:
    rows = selectors.with_spent(policies.visible_lines(request.actor).select_related("organisation"))  # type: ignore[attr-defined]
    return get_object_or_404(rows, pk=line_id)


def _home(node: Organisation, year: int) -> str:
    return f"{reverse('budgets:index')}?organisation={node.pk}&year={year}"
