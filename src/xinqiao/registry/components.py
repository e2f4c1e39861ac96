"""Words and icons of operations, the line on the home page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xinqiao.access.enums import Action
from xinqiao.registry.enums import OperationKind
from xinqiao.registry.selectors.waiting import schools_without_chain, schools_without_terms

KIND_WORDS: Mapping[str, Any] = {
    OperationKind.NEW_YEAR: gettext_lazy("各年级升一级，毕业年级离校，开设新一届的班级"),
    OperationKind.SPLIT: gettext_lazy("把一个班的部分学生分到新开的班"),
    OperationKind.MERGE: gettext_lazy("把一个班并入同年级的另一个班"),
    OperationKind.MOVE: gettext_lazy("把学生调到本校另一个班"),
    OperationKind.TRANSFER: gettext_lazy("转到本区县另一所学校，档案随学生走"),
    OperationKind.LEAVE: gettext_lazy("休学、转出本区县、毕业等离校"),
}


@dataclass(frozen=True)
class Face:
    """How a kind of operation looks; ``icon=`` is what the asset build looks for."""

    icon: str


FACES: Mapping[str, Face] = {
    OperationKind.NEW_YEAR: Face(icon="stairs-up"),
    OperationKind.SPLIT: Face(icon="arrows-split"),
    OperationKind.MERGE: Face(icon="arrows-join"),
    OperationKind.MOVE: Face(icon="arrows-exchange"),
    OperationKind.TRANSFER: Face(icon="school"),
    OperationKind.LEAVE: Face(icon="logout"),
}
_STEP_WORDS: Mapping[str, Any] = {
    "graduate": gettext_lazy("毕业"),
    "promote": gettext_lazy("升级"),
    "open": gettext_lazy("新开"),
    "split": gettext_lazy("分到新班"),
    "merge": gettext_lazy("并入"),
    "close": gettext_lazy("停用"),
    "move": gettext_lazy("调班"),
    "transfer": gettext_lazy("转学"),
    "leave": gettext_lazy("离校"),
}


@dataclass(frozen=True)
class ShownStep:
    """One line of a preview in words."""

    what: str
    subject: str
    before: str
    after: str
    count: int


def shown_steps(steps: Iterable[Mapping[str, Any]]) -> list[ShownStep]:
    """The kept steps of an operation for the table on the page."""
    return [
        ShownStep(str(_STEP_WORDS.get(s["kind"], s["kind"])), s["subject"], s["before"], s["after"], s["count"])
        for s in steps
    ]


def waiting(request: HttpRequest, **_context: object) -> list[dict[str, Any]]:
    """For the slot "home": a school without anybody in its care chain, a school year without terms."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    found: list[dict[str, Any]] = []
    if actor.may(Action.MANAGE_POSTS):
        schools = schools_without_chain(actor, now)
        if schools:
            found.append(
                {
                    "title": _("有学校没有负责心理工作的人"),
                    "text": "、".join(schools[:3]),
                    "url": reverse("registry:staff"),
                    "urgency": 3,
                    "count": len(schools),
                    "icon": "user-question",
                }
            )
    if actor.may(Action.MANAGE_CALENDAR) and schools_without_terms(actor, now):
        found.append(
            {
                "title": _("本学年的校历还没有学期"),
                "text": _("没有学期，寒暑假也会算作工作日，提醒时间就不准。"),
                "url": reverse("registry:calendars"),
                "urgency": 1,
                "icon": "calendar-plus",
            }
        )
    return found
