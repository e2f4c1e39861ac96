"""What is in a pack, for templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from xinqiao.packs import vocabulary, wording
from xinqiao.packs.core import shapes

register = template.Library()


@register.filter
def said(entry: Any, name: str = "title") -> str:
    return wording.said(entry, name)


@register.filter
def kind_words(kind: str) -> str:
    return str(wording.KINDS[kind]["words"])


@register.filter
def kind_icon(kind: str) -> str:
    return str(wording.KINDS[kind]["icon"])


@register.filter
def posts(kinds: Any) -> str:
    return wording.posts_words([kinds] if isinstance(kinds, str) else kinds or [])


@register.filter
def organisations(kinds: Any) -> str:
    return wording.kinds_words(kinds or [])


@register.filter
def when(entry: Mapping[str, Any]) -> str:
    return wording.when_words(shapes.when(entry))


@register.filter
def proof(evidence: Mapping[str, Any]) -> str:
    return wording.proof_words(evidence)


@register.filter
def accepting(measure: Mapping[str, Any]) -> str:
    return str(wording.ACCEPT[measure.get("accept", "lead")])


@register.filter
def byline(measure: Mapping[str, Any]) -> str:
    """Who of the lead reviews; "" when the unit itself does or nobody."""
    return wording.posts_words(measure.get("lead") or []) if measure.get("accept", "lead") == "lead" else ""


@register.filter
def service(kind: str) -> str:
    return str(wording.SERVICES.get(kind, kind))


@register.filter
def period_words(data: Mapping[str, Any]) -> str:
    words = str(wording.PERIODS[data["period"]])
    if "starts" not in data:
        return words
    first, last = wording.day_words(data["starts"]), wording.day_words(data["ends"])
    return _("%(first)s 至 %(last)s") % {"first": first, "last": last}


@register.filter
def section(name: str) -> str:
    return wording.section_name(name)


@register.filter
def fieldname(name: str) -> str:
    return wording.field_name(name)


@register.filter
def indicator(code: str) -> str:
    """Title of an indicator; its code while nobody has told."""
    known = vocabulary.figures() or {}
    return known[code].title if code in known else code


@register.filter
def problem(each: Any) -> str:
    return wording.problem_words(each)


@register.filter
def targets(path: Mapping[str, float]) -> str:
    """{"2020": 80, "2025": 100} → 2020: 80 → 2025: 100; one figure for any year stands alone."""
    rows = [f"{year}: {value:g}" if year else f"{value:g}" for year, value in path.items()]
    return " → ".join(rows)


@register.filter
def plainly(value: Any) -> str:
    """A value of a pack as somebody would write it, for comparing."""
    if value is None or value == "" or value == []:
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Mapping):
        return "\n".join(f"{wording.field_name(str(name))}: {plainly(each)}" for name, each in value.items())
    if isinstance(value, list):
        if all(isinstance(each, (str, int, float)) for each in value):
            return _("、").join(str(each) for each in value)
        return "\n".join(f"• {plainly(each)}".replace("\n", "\n   ") for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@register.filter
def kindname(kind: str) -> str:
    return wording.kinds_words([kind])
