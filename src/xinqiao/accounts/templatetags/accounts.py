"""Which frame the account pages stand in, and what a browser is called."""

from __future__ import annotations

from django import template
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

# A browser names its ancestors too, so the more particular mark stands first.
_BROWSERS = (
    ("wxwork/", gettext_lazy("企业微信")),
    ("MicroMessenger/", gettext_lazy("微信")),
    ("DingTalk/", gettext_lazy("钉钉")),
    ("HuaweiBrowser/", gettext_lazy("华为浏览器")),
    ("MiuiBrowser/", gettext_lazy("小米浏览器")),
    ("QQBrowser/", gettext_lazy("QQ 浏览器")),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def frame(request: HttpRequest) -> str:
    """The page template of whoever is signed in: a desk, a phone, or the door for strangers."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return "ui/login.html"
    return "ui/staff.html" if actor.at_desk else "ui/phone.html"


@register.filter
def browser(sent: str) -> str:
    """What somebody would call the browser that sent this User-Agent line: Chrome · Windows."""
    found = [str(name) for marks in (_BROWSERS, _SYSTEMS) for name in [_first(marks, sent)] if name]
    return " · ".join(found) or _("认不出的浏览器")


def _first(marks: tuple[tuple[str, object], ...], sent: str) -> object:
    return next((name for mark, name in marks if mark in sent), None)
