"""What this room shows on the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from xinqiao.access.enums import Action
from xinqiao.insight import policies


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """Drafts that wait for a person, and summaries that came and were not opened. Two queries."""
    actor = request.actor
    if actor is None or not actor.may(Action.SEE_PLANS):
        return []
    url = reverse("insight:summaries")
    waiting = policies.unfinished(actor).count() if actor.may(Action.REPORT_FIGURES) else 0
    came = policies.unread(actor).count()
    lines = [
        (waiting, _("小结草稿等您改"), _("按记录起草好了，看过改好再报送"), url, "pencil"),
        (came, _("收到新的小结"), _("报送来的，还没有打开"), f"{url}?show=received", "report"),
    ]
    return [
        {"title": title, "text": text, "url": to, "urgency": 0, "count": n, "icon": icon}
        for n, title, text, to, icon in lines
        if n
    ]
