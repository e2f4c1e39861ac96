"""The wall board: on a desk, on a wall without an account, and as one page to print."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from xinqiao.access.doors import ANYONE, door
from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.documents.downloads import PDF, attachment
from xinqiao.insight import policies
from xinqiao.insight.boards.board import board, may_count_children
from xinqiao.insight.boards.paper import paper
from xinqiao.people.models import Organisation

HANGS = timedelta(days=7)
"""How long a screen on the wall shows the board before somebody has to put it up again."""
WALL = "wall"


def _node(request: HttpRequest, pk: int | None) -> Organisation:
    if pk is not None:
        return get_object_or_404(policies.boards(request.actor), pk=pk)
    nodes = policies.top_boards(request.actor)
    if not nodes:
        raise PermissionDenied
    return nodes[0]


@door(Action.SEE_PLANS)
@require_safe
def show_board(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """The board of an organisation; htmx asks for its inside every minute."""
    at, node = timezone.now(), _node(request, pk)
    shown = board(node, at, counts_children=may_count_children(request.actor, node))
    context = {
        "board": shown,
        "here": reverse("insight:board_of", args=[node.pk]),
        "nodes": policies.top_boards(request.actor) if not request.htmx else [],
        "days": HANGS.days,
    }
    return render(request, "insight/board_part.html" if request.htmx else "insight/board.html", context)


@door(Action.SEE_PLANS)
@require_safe
def print_board(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same as one A4 page."""
    at, node = timezone.now(), _node(request, pk)
    data = paper(board(node, at, counts_children=may_count_children(request.actor, node)), made_by=request.actor.name)
    _note(request, "board.printed", node, at)
    return attachment(f"{node.name}-{_('工作进展')}-{localdate(at)}.pdf", PDF, data)


@door(Action.SEE_PLANS)
@require_POST
def put_on_wall(request: HttpRequest, pk: int) -> HttpResponse:
    """Signs this browser out and leaves it with the board and nothing else, for a screen nobody sits at."""
    at, node = timezone.now(), _node(request, pk)
    account = request.actor.account
    _note(request, "board.cast", node, at)
    logout(request)
    request.session[WALL] = {"account": account.pk, "node": node.pk, "until": (at + HANGS).isoformat()}
    request.session.set_expiry(int(HANGS.total_seconds()))
    return redirect("insight:wall")


@door(ANYONE)
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The board on a screen; it comes down when its time is over or who put it up may not see it any more."""
    at, given = timezone.now(), request.session.get(WALL)
    found = None
    if given and datetime.fromisoformat(given["until"]) > at:
        found = policies.on_the_wall(given["account"], given["node"], at)
    if found is None:
        request.session.pop(WALL, None)
        if request.htmx:
            answer = HttpResponse(status=204)
            answer["HX-Redirect"] = reverse("insight:wall")
            return answer
        messages.info(request, _("投屏已结束。要再放上来，请登录后打开大屏，选择“投屏”。"))
        return redirect("insight:home")
    actor, node = found
    context = {
        "board": board(node, at, counts_children=may_count_children(actor, node)),
        "here": reverse("insight:wall"),
        "on_wall": True,
    }
    return render(request, "insight/board_part.html" if request.htmx else "insight/board.html", context)


@door(ANYONE)
@require_POST
def take_down(request: HttpRequest) -> HttpResponse:
    """Ends the board on this screen."""
    request.session.pop(WALL, None)
    return redirect("insight:home")


def _note(request: HttpRequest, action: str, node: Organisation, at: datetime) -> None:
    actor = request.actor
    with transaction.atomic():
        record(account=actor.account, who=actor.who, action=action, at=at, owner=node.pk, subject=node)
