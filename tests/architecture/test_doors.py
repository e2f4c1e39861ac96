"""Every URL says what it asks of whoever knocks (``xinqiao.access.doors.door``)."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Views of libraries guard themselves; each reason says what the page shows to a stranger.
FOREIGN = {
    "allauth.": "sign-in, sign-out, second factor: the way in itself; what needs an account asks for one",
    "django.views.i18n": "the language switch writes a cookie, and only on POST",
}
# Our own doors that stand open to strangers. Each is a way in, or shows nothing of anybody.
OPEN = {
    "entry:": "students, guardians and outside people prove who they are here",
    "directory:public": "where help is, as it stands on the poster; nothing about anybody",
    "insight:wall": "shows the board to the one browser that somebody who may see it left it with; nothing to others",
    "insight:home": "shows a stranger the ways in, everybody else the page of their role",
}


def knockable(resolver: URLResolver, names: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(full name, pattern) of every URL the house answers."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from knockable(entry, f"{names}{entry.namespace}:" if entry.namespace else names)
        else:
            yield f"{names}{entry.name or entry.pattern}", entry


def is_foreign(pattern: URLPattern) -> bool:
    view = pattern.callback
    module = getattr(getattr(view, "view_class", view), "__module__", "")
    return module.startswith(tuple(FOREIGN)) or view.__module__.startswith(tuple(FOREIGN))


def test_every_url_has_a_door():
    bare = [
        name for name, url in knockable(get_resolver()) if not is_foreign(url) and not hasattr(url.callback, "door")
    ]
    assert not bare, f"no door (put @door(…) on the view): {bare}"


def test_open_doors_are_known():
    unknown = [
        name
        for name, url in knockable(get_resolver())
        if "anyone" in getattr(getattr(url.callback, "door", None), "needs", ()) and not name.startswith(tuple(OPEN))
    ]
    assert not unknown, f"open to strangers without a reason in OPEN: {unknown}"


def test_every_url_of_ours_has_a_name_of_its_own():
    names = [name for name, url in knockable(get_resolver()) if not is_foreign(url)]
    twice = sorted({name for name in names if names.count(name) > 1})
    assert not twice
    assert all(url.name for _, url in knockable(get_resolver()) if not is_foreign(url))
