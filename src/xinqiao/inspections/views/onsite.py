"""Checking on the spot: one page for a phone, and what its script sends."""

from __future__ import annotations

import json
from typing import Any, BinaryIO, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xinqiao.access.doors import STAFF, door
from xinqiao.access.models import OutsideLink
from xinqiao.documents.uploads import clean
from xinqiao.inspections import policies, selectors
from xinqiao.inspections.enums import RoundState, SheetState
from xinqiao.inspections.models import Sheet
from xinqiao.inspections.services import checking
from xinqiao.inspections.views.shared import find_sheet, lines_with_figures
from xinqiao.kernel.refusal import Refusal
from xinqiao.ui.verbs import went, words_of


def page_context(sheet: Sheet, *, addresses: dict[str, str], who: str, back: str) -> dict[str, Any]:
    """What the on-site page draws. addresses: send, photo, finish. who: keeps drafts of two checkers apart."""
    return {
        "sheet": sheet, "round": sheet.round, "form": sheet.round.read, "lines": lines_with_figures(sheet),
        "overall": selectors.overall_of(sheet), "addresses": addresses, "draft": f"xq-check:{who}:{sheet.pk}",
        "back": back, "closed": sheet.round.state != RoundState.CHECKING or sheet.state == SheetState.CHECKED,
    }  # fmt: skip


@never_cache
@door(STAFF)
def check(request: HttpRequest, sheet_id: int) -> HttpResponse:
    sheet = _mine(request, sheet_id)
    addresses = {name: reverse(f"inspections:{name}", args=[sheet.pk]) for name in ("send", "photo", "finish")}
    back = reverse("inspections:sheet", args=[sheet.pk])
    context = page_context(sheet, addresses=addresses, who=f"a{request.user.pk}", back=back)
    return render(request, "inspections/check.html", context)


def _mine(request: HttpRequest, sheet_id: int) -> Sheet:
    sheet = find_sheet(request, sheet_id)
    if not policies.may_check(request.actor, sheet):
        raise PermissionDenied(_("这张检查表不由您检查。"))
    return sheet


@require_POST
@door(STAFF)
def send(request: HttpRequest, sheet_id: int) -> HttpResponse:
    return received(request, _mine(request, sheet_id), None)


def received(request: HttpRequest, sheet: Sheet, link: OutsideLink | None) -> JsonResponse:
    """{kept: [keys], refused: {key: words}}, or {error: words, closed: bool} with 409."""
    try:
        sent = checking.read_sent(_json(request))
        answer = checking.receive(actor=request.actor, sheet=sheet, sent=sent, at=timezone.now(), link=link)
    except Refusal as refusal:
        return JsonResponse({"error": words_of(refusal), "closed": refusal.code == "closed"}, status=409)
    return JsonResponse(
        {"kept": [key for key in answer if not answer[key]], "refused": {k: w for k, w in answer.items() if w}}
    )


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        return None


@require_POST
@door(STAFF)
def photo(request: HttpRequest, sheet_id: int) -> HttpResponse:
    return photographed(request, _mine(request, sheet_id), None)


def photographed(request: HttpRequest, sheet: Sheet, link: OutsideLink | None) -> JsonResponse:
    upload = request.FILES.get("photo")
    try:
        if upload is None:
            raise Refusal(_("没有收到照片，请重新拍一张。"), code="photo")
        row = checking.add_photo(
            actor=request.actor, sheet=sheet, item=request.POST.get("item", ""), key=request.POST.get("key", ""),
            picture=clean(cast(BinaryIO, upload), picture=True), at=timezone.now(), link=link,
        )  # fmt: skip
    except Refusal as refusal:
        return JsonResponse({"error": words_of(refusal), "closed": refusal.code == "closed"}, status=409)
    return JsonResponse({"kept": row.pk, "name": row.name})


@require_POST
@door(STAFF)
def finish(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """After everything the phone holds has arrived."""
    sheet = _mine(request, sheet_id)
    done = went(request, lambda: checking.finish(actor=request.actor, sheet=sheet, at=timezone.now()), _("检查完成。"))
    return redirect("inspections:sheet" if done else "inspections:check", sheet.pk)


@require_POST
@door(STAFF)
def reopen(request: HttpRequest, sheet_id: int) -> HttpResponse:
    sheet = _mine(request, sheet_id)
    done = went(
        request, lambda: checking.reopen(actor=request.actor, sheet=sheet, at=timezone.now()), _("可以继续修改了。")
    )
    return redirect("inspections:check" if done else "inspections:sheet", sheet.pk)
