"""Filing by the school, decision by the bureau."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.screening import policies, rules, words
from xinqiao.screening.forms import FilingForm, ReturnForm, WordsForm, filled
from xinqiao.screening.models import Filing
from xinqiao.screening.selectors import filings as reads
from xinqiao.screening.selectors.campaigns import filing_of_campaign, listed_filings, waiting_filings
from xinqiao.screening.services import campaigns
from xinqiao.screening.services import filings as verbs
from xinqiao.ui.verbs import refuse, went, words_of


def _school(request: HttpRequest) -> Organisation:
    schools = policies.filing_schools(request.actor)
    wanted = request.GET.get("school", "")
    school = schools.filter(pk=wanted).first() if wanted.isdigit() else schools.first()
    if school is None:
        raise Http404
    return school


def _filing(request: HttpRequest, pk: int) -> Filing:
    rows = policies.visible_filings(request.actor).select_related("school", "duty_post__person", "decided_by")
    return get_object_or_404(rows, pk=pk)


@door(Action.FILE_SCREENING)
def filing_new(request: HttpRequest) -> HttpResponse:
    return _edit(request, _school(request), None)


@door(Action.FILE_SCREENING)
def filing_edit(request: HttpRequest, pk: int) -> HttpResponse:
    filing = _filing(request, pk)
    if "edit" not in rules.FILING.offers(filing.state) or not policies.may_file(request.actor, filing.school):
        return redirect("screening:filing", pk)
    return _edit(request, filing.school, filing)


def _edit(request: HttpRequest, school: Organisation, filing: Filing | None) -> HttpResponse:
    at = timezone.now()
    initial = filled(filing) if filing else {}
    form = FilingForm(request.POST or None, school=school, at=at, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if filing is None:
                saved = verbs.draft_filing(actor=request.actor, school=school, wanted=form.wanted(), at=at)
            else:
                saved = verbs.edit_filing(actor=request.actor, filing=filing, wanted=form.wanted(), at=at)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已保存。请核对下面的检查结果，再提交审批。"))
            return redirect("screening:filing", saved.pk)
    context = {"form": form, "school": school, "filing": filing, "schools": policies.filing_schools(request.actor)}
    return render(request, "screening/filing_form.html", context)


@door(Action.FILE_SCREENING, Action.APPROVE_SCREENING)
def filing(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _filing(request, pk), timezone.now()
    return render(request, "screening/filing.html", _context(request, row, at) | {"return_form": ReturnForm()})


def _context(request: HttpRequest, row: Filing, at: object) -> dict[str, object]:
    now = timezone.now()
    open_questions = row.state in ("draft", "returned", "submitted")
    found = reads.findings(row, now) if open_questions else []
    students = reads.students(row, now)
    writes = policies.may_file(request.actor, row.school)
    return {
        "filing": row,
        "uses": reads.uses_of(row),
        "cohorts": [c for c in reads.cohorts_of(row) if c],
        "against": [words.say(f) for f in found if f.stops],
        "worth_knowing": [words.say(f) for f in found if not f.stops],
        "students": students,
        "days": round(rules.interview_days(students, row.interviewers), 1),
        "moves": rules.FILING.offers(row.state) if writes else [],
        "decides": row.state == "submitted" and policies.may_decide(request.actor, row),
        "campaign": filing_of_campaign(row),
        "prepares": row.state == "approved" and policies.may_run(request.actor, row.school),
        "approve_form": WordsForm(),
        "at": at,
    }


@require_POST
@door(Action.FILE_SCREENING)
def filing_submit(request: HttpRequest, pk: int) -> HttpResponse:
    row = _filing(request, pk)
    submit = lambda: verbs.submit_filing(actor=request.actor, filing=row, at=timezone.now())  # noqa: E731
    went(request, submit, _("已提交，等待教育局审批。"))
    return redirect("screening:filing", pk)


@require_POST
@door(Action.FILE_SCREENING)
def filing_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    row = _filing(request, pk)
    back = lambda: verbs.take_back_filing(actor=request.actor, filing=row, at=timezone.now())  # noqa: E731
    went(request, back, _("已撤回到草稿，可以继续修改。"))
    return redirect("screening:filing", pk)


@require_POST
@door(Action.FILE_SCREENING)
def filing_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    row = _filing(request, pk)
    drop = lambda: verbs.withdraw_filing(actor=request.actor, filing=row, at=timezone.now())  # noqa: E731
    went(request, drop, _("已放弃这份申报。"))
    return redirect("screening:index")


@require_POST
@door(Action.RUN_SCREENING)
def filing_prepare(request: HttpRequest, pk: int) -> HttpResponse:
    row = _filing(request, pk)
    try:
        campaign = campaigns.prepare_campaign(actor=request.actor, filing=row, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return redirect("screening:filing", pk)
    messages.success(request, _("测评已建立，学生已在受邀之列。到开始时间会自动开放。"))
    return redirect("screening:campaign", campaign.pk)


@door(Action.APPROVE_SCREENING)
def approvals(request: HttpRequest) -> HttpResponse:
    rows = policies.visible_filings(request.actor)
    context = {"waiting": waiting_filings(rows), "decided": listed_filings(rows.exclude(state="submitted"))}
    return render(request, "screening/approvals.html", context)


@require_POST
@door(Action.APPROVE_SCREENING)
def filing_approve(request: HttpRequest, pk: int) -> HttpResponse:
    row = _filing(request, pk)
    form = WordsForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data["said"]
        yes = lambda: verbs.approve_filing(actor=request.actor, filing=row, said=said, at=timezone.now())  # noqa: E731
        went(request, yes, _("已批准。"))
    return redirect("screening:filing", pk)


@require_POST
@door(Action.APPROVE_SCREENING)
def filing_return(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = _filing(request, pk), timezone.now()
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return render(request, "screening/filing.html", _context(request, row, at) | {"return_form": form}, status=422)
    said = form.cleaned_data["said"]
    back = lambda: verbs.return_filing(actor=request.actor, filing=row, said=said, at=at)  # noqa: E731
    went(request, back, _("已退回学校修改。"))
    return redirect("screening:filing", pk)
