"""Clause by clause: what the records and the tasks say, and that no hand-in outweighs a record."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import NOON, a_class, a_student
from tests.plans.factories import DAY, a_county, a_plan, a_task, an_edition, handed_in
from xinqiao.budgets.models import Line
from xinqiao.indicators import registry, values
from xinqiao.indicators.models import Reckoning, Value
from xinqiao.indicators.registry import Indicator, Share
from xinqiao.plans import standing
from xinqiao.plans.counting import Counts, counted
from xinqiao.plans.enums import Standing
from xinqiao.plans.models import Task
from xinqiao.plans.services import keeping, tasks

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def by_clause(plan, on=TODAY):
    return {row.clause.id: row for row in standing.clauses(plan, on)}


def forget_figures():
    """Figures are worked out again when they are next asked for."""
    Value.objects.all().delete()
    Reckoning.objects.all().delete()


@pytest.fixture
def hours(monkeypatch):
    """A figure of the test's own: hours by organisation id, live or not."""
    held: dict[int, float] = {}

    def live(nodes, on, parameters):
        return {node.pk: Share(held.get(node.pk, 0), 1) for node in nodes}

    row = Indicator("test.hours", "小时", "", kind="average", unit="小时", scale=1, live=live)
    monkeypatch.setitem(registry._known, "test.hours", row)
    return held


def with_hours(data):
    room = next(m for m in data["measures"] if m["id"] == "room")
    room["evidence"]["live"] = "test.hours"
    room["accept"] = "lead"
    data["indicators"].append(
        {"id": "hours", "title": "每周开放", "title_en": "Open hours", "indicator": "test.hours", "unit": "schools",
         "target": {"": 5}}
    )  # fmt: skip


def test_every_clause_stands_somewhere_and_starts_honestly():
    world = a_county()
    plan = a_plan(world)

    rows = by_clause(plan)

    assert list(rows) == ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8"]
    assert all(row.words and row.standing in Standing.values for row in rows.values())
    assert rows["1.1"].standing == "under_way"
    assert rows["1.4"].standing == "not_yet"  # begins in May
    assert rows["1.6"].standing == "not_yet"
    assert rows["1.8"].standing == "met"  # nothing was run without a filing
    assert {name: row.evidence for name, row in rows.items()} == {
        "1.1": "reported", "1.2": "reported", "1.3": "reported", "1.4": "reported",
        "1.5": "live", "1.6": "live", "1.7": "live", "1.8": "live",
    }  # fmt: skip
    assert sum(standing.summary(list(rows.values())).values()) == 8


def test_a_measure_is_met_when_all_of_it_is_accepted_and_late_when_something_is_late():
    world = a_county()
    plan = a_plan(world)
    report = handed_in(world, a_task(plan, "report-year"))
    assert by_clause(plan)["1.4"].standing == "under_way"
    tasks.accept(actor=world.zhou, task=report, at=NOON)
    assert by_clause(plan)["1.4"].standing == "met"

    assert by_clause(plan, date(2026, 12, 1))["1.1"].standing == "late"
    for task in plan.tasks.filter(measure="activity-first"):
        tasks.waive(actor=world.shao, task=task, reason="停课", at=NOON)
    assert by_clause(plan)["1.2"].standing == "not_yet"
    assert "免做" in by_clause(plan)["1.2"].words


def test_a_record_that_changes_changes_the_clause(hours):
    world = a_county()
    plan = a_plan(world, an_edition(change=with_hours))
    rows = by_clause(plan)
    assert (rows["1.3"].standing, rows["1.3"].evidence) == ("under_way", "live")

    hours.update({school.pk: 6 for school in world.schools})
    forget_figures()
    assert by_clause(plan)["1.3"].standing == "met"

    hours[world.schools[0].pk] = 1
    forget_figures()
    assert by_clause(plan)["1.3"].standing == "under_way"


def test_no_hand_in_outweighs_a_record(hours):
    world = a_county()
    plan = a_plan(world, an_edition(change=with_hours))
    for task in plan.tasks.filter(measure="room"):
        tasks.accept(actor=world.shao, task=handed_in(world, task), at=NOON)

    row = by_clause(plan)["1.3"]

    assert row.standing == "under_way"
    assert "0小时" in row.words


def test_records_settle_what_they_show_and_only_at_the_end_of_what_is_kept(hours):
    world = a_county()
    plan = a_plan(world, an_edition(change=with_hours))
    hours[world.schools[0].pk] = 6
    assert keeping.settle_by_records(plan_id=plan.pk, at=NOON) == 0  # kept all year: looked at on its last day

    end = NOON.replace(year=2027, month=8, day=31)
    forget_figures()
    due = plan.tasks.get(measure="room", unit=world.schools[0]).due_on
    assert due == end.date()
    count = keeping.settle_by_records(plan_id=plan.pk, at=end)

    done, other = (plan.tasks.get(measure="room", unit=school) for school in world.schools)
    assert count == 1
    assert (done.state, done.settled_by, done.hand_ins.count()) == ("accepted", None, 0)
    assert "6小时" in done.reason
    assert other.state == "open"
    assert keeping.settle_by_records(plan_id=plan.pk, at=end) == 0


