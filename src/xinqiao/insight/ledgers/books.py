"""The ledgers there are, in one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import PostKind
from xinqiao.insight.ledgers.book import Book, day_of, days_late
from xinqiao.insight.ledgers.places import PLACES
from xinqiao.people.models import Person
from xinqiao.plans import policies as plans
from xinqiao.plans.enums import Origin, TaskState, Verdict
from xinqiao.plans.models import HandIn, Task
from xinqiao.plans.rules import OPEN_STATES
from xinqiao.plans.selectors.rows import listed, rows_of
from xinqiao.teams import policies as teams
from xinqiao.teams.enums import MeetingState
from xinqiao.teams.models import Decision, Meeting, Seat
from xinqiao.teams.selectors.meetings import ledger as meetings_of


def _tasks(actor: Actor) -> QuerySet[Task]:
    return listed(plans.visible_tasks(actor)).select_related("settled_by").order_by("due_on", "unit__path", "pk")


def _task_cells(rows: Sequence[Task], on: date) -> Iterator[list[object]]:
    for row in rows_of(rows, on):
        task = row.task
        owner, settled = task.owner, task.state in (TaskState.ACCEPTED, TaskState.WAIVED)
        yield [
            task.unit.name, row.plan_title or str(Origin(task.origin).label), row.title,
            owner.person.name if owner else "", str(PostKind(owner.kind).label) if owner else "", task.asker.name,
            task.starts_on, task.due_on, str(TaskState(task.state).label), day_of(task.settled_at) if settled else "",
            days_late(task.due_on, task.settled_at, on, open_=task.state in OPEN_STATES), task.reason,
        ]  # fmt: skip


def _task_state(state: str, on: date) -> Q:
    return Q(state__in=OPEN_STATES, due_on__lt=on) if state == "late" else Q(state=state)


def _hand_ins(actor: Actor) -> QuerySet[HandIn]:
    rows = HandIn.objects.filter(task__in=plans.visible_tasks(actor).order_by().values("pk"))
    related = ("task__unit", "task__plan", "by", "reviewed_by")
    return (
        rows.select_related(*related).defer("task__plan__data").prefetch_related("attachments").order_by("-at", "-pk")
    )


def _hand_in_cells(rows: Sequence[HandIn], on: date) -> Iterator[list[object]]:
    named = {row.task.pk: row for row in rows_of(listed(Task.objects.filter(pk__in={row.task_id for row in rows})), on)}
    for row in rows:
        files = list(row.attachments.all())
        pictures = sum(file.picture for file in files)
        yield [
            row.task.unit.name, named[row.task_id].plan_title, named[row.task_id].title, row.number, row.by.name,
            day_of(row.at), len(files) - pictures, pictures, str(Verdict(row.verdict).label),
            row.reviewed_by.name if row.reviewed_by else "", day_of(row.reviewed_at), row.words,
        ]  # fmt: skip


def _seats(actor: Actor) -> QuerySet[Seat]:
    rows = teams.visible_seats(actor).select_related("position__team__organisation", "person")
    return rows.order_by("position__team__organisation__path", "position__team", "position", "starts_on", "pk")


def _seat_cells(rows: Sequence[Seat], on: date) -> Iterator[list[object]]:
    for seat in rows:
        team, person = seat.position.team, seat.person
        held = seat.ends_on is None or seat.ends_on > on
        yield [
            team.organisation.name, team.title, seat.position.title, _name(seat.name, person),
            seat.workplace or (team.organisation.name if person else ""), seat.profession, seat.credential,
            seat.starts_on, seat.ends_on or "", say("在任") if held else say("已离任"), seat.letter_number,
        ]  # fmt: skip


def _name(outside: str, person: Person | None) -> str:
    return person.name if person is not None else outside


def _seat_state(state: str, on: date) -> Q:
    held = Q(ends_on=None) | Q(ends_on__gt=on)
    return held if state == "held" else ~held


def _meetings(actor: Actor) -> QuerySet[Meeting]:
    return meetings_of(teams.visible_teams(actor)).select_related("minutes_by")


def _meeting_cells(rows: Sequence[Meeting], on: date) -> Iterator[list[object]]:
    for row in rows:
        yield [
            row.team.organisation.name, row.team.title, day_of(row.held_at), row.place,
            str(MeetingState(row.state).label), row.agenda, row.was_there, row.decided, row.open_decisions,  # type: ignore[attr-defined]
            row.minutes_by.name if row.minutes_by else "", day_of(row.minutes_at), row.reason,
        ]  # fmt: skip


def _decisions(actor: Actor) -> QuerySet[Decision]:
    rows = teams.visible_decisions(actor).select_related("meeting__team__organisation", "unit", "settled_by")
    return rows.order_by("-meeting__held_at", "pk")


def _decision_cells(rows: Sequence[Decision], on: date) -> Iterator[list[object]]:
    for row in rows:
        done = row.settled_on is not None
        late = not done and row.due_on is not None and row.due_on < on
        yield [
            row.meeting.team.organisation.name, row.meeting.team.title, localdate(row.meeting.held_at), row.words,
            row.unit.name, row.due_on or "", say("已落实") if done else say("已逾期") if late else say("未落实"),
            row.settled_on or "", row.settled_by.name if row.settled_by else "", row.outcome,
        ]  # fmt: skip


def _decision_state(state: str, on: date) -> Q:
    return Q(settled_on__isnull=state == "open")


BOOKS: Sequence[Book] = (
    Book(
        key="tasks", title=_("方案任务台账"), text=_("谁在什么时候以前做什么，做得怎样"), icon="checklist",
        heads=(
            (_("单位"), "text", 22), (_("方案"), "text", 26), (_("任务"), "text", 32), (_("责任人"), "text", 10),
            (_("岗位"), "text", 12), (_("下达单位"), "text", 20), (_("开始日期"), "date", None),
            (_("完成时限"), "date", None), (_("状态"), "text", 10), (_("办结日期"), "date", None),
            (_("逾期天数"), "number", 9), (_("备注"), "text", 20),
        ),
        rows=_tasks, written=_task_cells, day="due_on", place="unit__path",
        states=(("late", _("逾期未交")), *((state.value, state.label) for state in TaskState)),
        by_state=_task_state, search=("title", "unit__name"),
    ),
    Book(
        key="hand-ins", title=_("材料上交台账"), text=_("每一次上交、审核和退回"), icon="file-check",
        heads=(
            (_("单位"), "text", 22), (_("方案"), "text", 26), (_("任务"), "text", 32), (_("第几次"), "number", 8),
            (_("上交人"), "text", 10), (_("上交日期"), "date", None), (_("文件"), "number", 7),
            (_("照片"), "number", 7), (_("审核结果"), "text", 10), (_("审核人"), "text", 10),
            (_("审核日期"), "date", None), (_("审核意见"), "text", 30),
        ),
        rows=_hand_ins, written=_hand_in_cells, day="at", place="task__unit__path", moments=True,
        states=(("accepted", _("通过")), ("returned", _("退回")), ("withdrawn", _("已撤回"))),
        by_state=lambda state, _on: Q(verdict=state), search=("task__title", "task__unit__name"),
    ),
    Book(
        key="teams", title=_("队伍台账"), text=_("队伍、岗位和聘任"), icon="users-group",
        heads=(
            (_("单位"), "text", 22), (_("队伍"), "text", 22), (_("岗位"), "text", 18), (_("姓名"), "text", 10),
            (_("工作单位"), "text", 22), (_("专业"), "text", 14), (_("资格"), "text", 18),
            (_("任职日期"), "date", None), (_("离任日期"), "date", None), (_("状态"), "text", 9),
            (_("聘书编号"), "text", 14),
        ),
        rows=_seats, written=_seat_cells, day="starts_on", place="organisation__path",
        states=(("held", _("在任")), ("ended", _("已离任"))), by_state=_seat_state,
        search=("position__team__title", "position__title", "person__name", "name"),
    ),
    Book(
        key="meetings", title=_("会议台账"), text=_("什么时候开、谁到会、定了什么"), icon="calendar-event",
        heads=(
            (_("单位"), "text", 22), (_("队伍"), "text", 22), (_("日期"), "date", None), (_("地点"), "text", 16),
            (_("状态"), "text", 9), (_("议题"), "text", 34), (_("到会人数"), "number", 9),
            (_("决定"), "number", 7), (_("未落实"), "number", 8), (_("记录人"), "text", 10),
            (_("纪要日期"), "date", None), (_("取消原因"), "text", 18),
        ),
        rows=_meetings, written=_meeting_cells, day="held_at", place="team__organisation__path", moments=True,
        states=tuple((state.value, state.label) for state in MeetingState), search=("team__title", "agenda"),
    ),
    Book(
        key="decisions", title=_("会议决定台账"), text=_("定下的事由谁办、办到哪里"), icon="gavel",
        heads=(
            (_("单位"), "text", 22), (_("队伍"), "text", 22), (_("会议日期"), "date", None),
            (_("决定事项"), "text", 36),
            (_("承办单位"), "text", 22), (_("完成时限"), "date", None), (_("状态"), "text", 9),
            (_("落实日期"), "date", None), (_("落实人"), "text", 10), (_("落实情况"), "text", 30),
        ),
        rows=_decisions, written=_decision_cells, day="meeting__held_at", place="meeting__team__organisation__path",
        moments=True,
        states=(("open", _("未落实")), ("settled", _("已落实"))), by_state=_decision_state,
        search=("words", "unit__name"),
    ),
    *PLACES,
)  # fmt: skip


def book_of(key: str) -> Book | None:
    return next((book for book in BOOKS if book.key == key), None)
