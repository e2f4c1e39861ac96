"""Posts end and people move: nothing open stays without who answers for it. Asked at once, and by the sweep."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from xinqiao.cases.models import CareDuty, Case, CaseTask
from xinqiao.cases.selectors import passing
from xinqiao.cases.services import climbing

log = logging.getLogger("xinqiao.cases")


def keep_all(*, at: datetime, post_id: int | None = None) -> int:
    """Hand on cases, tasks and duties (of one post, when it is named); returns how many changed. For the house.

    Each is its own transaction: one that cannot be handed on does not hold up the others, and is tried again.
    """
    cases, tasks, duties = passing.orphaned_cases(at), passing.orphaned_tasks(at), passing.orphaned_duties(at)
    if post_id is not None:
        cases = list(Case.objects.filter(pk__in=cases, owner_post=post_id).values_list("pk", flat=True))
        tasks = list(CaseTask.objects.filter(pk__in=tasks, holder_post=post_id).values_list("pk", flat=True))
        duties = list(CareDuty.objects.filter(pk__in=duties, holder_post=post_id).values_list("pk", flat=True))
    return (
        _each("case", cases, lambda pk: climbing.keep_case(case_id=pk, at=at))
        + _each("task", tasks, lambda pk: climbing.keep_task(task_id=pk, at=at))
        + _each("duty", duties, lambda pk: climbing.keep_duty(duty_id=pk, at=at))
    )


def _each(what: str, ids: Iterable[int], act: Callable[[int], object]) -> int:
    done = 0
    for pk in ids:
        try:
            done += act(pk) is not None
        except Exception:
            log.exception("handing on failed for %s %s", what, pk)
    return done
