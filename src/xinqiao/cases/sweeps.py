"""What happens because time passes. Each row is its own transaction: one that fails does not hold up the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from xinqiao.access.actor import HOUSE
from xinqiao.cases.selectors import passing
from xinqiao.cases.services import climbing, keeping
from xinqiao.cases.services.duties import give_duties
from xinqiao.cases.services.opening import follow_level
from xinqiao.outbox.registry import every
from xinqiao.signals.models import LevelChange
from xinqiao.signals.rules import REVIEW_FROM_HOUR
from xinqiao.signals.services.raising import raise_level_review

log = logging.getLogger("xinqiao.cases")


def _each(what: str, ids: Iterable[int], act: Callable[[int], object]) -> None:
    for pk in ids:
        try:
            act(pk)
        except Exception:
            log.exception("%s failed for %s", what, pk)


@every("cases.keep", timedelta(minutes=1))
def keep(at: datetime) -> None:
    """Posts end and students move: nothing stays without somebody who answers for it. Runs before anything climbs."""
    keeping.keep_all(at=at)


@every("cases.climb", timedelta(minutes=1))
def climb(at: datetime) -> None:
    """Missed dates go to the next person of the chain."""
    _each("climbing of a duty", passing.late_duties(at), lambda pk: climbing.climb_duty(duty_id=pk, at=at))
    _each("climbing of a task", passing.late_tasks(at), lambda pk: climbing.climb_task(task_id=pk, at=at))
    _each("climbing of a case", passing.late_cases(at), lambda pk: climbing.climb_case(case_id=pk, at=at))


@every("cases.remind", timedelta(minutes=1))
def remind(at: datetime) -> None:
    """The holder of a duty hears once, shortly before its date."""
    _each("reminding", passing.nearly_due(at), lambda pk: climbing.remind_duty(duty_id=pk, at=at))


@every("cases.reconcile", timedelta(minutes=10))
def reconcile(at: datetime) -> None:
    """A level whose announcement was lost gets its duties all the same."""

    def catch_up(pk: int) -> None:
        change = LevelChange.objects.select_related("person", "school").get(pk=pk)
        give_duties(change=change, at=at)
        follow_level(change=change, at=at)

    _each("catching up with a level", passing.levels_without_duties(at), catch_up)


@every("cases.review", timedelta(hours=1))
def review(at: datetime) -> None:
    """The date by which a level is looked at again is near, and no case does it: it joins the queue of signals."""
    if localtime(at).hour < REVIEW_FROM_HOUR:
        return

    def ask(pk: int) -> None:
        change = LevelChange.objects.select_related("person", "school").get(pk=pk)
        raise_level_review(actor=HOUSE, change=change, at=at)

    _each("asking for a review", passing.levels_to_review(at), ask)
