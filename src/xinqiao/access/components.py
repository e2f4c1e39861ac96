"""What this room draws on other rooms' pages: the banner of an open emergency reading, what waits on the home page,
and the line "who read this" in a student's file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.enums import Action, Depth, Purpose
from xinqiao.access.policies import speaks_for
from xinqiao.access.selectors import glass as readings
from xinqiao.access.selectors import register
from xinqiao.people.models import Person


def glass_banner(request: HttpRequest, **_context: object) -> str | None:
    actor = getattr(request, "actor", None)
    if actor is None or not actor.glass:
        return None
    rows = readings.open_now(actor, timezone.now())
    return render_to_string("access/glass/banner.html", {"rows": rows}, request=request) if rows else None


def account_link(request: HttpRequest, **_context: object) -> str | None:
    """In the account menu: what somebody agreed to for themselves or their children."""
    actor = getattr(request, "actor", None)
    if actor is None or not (actor.kind in {"student", "guardian"} or (actor.kind == "staff" and actor.has_wards)):
        return None
    return render_to_string("access/mine/link.html", {}, request=request)


def waiting(request: HttpRequest, **_context: object) -> list[dict[str, Any]]:
    """For the slot "home"."""
    actor = request.actor
    if actor is None or actor.person is None:
        return []
    items = [
        {
            "title": _("%(name)s 打开了一份学生档案，请您知情") % {"name": row.reader.name},
            "url": reverse("access:glass_told", args=[row.pk]),
            "text": _("紧急查阅，时限到 %(time)s") % {"time": timezone.localtime(row.ends_at).strftime("%m-%d %H:%M")},
            "urgency": 2,
            "icon": "eye-exclamation",
        }
        for row in readings.to_confirm(actor)
    ]
    return items + _to_review(actor) + _to_answer(actor)


def _to_review(actor: Any) -> list[dict[str, Any]]:
    if not actor.may(Action.REVIEW_GLASS):
        return []
    rows = list(readings.to_review(actor))
    if not rows:
        return []
    due = min(row.starts_at for row in rows) + readings.REVIEW_WITHIN
    return [
        {
            "title": _("紧急查阅待复核"),
            "url": reverse("access:glass_review"),
            "urgency": 1,
            "due_at": due,
            "count": len(rows),
            "icon": "eye-check",
        }
    ]


def _to_answer(actor: Any) -> list[dict[str, Any]]:
    """A guardian (or student) who has not been asked yet. Whoever answered, yes or no, hears nothing more."""
    now = timezone.now()
    found = []
    for person in speaks_for(actor, now):
        party = register.party_of(person, actor.person)
        if party not in register.asked_of(person, Purpose.SCREENING, now).agree:
            continue
        if register.own_answer(person, Purpose.SCREENING, party, actor.person, now) or register.took_back(
            person, Purpose.SCREENING, party, actor.person
        ):
            continue
        found.append(
            {
                "title": _("心理健康测评告知书（%(name)s）") % {"name": person.name},
                "url": reverse("access:my_consent", args=[person.pk, Purpose.SCREENING]),
                "text": _("请您看一看，同意或不同意都可以。"),
                "urgency": 0,
                "icon": "file-text",
            }
        )
    return found


def file_section(request: HttpRequest, person: Person, depth: Depth, at: datetime) -> list[dict[str, Any]]:
    """For the slot "file": who read this."""
    actor = request.actor
    if depth < Depth.PLAN or not actor.may(Action.SEE_TRAIL):
        return []
    return [{"title": _("谁看过这份档案"), "template": "access/trail/section.html", "context": {"person": person}}]
