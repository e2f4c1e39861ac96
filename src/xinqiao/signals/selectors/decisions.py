"""What the pages of interview, level and second person need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.access.policies import visible_enrolments
from xinqiao.people.models import Enrolment, Person
from xinqiao.people.selectors import class_title
from xinqiao.signals.enums import ChangeState, GuardianTold, Ideas, InterviewState, Plan, SignalState, YesNo
from xinqiao.signals.models import Interview, LevelChange
from xinqiao.signals.selectors.answering import seconds_for
from xinqiao.ui.levels import FACES


def interviewable(actor: Actor, at: datetime) -> QuerySet[Enrolment]:
    """Students with whom the actor may hold an interview."""
    rows = visible_enrolments(actor, at, Action.INTERVIEW, Depth.NOTES)
    return rows.select_related("person", "school", "class_node")


def readers(interview: Interview, at: datetime) -> QuerySet[Person]:
    """Colleagues who could read along or agree: everybody with that right here but the interviewer."""
    posts = seconds_for(interview.school, {interview.interviewer_id}, at)
    return Person.objects.filter(pk__in=[post.person_id for post in posts]).order_by("name")


def decidable(rows: QuerySet[Interview]) -> QuerySet[Interview]:
    """Finished interviews whose signal waits for the decision."""
    waiting_ = rows.filter(state=InterviewState.DONE, signal__state=SignalState.INTERVIEWED)
    return waiting_.select_related("signal__class_node", "signal__school", "subject", "school", "interviewer")


def level_choices(standing: LevelChange | None, own_words: Sequence[object] | None) -> list[tuple[int, str]]:
    """Levels that can be set, in the school's own five words where it has them.

    0 is offered only to somebody who stands higher: where nothing was, nothing is recorded.
    """
    words = own_words or [face.word for face in FACES]
    lowest = 0 if standing and standing.level else 1
    means = [
        _("不再需要特别关注"),
        _("有些困扰，能应付：班主任按提示关心"),
        _("困扰明显或功能下降：心理教师跟进，联系家长"),
        _("有想法、自伤史或一周内急剧变化：年级和学校参与，当天告知家长"),
        _("有计划、方式、告别或尝试：危机小组，不离人"),
    ]
    return [(level, f"{level} · {words[level]} — {means[level]}") for level in range(lowest, 5)]


def warnings(content: Mapping[str, Any], interview: Interview) -> list[str]:
    """What was said in the talk and should not be overlooked now. Hints for a person; they decide nothing."""
    found = []
    if content.get("plan") == Plan.CONCRETE or content.get("means") == YesNo.YES:
        found.append(_("访谈中提到了具体的计划或拿得到的方式。"))
    if content.get("ideas") in (Ideas.SOMETIMES, Ideas.OFTEN):
        found.append(_("访谈中提到近期有不想活的想法。"))
    if content.get("acts") == YesNo.YES:
        found.append(_("访谈中提到有过自伤或尝试。"))
    if content.get("others") == YesNo.YES:
        found.append(_("访谈中提到还有其他人处在危险中，请核实是否需要强制报告。"))
    if found and interview.guardian_told == GuardianTold.NOT_YET:
        found.append(_("还没有告知家长。"))
    return found


def said(change: LevelChange) -> str:
    """What the page says after a level was set."""
    if change.state == ChangeState.AWAITING:
        return _("已请另一位同事复核；在同意之前，等级保持不变。")
    if change.level == change.previous:
        return _("等级保持不变，已记入历史。")
    return _("等级已生效，班级、年级和学校的关怀任务已经安排。")


def waiting(rows: QuerySet[LevelChange]) -> QuerySet[LevelChange]:
    """Lowerings with what their list and page show, the oldest first."""
    return rows.select_related(
        "person", "school", "set_by", "interview__interviewer", "interview__signal__class_node"
    ).order_by("set_at", "pk")


def place(change: LevelChange, at: datetime) -> str:
    """The student's class at the time of the signal, by the name it has now."""
    node = change.interview.signal.class_node
    return class_title(node, localdate(at), change.school.system or "63") if node else change.school.name
