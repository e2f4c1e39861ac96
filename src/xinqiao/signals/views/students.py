"""On a student's phone: ask for a talk, or say that a classmate could use some care."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.doors import STUDENT, door
from xinqiao.access.enums import Action
from xinqiao.kernel.refusal import Refusal
from xinqiao.signals.forms import PeerForm, TalkForm
from xinqiao.signals.selectors import pages
from xinqiao.signals.services import raising
from xinqiao.signals.views.shared import page
from xinqiao.ui.verbs import refuse


@door(STUDENT)
def talk(request: HttpRequest) -> HttpResponse:
    """Nothing has to be explained; who asked once sees that somebody has it."""
    at, actor = timezone.now(), request.actor
    form = TalkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            raising.ask_to_talk(
                actor=actor,
                words={"when": given["when"], "words": given["words"]},
                urgent=bool(given["urgent"]),
                form=given["form"],
                at=at,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("signals:thanks")
    return page(request, "signals/talk.html", {"at": at, "form": form, "asked": pages.asked_already(actor)}, form)


@door(Action.PEER_REPORT)
def peer(request: HttpRequest) -> HttpResponse:
    """One page: whom, what was noticed, whether it cannot wait."""
    at, actor = timezone.now(), request.actor
    classmates = pages.found_students(actor, "", at, Action.PEER_REPORT)
    form = PeerForm(request.POST or None, classmates=classmates)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            raising.raise_peer_report(
                actor=actor,
                enrolment=given["who"],
                words={"noticed": given["noticed"], "words": given["words"]},
                urgent=given["urgent"],
                form=given["form"],
                at=at,
            )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("谢谢你的用心，老师会去看看。"))
            return redirect("signals:thanks")
    return page(request, "signals/peer.html", {"form": form}, form)


@door(STUDENT, Action.PEER_REPORT)
def thanks(request: HttpRequest) -> HttpResponse:
    """It has arrived; what happens now, and where help is meanwhile."""
    return render(request, "signals/thanks.html")
