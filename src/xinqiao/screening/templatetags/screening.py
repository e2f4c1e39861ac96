"""Words of questionnaires in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from xinqiao.screening import words

register = template.Library()


@register.filter
def in_language(text: Mapping[str, str]) -> str:
    """A definition's text in the reader's language."""
    return words.pick(text)
