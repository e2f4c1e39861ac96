"""Putting people into positions, and their letters."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.documents.downloads import DOCX, attachment
from xinqiao.teams import exports, services
from xinqiao.teams.forms import LetterForm, SearchForm, SeatForm, UnseatForm
from xinqiao.teams.selectors.seats import MOST_FOUND, candidates
from xinqiao.teams.views.shared import keepers_only, position_of, said, seat_of, tried
from xinqiao.ui.verbs import went


@door(Action.MANAGE_TEAMS)
def seat(request: HttpRequest, position_id: int) -> HttpResponse:
    """Who takes the position: people who fit, found by name, or somebody from outside."""
    row, today = position_of(request, position_id), timezone.localdate()
    keepers_only(request, row.team.organisation)
    words = request.GET.get("search", "").strip()[:40]
    found = candidates(row, today, words)
    form = SeatForm(request.POST or None, position=row, candidates=found, initial={"starts_on": today})
    back = reverse("teams:team", args=[row.team_id])
    if request.method == "POST" and tried(
        request,
        form,
        lambda: services.seat(
            actor=request.actor, position=row, person=form.chosen, facts=form.facts, at=timezone.now()
        ),
        _("已任命。"),
    ):
        return redirect(back)
    context = {
        "position": row,
        "team": row.team,
        "node": row.team.organisation,
        "form": form,
        "search": SearchForm({"search": words}),
        "words": words,
        "found": len(found),
        "more": len(found) == MOST_FOUND,
        "back": back,
    }
    return render(request, "teams/seat_form.html", context)


@door(Action.MANAGE_TEAMS)
def unseat(request: HttpRequest, seat_id: int) -> HttpResponse:
    row = seat_of(request, seat_id)
    keepers_only(request, row.position.team.organisation)
    form = UnseatForm(request.POST or None)
    if request.method == "POST":
        if form.is_valid():
            went(
                request,
                lambda: services.unseat(
                    actor=request.actor, seat=row, ends_on=form.cleaned_data["ends_on"], at=timezone.now()
                ),
                _("任职已结束，记录保留。"),
            )
        else:
            messages.error(request, said(form))
    return redirect("teams:team", row.position.team_id)


@door(Action.SEE_PLANS)
def letter(request: HttpRequest, seat_id: int) -> HttpResponseBase:
    """The letter of appointment; with POST it is given its number first."""
    row = seat_of(request, seat_id)
    if request.method == "POST":
        keepers_only(request, row.position.team.organisation)
        form = LetterForm(request.POST)
        if form.is_valid():
            went(
                request,
                lambda: services.write_letter(
                    actor=request.actor, seat=row, number=form.cleaned_data["number"], at=timezone.now()
                ),
                _("已编号，可以下载打印、盖章。"),
            )
        else:
            messages.error(request, said(form))
        return redirect("teams:team", row.position.team_id)
    if not row.letter_number:
        raise Http404
    return attachment(f"{exports.letter_name(row)} {row}.docx", DOCX, exports.letter(row, row.position.team))
