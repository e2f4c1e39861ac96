"""The interview form, kept while it is written; then the decision, and the second person's."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.selectors import class_title
from xinqiao.signals import policies
from xinqiao.signals.enums import InterviewState, SignalState
from xinqiao.signals.forms import LevelForm, ReasonForm, SecondForm
from xinqiao.signals.forms_interview import InterviewForm, lines, raw, shown
from xinqiao.signals.models import Interview
from xinqiao.signals.selectors import current_level, decisions
from xinqiao.signals.services import interviews, levels, raising, reading, triage
from xinqiao.signals.views.shared import desk_tabs, find_signal, page
from xinqiao.ui.verbs import refuse, words_of


@require_POST
@door(Action.INTERVIEW)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to talk: the draft opens; the signal is the actor's from now on."""
    at = timezone.now()
    try:
        draft = interviews.start_interview(actor=request.actor, signal=find_signal(request, pk, at), at=at)
    except Refusal as refusal:
        messages.warning(request, words_of(refusal))
        return redirect("signals:show", pk)
    return redirect("signals:interview", draft.pk)


@require_POST
@door(Action.INTERVIEW)
def review(request: HttpRequest, person_id: int) -> HttpResponse:
    """Look at a student's level again: a signal of one's own, taken up at once."""
    at = timezone.now()
    enrolment = get_object_or_404(decisions.interviewable(request.actor, at), person=person_id)
    signal = raising.open_review(actor=request.actor, enrolment=enrolment, at=at)
    return redirect("signals:show", signal.pk)


def _find(request: HttpRequest, pk: int, at: datetime) -> Interview:
    rows = policies.visible_interviews(request.actor, at).select_related(
        "signal__class_node", "signal__school", "subject", "school", "interviewer", "second_reader"
    )
    return get_object_or_404(rows, pk=pk)


def _content(row: Interview) -> dict[str, Any]:
    return json.loads(row.content.reveal()) if row.content else {}


def _facts(request: HttpRequest, row: Interview, at: datetime) -> dict[str, Any]:
    """What both the form and the finished interview show above their sections."""
    node = row.signal.class_node
    return {
        "at": at,
        "interview": row,
        "signal": row.signal,
        "place": class_title(node, timezone.localdate(at), row.school.system or "63") if node else row.school.name,
    }


