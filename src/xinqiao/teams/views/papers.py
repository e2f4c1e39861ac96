"""What is printed or downloaded: the picture of the organisation, contacts, minutes, the ledger of meetings."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.documents.downloads import DOCX, XLSX, attachment
from xinqiao.people.models import Organisation
from xinqiao.teams import exports, policies, selectors
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Seat
from xinqiao.teams.selectors import meetings as reads
from xinqiao.teams.selectors.seats import post_words
from xinqiao.teams.views.shared import asked, home, meeting_of


@door(Action.SEE_PLANS)
def picture(request: HttpRequest) -> HttpResponse:
    """Teams, positions and people as a tree, on the screen and on paper."""
    node = asked(request)
    lineups = selectors.lineups(list(selectors.teams_of(node)), timezone.localdate())
    return render(request, "teams/picture.html", {"node": node, "lineups": lineups, "back": home(node)})


def _phones(request: HttpRequest, node: Organisation, lineups: list[selectors.Lineup]) -> dict[int, str] | None:
    """Phones by seat id, and a line in the trail; None for whoever does not keep these teams."""
    if not policies.may_keep(request.actor, node):
        return None
    seats = _seats(lineups)
    _trail(request, "team.contacts_read", node, seats=len(seats))
    return {seat.pk: _phone(seat) for seat in seats}


def _seats(lineups: list[selectors.Lineup]) -> list[Seat]:
    return [seat for lineup in lineups for filled in lineup.positions for seat in filled.seats]


def _posts(node: Organisation, lineups: list[selectors.Lineup]) -> dict[int, str]:
    return post_words(_seats(lineups), node, timezone.localdate())


def _phone(seat: Seat) -> str:
    sealed = seat.person.phone if seat.person is not None else seat.phone
    return sealed.reveal() if sealed else ""


def _trail(request: HttpRequest, action: str, node: Organisation, **facts: Any) -> None:
    actor, now = request.actor, timezone.now()
    record(
        account=actor.account, who=actor.who, action=action, at=now, owner=node.pk, subject=node, reading=True, **facts
    )


@door(Action.SEE_PLANS, reading=True)
def contacts(request: HttpRequest) -> HttpResponse:
    """Who sits where and how to reach them; phones for the keepers of these teams only, and the trail says so."""
    node = asked(request)
    lineups = selectors.lineups(list(selectors.teams_of(node)), timezone.localdate())
    phones, posts = _phones(request, node, lineups), _posts(node, lineups)
    rows = [
        (lineup.team, filled.position, seat, exports.what(seat, posts), (phones or {}).get(seat.pk, ""))
        for lineup in lineups
        for filled in lineup.positions
        for seat in filled.seats
    ]
    context = {"node": node, "rows": rows, "with_phones": phones is not None, "back": home(node)}
    return render(request, "teams/contacts.html", context)


@door(Action.SEE_PLANS)
def contacts_export(request: HttpRequest) -> HttpResponseBase:
    node = asked(request)
    lineups = selectors.lineups(list(selectors.teams_of(node)), timezone.localdate())
    title = _("%(name)s心理工作队伍通讯录") % {"name": node.name}
    with transaction.atomic():
        _trail(request, "team.exported", node, what="contacts")
        data = exports.contacts(title, lineups, _posts(node, lineups), _phones(request, node, lineups))
    return attachment(f"{title}.xlsx", XLSX, data)


@door(Action.SEE_PLANS)
def ledger_export(request: HttpRequest) -> HttpResponseBase:
    """Every meeting of an organisation and those below it."""
    node = asked(request)
    teams = policies.visible_teams(request.actor).filter(organisation__path__startswith=node.path)
    title = _("%(name)s会议台账") % {"name": node.name}
    with transaction.atomic():
        _trail(request, "team.exported", node, what="meetings")
        data = exports.ledger(title, list(reads.ledger(teams)))
    return attachment(f"{title}.xlsx", XLSX, data)


@door(Action.SEE_PLANS, Action.DO_TASKS)
def minutes(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    """The minutes as a Word paper with places to sign."""
    row = meeting_of(request, meeting_id)
    if row.state != MeetingState.HELD or row.minutes_at is None:
        raise Http404
    seats = list(row.attended.select_related("person").order_by("position", "pk"))
    data = exports.minutes(row, seats, list(reads.decisions_of(row)), request.actor.name, timezone.now())
    day = timezone.localdate(row.held_at)
    return attachment(_("%(team)s会议纪要 %(day)s") % {"team": row.team.title, "day": day} + ".docx", DOCX, data)
