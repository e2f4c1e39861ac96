"""What the pages of this room have in common: the trail of a reading, and the page of one verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from xinqiao.access.enums import Action
from xinqiao.audit.services import record
from xinqiao.ui import verbs

_DESK = (Action.RUN_CASE, Action.SECOND_CLOSING, Action.SEE_NUMBERS, Action.MANAGE_POSTS)
"""Whoever may do one of these works at a desk; the others have two minutes and a phone."""


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page in the frame its reader uses: class teachers the phone's, everybody else the staff's."""
    desk = any(request.actor.may(action) for action in _DESK) or not request.actor.posts
    frame = {"base": "ui/staff.html" if desk else "ui/phone.html", "desk": desk}
    return render(request, template, frame | context, status=status)


Verb = Callable[[dict[str, Any]], Any]


def read(request: HttpRequest, action: str, row: models.Model, *, owner: int, person: int, **facts: Any) -> None:
    """Somebody read this: into the trail, in the transaction of the reading."""
    actor = request.actor
    record(
        account=actor.account,
        who=actor.who,
        action=action,
        at=facts.pop("at"),
        owner=owner,
        subject=row,
        person=person,
        reading=True,
        **facts,
    )


def tried(request: HttpRequest, form: forms.Form, verb: Verb, done: str) -> bool:
    """``ui.verbs.tried``, all of it or nothing: the page itself runs in the transaction of its reading."""
    return verbs.tried(request, form, transaction.atomic(verb), done)


@dataclass(frozen=True)
class Words:
    """What the page of a verb says. done: after it went through; hint: what to bear in mind."""

    title: object
    submit: object
    done: object
    hint: object = ""


def act(request: HttpRequest, form: forms.Form, verb: Verb, words: Words, *, name: str, to: str) -> HttpResponse:
    """The page of one verb. ``name``: whom it is about; ``to``: where it came from and goes back to."""
    if tried(request, form, verb, str(words.done)):
        return redirect(to)
    return drawn(request, form, words, name=name, to=to)


def drawn(request: HttpRequest, form: forms.Form, words: Words, *, name: str, to: str) -> HttpResponse:
    context = {"form": form, "words": words, "back": to, "name": name}
    return page(request, "cases/act.html", context, status=422 if form.errors else 200)