@door(Action.INTERVIEW, Action.BREAK_GLASS, fresh=True, reading=True)
def interview(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft as a form, a finished one for reading. Both are read with a fresh sign-in and a trace."""
    at, actor = timezone.now(), request.actor
    row = _find(request, pk, at)
    reading.read_interview(actor=actor, interview=row, at=at)
    if row.state == InterviewState.DRAFT and policies.may_interview(actor, row.signal):
        initial = shown(_content(row), at) | {"edits": row.edits}
        form = InterviewForm(initial=initial, readers=decisions.readers(row, at))
        return render(request, "signals/interview.html", _facts(request, row, at) | {"form": form})
    columns = {
        "held_at": row.held_at,
        "guardian_told": row.guardian_told,
        "guardian_at": row.guardian_at,
        "guardian_how": row.guardian_how,
        "guardian_answer": row.guardian_answer.reveal() if row.guardian_answer else "",
        "next_on": row.next_on,
        "second_reader": row.second_reader,
    }
    context = _facts(request, row, at) | {"sections": lines(_content(row), columns)}
    context["may_decide"] = row.signal.state == SignalState.INTERVIEWED and policies.may_interview(actor, row.signal)
    return render(request, "signals/interview_read.html", context)


@require_POST
@door(Action.INTERVIEW)
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed, as it stands. Answers with the new count of saves, or says why not (409)."""
    at = timezone.now()
    row = _find(request, pk, at)
    form = InterviewForm(request.POST, readers=decisions.readers(row, at))
    edits = request.POST.get("edits", "")
    try:
        row = interviews.save_draft(
            actor=request.actor,
            interview=row,
            content=raw(form),
            edits=int(edits) if edits.isdigit() else -1,
            at=at,
        )
    except Refusal as refusal:
        return render(request, "signals/parts/saved.html", {"refusal": words_of(refusal), "edits": edits}, status=409)
    return render(request, "signals/parts/saved.html", {"edits": row.edits, "at": at})


@require_POST
@door(Action.INTERVIEW)
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish the interview; what is missing is said field by field and nothing typed is lost."""
    at = timezone.now()
    row = _find(request, pk, at)
    form = InterviewForm(request.POST, readers=decisions.readers(row, at), finish=True)
    if form.is_valid():
        try:
            interviews.complete_interview(
                actor=request.actor,
                interview=row,
                content=form.content,
                held=form.held,
                edits=form.cleaned_data["edits"],
                at=at,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("访谈已保存。接下来请写下您的判断。"))
            return redirect("signals:decide", row.pk)
    return page(request, "signals/interview.html", _facts(request, row, at) | {"form": form}, form)


@door(Action.INTERVIEW, reading=True)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """After the talk: a level by a person, or nothing to worry about."""
    at, actor = timezone.now(), request.actor
    row = get_object_or_404(decisions.decidable(policies.visible_interviews(actor, at)), pk=pk)
    standing = current_level(row.subject_id)
    choices = decisions.level_choices(standing, getattr(request, "level_words", None))
    kind = request.POST.get("kind", "")
    level_form = LevelForm(request.POST if kind == "level" else None, levels=choices)
    close_form = ReasonForm(request.POST if kind == "close" else None, prefix="close")
    if kind == "level" and level_form.is_valid():
        try:
            change = levels.set_level(actor=actor, interview=row, at=at, **level_form.cleaned_data)
        except Refusal as refusal:
            refuse(level_form, refusal)
        else:
            messages.success(request, decisions.said(change))
            return redirect("signals:queue")
    elif kind == "close" and close_form.is_valid():
        try:
            triage.close_as_no_concern(actor=actor, signal=row.signal, reason=close_form.cleaned_data["reason"], at=at)
        except Refusal as refusal:
            refuse(close_form, refusal)
        else:
            messages.success(request, _("已关闭，不会在班主任、家长和以后的学校留下任何标记。"))
            return redirect("signals:queue")
    context = _facts(request, row, at) | {
        "standing": standing,
        "level_form": level_form,
        "close_form": close_form,
        "warnings": decisions.warnings(_content(row), row),
    }
    reading.read_interview(actor=actor, interview=row, at=at)
    return page(request, "signals/decide.html", context, level_form if kind == "level" else close_form)


@door(Action.SECOND_LEVEL)
def seconds(request: HttpRequest) -> HttpResponse:
    """Lowerings that wait for another person."""
    at = timezone.now()
    rows = decisions.waiting(policies.visible_lowerings(request.actor, at))
    context = {"at": at, "rows": [(row, decisions.place(row, at)) for row in rows]}
    context["desk_tabs"] = desk_tabs(request, "seconds")
    return render(request, "signals/seconds.html", context)


@door(Action.SECOND_LEVEL, reading=True)
def second(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree or not. The reason is shown, the interview is not."""
    at, actor = timezone.now(), request.actor
    row = get_object_or_404(decisions.waiting(policies.visible_lowerings(actor, at)), pk=pk)
    form = SecondForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if form.cleaned_data["decision"] == "confirm":
                levels.confirm_lowering(actor=actor, change=row, at=at)
                messages.success(request, _("已同意，新的等级从现在起生效。"))
            else:
                levels.refuse_lowering(actor=actor, change=row, reason=form.cleaned_data["reason"], at=at)
                messages.success(request, _("已退回，等级保持不变。"))
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("signals:seconds")
    reading.read_lowering(actor=actor, change=row, at=at)
    context = {"at": at, "row": row, "place": decisions.place(row, at), "form": form, "reason": row.reason.reveal()}
    return page(request, "signals/second.html", context, form)
