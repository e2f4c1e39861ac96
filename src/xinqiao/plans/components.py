"""What this room shows on the home page, and beside a published pack."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.enums import Action
from xinqiao.packs.enums import EditionState
from xinqiao.packs.models import Edition
from xinqiao.plans.enums import PlanState
from xinqiao.plans.selectors.asking import askers
from xinqiao.plans.selectors.mine import NOW, SHOWN, mine, to_review

SOON = timedelta(days=3)


def start_here(request: HttpRequest, *, edition: Edition) -> str | None:
    """For the slot "packs.edition.actions": from a published pack to the wizard, for whoever runs plans it is for."""
    actor: Any = request.actor
    if edition.state != EditionState.PUBLISHED or not actor.may(Action.RUN_PLANS):
        return None
    office = next((node for node in askers(actor) if node.kind in edition.data.get("applies_to", ())), None)
    if office is None:
        return None
    return render_to_string("plans/parts/start_here.html", {"edition": edition, "office": office}, request=request)


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """Tasks that are late, due in three days, further off; late ones of others; what waits for a review. Five queries
    at most."""
    actor = request.actor
    if actor is None or not actor.may(Action.DO_TASKS):
        return []
    on = timezone.localdate()
    running = mine(actor, NOW, on).filter(Q(plan=None) | Q(plan__state=PlanState.RUNNING))
    late, soon = Q(due_on__lt=on), Q(due_on__range=(on, on + SOON))
    counts = running.order_by().aggregate(
        late=Count("pk", filter=late), soon=Count("pk", filter=soon), all=Count("pk"),
        first_late=Min("due_on", filter=late), first_soon=Min("due_on", filter=soon), first=Min("due_on"),
    )  # fmt: skip
    later = counts["all"] - counts["late"] - counts["soon"]
    shown = mine(actor, SHOWN, on).count()
    waiting = len(to_review(actor)) if _reviews(request) else 0
    url = reverse("plans:mine")
    lines = [
        (
            counts["late"],
            _("逾期的方案任务"),
            _("请尽快交，或请下达方延期"),
            url,
            3,
            counts["first_late"],
            "alert-circle",
        ),
        (counts["soon"], _("快到期的方案任务"), _("三天内要交"), url, 2, counts["first_soon"], "hourglass-high"),
        (later, _("方案任务"), _("已经开始，还有时间"), url, 0, None, "checklist"),
        (shown, _("逾期任务提醒您关注"), _("负责人还没有交"), f"{url}?show=shown", 2, None, "arrow-up-right"),
        (waiting, _("材料待您审核"), _("看过后通过或退回"), reverse("plans:review"), 1, None, "clipboard-check"),
    ]
    return [
        {
            "title": title,
            "text": text,
            "url": to,
            "urgency": urgency,
            "due_at": _end_of(day),
            "count": count,
            "icon": icon,
        }
        for count, title, text, to, urgency, day, icon in lines
        if count
    ]


def _reviews(request: HttpRequest) -> bool:
    """Whether any of the actor's posts could accept something: class and subject teachers are not asked about it."""
    return request.actor.may(Action.SEE_PLANS) or bool(request.actor.at_desk)


def _end_of(day: Any) -> datetime | None:
    """The last moment of a day."""
    return timezone.make_aware(datetime.combine(day, time(23, 59))) if day else None


def review_badge(request: HttpRequest) -> int | None:
    return len(to_review(request.actor)) or None


def mine_badge(request: HttpRequest) -> int | None:
    return mine(request.actor, NOW, timezone.localdate()).count() or None
