"""What several pages need."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from xinqiao.kernel.refusal import Refusal
from xinqiao.screening.words import refusal_words


def tried(request: HttpRequest, verb: Callable[[], object], done: str = "") -> bool:
    """Do it and say so, or say why not."""
    try:
        verb()
    except Refusal as refusal:
        messages.error(request, refusal_words(refusal))
        return False
    if done:
        messages.success(request, done)
    return True
