"""Words for codes that have no choices on their column."""

from __future__ import annotations

from django import template

from xinqiao.people.enums import DayKind, OrganisationKind
from xinqiao.people.models import Person

register = template.Library()


@register.filter
def kind_words(kind: str) -> str:
    """What a kind of organisation is called; an unknown kind (the tree takes any) stays as it is."""
    return str(OrganisationKind(kind).label) if kind in OrganisationKind.values else kind


@register.filter
def day_words(kind: str) -> str:
    """What a kind of day is called."""
    return str(DayKind(kind).label)


@register.filter
def has_phone(person: Person) -> bool:
    """Whether a phone is kept; the number itself is read through a verb that leaves a trace."""
    return bool(person.phone_fingerprint)


@register.filter
def lookup(table: dict[object, object] | None, key: object) -> object:
    """``table[key]`` or nothing."""
    return table.get(key, "") if table else ""
