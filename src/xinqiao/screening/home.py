"""What the room says on everybody's home page: what should I do now?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.enums import Action
from xinqiao.accounts.models import AccountKind
from xinqiao.screening import policies
from xinqiao.screening.selectors import home as reads
from xinqiao.screening.selectors import students


def items(request: HttpRequest) -> list[dict[str, Any]]:
    """Filled into the slot "home"."""
    actor = request.actor
    if actor is None:
        return []
    if actor.kind == AccountKind.STUDENT:
        return list(_for_student(request))
    return [*_for_school(request), *_for_bureau(request), *_for_class(request)]


def approvals_waiting(request: HttpRequest) -> int | None:
    """Badge of the menu entry."""
    return reads.waiting(policies.visible_filings(request.actor)) or None


def _for_student(request: HttpRequest) -> Iterator[dict[str, Any]]:
    for mine in students.mine(policies.own_sittings(request.actor), timezone.now()):
        url = reverse("screening:sitting", args=[mine.sitting.pk])
        due = mine.sitting.campaign.closes_at
        if mine.stage in ("ready", "ask"):
            text = _("接着上次的地方答，答过的都在。") if mine.begun else _("可以参加，也可以不参加，由你决定。")
            yield {
                "title": mine.sitting.campaign.title,
                "text": text,
                "url": url,
                "urgency": 1,
                "due_at": due,
                "icon": "heart",
            }


def _for_school(request: HttpRequest) -> Iterator[dict[str, Any]]:
    actor, at = request.actor, timezone.now()
    if not actor.may(Action.RUN_SCREENING):
        return
    for filing in reads.to_mend(policies.visible_filings(actor)):
        url = reverse("screening:filing", args=[filing.pk])
        yield {
            "title": _("申报被退回，请修改"),
            "text": filing.title,
            "url": url,
            "urgency": 2,
            "icon": "arrow-back-up",
        }
    for filing in reads.to_prepare(policies.visible_filings(actor), at):
        url = reverse("screening:filing", args=[filing.pk])
        title = _("申报已批准，请建立测评")
        yield {
            "title": title,
            "text": filing.title,
            "url": url,
            "urgency": 2,
            "due_at": filing.opens_at,
            "icon": "check",
        }
    for campaign, why in reads.shut(policies.runnable_campaigns(actor), at):
        url = reverse("screening:campaign", args=[campaign.pk])
        yield {"title": _("测评到时间了还没有开放"), "text": why, "url": url, "urgency": 3, "icon": "alert-triangle"}
    for campaign in reads.open_now(policies.runnable_campaigns(actor)):
        url = reverse("screening:campaign", args=[campaign.pk])
        title = _("测评进行中")
        yield {
            "title": title,
            "text": campaign.title,
            "url": url,
            "due_at": campaign.closes_at,
            "icon": "clipboard-list",
        }


def _for_bureau(request: HttpRequest) -> Iterator[dict[str, Any]]:
    if not request.actor.may(Action.APPROVE_SCREENING):
        return
    count = reads.waiting(policies.visible_filings(request.actor))
    if count:
        text = _("学校等着您的意见，批准后才能开始测评。")
        url = reverse("screening:approvals")
        yield {"title": _("测评申报待审批"), "text": text, "url": url, "urgency": 2, "count": count, "icon": "clock"}


def _for_class(request: HttpRequest) -> Iterator[dict[str, Any]]:
    actor = request.actor
    if not actor.may(Action.SEE_PROGRESS) or actor.may(Action.RUN_SCREENING) or actor.may(Action.APPROVE_SCREENING):
        return
    for campaign in reads.open_now(policies.visible_campaigns(actor)):
        url = reverse("screening:campaign", args=[campaign.pk])
        text = _("请告诉同学：可以参加，也可以不参加。这里只看人数。")
        yield {
            "title": campaign.title,
            "text": text,
            "url": url,
            "due_at": campaign.closes_at,
            "icon": "clipboard-list",
        }
