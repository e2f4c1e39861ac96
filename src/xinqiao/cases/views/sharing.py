"""Telling somebody outside: the form, the link shown once, the page behind the link."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import door
from xinqiao.access.enums import Action
from xinqiao.access.models import OutsideLink
from xinqiao.access.services.links import NewLink
from xinqiao.cases import policies
from xinqiao.cases.forms import SummaryForm
from xinqiao.cases.selectors.sharing import consented_scopes, summary_behind
from xinqiao.cases.services.sharing import TEXTS, revoke_summary, share_summary
from xinqiao.cases.views.case import find_case
from xinqiao.cases.views.shared import read, tried
from xinqiao.kernel.refusal import Refusal
from xinqiao.signals.rules import initials
from xinqiao.ui.verbs import words_of


@door(Action.INVITE_OUTSIDE, fresh=True)
def share(request: HttpRequest, pk: int) -> HttpResponse:
    """Type what is told, get a link and a code. They are on the answer of this one request and nowhere else."""
    at, actor = timezone.now(), request.actor
    row = find_case(request, pk, at)
    if not policies.may_run(actor, row, at):
        raise PermissionDenied
    scopes = consented_scopes(row.person, at)
    form, made = SummaryForm(request.POST or None, scopes=scopes), []

    def tell(data: dict[str, Any]) -> None:
        own = {name: data.pop(name) for name in TEXTS}
        made.append(share_summary(actor=actor, case=row, texts=own, at=at, **data))

    if scopes and tried(request, form, tell, ""):
        return _shown_once(request, *made[0])
    context = {"case": row, "form": form, "scopes": scopes, "at": at}
    return render(request, "cases/share.html", context, status=422 if form.errors else 200)


def _shown_once(request: HttpRequest, summary: Any, new: NewLink) -> HttpResponse:
    address = request.build_absolute_uri(reverse("entry:outside", args=[new.token]))
    context = {"summary": summary, "case": summary.case, "address": address, "code": new.code}
    answer = render(request, "cases/shared_once.html", context)
    answer["Cache-Control"] = "no-store, private"
    return answer


@require_POST
@door(Action.INVITE_OUTSIDE)
def revoke(request: HttpRequest, pk: int, summary_id: int) -> HttpResponse:
    at, actor = timezone.now(), request.actor
    row = get_object_or_404(policies.visible_summaries(actor, at), pk=summary_id, case=pk)
    try:
        revoke_summary(actor=actor, summary=row, at=at)
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("链接已停用。"))
    return redirect("cases:case", pk)


def outside_page(request: HttpRequest, link: OutsideLink) -> HttpResponse:
    """What ``access.outside`` draws for a link of this room: the typed text, while the consent stands."""
    at = timezone.now()
    summary = summary_behind(link.target)
    if summary is None or summary.scope not in consented_scopes(summary.case.person, at):
        return render(request, "cases/outside_ended.html", {"link": link}, status=410)
    person = summary.case.person
    read(request, "summary.read", summary, owner=summary.school_id, person=person.pk, at=at)
    context = {
        "summary": summary,
        "link": link,
        "initials": initials(person.name),
        "age": person.age_on(localdate(at)),
        "sex": person.get_sex_display() if person.sex else "",
        "seen": summary.seen.reveal(),
        "asked": summary.asked.reveal(),
        "contact": summary.contact.reveal(),
        "at": at,
    }
    return render(request, "cases/outside.html", context)
