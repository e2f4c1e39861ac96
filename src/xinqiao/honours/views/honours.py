"""Honours that are held: the list, its ledger, certificates, and taking one back."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.access.policies import visible_organisations
from xinqiao.documents.downloads import DOCX, XLSX, attachment
from xinqiao.honours import exports, policies, selectors
from xinqiao.honours.forms import ReasonForm
from xinqiao.honours.models import Honour
from xinqiao.honours.services import rounds
from xinqiao.honours.views.shared import note_reading
from xinqiao.people.models import Organisation
from xinqiao.ui.verbs import went


def _place(request: HttpRequest) -> Organisation | None:
    wanted = request.GET.get("organisation", "")
    if not wanted.isdecimal():
        return None
    return get_object_or_404(visible_organisations(request.actor, Action.SEE_PLANS), pk=int(wanted))


@door(Action.SEE_PLANS)
def held(request: HttpRequest) -> HttpResponse:
    node, today = _place(request), timezone.localdate()
    page = Paginator(selectors.honours_seen(request.actor, node), 50).get_page(request.GET.get("page"))
    rows = [
        (
            row, exports.standing(row, today),
            ReasonForm(auto_id=f"revoke{row.pk}_%s")
            if row.revoked_on is None and policies.runs(request.actor, row.giver)
            else None,
        )
        for row in page.object_list
    ]  # fmt: skip
    return render(request, "honours/held.html", {"page": page, "rows": rows, "node": node})


@door(Action.SEE_PLANS)
def ledger(request: HttpRequest) -> HttpResponseBase:
    node, today = _place(request), timezone.localdate()
    title = _("%(name)s荣誉台账") % {"name": node.name if node is not None else ""}
    data = exports.ledger(title, list(selectors.honours_seen(request.actor, node)), today)
    owner = node.pk if node is not None else request.actor.posts[0].organisation_id
    with transaction.atomic():
        note_reading(request, "honours.exported", node, owner)
    return attachment(f"{title}.xlsx", XLSX, data)


def _honour(request: HttpRequest, honour_id: int) -> Honour:
    rows = policies.visible_honours(request.actor).select_related("organisation", "person", "giver")
    return get_object_or_404(rows, pk=honour_id)


@door(Action.SEE_PLANS)
def certificate(request: HttpRequest, honour_id: int) -> HttpResponseBase:
    """For the office that gives it and for whom it was given to."""
    row = _honour(request, honour_id)
    home = any(post.path.startswith(row.organisation.path) for post in request.actor.posts)
    if not home and not policies.runs(request.actor, row.giver):
        raise PermissionDenied(_("证书由授予单位和获得的单位打印。"))
    with transaction.atomic():
        note_reading(request, "honours.certificate", row, row.giver_id)
    return attachment(f"{row.title} {row.number}.docx", DOCX, exports.certificate(row))


@require_POST
@door(Action.RUN_HONOURS)
def revoke(request: HttpRequest, honour_id: int) -> HttpResponse:
    row, reason = _honour(request, honour_id), request.POST.get("reason", "")
    went(
        request,
        lambda: rounds.revoke(actor=request.actor, honour=row, reason=reason, at=timezone.now()),
        _("已撤销，记录保留。"),
    )
    return redirect("honours:held")
