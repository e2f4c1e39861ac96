"""Missed dates climb, every minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.timezone import localdate

from xinqiao.cases.enums import CaseState, DutyState, TaskState
from xinqiao.cases.models import CareDuty, Case, CaseTask
from xinqiao.cases.services.care import climb_task
from xinqiao.cases.services.duties import climb_duty
from xinqiao.cases.services.opening import climb_case
from xinqiao.outbox.registry import every


def _late(at: datetime, date_field: str, post_field: str) -> Q:
    return Q(**{f"{date_field}__lte": at}) | Q(**{f"{post_field}__ends_on__lte": localdate(at)})


@every("cases.climb", timedelta(minutes=1))
def climb(at: datetime) -> None:
    duties = CareDuty.objects.filter(_late(at, "due_at", "holder_post"), state=DutyState.OPEN)
    for pk in list(duties.values_list("pk", flat=True)):
        climb_duty(duty_id=pk, at=at)
    tasks = CaseTask.objects.filter(_late(at, "due_at", "holder_post"), state=TaskState.OPEN)
    for pk in list(tasks.values_list("pk", flat=True)):
        climb_task(task_id=pk, at=at)
    cases = Case.objects.filter(_late(at, "next_at", "owner_post")).exclude(state=CaseState.CLOSED)
    for pk in list(cases.values_list("pk", flat=True)):
        climb_case(case_id=pk, at=at)
