"""What somebody agreed to for themselves or for their child, and one tap to say yes, no, or no longer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xinqiao.access.doors import GUARDIAN, STUDENT, door
from xinqiao.access.enums import Purpose, WithdrawChannel
from xinqiao.access.policies import speaks_for
from xinqiao.access.selectors import register
from xinqiao.access.services import Signature, decline, give_consent, text_for, withdraw
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import Person
from xinqiao.ui.verbs import words_of

_ASKED_ONLINE = (Purpose.SCREENING, Purpose.COUNSELLING)
"""Telling somebody outside is agreed case by case, on paper with the receiver's name; here it can be taken back."""


def _purpose(value: str) -> Purpose:
    if value not in _ASKED_ONLINE:
        raise Http404
    return Purpose(value)


def _item(person: Person, giver: Person, purpose: Purpose) -> dict[str, object] | None:
    now = timezone.now()
    party = register.party_of(person, giver)
    rule = register.asked_of(person, purpose, now)
    if party not in rule.heard and not (rule.notice and party == "guardian"):
        return None
    return {
        "purpose": purpose,
        "party": party,
        "answer": register.own_answer(person, purpose, party, giver, now),
        "decides": party in rule.agree,
        "heard": party in rule.heard,
    }


@door(STUDENT, GUARDIAN)
def my_consents(request: HttpRequest) -> HttpResponse:
    """Myself when I am a student, and each of my wards."""
    giver, now = request.actor.person, timezone.now()
    people = []
    for person in speaks_for(request.actor, now):
        items = [item for purpose in _ASKED_ONLINE if (item := _item(person, giver, purpose))]
        sharings = register.sharings_of(person, register.party_of(person, giver), giver)
        people.append({"person": person, "own": person == giver, "consents": items, "sharings": sharings})
    return render(request, "access/mine/index.html", {"people": people})


def _person(request: HttpRequest, person_id: int) -> Person:
    return get_object_or_404(speaks_for(request.actor, timezone.now()), pk=person_id)


@door(STUDENT, GUARDIAN)
def my_consent(request: HttpRequest, person_id: int, purpose: str) -> HttpResponse:
    """The text and the two buttons."""
    person, kind, now = _person(request, person_id), _purpose(purpose), timezone.now()
    item = _item(person, request.actor.person, kind)
    if item is None:
        raise Http404
    text = text_for(kind, register.place_of(person, now), now)
    context = {"person": person, "own": item["party"] == "self", "item": item, "text": text}
    return render(request, "access/mine/consent.html", context)


@require_POST
@door(STUDENT, GUARDIAN)
def my_answer(request: HttpRequest, person_id: int, purpose: str) -> HttpResponse:
    """One tap: ``answer`` is yes or no."""
    person, kind = _person(request, person_id), _purpose(purpose)
    party = register.party_of(person, request.actor.person)
    yes = request.POST.get("answer") == "yes"
    verb = give_consent if yes else decline
    try:
        verb(
            actor=request.actor,
            person=person,
            purpose=kind,
            signature=Signature(party),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(
            request,
            _("已记下：同意。以后随时可以撤回。")
            if yes
            else _("已记下：不同意。没有任何影响，需要帮助时随时可以找老师。"),
        )
    return redirect("access:my_consents")


@require_POST
@door(STUDENT, GUARDIAN)
def my_withdrawal(request: HttpRequest, person_id: int, consent_id: int) -> HttpResponse:
    person = _person(request, person_id)
    consent = get_object_or_404(register.answers_of(person), pk=consent_id, given_by=request.actor.person)
    try:
        withdraw(actor=request.actor, consent=consent, channel=WithdrawChannel.ONLINE, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
    else:
        messages.success(request, _("已撤回。从现在起不再使用新的信息。"))
    return redirect("access:my_consents")
