"""Results, for the psychology teacher only. Every reading leaves its trace."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.audit import services as audit
from xinqiao.documents.downloads import XLSX, attachment
from xinqiao.screening import policies
from xinqiao.screening.forms import ResultFilter
from xinqiao.screening.models import Campaign, Sitting
from xinqiao.screening.selectors import results as reads
from xinqiao.screening.services import files
from xinqiao.screening.services import results as verbs
from xinqiao.ui.verbs import went

A_PAGE = 50


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    rows = policies.campaigns_with_results(request.actor).select_related("school", "approval__filing")
    return get_object_or_404(rows, pk=pk)


def _sitting(request: HttpRequest, pk: int) -> Sitting:
    rows = policies.visible_sittings(request.actor, timezone.now())
    return get_object_or_404(
        rows.select_related("person", "class_node", "campaign__school", "campaign__approval__filing"), pk=pk
    )


@require_GET
@door(Action.SEE_RESULTS, reading=True)
def results(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _campaign(request, pk), timezone.now()
    form = ResultFilter(request.GET or None, nodes=reads.classes_of(row))
    rows = reads.listed(policies.visible_sittings(request.actor, at), row, form.chosen())
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    year = row.approval.filing.school_year
    lines = [
        (s, s.class_node.title_in(year, row.school.system), found, reads.alerts_together(found))
        for s in page.object_list
        for found in [[reads.line(r) for r in s.results.all()]]
    ]
    audit.record(
        account=request.actor.account,
        who=request.actor.who,
        action="results.listed",
        at=at,
        owner=row.school_id,
        subject=row,
        reading=True,
        page=page.number,
        shown=len(lines),
    )
    context = {"campaign": row, "form": form, "page": page, "lines": lines, "query": request.GET.urlencode()}
    return render(request, "screening/results.html", context)


@require_GET
@door(Action.SEE_RESULTS, reading=True)
def result(request: HttpRequest, pk: int) -> HttpResponse:
    sitting, at = _sitting(request, pk), timezone.now()
    _read(request, sitting, "result.read")
    lines = [(reads.line(r), reads.numbers(r), reads.explained(r)) for r in sitting.results.order_by("part")]
    context = {
        "sitting": sitting,
        "campaign": sitting.campaign,
        "class_title": sitting.class_node.title_in(
            sitting.campaign.approval.filing.school_year, sitting.campaign.school.system
        ),
        "lines": lines,
        "others": [
            (other, [reads.line(r) for r in other.results.all()])
            for other in reads.same_person(policies.visible_sittings(request.actor, at), sitting)
        ],
        "may_retest": reads.may_be_asked_again(sitting) and policies.may_run(request.actor, sitting.campaign.school),
    }
    return render(request, "screening/result.html", context)


@require_GET
@door(Action.SEE_RESULTS, reading=True, fresh=True)
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """What was ticked, item by item: the deepest sight, asked for with the password."""
    sitting = _sitting(request, pk)
    _read(request, sitting, "answers.read")
    sheets = [
        (reads.line(r), reads.answers(sheet)) for r in sitting.results.order_by("part") if (sheet := reads.sheet_of(r))
    ]
    return render(request, "screening/answers.html", {"sitting": sitting, "sheets": sheets})


def _read(request: HttpRequest, sitting: Sitting, action: str) -> None:
    audit.record(
        account=request.actor.account,
        who=request.actor.who,
        action=action,
        at=timezone.now(),
        owner=sitting.campaign.school_id,
        subject=sitting,
        person=sitting.person_id,
        reading=True,
    )


@require_POST
@door(Action.RUN_SCREENING)
def retest(request: HttpRequest, pk: int) -> HttpResponse:
    sitting = _sitting(request, pk)
    act = lambda: verbs.invite_to_retest(actor=request.actor, sitting=sitting, at=timezone.now())  # noqa: E731
    went(request, act, _("已邀请这位同学再答一次，可以不答。"))
    return redirect("screening:result", pk)


@require_GET
@door(Action.SEE_RESULTS, fresh=True)
def results_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    row, at = _campaign(request, pk), timezone.now()
    form = ResultFilter(request.GET or None, nodes=reads.classes_of(row))
    sittings = list(reads.listed(policies.visible_sittings(request.actor, at), row, form.chosen()))
    data = files.export_results(actor=request.actor, campaign=row, sittings=sittings, at=at)
    return attachment(_("测评结果 %(name)s.xlsx") % {"name": row.title}, XLSX, data)
