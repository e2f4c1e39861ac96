"""Who is on duty when."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.chain import care_chain, on_duty
from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.registry import policies
from xinqiao.registry.forms.staff import TurnForm
from xinqiao.registry.selectors import staff as reads
from xinqiao.registry.services.duty import add_turns, remove_turn
from xinqiao.registry.views.shared import school_and_tabs
from xinqiao.ui.verbs import refuse, words_of

SPANS = {"week": timedelta(days=7), "month": timedelta(days=31), "term": timedelta(days=150)}


@door(Action.MANAGE_DUTY)
def duty(request: HttpRequest) -> HttpResponse:
    """Who answers now, the coming turns, and when only the chain of posts answers."""
    school, schools = school_and_tabs(request, Action.MANAGE_DUTY)
    if school is None:
        return render(request, "registry/choose_school.html", {"schools": schools, "heading": _("值班")})
    now = timezone.now()
    posts = reads.on_call(school, now)
    form = TurnForm(posts, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = add_turns(
                actor=request.actor,  # type: ignore[attr-defined]
                school=school,
                post=form.chosen(),
                starts_at=data["starts_at"],
                ends_at=data["ends_at"],
                weeks=data["weeks"],
                at=now,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("已安排 %(n)d 班。") % {"n": len(made)})
            return redirect(request.get_full_path())
    span = request.GET.get("span", "month")
    span = span if span in SPANS else "month"
    rows = list(reads.turns(school, now, now + SPANS[span]))
    query = f"?school={school.pk}&span="
    words = {"week": _("一周"), "month": _("一个月"), "term": _("五个月")}
    context = {
        "school": school,
        "form": form,
        "turns": rows,
        "gaps": reads.gaps(rows, now, now + SPANS["week"]),
        "now_on": on_duty(school, now),
        "chain": care_chain(school, now),
        "has_posts": bool(form.posts),
        "tabs": [{"label": words[name], "url": query + name, "current": name == span} for name in SPANS],
    }
    return render(request, "registry/duty.html", context)


@require_POST
@door(Action.MANAGE_DUTY)
def duty_remove(request: HttpRequest, turn_id: int) -> HttpResponse:
    turn = get_object_or_404(policies.turns_in_reach(request.actor), pk=turn_id)  # type: ignore[attr-defined]
    try:
        remove_turn(actor=request.actor, turn=turn, at=timezone.now())  # type: ignore[attr-defined]
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已删除这一班。"))
    return redirect(f"{reverse('registry:duty')}?school={turn.school_id}")
