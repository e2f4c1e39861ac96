"""What the pages of this room have in common: the organisation asked for, rows through the policy, one verb tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Organisation
from xinqiao.teams import policies
from xinqiao.teams.models import Meeting, Position, Seat, Team
from xinqiao.ui.verbs import refuse


def asked(request: HttpRequest) -> Organisation:
    """The organisation of the address, or the first in reach."""
    nodes = policies.places(request.actor)
    wanted = request.GET.get("organisation", "")
    node = get_object_or_404(nodes, pk=int(wanted)) if wanted.isdecimal() else nodes.order_by("path").first()
    if node is None:
        raise PermissionDenied
    return node


def below(request: HttpRequest, node: Organisation) -> list[Organisation]:
    """Organisations under ``node`` in reach."""
    rows = policies.places(request.actor).filter(path__startswith=node.path).exclude(pk=node.pk)
    return list(rows.order_by("code", "pk"))


def home(node: Organisation) -> str:
    return f"{reverse('teams:index')}?organisation={node.pk}"


def keepers_only(request: HttpRequest, node: Organisation) -> None:
    if not policies.may_keep(request.actor, node):
        raise PermissionDenied(_("队伍和会议由本单位自己维护。"))


def team_of(request: HttpRequest, pk: int) -> Team:
    return get_object_or_404(policies.visible_teams(request.actor).select_related("organisation"), pk=pk)


def position_of(request: HttpRequest, pk: int) -> Position:
    return get_object_or_404(policies.visible_positions(request.actor).select_related("team__organisation"), pk=pk)


def seat_of(request: HttpRequest, pk: int) -> Seat:
    rows = policies.visible_seats(request.actor).select_related("position__team__organisation", "person")
    return get_object_or_404(rows, pk=pk)


def meeting_of(request: HttpRequest, pk: int) -> Meeting:
    rows = policies.visible_meetings(request.actor).select_related("team__organisation", "minutes_by")
    return get_object_or_404(rows, pk=pk)


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """In the frame its reader uses: class and subject teachers the phone's, everybody else the staff's."""
    base = "ui/staff.html" if request.actor.at_desk else "ui/phone.html"
    return render(request, template, {"base": base, **context})


def tried(request: HttpRequest, form: forms.Form, verb: Callable[[], Any], done: str) -> Any:
    """What a verb returned (or True); a refusal goes to its field of the form, and None comes back."""
    if not form.is_valid():
        return None
    try:
        made = verb()
    except Refusal as refusal:
        refuse(form, refusal)
        return None
    messages.success(request, done)
    return made or True


def said(form: forms.Form) -> str:
    """Everything a form behind a button has to say, in one line."""
    return " ".join(str(words) for field in form.errors.values() for words in field)
