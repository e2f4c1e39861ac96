"""Two pages of the house tell no more than one: what counts the same is shown at the same places."""

from __future__ import annotations

import random

import pytest

from tests.factories import NOON, TODAY, a_bureau, a_class, a_school, a_student, an_actor
from tests.indicators.records import a_case, a_signal
from xinqiao.access.enums import PostKind
from xinqiao.indicators import registry
from xinqiao.indicators.reckoning import Ground, reckon
from xinqiao.insight.counting import count
from xinqiao.insight.releasing import published

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(4))
def test_signals_and_cases_are_released_as_on_the_statistics_page(seed):
    draw = random.Random(seed)
    bureau = a_bureau()
    for _ in range(3):
        school = a_school(bureau)
        owner = an_actor(PostKind.PSYCH_TEACHER, school)
        for number in range(1, 3):
            room = a_class(school, number=number, entry_year=2024 + number)
            child = a_student(room)
            for _n in range(draw.choice([0, 3, 9, 12, 15])):
                a_signal(child, owner, climbs=draw.choice([0, 0, 1]))
            for _n in range(draw.choice([0, 4, 11])):
                a_case(a_student(room), owner)
    ground = Ground(bureau, TODAY)

    figures = published(count(bureau, NOON, outside=True))["nodes"]

    for code, name in (("signals.found", "signals"), ("cases.files", "cases")):
        for pk, rolled in reckon(ground, registry.get(code), {}).items():
            assert (rolled.part if rolled.shown else None) == figures[str(pk)][name]
    for pk, rolled in reckon(ground, registry.get("signals.clocks_met"), {}).items():
        shown = [rolled.part, rolled.whole] if rolled.shown else None
        assert shown == figures[str(pk)]["in_time"]
