"""Opening hours in words."""

from __future__ import annotations

from django import template
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language

from xinqiao.directory.rules import Opening, write_openings

register = template.Library()


@register.filter
def opening_words(opening: Opening) -> str:
    """周一至周五 12:20-13:40; in English Mon, Tue 12:20-13:40."""
    words = write_openings([opening], opening.season)
    if (get_language() or "zh").startswith("zh"):
        return words
    return f"{', '.join(str(WEEKDAYS_ABBR[day - 1]) for day in opening.days)} {words.rpartition(' ')[2]}"
