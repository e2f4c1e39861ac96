"""The ledger of students under attention (重点关注学生台账), as Excel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max, Min, Q
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.cases.enums import CaseState, ContactWith, FollowUpState
from xinqiao.cases.models import Case
from xinqiao.cases.policies import visible_cases
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.people.models import Enrolment, current
from xinqiao.people.rules import school_year_of
from xinqiao.signals.models import LevelChange


def columns(*, named: bool) -> list[Column]:
    who = [Column(_("姓名"), 12), Column(_("学号"), 14)] if named else []
    return [
        Column(_("序号"), 6, "number"),
        Column(_("个案编号"), 12),
        *who,
        Column(_("班级"), 14),
        Column(_("关注等级"), 10),
        Column(_("等级始于"), 12, "date"),
        Column(_("建案日期"), 12, "date"),
        Column(_("负责人"), 12),
        Column(_("最近联系家长"), 14, "date"),
        Column(_("上次随访"), 12, "date"),
        Column(_("下次随访"), 12, "date"),
        Column(_("下次日期"), 12, "date"),
        Column(_("状态"), 10),
        Column(_("结案日期"), 12, "date"),
    ]


def ledger_cases(actor: Actor, at: datetime) -> list[Case]:
    """Cases of the schools whose ledger the actor may export, with dates, oldest first."""
    schools = Q()
    for path in actor.paths(Action.EXPORT_LEDGER, Depth.PLAN):
        schools |= Q(school__path__startswith=path)
    if not schools:
        return []
    return list(
        visible_cases(actor, at)
        .filter(schools)
        .select_related("person", "owner", "school")
        .annotate(
            told_at=Max("contacts__held_at", filter=Q(contacts__whom=ContactWith.GUARDIAN, contacts__reached=True)),
            followed_at=Max("follow_ups__done_at"),
            follow_at=Min("follow_ups__due_at", filter=Q(follow_ups__state=FollowUpState.DUE)),
        )
        .order_by("opened_at", "pk")
    )


def rows(cases: list[Case], at: datetime, *, named: bool) -> Iterator[list[object]]:
    on = localdate(at)
    people = [case.person_id for case in cases]
    levels = {
        change.person_id: change
        for change in LevelChange.objects.filter(person__in=people, state="standing").order_by("stands_from", "id")
    }
    places = {
        row.person_id: row
        for row in Enrolment.objects.filter(current(on), person__in=people).select_related("class_node", "school")
    }
    for number, case in enumerate(cases, start=1):
        change, place = levels.get(case.person_id), places.get(case.person_id)
        who = [case.person.name, place.student_number if place else ""] if named else []
        title = place.class_node.title_in(school_year_of(on), place.school.system) if place else _("已离校")
        yield [
            number, f"XQ{case.pk:06}", *who, title, change.level if change else "",
            _day(change.stands_from if change else None), _day(case.opened_at), case.owner.name,
            _day(case.told_at), _day(case.followed_at), _day(case.follow_at), _day(case.next_at),  # type: ignore[attr-defined]
            str(CaseState(case.state).label), _day(case.closed_at),
        ]  # fmt: skip


def _day(moment: datetime | None) -> object:
    return localtime(moment).date() if moment else ""


def ledger(cases: list[Case], at: datetime, *, named: bool, title: str) -> bytes:
    note = _("内部资料，按规定保管。不写诊断，不用于评价与评优。")
    return workbook([Sheet(title=title, columns=columns(named=named), rows=rows(cases, at, named=named), note=note)])
