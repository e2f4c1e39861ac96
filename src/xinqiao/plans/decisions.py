"""Decisions of meetings become tasks: what stands beside a decision on the page of its meeting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xinqiao.plans import policies
from xinqiao.plans.enums import Origin
from xinqiao.plans.models import Task
from xinqiao.teams.models import Decision, Meeting
from xinqiao.ui.forms import DateInput

A_FORTNIGHT = timedelta(days=14)


class DecisionForm(forms.Form):
    due_on = forms.DateField(label=_("截止日期"), widget=DateInput())


def subject_of(decision_id: int) -> str:
    """How a task knows the decision it came from."""
    return f"teams.decision:{decision_id}"


def decision_of(subject: str) -> int | None:
    """The id of the decision a task came from; None for any other subject."""
    kind, _colon, number = subject.partition(":")
    return int(number) if kind == "teams.decision" and number.isdecimal() else None


def beside_decision(request: HttpRequest, *, decision: Decision, meeting: Meeting) -> str | None:
    """The task it became with how it stands, else for whoever may give one the button that makes it."""
    actor: Any = request.actor
    tasks = Task.objects.filter(origin=Origin.DECISION, subject=subject_of(decision.pk))
    task = tasks.order_by("pk").first()
    if task is not None:
        seen = policies.may_see(actor, task)
        return render_to_string("plans/parts/decision.html", {"task": task, "seen": seen}, request=request)
    if decision.settled_on is not None or not policies.may_give(actor, meeting.team.organisation, Origin.DECISION):
        return None
    due_on = decision.due_on or timezone.localdate() + A_FORTNIGHT
    form = DecisionForm(initial={"due_on": due_on}, auto_id=f"task{decision.pk}_%s")
    return render_to_string("plans/parts/decision.html", {"decision": decision, "form": form}, request=request)
