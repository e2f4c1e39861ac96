"""Outside evaluators: making and ending a link, and the pages behind it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.access.models import OutsideLink
from xinqiao.access.services import is_alive
from xinqiao.inspections import policies, selectors
from xinqiao.inspections.enums import RoundState
from xinqiao.inspections.forms import InviteForm
from xinqiao.inspections.models import Sheet
from xinqiao.inspections.services import checking, guests
from xinqiao.inspections.views.onsite import page_context, photographed, received
from xinqiao.inspections.views.shared import file_of, find_round
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import refuse, went, words_of


@door(Action.INSPECT)
def invite(request: HttpRequest, round_id: int) -> HttpResponse:
    """Links of a round; a new one is shown once, with its code."""
    round_, now = find_round(request, round_id), timezone.now()
    if not policies.runs(request.actor, round_.organisation):
        raise PermissionDenied
    sheets = [sheet for sheet in selectors.sheets_of(round_) if sheet.drawn]
    form = InviteForm(request.POST or None, sheets=sheets)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        one = next((sheet for sheet in sheets if str(sheet.pk) == data["sheet"]), None)
        try:
            new = guests.invite(
                actor=request.actor, round_=round_, sheet=one, for_whom=data["for_whom"], days=data["days"], at=now
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            address = request.build_absolute_uri(reverse("entry:outside", args=[new.token]))
            context = {"round": round_, "link": new.link, "address": address, "code": new.code}
            answer = render(request, "inspections/invited.html", context)
            answer["Cache-Control"] = "no-store, private"
            return answer
    names = {sheet.pk: sheet.unit.name for sheet in sheets}
    links = [
        (link, is_alive(link, now), names.get(link.target, "") if link.room == policies.SHEET_LINK else "")
        for link in policies.visible_links(request.actor, round_)
    ]
    open_ = round_.state in (RoundState.OPEN, RoundState.CHECKING)
    context = {"round": round_, "form": form, "links": links, "open": open_}
    return render(request, "inspections/guests.html", context, status=422 if form.errors else 200)


@require_POST
@door(Action.INSPECT)
def end(request: HttpRequest, round_id: int, link_id: int) -> HttpResponse:
    round_ = find_round(request, round_id)
    link = get_object_or_404(policies.visible_links(request.actor, round_), pk=link_id)
    went(
        request,
        lambda: guests.end_invitation(actor=request.actor, round_=round_, link=link, at=timezone.now()),
        _("链接已停用。"),
    )
    return redirect("inspections:guests", round_.pk)


def outside_sheet(request: HttpRequest, link: OutsideLink) -> HttpResponseBase:
    """What ``access.outside`` draws for a link to one sheet."""
    sheet = selectors.sheets_behind(link).first()
    return _sheet(request, link, sheet) if sheet is not None else _over(request, link)


def outside_round(request: HttpRequest, link: OutsideLink) -> HttpResponseBase:
    """The same for a whole round: the list, and with ``?sheet=`` one of its sheets."""
    sheets = list(selectors.sheets_behind(link))
    if not sheets:
        return _over(request, link)
    wanted = request.GET.get("sheet", "")
    if wanted.isdecimal():
        return _sheet(request, link, get_object_or_404(selectors.sheets_behind(link), pk=int(wanted)))
    return render(request, "inspections/outside_round.html", {"link": link, "sheets": sheets, "round": sheets[0].round})


def _over(request: HttpRequest, link: OutsideLink) -> HttpResponse:
    return render(request, "inspections/outside_over.html", {"link": link}, status=410)


def _sheet(request: HttpRequest, link: OutsideLink, sheet: Sheet) -> HttpResponseBase:
    """One page takes it all: ``?do=send|photo|finish`` by POST, ``?proof=`` shows a file of the unit."""
    if sheet.round.state not in (RoundState.OPEN, RoundState.CHECKING):
        return _over(request, link)
    whole = link.room == policies.ROUND_LINK
    here = reverse("entry:outside_page")
    own = f"{here}?sheet={sheet.pk}&do=" if whole else f"{here}?do="
    proof = request.GET.get("proof", "")
    if proof.isdecimal():
        return file_of(get_object_or_404(sheet.proofs.all(), pk=int(proof)))
    what = request.GET.get("do", "")
    if request.method == "POST" and what == "send":
        return received(request, sheet, link)
    if request.method == "POST" and what == "photo":
        return photographed(request, sheet, link)
    if request.method == "POST" and what == "finish":
        try:
            checking.finish(actor=request.actor, sheet=sheet, at=timezone.now(), link=link)
            messages.success(request, _("检查完成，谢谢您。"))
            return redirect(here)
        except Refusal as refusal:
            messages.error(request, words_of(refusal))
    addresses = {name: own + name for name in ("send", "photo", "finish")}
    context = page_context(sheet, addresses=addresses, who=f"l{link.pk}", back=here if whole else "")
    context |= {"link": link, "proof_url": (f"{here}?sheet={sheet.pk}&proof=" if whole else f"{here}?proof=")}
    return render(request, "inspections/outside_sheet.html", context)
