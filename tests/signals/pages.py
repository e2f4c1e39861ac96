"""Asking pages of this room and reading what they answer."""

from __future__ import annotations

import re

from django.urls import reverse

from xinqiao.audit.models import Entry

WORDS = "说最近总是很累"


def url(name, *arguments):
    return reverse(f"signals:{name}", args=arguments)


def text_of(answer, status=200):
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


def main_of(answer):
    """The page without its frame, menus and tokens."""
    return re.search(r"<main.*</main>", text_of(answer), re.DOTALL)[0]


def actions():
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))
