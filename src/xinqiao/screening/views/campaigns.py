"""Campaigns: list, live progress, opening hours, slips."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import PDF, attachment
from xinqiao.kernel.refusal import Refusal
from xinqiao.screening import policies, rules
from xinqiao.screening.forms import DutyForm, ExtendForm, StopForm
from xinqiao.screening.models import Campaign
from xinqiao.screening.selectors import campaigns as reads
from xinqiao.screening.selectors.results import classes_of
from xinqiao.screening.services import campaigns as verbs
from xinqiao.screening.services import files, results
from xinqiao.ui.verbs import went, words_of


def _campaign(request: HttpRequest, pk: int) -> Campaign:
    rows = policies.visible_campaigns(request.actor)
    return get_object_or_404(rows.select_related("school", "approval__filing", "duty_post__person"), pk=pk)


def _own(request: HttpRequest, pk: int) -> Campaign:
    rows = policies.runnable_campaigns(request.actor)
    return get_object_or_404(rows.select_related("school", "approval__filing", "duty_post__person"), pk=pk)


@door(Action.FILE_SCREENING, Action.SEE_PROGRESS)
def index(request: HttpRequest) -> HttpResponse:
    files_for = policies.filing_schools(request.actor).exists()
    campaigns = policies.visible_campaigns(request.actor)
    context = {
        "files": files_for,
        "filings": reads.listed_filings(policies.visible_filings(request.actor)) if files_for else [],
        "campaigns": reads.listed(campaigns, policies.sees_totals(request.actor)),
        "base": base(request),
    }
    return render(request, "screening/index.html", context)


def base(request: HttpRequest) -> str:
    """Class teachers look at it on the phone."""
    desk = (Action.RUN_SCREENING, Action.APPROVE_SCREENING, Action.SEE_NUMBERS)
    return "ui/staff.html" if any(request.actor.may(action) for action in desk) else "ui/phone.html"


@door(Action.SEE_PROGRESS)
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _campaign(request, pk), timezone.now()
    context = _progress(request, row, at) | {
        "base": base(request),
        "parts": reads.parts_with_titles(row),
        "reads_results": policies.campaigns_with_results(request.actor).filter(pk=row.pk).exists(),
    }
    if context["runs"]:
        context |= {
            "moves": rules.CAMPAIGN.offers(row.state),
            "stop_form": StopForm(),
            "extend_form": ExtendForm(initial={"until": row.closes_at}),
            "duty_form": DutyForm(campaign=row, at=at, initial={"post": row.duty_post_id}),
            "shut": reads.why_shut(row, at),
        }
    return render(request, "screening/campaign.html", context)


@door(Action.SEE_PROGRESS)
def campaign_progress(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _campaign(request, pk), timezone.now()
    return render(request, "screening/campaign_progress.html", _progress(request, row, at))


def _progress(request: HttpRequest, row: Campaign, at: datetime) -> dict[str, object]:
    inside = policies.sees_classes(request.actor, row)
    found = reads.progress(row, policies.classes_in_sight(request.actor, row), at) if inside else []
    outside = None if inside else reads.for_outside(reads.whole(row, policies.classes_of_school(row), _("合计")))
    return {
        "campaign": row,
        "rows": found,
        "total": outside or reads.total(found, _("合计")),
        "inside": inside,
        "runs": policies.may_run(request.actor, row.school),
        "at": at,
    }


@require_POST
@door(Action.RUN_SCREENING)
def campaign_open(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    act = lambda: verbs.open_campaign(actor=request.actor, campaign=row, at=timezone.now())  # noqa: E731
    went(request, act, _("已开放作答。"))
    return redirect("screening:campaign", pk)


@require_POST
@door(Action.RUN_SCREENING)
def campaign_close(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    act = lambda: verbs.close_campaign(actor=request.actor, campaign=row, at=timezone.now())  # noqa: E731
    went(request, act, _("测评已结束。"))
    return redirect("screening:campaign", pk)


@require_POST
@door(Action.RUN_SCREENING)
def campaign_stop(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _own(request, pk), StopForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请写明中止的原因。"))
        return redirect("screening:campaign", pk)
    why = form.cleaned_data["why"]
    act = lambda: verbs.stop_campaign(actor=request.actor, campaign=row, why=why, at=timezone.now())  # noqa: E731
    went(request, act, _("测评已中止。"))
    return redirect("screening:campaign", pk)


@require_POST
@door(Action.RUN_SCREENING)
def campaign_extend(request: HttpRequest, pk: int) -> HttpResponse:
    row, form = _own(request, pk), ExtendForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("请填写新的结束时间。"))
        return redirect("screening:campaign", pk)
    until = form.cleaned_data["until"]
    act = lambda: verbs.extend_campaign(actor=request.actor, campaign=row, until=until, at=timezone.now())  # noqa: E731
    went(request, act, _("已延长。"))
    return redirect("screening:campaign", pk)


@require_POST
@door(Action.RUN_SCREENING)
def campaign_duty(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _own(request, pk), timezone.now()
    form = DutyForm(request.POST, campaign=row, at=at)
    if not form.is_valid():
        messages.error(request, _("请选择本校现在在岗的人值班。"))
        return redirect("screening:campaign", pk)
    post = form.cleaned_data["post"]
    act = lambda: verbs.change_duty(actor=request.actor, campaign=row, post_id=post.pk, at=at)  # noqa: E731
    went(request, act, _("值班人已更换。"))
    return redirect("screening:campaign", pk)


@require_POST
@door(Action.RUN_SCREENING)
def campaign_invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    wanted = request.POST.get("node", "")
    node = get_object_or_404(policies.classes_in_sight(request.actor, row), pk=wanted) if wanted.isdigit() else None
    try:
        asked = verbs.invite_again(actor=request.actor, campaign=row, class_node=node, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        said = ngettext(
            "已再次邀请 %(count)s 名同学，仍可以不参加。", "已再次邀请 %(count)s 名同学，仍可以不参加。", asked
        )
        none = _("没有可以再邀请的同学：已经邀请过三次，或今天刚邀请过。")
        messages.info(request, said % {"count": asked} if asked else none)
    return redirect("screening:campaign", pk)


@require_POST
@door(Action.RUN_SCREENING)
def campaign_rescore(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    results.ask_for_rescoring(actor=request.actor, campaign=row, at=timezone.now())
    messages.success(request, _("正在用现在的计分方法重新计算，有变化的结果会自动更新。"))
    return redirect("screening:campaign", pk)


@door(Action.RUN_SCREENING)
def slips(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    job = reads.slips_job(request.actor.account, row)
    context = {"campaign": row, "classes": classes_of(row), "job": job}
    return render(request, "screening/slips.html", context)


def _entry_url(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("entry:student"))


@require_POST
@door(Action.RUN_SCREENING)
def slips_class(request: HttpRequest, pk: int, node: int) -> HttpResponseBase:
    row, at = _own(request, pk), timezone.now()
    class_node = get_object_or_404(policies.classes_in_sight(request.actor, row), pk=node)
    try:
        data = files.print_slips(
            actor=request.actor, campaign=row, class_node=class_node, entry_url=_entry_url(request), at=at
        )
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("screening:slips", pk)
    title = class_node.title_in(row.approval.filing.school_year, row.school.system)
    return attachment(_("登录条 %(name)s.pdf") % {"name": title}, PDF, data)


@require_POST
@door(Action.RUN_SCREENING)
def slips_all(request: HttpRequest, pk: int) -> HttpResponse:
    row = _own(request, pk)
    ask = lambda: files.ask_for_slips(  # noqa: E731
        actor=request.actor, campaign=row, entry_url=_entry_url(request), at=timezone.now()
    )
    went(request, ask, _("正在生成全校登录条，完成后可以在这里下载。"))
    return redirect("screening:slips", pk)


@require_GET
@door(Action.RUN_SCREENING)
def slips_file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    row = _own(request, pk)
    try:
        data = files.fetch_slips(actor=request.actor, campaign=row, name=name, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("screening:slips", pk)
    return attachment(_("登录条 %(name)s.pdf") % {"name": row.school.name}, PDF, data)
