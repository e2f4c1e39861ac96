"""A decision of a meeting is given as a task."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.plans.decisions import DecisionForm, subject_of
from xinqiao.plans.enums import Origin
from xinqiao.plans.services.giving import Request, give
from xinqiao.teams.policies import visible_decisions
from xinqiao.ui.verbs import words_of


@door(Action.MANAGE_TEAMS, Action.RUN_PLANS)
def decision_task(request: HttpRequest, decision_id: int) -> HttpResponse:
    """POST makes the task; twice makes it once. Anything else goes back to the meeting."""
    rows = visible_decisions(request.actor).select_related("meeting__team__organisation", "unit")
    row = get_object_or_404(rows, pk=decision_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team = row.meeting.team
        day = timezone.localdate(row.meeting.held_at)
        asked = Request(
            title=row.words[:160],
            due_on=form.cleaned_data["due_on"],
            words=_("%(team)s %(day)s 会议决定：%(words)s") % {"team": team.title, "day": day, "words": row.words},
            subject=subject_of(row.pk),
        )
        try:
            give(
                actor=request.actor,
                asker=team.organisation,
                units=[row.unit],
                request=asked,
                origin=Origin.DECISION,
                at=timezone.now(),
            )
        except Refusal as refusal:
            messages.error(request, words_of(refusal))
        else:
            messages.success(request, _("已做成任务，负责人会收到提醒。"))
    elif request.method == "POST":
        messages.error(request, _("请填写截止日期。"))
    return redirect("teams:meeting", row.meeting_id)
