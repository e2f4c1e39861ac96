"""The menu: upper rooms register their entries, each page shows those the person may use."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

Badge = Callable[[HttpRequest], "int | str | None"]


@dataclass(frozen=True)
class NavItem:
    """One place in the menu: ``action`` is what the actor is asked about (None: for everyone), ``badge`` counts."""

    action: Hashable
    label: Any  # a str or a lazy translation
    url_name: str
    icon: str
    order: int
    badge: Badge | None = None
    group: Any = ""


@dataclass(frozen=True)
class Entry:
    """A menu item as the template draws it."""

    label: str
    url: str
    icon: str
    current: bool
    badge: int | str | None
    group: str


_items: dict[tuple[Hashable, str], NavItem] = {}


def register(item: NavItem) -> None:
    """Add ``item``; registering the same action and address again replaces it, so ``ready()`` may run twice."""
    _items[item.action, item.url_name] = item


def registered() -> list[NavItem]:
    return sorted(_items.values(), key=lambda item: (item.order, item.url_name))


def _together(found: list[NavItem]) -> list[NavItem]:
    """Each group once, where its first entry stands; what has no group stands above all headings."""
    place: dict[str, int] = {"": -1}
    for number, item in enumerate(found):
        place.setdefault(str(item.group), number)
    return sorted(found, key=lambda item: place[str(item.group)])


def items(request: HttpRequest) -> list[Entry]:
    """The entries the request's actor may use, each group in one piece; the longest fitting address is current."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return []
    mine = [item for item in registered() if item.action is None or actor.may(item.action)]
    allowed = [(item, _address(item)) for item in _together(mine)]
    current = _current_url(request.path, [url for _, url in allowed if url])
    return [
        Entry(
            label=str(item.label),
            url=url,
            icon=item.icon,
            current=url == current,
            badge=item.badge(request) if item.badge else None,
            group=str(item.group),
        )
        for item, url in allowed
        if url
    ]


def _address(item: NavItem) -> str:
    try:
        return reverse(item.url_name)
    except NoReverseMatch as error:
        raise LookupError(f"menu entry {item.url_name!r} names no address without arguments") from error


def _current_url(path: str, urls: list[str]) -> str:
    matching = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(matching, key=len, default="")
