"""What this room shows on the home page, in the menu and in the student file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.people.models import Person
from xinqiao.signals import policies
from xinqiao.signals.enums import Source
from xinqiao.signals.selectors import lists, pages
from xinqiao.signals.selectors.decisions import interviewable


def raised(request: HttpRequest) -> int | None:
    """Badge of the queue: how many wait to be taken up."""
    return lists.tally(request.actor, timezone.now()).raised or None


def seconds(request: HttpRequest) -> int | None:
    """Badge of the second person's list."""
    return policies.visible_lowerings(request.actor, timezone.now()).count() or None


def home(request: HttpRequest) -> list[dict[str, Any]]:
    """What should I do now? One line each: take up, finish, agree; and the short ways to say something."""
    actor, at = request.actor, timezone.now()
    if actor is None:
        return []
    if actor.kind == "student":
        return _for_student(actor)
    return [*_for_triage(actor, at), *_for_seconds(actor, at), *_for_reporters(actor)]


def _item(title: str, text: str, url: str, urgency: int, *, icon: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "text": text, "url": reverse(url), "icon": icon, "urgency": urgency, **more}


def _for_triage(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Words of the house: how many, how many of them urgent, by when. Never who."""
    if not actor.may(Action.ANSWER):
        return []
    now = lists.tally(actor, at)
    found = []
    if now.raised:
        title = _("分诊") if actor.may(Action.TRIAGE) else _("交到您手上的信号")
        text = _("%(count)d 件待接手") % {"count": now.raised}
        if now.urgent:
            text = _("%(count)d 件待接手，其中 %(urgent)d 件紧急") % {"count": now.raised, "urgent": now.urgent}
        urgency = 3 if now.urgent or now.late else 2
        found.append(
            _item(title, text, "signals:queue", urgency, icon="bell", count=now.raised, due_at=now.raised_due_at)
        )
    if now.reviews:
        found.append(_reviews(now))
    if now.mine:
        text = _("%(count)d 件由您负责，请在期限前访谈或判断") % {"count": now.mine}
        late = now.mine_due_at is not None and now.mine_due_at < at
        url = reverse("signals:queue") + "?show=mine"
        urgency = 3 if late else 2
        item = _item(_("进行中的信号"), text, "signals:queue", urgency, icon="message-circle", count=now.mine)
        found.append(item | {"url": url, "due_at": now.mine_due_at})
    return found


def _reviews(now: lists.Tally) -> dict[str, Any]:
    """Said apart although the lines above count them: a review is planned, and easily lost among what is new."""
    text = _("%(count)d 位同学到了复评或约定再谈的日期") % {"count": now.reviews}
    item = _item(_("到期复评"), text, "signals:queue", 1, icon="calendar-time", count=now.reviews, due_at=None)
    return item | {"url": f"{reverse('signals:queue')}?source={Source.REVIEW}"}


def _for_seconds(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    if not actor.may(Action.SECOND_LEVEL):
        return []
    count = policies.visible_lowerings(actor, at).count()
    if not count:
        return []
    text = _("%(count)d 项从预警或危机降级，等您的意见") % {"count": count}
    return [_item(_("降级复核"), text, "signals:seconds", 2, icon="users", count=count, due_at=None)]


def _for_reporters(actor: Actor) -> list[dict[str, Any]]:
    """Class teachers and others who see students every day: the form is one tap away, and nothing chases them."""
    if actor.may(Action.TRIAGE) or not actor.holds("class_teacher", "subject_teacher", "grade_head"):
        return []
    if actor.may(Action.OBSERVE):
        text = _("看到学生有变化？两分钟写一条，交给心理老师。")
        return [_item(_("记录观察"), text, "signals:observe", 0, icon="eye", due_at=None, count=None)]
    text = _("担心某位学生？一分钟告诉值班老师。")
    return [_item(_("快速上报"), text, "signals:quick", 0, icon="bolt", due_at=None, count=None)]


def _for_student(actor: Actor) -> list[dict[str, Any]]:
    asked = pages.asked_already(actor)
    text = _("老师已经收到，会来找你。") if asked else _("什么都可以说，也可以只是坐一会儿。")
    found = [_item(_("想和老师聊聊"), text, "signals:talk", 0, icon="message-circle-heart", due_at=None, count=None)]
    if actor.may(Action.PEER_REPORT):
        text = _("哪位同学最近需要多一点关心？悄悄告诉老师。")
        found.append(_item(_("关心同学"), text, "signals:peer", 0, icon="heart-handshake", due_at=None, count=None))
    return found


def file(request: HttpRequest, *, person: Person, depth: Depth, at: datetime) -> list[dict[str, Any]]:
    """Sections of the student file. Below NOTES there is nothing of this room: a false alarm leaves no mark there."""
    actor = request.actor
    if depth < Depth.NOTES:
        return []
    signals = lists.listed(policies.visible_signals(actor, at).filter(subject=person)).order_by("-raised_at")
    talks = policies.visible_interviews(actor, at).filter(subject=person).select_related("interviewer")
    context = {
        "signals": list(signals[:30]),
        "talks": list(talks.order_by("-started_at")[:30]),
        "may_review": interviewable(actor, at).filter(person=person).exists(),
        "person": person,
        "at": at,
    }
    return [{"title": _("信号与访谈"), "template": "signals/parts/file.html", "context": context}]
