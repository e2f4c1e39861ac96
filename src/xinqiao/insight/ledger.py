"""The ledger of students under attention (重点关注学生台账), as Excel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from xinqiao.access.actor import Actor
from xinqiao.access.enums import Action, Depth
from xinqiao.audit.services import record
from xinqiao.cases.enums import CaseState, ContactWith, FollowUpState, Outcome
from xinqiao.cases.models import Case, FollowUp, Plan
from xinqiao.cases.policies import visible_cases
from xinqiao.documents.excel import Column, Sheet, workbook
from xinqiao.people.models import Enrolment, current
from xinqiao.people.rules import school_year_of
from xinqiao.people.selectors import under
from xinqiao.signals.enums import Source
from xinqiao.signals.models import LevelChange


def columns(*, named: bool) -> list[Column]:
    """Number, code, (name,) class, level, since, sign, measure, owner, contact, follow-ups, referral, trend, end."""
    who = [Column(_("姓名"), 12), Column(_("学号"), 14)] if named else []
    return [
        Column(_("序号"), 6, "number"),
        Column(_("个案编号"), 12),
        *who,
        Column(_("学校"), 18),
        Column(_("班级"), 14),
        Column(_("关注等级"), 10, "number"),
        Column(_("等级始于"), 12, "date"),
        Column(_("主要线索"), 14),
        Column(_("措施"), 24),
        Column(_("负责人"), 12),
        Column(_("建案日期"), 12, "date"),
        Column(_("最近联系家长"), 14, "date"),
        Column(_("上次随访"), 12, "date"),
        Column(_("下次随访"), 12, "date"),
        Column(_("下次日期"), 12, "date"),
        Column(_("转介"), 12),
        Column(_("变化"), 10),
        Column(_("状态"), 12),
        Column(_("结案日期"), 12, "date"),
    ]


def ledger_cases(actor: Actor, at: datetime) -> list[Case]:
    """Cases of the schools whose ledger the actor may export, with dates, oldest first. One query."""
    schools = actor.paths(Action.EXPORT_LEDGER, Depth.PLAN)
    if not schools:
        return []
    return list(
        visible_cases(actor, at)
        .filter(under(schools, "school__path"))
        .select_related("person", "owner", "school")
        .annotate(
            told_at=Max("contacts__held_at", filter=Q(contacts__whom=ContactWith.GUARDIAN, contacts__reached=True)),
            followed_at=Max("follow_ups__done_at"),
            follow_at=Min("follow_ups__due_at", filter=Q(follow_ups__state=FollowUpState.DUE)),
        )
        .order_by("opened_at", "pk")
    )


@transaction.atomic
def export_ledger(*, actor: Actor, named: bool, at: datetime, over: bool = True) -> bytes:
    """The workbook. Every student in it gets an entry of the export in the trail of their school.

    over: with closed cases. Raises PermissionDenied for somebody who may not export.
    """
    if not actor.may(Action.EXPORT_LEDGER, None, Depth.PLAN):
        raise PermissionDenied
    cases = [case for case in ledger_cases(actor, at) if over or case.state != CaseState.CLOSED]
    for case in cases:
        record(
            account=actor.account, who=actor.who, action="ledger.exported", at=at, owner=case.school_id, subject=case,
            person=case.person_id, reading=True, named=named,
        )  # fmt: skip
    title, note = _("重点关注学生台账"), _("内部资料，按规定保管。不写诊断，不用于评价与评优。")
    sheet = Sheet(
        title=title, columns=columns(named=named), rows=rows(cases, at, named=named), name=_("台账"), note=note
    )
    return workbook([sheet])


def rows(cases: Sequence[Case], at: datetime, *, named: bool) -> Iterator[list[object]]:
    """Cells in the order of ``columns``. Five queries."""
    on = localdate(at)
    people = [case.person_id for case in cases]
    levels = {
        change.person_id: change
        for change in LevelChange.objects.filter(person__in=people, state="standing").order_by("stands_from", "id")
    }
    signs = dict(
        LevelChange.objects.filter(pk__in=[case.change_id for case in cases]).values_list(
            "pk", "interview__signal__source"
        )
    )
    places = {
        row.person_id: row
        for row in Enrolment.objects.filter(current(on), person__in=people).select_related("class_node", "school")
    }
    plans = {plan.case_id: plan for plan in Plan.objects.filter(case__in=cases).order_by("version")}
    steady = _steady(cases)
    for number, case in enumerate(cases, start=1):
        change, place, plan = levels.get(case.person_id), places.get(case.person_id), plans.get(case.pk)
        who = [case.person.name, place.student_number if place else ""] if named else []
        title = place.class_node.title_in(school_year_of(on), place.school.system) if place else _("已离校")
        yield [
            number, f"XQ{case.pk:06}", *who, case.school.name, title, change.level if change else "",
            _day(change.stands_from if change else None), _sign(signs.get(case.change_id or 0)), _measure(plan),
            case.owner.name, _day(case.opened_at), _day(case.told_at), _day(case.followed_at), _day(case.follow_at),  # type: ignore[attr-defined]
            _day(case.next_at), _referral(case), _trend(case, change, steady.get(case.pk)),
            str(CaseState(case.state).label), _day(case.closed_at),
        ]  # fmt: skip


def _day(moment: datetime | None) -> object:
    return localtime(moment).date() if moment else ""


def _steady(cases: Sequence[Case]) -> dict[int, bool | None]:
    """What the last follow-up held said, by case."""
    done = FollowUp.objects.filter(case__in=cases, state=FollowUpState.DONE).order_by("done_at")
    return dict(done.values_list("case", "steady"))


def _sign(source: str | None) -> str:
    return str(Source(source).label) if source else ""


def _measure(plan: Plan | None) -> str:
    """That there is a plan and until when; what is in it stays in the file."""
    if plan is None:
        return _("尚未制定方案")
    return _("支持方案第%(n)s版，%(on)s复核") % {"n": plan.version, "on": plan.review_on.isoformat()}


def _referral(case: Case) -> str:
    return _("已转介") if case.outcome == Outcome.REFERRED else ""


def _trend(case: Case, change: LevelChange | None, steady: bool | None) -> str:
    """Level against the one before it; where it has not changed, what the last follow-up saw."""
    if change is not None and change.level != change.previous and change.pk != case.change_id:
        return _("减轻") if change.level < change.previous else _("加重")
    if steady is None:
        return ""
    return _("平稳") if steady else _("有波动")
