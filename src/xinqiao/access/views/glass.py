"""Emergency reading: find, open, end, be told, look back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STAFF, door
from xinqiao.access.enums import Action
from xinqiao.access.forms.glass import FindForm, GlassForm
from xinqiao.access.models import BreakGlass
from xinqiao.access.policies import visible_students
from xinqiao.access.selectors import glass as readings
from xinqiao.access.services import break_glass, confirm_told, end_glass, review_glass
from xinqiao.audit.services import record
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Person
from xinqiao.people.selectors import current_enrolment
from xinqiao.ui.verbs import refuse, words_of


@door(Action.BREAK_GLASS)
def glass_find(request: HttpRequest) -> HttpResponse:
    form, now = FindForm(request.GET or None), timezone.now()
    words = form.cleaned_data["words"] if form.is_valid() else ""
    context = {
        "form": form,
        "words": words,
        "found": readings.findable(request.actor, words, now),
        "open": readings.open_now(request.actor, now),
    }
    return render(request, "access/glass/find.html", context)


@door(Action.BREAK_GLASS, fresh=True)
def glass_new(request: HttpRequest, person_id: int) -> HttpResponse:
    now = timezone.now()
    reach = visible_students(request.actor, now, Action.BREAK_GLASS)
    person: Person = get_object_or_404(reach, pk=person_id)
    enrolment = current_enrolment(person, timezone.localdate(now))
    told = readings.second_persons(enrolment.school, request.actor, now) if enrolment else []
    form = GlassForm(told, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            break_glass(actor=request.actor, person=person, at=now, **form.cleaned_data)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("档案已经打开。到时自动关闭，看完也可以提前结束。"))
            return redirect("access:glass_find")
    return render(request, "access/glass/new.html", {"person": person, "form": form, "nobody": not told})


@require_POST
@door(STAFF)
def glass_end(request: HttpRequest, glass_id: int) -> HttpResponse:
    glass = get_object_or_404(readings.own(request.actor), pk=glass_id)
    try:
        end_glass(actor=request.actor, glass=glass, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("紧急查阅已结束。"))
    return redirect("/")


@door(STAFF, reading=True)
def glass_told(request: HttpRequest, glass_id: int) -> HttpResponse:
    """What the second person reads, and confirms."""
    told = readings.told_of(request.actor)
    glass = get_object_or_404(told, pk=glass_id)
    if request.method == "POST":
        confirm_told(actor=request.actor, glass=glass, at=timezone.now())
        messages.success(request, _("已确认知情。如果觉得不妥，请告诉学校领导或数据保护专员。"))
        return redirect("/")
    _note_reading(request, glass)
    return render(request, "access/glass/told.html", {"glass": glass, "reason": glass.reason.reveal()})


@door(Action.REVIEW_GLASS, reading=True)
def glass_review(request: HttpRequest) -> HttpResponse:
    """The weekly list: what waits for a verdict, and what was decided."""
    actor = request.actor
    rows = []
    for glass in readings.reviewable(actor)[:100]:
        reason = ""
        if glass.reviewed_at is None:
            reason = glass.reason.reveal()
            _note_reading(request, glass)
        rows.append({"glass": glass, "whose": readings.whose(actor, glass), "reason": reason})
    due = [row for row in rows if row["reason"]]
    return render(request, "access/glass/review.html", {"due": due, "past": [row for row in rows if not row["reason"]]})


@require_POST
@door(Action.REVIEW_GLASS)
def glass_verdict(request: HttpRequest, glass_id: int) -> HttpResponse:
    glass = get_object_or_404(readings.reviewable(request.actor), pk=glass_id)
    justified = request.POST.get("justified") == "yes"
    try:
        review_glass(actor=request.actor, glass=glass, justified=justified, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已记下复核意见。"))
    return redirect("access:glass_review")


def _note_reading(request: HttpRequest, glass: BreakGlass) -> None:
    actor = request.actor
    record(
        account=actor.account,
        who=actor.who,
        action="glass.reason_read",
        at=timezone.now(),
        owner=glass.school_id,
        subject=glass,
        person=glass.person_id,
        reading=True,
    )
