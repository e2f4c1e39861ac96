"""Teams of an organisation, one team, its positions."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.people.models import Organisation
from xinqiao.teams import policies, selectors, services
from xinqiao.teams.forms import LetterForm, PositionForm, TeamForm, UnseatForm
from xinqiao.teams.models import Seat, Team
from xinqiao.teams.selectors import meetings as of_meetings
from xinqiao.teams.selectors.seats import post_words
from xinqiao.teams.views.shared import (
    asked,
    below,
    home,
    keepers_only,
    page,
    position_of,
    team_of,
    tried,
)
from xinqiao.ui.verbs import went


@door(Action.SEE_PLANS)
def index(request: HttpRequest) -> HttpResponse:
    """Vacancies first, then the teams; below an office what each one lacks."""
    node, today = asked(request), timezone.localdate()
    nodes = [node, *below(request, node)]
    lacking: dict[int, list[selectors.Vacancy]] = {}
    for vacancy in selectors.vacancies(nodes, today):
        lacking.setdefault(vacancy.organisation.pk, []).append(vacancy)
    rhythms: dict[int, list[selectors.Rhythm]] = {}
    for rhythm in selectors.rhythms(nodes, today):
        rhythms.setdefault(rhythm.team.organisation_id, []).append(rhythm)
    own = {rhythm.team.pk: rhythm for rhythm in rhythms.get(node.pk, [])}
    lineups = selectors.lineups(list(selectors.teams_of(node)), today)
    context = {
        "node": node,
        "vacancies": lacking.get(node.pk, []),
        "teams": [(lineup, own.get(lineup.team.pk)) for lineup in lineups],
        "below": [(each, *_state(lacking.get(each.pk, []), rhythms.get(each.pk, []))) for each in nodes[1:]],
        "keeps": policies.may_keep(request.actor, node),
    }
    return render(request, "teams/index.html", context)


def _state(vacancies: list[selectors.Vacancy], rhythms: list[selectors.Rhythm]) -> tuple[int, int, int, int]:
    """(teams, people lacking, teams that shall meet, those that met often enough)."""
    asked_to = [rhythm for rhythm in rhythms if rhythm.asked]
    return len(rhythms), sum(each.missing for each in vacancies), len(asked_to), sum(each.enough for each in asked_to)


@door(Action.SEE_PLANS, Action.DO_TASKS)
def team(request: HttpRequest, team_id: int) -> HttpResponse:
    """One team: who sits where, what is vacant, duties, meetings. Its members see it too."""
    row, today = team_of(request, team_id), timezone.localdate()
    (lineup,) = selectors.lineups([row], today)
    keeps = policies.may_keep(request.actor, row.organisation) and row.closed_on is None
    teams = policies.visible_teams(request.actor).filter(pk=row.pk)
    rhythms = {each.team.pk: each for each in selectors.rhythms([row.organisation], today)}
    posts = post_words([seat for filled in lineup.positions for seat in filled.seats], row.organisation, today)
    context = {
        "team": row,
        "node": row.organisation,
        "lineup": lineup,
        "rhythm": rhythms.get(row.pk),
        "meetings": of_meetings.ledger(teams)[:20],
        "keeps": keeps,
        "inside": request.actor.may(Action.SEE_PLANS, row.organisation.path),
        "positions": [
            (filled, [_seat_row(seat, posts, today) for seat in filled.seats]) for filled in lineup.positions
        ],
        "back": home(row.organisation),
    }
    return page(request, "teams/team.html", context)


def _seat_row(seat: Seat, posts: dict[int, str], today: date) -> tuple[Seat, str, UnseatForm, LetterForm]:
    ends = UnseatForm(initial={"ends_on": today}, auto_id=f"end{seat.pk}_%s")
    return seat, posts.get(seat.pk, ""), ends, LetterForm(auto_id=f"letter{seat.pk}_%s")


@door(Action.MANAGE_TEAMS)
def team_add(request: HttpRequest) -> HttpResponse:
    node = asked(request)
    keepers_only(request, node)
    return _team_form(request, node, None)


@door(Action.MANAGE_TEAMS)
def team_edit(request: HttpRequest, team_id: int) -> HttpResponse:
    row = team_of(request, team_id)
    keepers_only(request, row.organisation)
    return _team_form(request, row.organisation, row)


def _team_form(request: HttpRequest, node: Organisation, row: Team | None) -> HttpResponse:
    form = TeamForm(request.POST or None, team=row)
    if request.method == "POST":
        made = tried(
            request,
            form,
            lambda: services.set_team(
                actor=request.actor, organisation=node, team=row, facts=form.facts, at=timezone.now()
            ),
            _("已保存。"),
        )
        if made:
            return redirect("teams:team", made.pk)
    back = reverse("teams:team", args=[row.pk]) if row else home(node)
    return render(request, "teams/team_form.html", {"form": form, "node": node, "team": row, "back": back})


@door(Action.MANAGE_TEAMS)
def team_close(request: HttpRequest, team_id: int) -> HttpResponse:
    row = team_of(request, team_id)
    keepers_only(request, row.organisation)
    if request.method == "POST":
        went(
            request,
            lambda: services.close_team(actor=request.actor, team=row, at=timezone.now()),
            _("队伍已撤销，记录保留。"),
        )
    return redirect(home(row.organisation))


@door(Action.MANAGE_TEAMS)
def position_add(request: HttpRequest, team_id: int) -> HttpResponse:
    row = team_of(request, team_id)
    keepers_only(request, row.organisation)
    return _position_form(request, row, PositionForm(request.POST or None))


@door(Action.MANAGE_TEAMS)
def position_edit(request: HttpRequest, position_id: int) -> HttpResponse:
    row = position_of(request, position_id)
    keepers_only(request, row.team.organisation)
    return _position_form(request, row.team, PositionForm(request.POST or None, position=row), position=row)


def _position_form(request: HttpRequest, row: Team, form: PositionForm, **which: Any) -> HttpResponse:
    back = reverse("teams:team", args=[row.pk])
    if request.method == "POST" and tried(
        request,
        form,
        lambda: services.set_position(
            actor=request.actor, team=row, facts=form.cleaned_data, at=timezone.now(), **which
        ),
        _("已保存。"),
    ):
        return redirect(back)
    context = {"form": form, "team": row, "node": row.organisation, "back": back, **which}
    return render(request, "teams/position_form.html", context)


@door(Action.MANAGE_TEAMS)
def position_drop(request: HttpRequest, position_id: int) -> HttpResponse:
    row = position_of(request, position_id)
    keepers_only(request, row.team.organisation)
    if request.method == "POST":
        went(
            request,
            lambda: services.drop_position(actor=request.actor, position=row, at=timezone.now()),
            _("已撤销这个职位。"),
        )
    return redirect("teams:team", row.team_id)
