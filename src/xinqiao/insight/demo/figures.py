"""The last chapter: what no room can tell yet is reported with proof, and the figures of the past months are worked out
in the order of their days, so that each has a history."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils.timezone import localdate, make_aware

from xinqiao.indicators import registry
from xinqiao.indicators.keeping import refresh
from xinqiao.indicators.services import Proof, report_figure
from xinqiao.insight.demo.people import School, World
from xinqiao.insight.demo.plans import WELL_TOLD
from xinqiao.insight.demo.screening import staff
from xinqiao.people.models import Organisation

REPORTED = (
    # code, share or average reached by the three kinds of schools, whole
    ("lessons.per_two_weeks", (1.0, 0.9, 0.6), 0),
    ("training.class_teacher_hours", (1.0, 0.8, 0.5), 0),
    ("content.boards", (4, 3, 2), None),
    ("content.letters", (2, 2, 1), None),
    ("events.parents", (2, 1, 1), None),
)
"""What schools report. whole: 0 stands for the number of classes; None for a count."""
DAYS_AGO = (75, 60, 45, 30, 20, 10, 5, 2, 0)


def tell(world: World) -> None:
    roots = list(Organisation.objects.filter(parent=None))
    for days_ago in DAYS_AGO:
        on = world.today - timedelta(days=days_ago)
        at = make_aware(datetime.combine(on, time(6))) if days_ago else world.at
        if days_ago == DAYS_AGO[3]:
            _report(world, on)
        for root in roots:
            refresh(root, at=at)


def _report(world: World, on: date) -> None:
    at = make_aware(datetime.combine(on, time(10)))
    for index, school in enumerate(world.schools[:WELL_TOLD]):
        for code, reached, whole in REPORTED:
            if registry.get(code).live is None:
                _state(world, school, code, reached[index % 3], whole, at)


def _state(world: World, school: School, code: str, reached: float, whole: int | None, at: datetime) -> None:
    classes = len(school.classes)
    report_figure(
        actor=staff(school.psych, at), organisation=school.node, code=code, for_on=localdate(at),
        part=reached if whole is None else round(reached * classes), whole=None if whole is None else classes,
        proof=Proof("按课表和活动记录统计，原件存学校档案室。"), at=at,
    )  # fmt: skip