def test_what_is_to_be_done_once_is_settled_as_soon_as_the_record_shows_it(hours):
    def once(data):
        with_hours(data)
        next(m for m in data["measures"] if m["id"] == "room")["kind"] = "do"

    world = a_county(1)
    plan = a_plan(world, an_edition(change=once))
    hours[world.schools[0].pk] = 5
    assert keeping.settle_by_records(plan_id=plan.pk, at=NOON) == 1


def test_money_that_is_only_wanted_is_not_there():
    world = a_county()
    a_student(a_class(world.schools[0]))
    plan = a_plan(world)
    assert by_clause(plan)["1.7"].standing == "not_yet"

    line = Line.objects.get(organisation=world.schools[0], key="county:line")
    assert line.amount == 0
    Line.objects.filter(pk=line.pk).update(amount=Decimal("10.00"))
    assert by_clause(plan)["1.7"].standing == "met"  # nobody is enrolled at the other school


def test_a_clause_nobody_carries_is_open_and_says_so():
    def orphan(data):
        data["clauses"]["1.9"] = {"kind": "do", "title": "没有落实的一条", "title_en": "Carried by nothing"}

    world = a_county(1)
    row = by_clause(a_plan(world, an_edition(change=orphan)))["1.9"]
    assert (row.standing, row.evidence) == ("not_yet", "reported")
    assert row.words


def test_a_day_of_the_calendar_needs_work_around_it():
    def day(data):
        data["clauses"]["1.9"] = {"kind": "do", "title": "十一月活动日", "title_en": "A day in November"}
        data["calendar"].append(
            {"id": "day", "title": "活动日", "title_en": "Day", "when": {"on": ["11-25"]}, "clause": "1.9"}
        )

    world = a_county(1)
    plan = a_plan(world, an_edition(change=day))
    assert by_clause(plan)["1.9"].standing == "not_yet"
    assert by_clause(plan, date(2026, 11, 26))["1.9"].standing == "under_way"
    tasks.accept(actor=world.shao, task=handed_in(world, a_task(plan)), at=NOON)
    assert by_clause(plan, date(2026, 11, 26))["1.9"].standing == "met"


def test_an_upper_room_tells_of_the_evaluation(monkeypatch):
    def evaluation(data):
        data["clauses"]["1.9"] = {"kind": "do", "title": "年终评价", "title_en": "Appraisal"}
        data["evaluation"] = {"title": "评价", "title_en": "Appraisal", "clause": "1.9", "items": [], "grades": []}

    world = a_county(1)
    plan = a_plan(world, an_edition(change=evaluation))
    monkeypatch.setattr(standing, "_tellers", {})
    assert by_clause(plan)["1.9"].standing == "not_yet"

    standing.register("evaluation", lambda plan, on: standing.Seen(1, 2, "一轮已评价。", "/inspections/1/"))
    row = by_clause(plan)["1.9"]
    assert (row.standing, row.words, row.links[0].key) == ("under_way", "一轮已评价。", "/inspections/1/")


def test_the_roll_up_is_the_sum_of_the_units():
    world = a_county(3)
    plan = a_plan(world)
    tasks.accept(actor=world.shao, task=handed_in(world, a_task(plan, unit=world.schools[0])), at=NOON)

    seen = standing.progress(plan, TODAY)

    assert [row.organisation for row in seen.units] == [world.bureau, *world.schools]
    assert sum((row.counts for row in seen.units), Counts()) == seen.total
    assert counted(plan.tasks.all(), "plan", TODAY)[plan.pk] == seen.total
    assert seen.total.total == Task.objects.count()
    assert seen.total.accepted == 1


@pytest.mark.parametrize("read", ["progress", "clauses"])
def test_reads_take_the_same_queries_for_one_school_and_for_many(read):
    counts = []
    for schools in (1, 5):
        world = a_county(schools)
        edition = an_edition() if schools == 1 else counts[0][1]
        plan = a_plan(world, edition)
        look = getattr(standing, read)
        look(plan, TODAY)  # figures are worked out once
        with CaptureQueriesContext(
            connection,
        ) as caught:
            look(plan, TODAY)
        counts.append((len(caught), edition))
    assert counts[0][0] == counts[1][0]


def test_the_figures_of_this_room_count_what_schools_owe():
    world = a_county()
    plan = a_plan(world)
    first = handed_in(world, a_task(plan, unit=world.schools[0]))
    tasks.accept(actor=world.shao, task=first, at=NOON)
    handed_in(world, a_task(plan, unit=world.schools[1]), at=NOON + 9 * DAY)
    on = date(2026, 12, 2)

    def share(code, school):
        return registry.get(code).live(world.schools, on, {})[world.schools[school].pk]

    assert share("plans.tasks_on_time", 0) == Share(1.0, 1.0)
    assert share("plans.tasks_on_time", 1) == Share(0.0, 1.0)  # handed in two days late
    assert share("plans.handed_in", 1) == Share(1.0, 1.0)
    assert share("plans.summaries", 0) == Share(1.0, 1.0)
    assert share("plans.summaries", 1) == Share(0.0, 1.0)  # not accepted yet
    assert share("plans.activities", 0) == Share(0.0, 1.0)
    figure = values.figure(world.bureau, "plans.tasks_on_time", on)
    assert (figure.value, figure.source) == (50.0, "live")
