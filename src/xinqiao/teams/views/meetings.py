"""Meetings: list, one meeting, planning, who was there, minutes, decisions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import disposition
from xinqiao.people.models import Organisation
from xinqiao.teams import policies, selectors, services
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.forms import DecisionForm, HoldForm, MeetingForm, MinutesForm, OutcomeForm, ReasonForm
from xinqiao.teams.models import Decision, Meeting
from xinqiao.teams.selectors import meetings as reads
from xinqiao.teams.views.shared import (
    asked,
    home,
    keepers_only,
    meeting_of,
    page,
    said,
    team_of,
    tried,
)
from xinqiao.ui.verbs import went

A_PAGE = 50


@door(Action.SEE_PLANS)
def ledger(request: HttpRequest) -> HttpResponse:
    """Every meeting of an organisation and those below it, newest first."""
    node = asked(request)
    teams = policies.visible_teams(request.actor).filter(organisation__path__startswith=node.path)
    found = Paginator(reads.ledger(teams), A_PAGE).get_page(request.GET.get("page"))
    behind = [each for each in selectors.rhythms([node], timezone.localdate()) if not each.enough]
    context = {"node": node, "meetings": found, "behind": behind, "back": home(node)}
    return render(request, "teams/meetings.html", context)


@door(Action.SEE_PLANS, Action.DO_TASKS)
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting from plan to decisions. Members of the team see it too."""
    row, at = meeting_of(request, meeting_id), timezone.now()
    return _meeting(request, row, DecisionForm(units=_units(request, row)), at)


def _meeting(request: HttpRequest, row: Meeting, form: DecisionForm, at: datetime) -> HttpResponse:
    keeps = policies.may_keep(request.actor, row.team.organisation) and row.team.closed_on is None
    context = {
        "meeting": row,
        "team": row.team,
        "node": row.team.organisation,
        "held": row.state == MeetingState.HELD,
        "planned": row.state == MeetingState.PLANNED,
        "over": row.state == MeetingState.PLANNED and row.held_at <= at,
        "there": list(row.attended.select_related("person", "position").order_by("position", "pk")),
        "decisions": [
            (each, OutcomeForm(auto_id=f"settle{each.pk}_%s") if keeps else None) for each in reads.decisions_of(row)
        ],
        "form": form,
        "reason_form": ReasonForm(auto_id="reason_%s"),
        "keeps": keeps,
        "inside": request.actor.may(Action.SEE_PLANS, row.team.organisation.path),
    }
    return page(request, "teams/meeting.html", context)


def _units(request: HttpRequest, row: Meeting) -> QuerySet[Organisation]:
    """Who a decision may be given to: the organisation itself first."""
    return policies.places(request.actor).filter(path__startswith=row.team.organisation.path).order_by("path")


@door(Action.MANAGE_TEAMS)
def meeting_add(request: HttpRequest, team_id: int) -> HttpResponse:
    team = team_of(request, team_id)
    keepers_only(request, team.organisation)
    now = timezone.now()
    start = timezone.localtime(now + timedelta(days=7)).replace(hour=16, minute=0, second=0, microsecond=0)
    form = MeetingForm(request.POST or None, initial={"held_at": start})
    if request.method == "POST":
        made = tried(
            request,
            form,
            lambda: services.plan_meeting(actor=request.actor, team=team, at=now, **form.cleaned_data),
            _("会议已安排，有账号的成员会收到提醒。"),
        )
        if made:
            return redirect("teams:meeting", made.pk)
    back = reverse("teams:team", args=[team.pk])
    context = {"form": form, "team": team, "title": _("安排会议"), "submit": _("保存"), "back": back}
    return render(request, "teams/meeting_form.html", context)


@door(Action.MANAGE_TEAMS)
def meeting_edit(request: HttpRequest, meeting_id: int) -> HttpResponse:
    row = meeting_of(request, meeting_id)
    keepers_only(request, row.team.organisation)
    form, back = MeetingForm(request.POST or None, meeting=row), reverse("teams:meeting", args=[row.pk])
    if request.method == "POST" and tried(
        request,
        form,
        lambda: services.change_meeting(actor=request.actor, meeting=row, at=timezone.now(), **form.cleaned_data),
        _("已更改。"),
    ):
        return redirect(back)
    context = {"form": form, "team": row.team, "title": _("更改会议安排"), "submit": _("保存"), "back": back}
    return render(request, "teams/meeting_form.html", context)


