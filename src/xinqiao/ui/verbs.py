"""A verb tried from a page: done and said so, or refused in words beside what was typed or at the top of the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_noop

from xinqiao.kernel.refusal import Refusal

WRONG_STATE = gettext_noop("现在的状态不能这样做，请刷新页面看看最新情况。")
"""What ``kernel.lifecycle`` says by itself: it knows no translations, so its words are collected here."""


def words_of(refusal: Refusal) -> str:
    """A refusal in the reader's language. Words that are translated already stay as they are."""
    return refusal.words(gettext)


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Put a refusal where it belongs on the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, words_of(refusal))


def tried(request: HttpRequest, form: forms.Form, verb: Callable[[dict[str, Any]], Any], done: str = "") -> bool:
    """Whether a posted form was good and the verb went through; a refusal stands beside what was typed."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        verb(form.cleaned_data)
    except Refusal as refusal:
        refuse(form, refusal)
        return False
    if done:
        messages.success(request, done)
    return True


def went(request: HttpRequest, verb: Callable[[], Any], done: str = "") -> bool:
    """Whether a verb without a form of its own went through; a refusal is said at the top of the next page."""
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, words_of(refusal))
        return False
    if done:
        messages.success(request, done)
    return True
