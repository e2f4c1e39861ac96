"""Applications: writing, judging, objecting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import disposition
from xinqiao.honours import policies, selectors
from xinqiao.honours.enums import ApplicationState, RoundState
from xinqiao.honours.forms import AnswerForm, ApplicationForm, ObjectionForm, ScoreForm
from xinqiao.honours.models import Application, Round
from xinqiao.honours.services import applying, judging
from xinqiao.honours.views.shared import find_application, find_round
from xinqiao.honours.words import TONES
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import refuse, went


@door(Action.APPLY_HONOURS)
def begin(request: HttpRequest, round_id: int) -> HttpResponse:
    round_ = find_round(request, round_id)
    if not selectors.homes(request.actor, round_).exists():
        raise PermissionDenied(_("申报由申报单位自己填写。"))
    return _write(request, round_, None)


@door(Action.APPLY_HONOURS)
def edit(request: HttpRequest, application_id: int) -> HttpResponse:
    row = find_application(request, application_id)
    if not policies.may_apply_for(request.actor, row.organisation):
        raise PermissionDenied(_("申报由申报单位自己填写。"))
    if row.state != ApplicationState.DRAFT or row.round.state != RoundState.OPEN:
        return redirect("honours:application", row.pk)
    return _write(request, row.round, row)


def _write(request: HttpRequest, round_: Round, row: Application | None) -> HttpResponse:
    homes = selectors.homes(request.actor, round_)
    home = row.organisation if row is not None else homes[0]
    people = selectors.workers(home, timezone.localdate()) if round_.for_persons else None
    initial: dict[str, Any] = {"organisation": home.pk}
    if row is not None:
        initial |= {"person": row.person_id, "statement": row.statement}
    form = ApplicationForm(request.POST or None, request.FILES or None, homes=homes, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _keep(request, form, round_)
        if made is not None:
            return redirect("honours:application" if "submit" in request.POST else "honours:application_edit", made.pk)
    context = {"round": round_, "application": row, "form": form, "files": row.files.all() if row else []}
    return render(request, "honours/write.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, form: ApplicationForm, round_: Round) -> Application | None:
    actor, at, data = request.actor, timezone.now(), form.cleaned_data
    try:
        row = applying.apply_for(
            actor=actor, round_=round_, organisation=data["organisation"], person=data.get("person"),
            statement=data["statement"], at=at,
        )  # fmt: skip
        if data["file"] is not None:
            applying.add_file(actor=actor, application=row, file=data["file"], at=at)
        if "submit" in request.POST:
            applying.submit(actor=actor, application=row, at=at)
    except Refusal as refusal:
        refuse(form, refusal)
        return None
    messages.success(request, _("已申报。") if "submit" in request.POST else _("已保存，还没有提交。"))
    return row


@door(STAFF)
def show(request: HttpRequest, application_id: int) -> HttpResponse:
    """The application, and for a juror the scores to give."""
    row, actor = find_application(request, application_id), request.actor
    judges, whole = policies.may_judge(actor, row), policies.sees_whole(actor, row)
    form = None
    if judges:
        held = selectors.own_scores(row, actor.person)
        form = ScoreForm(request.POST or None, criteria=row.round.read, held=held)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(_("只有评委可以打分，而且不评自己的单位。"))
        if form.is_valid():
            try:
                judging.give_scores(
                    actor=actor, application=row, scores=form.scores, words=form.cleaned_data["words"],
                    at=timezone.now(),
                )  # fmt: skip
            except Refusal as refusal:
                refuse(form, refusal)
            else:
                messages.success(request, _("评分已保存，评审结束前可以修改。"))
                return redirect("honours:application", row.pk)
    home = policies.may_apply_for(actor, row.organisation)
    open_ = row.round.state == RoundState.OPEN and home
    context = {
        "application": row, "round": row.round, "tone": TONES[row.state], "whole": whole, "form": form,
        "files": row.files.all() if whole else [], "objects": policies.may_object(actor, row),
        "to_edit": open_ and row.state == ApplicationState.DRAFT,
        "to_withdraw": open_ and row.state == ApplicationState.SUBMITTED,
        "honour": getattr(row, "honour", None) if row.state == ApplicationState.GRANTED else None,
    }  # fmt: skip
    status = 422 if form is not None and form.errors else 200
    return render(request, "honours/application.html", context, status=status)


@require_POST
@door(Action.APPLY_HONOURS)
def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    row = find_application(request, application_id)
    done = went(
        request,
        lambda: applying.withdraw(actor=request.actor, application=row, at=timezone.now()),
        _("已撤回，可以修改后再提交。"),
    )
    return redirect("honours:application_edit" if done else "honours:application", row.pk)


@door(STAFF)
def object_to(request: HttpRequest, application_id: int) -> HttpResponse:
    row = find_application(request, application_id)
    if not policies.may_object(request.actor, row):
        raise PermissionDenied(_("公示期内可以对拟入选的申报提出异议；自己的申报除外。"))
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            judging.object_to(actor=request.actor, application=row, words=form.cleaned_data["words"], at=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("异议已提交，核实后会答复您。"))
            return redirect("honours:round", row.round_id)
    context = {"application": row, "round": row.round, "form": form}
    return render(request, "honours/object.html", context, status=422 if form.errors else 200)


@door(Action.RUN_HONOURS)
def answer(request: HttpRequest, objection_id: int) -> HttpResponse:
    related = ("application__round__organisation", "application__organisation", "application__person", "by")
    rows = policies.visible_objections(request.actor).select_related(*related)
    row = get_object_or_404(rows, pk=objection_id)
    if not policies.may_answer(request.actor, row):
        raise PermissionDenied(_("异议由发起单位里与申报单位无关的人答复。"))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            judging.answer_objection(
                actor=request.actor, objection=row, uphold=data["uphold"] == "yes", answer=data["answer"],
                at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已答复。"))
            return redirect("honours:round", row.application.round_id)
    context = {"objection": row, "application": row.application, "round": row.application.round, "form": form}
    return render(request, "honours/answer.html", context, status=422 if form.errors else 200)


@door(STAFF)
def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    rows = policies.visible_files(request.actor).select_related("application__round__organisation")
    row = get_object_or_404(rows, pk=file_id)
    if not policies.sees_whole(request.actor, row.application):
        raise PermissionDenied(_("佐证材料只给申报单位、发起单位和评委看。"))
    response = FileResponse(row.file.open("rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = disposition(row.name)
    response["Cache-Control"] = "no-store, private"
    return response


@require_POST
@door(Action.APPLY_HONOURS)
def file_drop(request: HttpRequest, file_id: int) -> HttpResponse:
    row = get_object_or_404(policies.visible_files(request.actor).select_related("application"), pk=file_id)
    went(request, lambda: applying.drop_file(actor=request.actor, evidence=row, at=timezone.now()), _("已移除。"))
    return redirect("honours:application_edit", row.application_id)