@door(Action.MANAGE_TEAMS)
def hold(request: HttpRequest, meeting_id: int) -> HttpResponse:
    row = meeting_of(request, meeting_id)
    keepers_only(request, row.team.organisation)
    form = HoldForm(request.POST or None, meeting=row, seats=reads.could_attend(row))
    back = reverse("teams:meeting", args=[row.pk])
    if request.method == "POST" and tried(
        request,
        form,
        lambda: services.hold(actor=request.actor, meeting=row, at=timezone.now(), **form.cleaned_data),
        _("已登记。接下来请写纪要和决定。"),
    ):
        return redirect(back)
    context = {"form": form, "team": row.team, "title": _("登记到会的人"), "submit": _("登记"), "back": back}
    return render(request, "teams/meeting_form.html", context)


@door(Action.MANAGE_TEAMS)
def call_off(request: HttpRequest, meeting_id: int) -> HttpResponse:
    row = meeting_of(request, meeting_id)
    keepers_only(request, row.team.organisation)
    if request.method == "POST":
        went(
            request,
            lambda: services.call_off(
                actor=request.actor, meeting=row, reason=request.POST.get("reason", ""), at=timezone.now()
            ),
            _("会议已取消。"),
        )
    return redirect("teams:meeting", row.pk)


@door(Action.MANAGE_TEAMS)
def minutes(request: HttpRequest, meeting_id: int) -> HttpResponse:
    row = meeting_of(request, meeting_id)
    keepers_only(request, row.team.organisation)
    form = MinutesForm(request.POST or None, request.FILES or None, initial={"minutes": row.minutes})
    back = reverse("teams:meeting", args=[row.pk])
    if request.method == "POST" and tried(
        request,
        form,
        lambda: services.write_minutes(
            actor=request.actor,
            meeting=row,
            words=form.cleaned_data["minutes"],
            file=form.cleaned_data["file"],
            at=timezone.now(),
        ),
        _("纪要已保存。"),
    ):
        return redirect(back)
    keep = f"minutes-{row.pk}"
    context = {
        "form": form,
        "team": row.team,
        "title": _("写会议纪要"),
        "submit": _("保存"),
        "back": back,
        "keep": keep,
    }
    return render(request, "teams/meeting_form.html", context)


@door(Action.SEE_PLANS, Action.DO_TASKS)
def file(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    """The signed minutes, as a download."""
    row = meeting_of(request, meeting_id)
    if not row.file:
        raise Http404
    answer = FileResponse(row.file.open("rb"), content_type="application/octet-stream")
    answer["Content-Disposition"] = disposition(row.file_name)
    answer["Cache-Control"] = "no-store, private"
    return answer


@door(Action.MANAGE_TEAMS)
def decide(request: HttpRequest, meeting_id: int) -> HttpResponse:
    row = meeting_of(request, meeting_id)
    keepers_only(request, row.team.organisation)
    if request.method != "POST":
        return redirect("teams:meeting", row.pk)
    form = DecisionForm(request.POST, units=_units(request, row))
    made = tried(
        request,
        form,
        lambda: services.decide(actor=request.actor, meeting=row, at=timezone.now(), **form.cleaned_data),
        _("已登记决定。"),
    )
    return redirect("teams:meeting", row.pk) if made else _meeting(request, row, form, timezone.now())


def _decision(request: HttpRequest, decision_id: int) -> Decision:
    rows = policies.visible_decisions(request.actor).select_related("meeting__team__organisation")
    row = get_object_or_404(rows, pk=decision_id)
    keepers_only(request, row.meeting.team.organisation)
    return row


@door(Action.MANAGE_TEAMS)
def settle(request: HttpRequest, decision_id: int) -> HttpResponse:
    row, form = _decision(request, decision_id), OutcomeForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            went(
                request,
                lambda: services.settle_decision(
                    actor=request.actor, decision=row, outcome=form.cleaned_data["outcome"], at=timezone.now()
                ),
                _("已记为落实。"),
            )
        else:
            messages.error(request, said(form))
    return redirect("teams:meeting", row.meeting_id)


@door(Action.MANAGE_TEAMS)
def drop(request: HttpRequest, decision_id: int) -> HttpResponse:
    row = _decision(request, decision_id)
    if request.method == "POST":
        went(
            request,
            lambda: services.drop_decision(actor=request.actor, decision=row, at=timezone.now()),
            _("已删去这项决定。"),
        )
    return redirect("teams:meeting", row.meeting_id)
