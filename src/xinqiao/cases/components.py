"""What this room shows on the home page, in the student file, beside a signal, and before a post ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.enums import Depth
from xinqiao.access.models import Post
from xinqiao.cases.selectors import care_of, held_by, waiting_for
from xinqiao.cases.selectors.file import result_rows
from xinqiao.people.models import Person
from xinqiao.signals.models import Signal
from xinqiao.signals.policies import shows_name

DAY = timedelta(days=1)


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """Duties, tasks, cases and follow-ups due, what climbed away, and closings that wait for a second person."""
    at = timezone.now()
    if request.actor is None:
        return []
    waits = waiting_for(request.actor, at)
    lines = (
        (waits.duties, _("关怀任务"), _("按要求做，做完写一句"), "cases:duties", "heart-handshake"),
        (waits.missed, _("超时已转交的任务"), _("还没有完成，您仍可看到"), "cases:duties", "arrow-up-right"),
        (waits.tasks, _("支持任务"), _("支持方案里交给您的事"), "cases:tasks", "checklist"),
        (waits.cases, _("今天要看的个案"), _("到了约定的日期"), "cases:cases", "folder-open"),
        (waits.follow_ups, _("到期的随访"), _("看看学生现在怎么样"), "cases:cases", "walk"),
        (waits.closings, _("结案待您复核"), _("两个人同意才能结案"), "cases:closings", "signature"),
    )
    return [
        {
            "title": title,
            "text": text,
            "url": reverse(url),
            "urgency": urgency(dates[0], at),
            "due_at": dates[0],
            "count": len(dates),
            "icon": icon,
        }
        for dates, title, text, url, icon in lines
        if dates
    ]


def urgency(due_at: datetime, at: datetime) -> int:
    """3 when the time has come, 2 within a day, 1 later."""
    return 3 if due_at <= at else 2 if due_at - at < DAY else 1


def results(request: HttpRequest, *, person: Person, depth: Depth, at: datetime) -> list[dict[str, Any]]:
    """Section of the student file: screening results, for who reads results."""
    if depth < Depth.RESULTS:
        return []
    rows = result_rows(request.actor, person, at)
    return [{"title": _("测评结果"), "template": "cases/parts/results.html", "context": {"rows": rows}}]


def held_by_post(request: HttpRequest, *, post: Post, at: datetime) -> str:
    """Before a post ends: how much its holder still answers for. Numbers only; who ends posts reads no names here."""
    return render_to_string("cases/parts/post_end.html", {"held": held_by(post), "at": at}, request=request)


def care_around(request: HttpRequest, *, signal: Signal, at: datetime) -> str | None:
    """Beside a signal, for who may know the student: the open case and who is looking after them already."""
    actor = request.actor
    if actor is None or not shows_name(actor, signal):
        return None
    found = care_of(actor, signal.subject_id, signal.school_id, at)
    if found.case is None and not found.duties:
        return None
    return render_to_string("cases/parts/care_around.html", {"care": found, "at": at}, request=request)
