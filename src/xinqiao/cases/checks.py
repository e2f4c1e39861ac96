"""What must hold of cases and duties; asked by ``xinqiao doctor`` on live data and by the property tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q
from django.utils.timezone import localdate

from xinqiao.cases.enums import CaseState, DutyState, TaskState
from xinqiao.cases.models import CareDuty, Case, CaseTask
from xinqiao.kernel.findings import Finding
from xinqiao.people.models import current


def violations(at: datetime) -> Iterator[Finding]:
    """Open things without an owner in post or without a date ahead, and closings by one person.

    A date may lie up to two minutes back: the sweep that climbs runs every minute.
    """
    held = current(localdate(at), "owner_post__") & Q(owner_post__person=F("owner"))
    for case in Case.objects.exclude(state=CaseState.CLOSED):
        if not Case.objects.filter(held, pk=case.pk).exists():
            yield Finding("owner", f"cases.case:{case.pk}", "个案没有在岗的负责人，请移交给在岗的心理教师。")
        if case.next_at is None or (at - case.next_at).total_seconds() > GRACE_SECONDS:
            yield Finding(
                "next_date", f"cases.case:{case.pk}", "个案的下次日期已过而没有上升，请检查后台任务是否在运行。"
            )
    for case in Case.objects.filter(state=CaseState.CLOSED):
        if case.closed_by_id is None or case.closed_by_id == case.closing_asked_by_id:
            yield Finding("two_persons", f"cases.case:{case.pk}", "个案结案没有经过第二人复核。")
    for model, open_state, name in ((CareDuty, DutyState.OPEN, "careduty"), (CaseTask, TaskState.OPEN, "casetask")):
        rows = model._default_manager.filter(state=open_state)
        holder = current(localdate(at), "holder_post__") & Q(holder_post__person=F("holder"))
        for pk in rows.exclude(holder).values_list("pk", flat=True):
            yield Finding("owner", f"cases.{name}:{pk}", "任务没有在岗的负责人，请检查岗位任命与后台任务。")
        for pk, due_at in rows.values_list("pk", "due_at"):
            if (at - due_at).total_seconds() > GRACE_SECONDS:
                yield Finding("next_date", f"cases.{name}:{pk}", "任务已超时而没有上升，请检查后台任务是否在运行。")


GRACE_SECONDS = 120
