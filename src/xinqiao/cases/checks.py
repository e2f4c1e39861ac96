"""The promises of this room, looked for in the rows themselves (``xinqiao doctor`` and the property tests)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from xinqiao.audit.services import subject_of
from xinqiao.cases import rules
from xinqiao.cases.enums import CaseState, DutyKind, FollowUpState
from xinqiao.cases.models import CareDuty, Case, CaseClimb, CaseTask, DutyClimb, FollowUp, TaskClimb
from xinqiao.cases.selectors import passing
from xinqiao.kernel.findings import Finding
from xinqiao.people.models import Organisation
from xinqiao.signals.models import LevelChange

GRACE = timedelta(minutes=5)
"""Sweeps come every minute; what stands longer than this is not being looked after."""

REVIEW_GRACE = timedelta(hours=32)
"""The sweep asks for a review by day, and once a day: by the next morning it is in somebody's hands."""


def violations(at: datetime) -> Iterator[Finding]:
    """Every row of this room that breaks a safety promise at a moment. Changes nothing."""
    for check in CHECKS:
        yield from check(at)


def _owners(at: datetime) -> Iterator[Finding]:
    for case in Case.objects.filter(pk__in=passing.orphaned_cases(at)):
        yield Finding("owner", subject_of(case), _("个案没有在岗的负责人，请移交给在岗的心理教师。"))
    for duty in CareDuty.objects.filter(pk__in=passing.orphaned_duties(at)):
        yield Finding(
            "owner", subject_of(duty), _("关怀任务没有管得到这位学生的在岗负责人，请检查岗位任命与后台任务。")
        )
    for task in CaseTask.objects.filter(pk__in=passing.orphaned_tasks(at)):
        yield Finding(
            "owner", subject_of(task), _("支持任务没有管得到这位学生的在岗负责人，请检查岗位任命与后台任务。")
        )


def _dates(at: datetime) -> Iterator[Finding]:
    words = _("期限过去了却没有交给下一位。后台任务可能停了，请检查 xinqiao worker。")
    for duty in passing.open_duties().filter(due_at__lt=at - GRACE):
        yield Finding("climb", subject_of(duty), words)
    for task in passing.open_tasks().filter(due_at__lt=at - GRACE):
        yield Finding("climb", subject_of(task), words)
    for case in passing.open_cases().filter(Q(next_at=None) | Q(next_at__lt=at - GRACE)):
        yield Finding("climb", subject_of(case), words)
    first = FollowUp.objects.filter(
        case=OuterRef("pk"), state=FollowUpState.DUE, due_at__gt=at, due_at__lt=OuterRef("next_at")
    )
    for case in passing.open_cases().filter(Exists(first)):
        yield Finding("next_date", subject_of(case), _("有一次随访早于个案的下次日期，请在个案页重设下次日期。"))


def _climbs(at: datetime) -> Iterator[Finding]:
    for model in (DutyClimb, CaseClimb, TaskClimb):
        lost = model._default_manager.exclude(Q(from_post__person=F("from_person")) & Q(to_post__person=F("to_person")))
        for climb in lost:
            yield Finding("climb_log", subject_of(climb), _("转交记录中的人和岗位对不上，请联系技术支持核对留痕。"))


def _closings(at: datetime) -> Iterator[Finding]:
    alone = Q(closed_by=None) | Q(closing_asked_by=None) | Q(closed_by=F("closing_asked_by"))
    for case in Case.objects.filter(alone, state=CaseState.CLOSED):
        yield Finding("two_persons", subject_of(case), _("个案结案没有经过第二人复核，请重新打开后按流程结案。"))
    left = CaseTask.objects.filter(case=OuterRef("pk"), state="open")
    waits = FollowUp.objects.filter(case=OuterRef("pk"), state="due")
    for case in Case.objects.filter(Exists(left) | Exists(waits), state=CaseState.CLOSED):
        yield Finding("left_open", subject_of(case), _("个案已结案，却还有没完成的任务或随访，请重新打开后处理。"))


def _levels(at: datetime) -> Iterator[Finding]:
    """Duties without an interview's level, and levels nobody was asked to act on."""
    for duty in CareDuty.objects.exclude(change__state="standing", change__person=F("person")):
        yield Finding("duty_without_level", subject_of(duty), _("关怀任务没有生效的等级作依据，请核对留痕后处理。"))
    for pk in passing.levels_without_duties(at - GRACE):
        change = LevelChange.objects.get(pk=pk)
        if rules.DUTIES[change.level] and change.person.enrolments.filter(ends_on=None, school=change.school).exists():
            yield Finding(
                "level_without_duties", subject_of(change), _("等级生效了，却没有人收到任务。请检查 xinqiao worker。")
            )
    yield from _graver_than_the_plan(at)


def _graver_than_the_plan(at: datetime) -> Iterator[Finding]:
    """An open duty of a level that no longer stands: somebody is told something that is not true any more."""
    later = LevelChange.objects.filter(
        person=OuterRef("person"),
        school=OuterRef("school"),
        state="standing",
        stands_from__gt=OuterRef("change__stands_from"),
        stands_from__lt=at - GRACE,
    ).exclude(level=F("previous"))
    for duty in passing.open_duties().filter(Exists(later)):
        yield Finding("old_level", subject_of(duty), _("关怀任务来自已经改变的等级，请检查 xinqiao worker。"))


def _reviews(at: datetime) -> Iterator[Finding]:
    for change in LevelChange.objects.filter(pk__in=passing.levels_to_review(at, REVIEW_GRACE)):
        yield Finding(
            "review",
            subject_of(change),
            _(
                "关注等级到了复评日期，既没有进行中的个案，也没有人收到复评。"
                "请检查 xinqiao worker，或请心理教师在学生档案页开始一次访谈。"
            ),
        )


def _cases_asked_for(at: datetime) -> Iterator[Finding]:
    """The duty to open a case ends by opening one: done while the student is here means that there is (or was) one."""
    there = Case.objects.filter(person=OuterRef("person"), school=OuterRef("school"))
    rows = CareDuty.objects.filter(kind=DutyKind.OPEN_CASE, state="done", words=b"").exclude(Exists(there))
    for duty in rows:
        yield Finding("case", subject_of(duty), _("建立个案的任务记为完成，却没有个案，请立即建立。"))


def _settings(at: datetime) -> Iterator[Finding]:
    for node in Organisation.objects.exclude(options={}):
        for name in rules.faulty_settings(node.options or {}):
            yield Finding(
                "clock",
                subject_of(node),
                _("关怀任务的时限设置 %(name)s 读不懂、过长或不适用，没有使用，现按默认值计时。请在机构设置中更正。")
                % {"name": name},
            )


CHECKS: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
    _owners,
    _dates,
    _climbs,
    _closings,
    _levels,
    _reviews,
    _cases_asked_for,
    _settings,
)
