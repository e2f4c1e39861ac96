"""Pause, mode, amendments, a new edition, units that come and go: settled work stays, the rest follows, whole or not
at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON, SHANGHAI, a_post, a_school, an_actor
from tests.plans.factories import DAY, a_county, a_plan, a_task, agencies, an_edition, end_posts, handed_in
from xinqiao.access.enums import PostKind
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import CalendarDay, Organisation
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.services import applying, keeping, running, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def at_noon(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=SHANGHAI)


def slots(plan, measure, **more):
    return sorted(plan.tasks.filter(measure=measure, **more).values_list("slot", flat=True))


def test_a_pause_stops_the_clock_and_gives_the_days_back():
    world = a_county(1)
    plan = a_plan(world)
    task = a_task(plan)
    assert task.due_on == date(2026, 11, 30)

    running.pause(actor=world.shao, plan=plan, reason="停课", at=at_noon(2026, 11, 28))
    later = at_noon(2026, 12, 10)
    for step in (keeping.mark_late, keeping.climb, keeping.remind):
        assert step(later) == 0
    running.resume(actor=world.shao, plan=plan, at=later)

    task.refresh_from_db()
    assert task.due_on == date(2026, 12, 12)  # two days were left
    assert task.late_on is None
    keeping.roll(plan_id=plan.pk, at=later)
    task.refresh_from_db()
    assert task.due_on == date(2026, 12, 12)


def test_emergency_asks_every_week_from_then_on_and_normal_goes_back():
    world = a_county(1)
    plan = a_plan(world)
    november, january = a_task(plan), plan.tasks.get(measure="summary-month", slot="2027-01")

    running.set_mode(actor=world.shao, plan=plan, mode="emergency", reason="突发事件", at=NOON)

    november.refresh_from_db()
    january.refresh_from_db()
    assert november.state == "open"  # its time had come
    assert (january.state, january.dropped) == ("waived", True)
    assert "2026-w49" in slots(plan, "summary-month", state="open")

    running.set_mode(actor=world.shao, plan=plan, mode="normal", reason="恢复", at=at_noon(2026, 12, 9))
    january.refresh_from_db()
    assert (january.state, january.dropped, january.reason) == ("open", False, "")
    left = slots(plan, "summary-month", state="open")
    assert [slot for slot in left if "w" in slot] == ["2026-w48", "2026-w49", "2026-w50"]  # begun before
    assert slots(plan, "activity-first", state="open") == slots(plan, "activity-first")


def test_an_amendment_moves_what_nobody_has_begun_and_drops_what_is_no_longer_asked():
    world = a_county(1)
    plan = a_plan(world)
    done = handed_in(world, a_task(plan))
    tasks.accept(actor=world.shao, task=done, at=NOON)
    changes = {
        "set": {"measures.summary-month.when": {"every": "month", "by": "20"}, "title": "县域小方案（本县）"},
        "remove": ["measures.activity-first", "clauses.1.2"],
    }

    seen = running.preview_amend(actor=world.shao, plan=plan, changes=changes, at=NOON)
    assert Plan.objects.get().data == plan.edition.data
    running.amend(actor=world.shao, plan=plan, changes=changes, reason="按县里要求", at=NOON)

    plan.refresh_from_db()
    assert plan.title == "县域小方案（本县）"
    assert plan.tasks.get(pk=done.pk).state == "accepted"
    assert set(plan.tasks.filter(measure="summary-month", state="open").values_list("due_on__day", flat=True)) == {20}
    gone = plan.tasks.filter(measure="activity-first")
    assert {(task.state, task.reason) for task in gone} == {("waived", "按县里要求")}
    assert seen.dropped == {"开学第一课": gone.count()}
    assert sum(seen.changed.values()) == plan.tasks.filter(measure="summary-month", state="open").count()
    assert len(plan.changes.get(kind="amended").detail) == len(seen.differences)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"set": {"period": "open"}}, "fixed"),
        ({"set": {"measures.nobody.title": "无"}}, "path"),
        ({"set": {"measures.room.unit": "moon"}}, "faults"),
        ({}, "nothing"),
        ({"set": {"measures.room.title": "辅导室常年开放"}}, "nothing"),
    ],
)
def test_amendments_that_are_refused_change_nothing(changes, code):
    world = a_county(1)
    plan = a_plan(world)
    before = list(Task.objects.order_by("pk").values())

    with pytest.raises(Refusal) as refused:
        running.amend(actor=world.shao, plan=plan, changes=changes, reason="改", at=NOON)

    assert refused.value.code == code
    assert Plan.objects.get().data == plan.data
    assert list(Task.objects.order_by("pk").values()) == before
    assert not plan.changes.filter(kind="amended").exists()


@pytest.mark.parametrize("verb", ["pause", "end", "mode", "amend", "units"])
@pytest.mark.parametrize("who", ["yan", "head", "stranger"])
def test_only_whoever_runs_it_may_change_it(verb, who):
    world = a_county(1)
    plan = a_plan(world)
    stranger = an_actor(PostKind.BUREAU_OFFICER, a_school().parent)
    actor = {"yan": world.yan, "head": world.heads[0], "stranger": stranger}[who]
    act = {
        "pause": lambda: running.pause(actor=actor, plan=plan, reason="停", at=NOON),
        "end": lambda: running.end(actor=actor, plan=plan, reason="停", at=NOON),
        "mode": lambda: running.set_mode(actor=actor, plan=plan, mode="emergency", reason="停", at=NOON),
        "amend": lambda: running.amend(
            actor=actor, plan=plan, changes={"remove": ["measures.room"]}, reason="停", at=NOON
        ),
        "units": lambda: running.set_units(actor=actor, plan=plan, named={}, reason="停", at=NOON),
    }[verb]
    with pytest.raises(PermissionDenied):
        act()


def newer(data):
    """Version 1.1: monthly summaries become quarterly, the report has another day, one more measure."""
    month, first, _room, report = data["measures"]
    month["when"] = {"every": "quarter"}
    report["when"] = {"on": ["06-10"], "lead_days": 30}
    last = {name: value for name, value in first.items() if name != "clause"}
    data["measures"].append({**last, "id": "activity-last", "when": {"event": "term-end"}})


def test_moving_to_a_newer_edition_by_a_previewed_difference():
    world = a_county(1)
    edition = an_edition()
    plan = a_plan(world, edition)
    done = handed_in(world, a_task(plan))
    tasks.accept(actor=world.shao, task=done, at=NOON)
    running.amend(
        actor=world.shao,
        plan=plan,
        changes={"set": {"measures.room.owners": ["moral_head"]}},
        reason="由德育处负责",
        at=NOON,
    )
    other = an_edition(version="1.1", change=newer)

    seen = running.preview_move(actor=world.shao, plan=plan, edition=other, at=NOON)
    running.move_to(actor=world.shao, plan=plan, edition=other, at=NOON)

    plan.refresh_from_db()
    assert plan.edition == other
    assert next(m for m in plan.data["measures"] if m["id"] == "room")["owners"] == ["moral_head"]
    assert slots(plan, "summary-month", state="open") == ["2026-q4", "2027-q1", "2027-q2", "2027-q3"]
    assert slots(plan, "summary-month", state="accepted") == ["2026-11"]
    assert plan.tasks.filter(measure="report-year", state="open").get().due_on == date(2027, 6, 10)
    assert seen.made["每月工作小结"] == 4
    assert seen.dropped["每月工作小结"] == 9
    assert seen.dropped["年度总结"] == 1
    assert seen.lost == ()
    assert {task.owner.kind for task in plan.tasks.filter(measure="room")} == {"moral_head"}


def test_an_amendment_that_no_longer_fits_is_named_and_left_out():
    world = a_county(1)
    plan = a_plan(world)
    running.amend(
        actor=world.shao, plan=plan, changes={"set": {"measures.room.owners": ["moral_head"]}}, reason="换人", at=NOON
    )

    def without_room(data):
        data["measures"] = [m for m in data["measures"] if m["id"] != "room"]
        data["clauses"].pop("1.3")

    other = an_edition(version="2.0", change=without_room)
    seen = running.preview_move(actor=world.shao, plan=plan, edition=other, at=NOON)
    assert len(seen.lost) == 1
    assert "换人" in seen.lost[0]
    running.move_to(actor=world.shao, plan=plan, edition=other, at=NOON)
    assert {task.state for task in plan.tasks.filter(measure="room")} == {"waived"}


def test_a_school_that_opens_joins_and_one_that_closes_has_nothing_more_to_do():
    world = a_county(2)
    plan = a_plan(world)
    closed, fresh = world.schools[1], a_school(world.bureau)
    head = an_actor(PostKind.SCHOOL_LEADER, fresh)
    later = at_noon(2026, 12, 8)
    Organisation.objects.filter(pk=closed.pk).update(closed_on=later.date())

    keeping.roll(plan_id=plan.pk, at=later)

    assert {task.state for task in plan.tasks.filter(unit=closed, due_on__gte=later.date())} == {"waived"}
    assert {task.owner.person for task in plan.tasks.filter(unit=fresh)} == {head.person}
    assert plan.tasks.filter(unit=fresh, measure="summary-month").order_by("due_on")[0].slot == "2026-12"
    assert plan.units.get(organisation=closed).left_on == later.date()
    count = plan.tasks.count()
    assert keeping.roll(plan_id=plan.pk, at=later) == 0
    assert plan.tasks.count() == count


def test_an_office_that_leaves_and_comes_back_has_its_work_again():
    world, edition = agencies(), an_edition("agencies")
    both = [each.pk for each in world.partners]
    facts = {"actor": world.officer, "reason": "分工调整"}
    plan = applying.apply_plan(
        actor=world.officer, edition=edition, organisation=world.court, starts_on=NOON.date(),
        named={"partners": both}, at=NOON,
    )  # fmt: skip
    open_before = plan.tasks.filter(unit=world.partners[1], state="open").count()

    running.set_units(plan=plan, named={"partners": both[:1]}, at=NOON, **facts)
    assert not plan.tasks.filter(unit=world.partners[1], state="open").exists()
    running.set_units(plan=plan, named={"partners": both}, at=NOON, **facts)
    assert plan.tasks.filter(unit=world.partners[1], state="open").count() == open_before


def test_an_open_plan_gets_its_next_year_once():
    world, edition = agencies(), an_edition("agencies")
    plan = applying.apply_plan(
        actor=world.officer, edition=edition, organisation=world.court, starts_on=date(2026, 9, 2),
        named={"partners": [world.partners[0].pk]}, at=at_noon(2026, 9, 2),
    )  # fmt: skip
    assert plan.ends_on == date(2026, 12, 31)
    assert keeping.roll(plan_id=plan.pk, at=at_noon(2026, 10, 1)) == 0

    made = keeping.roll(plan_id=plan.pk, at=at_noon(2026, 11, 10))

    plan.refresh_from_db()
    assert plan.ends_on == date(2027, 12, 31)
    assert made > 52
    assert slots(plan, "secret") == ["2026", "2027"]
    assert slots(plan, "group") == ["start+14"]  # once, when it began
    assert keeping.roll(plan_id=plan.pk, at=at_noon(2026, 11, 11)) == 0


def test_a_new_holiday_moves_what_nobody_has_begun():
    world = a_county(1)
    plan = a_plan(world)
    may = plan.tasks.get(measure="summary-month", slot="2027-05")
    CalendarDay.objects.create(organisation=world.schools[0], day=may.due_on, kind="holiday", name="校庆")

    keeping.roll(plan_id=plan.pk, at=NOON)

    moved = plan.tasks.get(pk=may.pk)
    assert moved.due_on < may.due_on
    assert moved.remind_on <= moved.due_on


def test_daily_work_is_written_some_weeks_ahead_and_goes_on():
    world = a_county(1)

    def daily(data):
        data["measures"][0]["when"] = {"every": "workday"}

    plan = a_plan(world, an_edition(change=daily))
    rows = plan.tasks.filter(measure="summary-month")
    last = max(rows.values_list("due_on", flat=True))
    assert last <= NOON.date() + timedelta(days=45)

    keeping.roll(plan_id=plan.pk, at=NOON + 7 * DAY)
    assert max(rows.values_list("due_on", flat=True)) > last


def test_the_end_waives_what_is_open_and_keeps_what_waits():
    world = a_county(1)
    plan = a_plan(world)
    waiting = handed_in(world, a_task(plan))

    running.end(actor=world.shao, plan=plan, reason="并入新方案", at=NOON)

    assert set(plan.tasks.exclude(pk=waiting.pk).values_list("state", flat=True)) == {"waived"}
    with pytest.raises(Refusal) as refused:
        running.archive(actor=world.shao, plan=plan, at=NOON)
    assert refused.value.code == "waiting"
    tasks.accept(actor=world.shao, task=waiting, at=NOON)
    running.archive(actor=world.shao, plan=plan, at=NOON)
    with pytest.raises(Refusal):
        tasks.reopen(actor=world.shao, task=waiting, reason="再看", at=NOON)


# --- what time brings ---------------------------------------------------------------------------------------------


def test_a_late_task_climbs_to_the_head_and_then_to_the_bureau_and_both_see_it():
    world = a_county(1)
    plan = a_plan(world)
    task = a_task(plan)
    first, second = at_noon(2026, 12, 1), at_noon(2026, 12, 7)

    assert keeping.mark_late(first) == 1
    keeping.climb(first)
    task.refresh_from_db()
    assert (task.late_on, task.climbed, task.climbed_to.person) == (first.date(), 1, world.heads[0].person)
    keeping.climb(second)
    task.refresh_from_db()
    assert (task.climbed, task.climbed_to.person) == (2, world.shao.person)
    assert keeping.climb(at_noon(2027, 1, 20)) >= 0
    task.refresh_from_db()
    assert task.climbed == 2
    owner = task.owner.person_id
    from xinqiao.access.actor import actor_of
    from xinqiao.plans.policies import may_see

    assert may_see(actor_of(task.owner.person, second), task)
    assert may_see(world.again(world.shao, second), task)
    assert owner != world.shao.person.pk


def test_the_reminder_comes_once_some_days_before():
    world = a_county(1)
    plan = a_plan(world)
    rows = plan.tasks.filter(measure="summary-month", slot="2026-11")

    assert keeping.remind(at_noon(2026, 11, 26)) == 0
    assert keeping.remind(at_noon(2026, 11, 27)) == rows.count()
    assert keeping.remind(at_noon(2026, 11, 28)) == 0


def test_when_a_post_ends_the_work_goes_to_the_next_with_its_date():
    world = a_county(1)
    plan = a_plan(world)
    for actor in (world.psychs[0], world.seconds[0]):
        end_posts(actor, NOON.date())
    dates = dict(plan.tasks.values_list("pk", "due_on"))

    count = keeping.hand_on_orphans(NOON)

    moved = plan.tasks.filter(unit=world.schools[0])
    assert count == moved.count()
    assert {task.owner.kind for task in moved} == {"moral_head"}
    assert dict(plan.tasks.values_list("pk", "due_on")) == dates
    assert keeping.hand_on_orphans(NOON) == 0


def test_who_was_shown_a_late_task_and_left_is_followed_by_somebody_else():
    world = a_county(1)
    task = a_task(a_plan(world))
    keeping.climb(at_noon(2026, 12, 1))
    end_posts(world.heads[0], date(2026, 12, 2))
    head = an_actor(PostKind.SCHOOL_LEADER, world.schools[0])

    keeping.climb(at_noon(2026, 12, 2))

    task.refresh_from_db()
    assert (task.climbed, task.climbed_to.person) == (1, head.person)


def test_nobody_is_left_without_work_when_a_post_comes_back():
    world = a_county(1)
    plan = a_plan(world)
    for actor in (*world.heads, *world.morals, *world.psychs, *world.seconds, world.shao, world.yan, world.zhou):
        end_posts(actor, NOON.date())
    assert keeping.hand_on_orphans(NOON) == 0  # nobody at all: the doctor tells of it

    a_post(world.shao.person, PostKind.BUREAU_OFFICER, world.bureau, starts_on=NOON.date())
    assert keeping.hand_on_orphans(NOON) == plan.tasks.count()
