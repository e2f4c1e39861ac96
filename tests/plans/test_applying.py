"""Applying: what is asked of whom by when, and who owns it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from tests.factories import NOON, a_class, a_school, an_actor
from tests.plans.factories import YEAR, a_county, a_plan, agencies, an_edition, end_posts
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.audit.models import Entry
from xinqiao.kernel.refusal import Refusal
from xinqiao.outbox.models import Announcement
from xinqiao.outbox.services import settle
from xinqiao.packs.core.shapes import Pack, Unit, Words
from xinqiao.plans.calendars import proposed
from xinqiao.plans.models import Plan, Task
from xinqiao.plans.services import applying

pytestmark = pytest.mark.django_db


def test_every_school_gets_its_own_tasks_and_the_bureau_its_own():
    world = a_county()

    plan = a_plan(world)

    months = plan.tasks.filter(measure="summary-month", unit=world.schools[0]).order_by("due_on")
    assert [task.slot for task in months][:3] == ["2026-11", "2026-12", "2027-01"]
    assert len(months) == 10  # from November: what was due before the day of applying is not asked for
    assert plan.tasks.filter(measure="report-year").get().unit == world.bureau
    assert plan.tasks.filter(measure="room").count() == 2
    assert {unit.organisation for unit in plan.units.filter(key="schools")} == set(world.schools)


def test_applying_leaves_a_trace_and_is_told_once_to_each():
    world = a_county()

    plan = a_plan(world)

    assert Entry.objects.filter(action="plan.applied", subject=f"plans.plan:{plan.pk}").count() == 1
    assert Announcement.objects.filter(topic="plan.applied", payload={"plan_id": plan.pk}).count() == 1
    told = [row.payload["person_id"] for row in Announcement.objects.filter(topic="person.waits")]
    owners = set(Task.objects.values_list("owner__person", flat=True))
    assert sorted(told) == sorted(owners)


def test_a_preview_tells_what_applying_makes_and_makes_nothing():
    world, edition = a_county(), an_edition()
    facts = {"edition": edition, "organisation": world.bureau, "starts_on": YEAR[0], "ends_on": YEAR[1], "at": NOON}

    seen = applying.preview(actor=world.shao, **facts)

    assert not Plan.objects.exists()
    assert not Task.objects.exists()
    plan = applying.apply_plan(actor=world.shao, **facts)
    assert seen.total == plan.tasks.count()
    for line in seen.tasks:
        assert line.count == plan.tasks.filter(measure=line.measure).count()
    assert [line.title.zh for line in seen.positions] == ["组长"]
    assert not seen.gaps


def test_a_preview_counts_who_holds_the_post_in_a_part_of_the_place():
    """The representative of the grade heads is appointed at a grade, not at the school."""
    world = a_county()
    an_actor(PostKind.GRADE_HEAD, a_class(world.schools[0]).parent)

    def heads(data):
        data["teams"][0]["unit"] = "schools"
        data["teams"][0]["positions"][0]["post"] = "grade_head"

    seen = applying.preview(
        actor=world.shao, edition=an_edition(change=heads), organisation=world.bureau, starts_on=YEAR[0],
        ends_on=YEAR[1], at=NOON,
    )  # fmt: skip

    (line,) = seen.positions
    assert (line.places, line.ready) == (2, 1)


def test_a_preview_says_when_the_calendar_holds_no_exam_yet():
    world = a_county()

    def exam(data):
        data["measures"][0]["when"] = {"event": "exam", "days": -3}

    seen = applying.preview(
        actor=world.shao, edition=an_edition(change=exam), organisation=world.bureau, starts_on=YEAR[0],
        ends_on=YEAR[1], at=NOON,
    )  # fmt: skip

    assert sum("还没有考试" in words for words in seen.warnings) == 1


def test_the_owner_is_the_first_kind_of_post_that_is_held_and_the_work_is_spread():
    world = a_county()
    end_posts(world.psychs[1], date(2026, 10, 1))
    end_posts(world.seconds[1], date(2026, 10, 1))

    plan = a_plan(world)

    first, second = (plan.tasks.filter(unit=school) for school in world.schools)
    kinds = {task.measure: task.owner.kind for task in second}
    assert kinds == {"summary-month": "moral_head", "activity-first": "moral_head", "room": "moral_head"}
    shared = {task.owner.person_id for task in first}
    assert shared == {world.psychs[0].person.pk, world.seconds[0].person.pk}
    for measure in ("summary-month", "activity-first"):  # one person keeps one measure
        assert first.filter(measure=measure).values("owner").distinct().count() == 1


def test_without_anybody_at_the_school_the_bureau_owns_it():
    world = a_county(1)
    for actor in (*world.heads, *world.morals, *world.psychs, *world.seconds):
        end_posts(actor, date(2026, 10, 1))

    plan = a_plan(world)

    assert {task.owner.kind for task in plan.tasks.filter(unit=world.schools[0])} == {"bureau_officer"}


def test_work_of_nobody_is_named_before_and_refused():
    """The house may look at a plan for an office in which nobody is appointed."""
    from xinqiao.access.actor import HOUSE

    world, edition = agencies(), an_edition("agencies")
    Post.objects.all().delete()
    facts = {"edition": edition, "organisation": world.court, "starts_on": NOON.date(), "at": NOON}

    seen = applying.preview(actor=HOUSE, named={"partners": [world.partners[0].pk]}, **facts)

    assert {line.unit for line in seen.gaps} == {world.court, world.partners[0]}
    assert seen.total == 0
    with pytest.raises(PermissionDenied):
        applying.apply_plan(actor=HOUSE, **facts)


def test_agencies_work_through_units_that_are_chosen():
    world, edition = agencies(), an_edition("agencies")
    named = {"partners": [each.pk for each in world.partners]}

    plan = applying.apply_plan(
        actor=world.officer, edition=edition, organisation=world.court, starts_on=NOON.date(), named=named, at=NOON
    )

    assert plan.ends_on == date(2027, 12, 31)  # the calendar year that is at least two months away
    weeks = plan.tasks.filter(measure="watch", unit=world.partners[0])
    assert {task.owner.person_id for task in weeks} == {world.workers[0].person.pk}
    assert plan.tasks.get(measure="group").due_on == date(2026, 12, 7)
    assert {task.slot for task in plan.tasks.filter(measure="secret")} == {"2026", "2027"}


@pytest.mark.parametrize("which", ["school", "kind", "unknown"])
def test_who_may_be_chosen(which):
    world, edition = agencies(), an_edition("agencies")
    other = {"school": a_school().pk, "kind": world.court.pk, "unknown": 10**6}[which]

    with pytest.raises(Refusal) as refused:
        applying.apply_plan(
            actor=world.officer,
            edition=edition,
            organisation=world.court,
            starts_on=NOON.date(),
            named={"partners": [other]},
            at=NOON,
        )
    assert (refused.value.code, refused.value.field) == ("named", "partners")


def test_a_school_asks_only_what_is_inside_it():
    world = a_county()
    grade = a_class(world.schools[0]).parent
    unit = Unit("others", Words("其他"), "named", "", many=True)

    def ids(organisation):
        return {node.pk for node in applying.choices(world.shao, organisation, unit, NOON.date())}

    assert ids(world.schools[0]) == {grade.pk, *(node.pk for node in grade.children.all())}
    assert world.schools[1].pk in ids(world.bureau)


def test_twice_in_the_same_time_is_refused():
    world = a_county()
    plan = a_plan(world)

    with pytest.raises(Refusal) as refused:
        a_plan(world, plan.edition)
    assert refused.value.code == "again"
    assert Plan.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "draft"}, "edition"),
        ({"data": {"applies_to": ["court"]}}, "kind"),
    ],
)
def test_an_edition_that_does_not_fit(change, code):
    world, edition = a_county(1), an_edition()
    for name, value in change.items():
        setattr(edition, name, {**edition.data, **value} if name == "data" else value)
    edition.save()

    with pytest.raises(Refusal) as refused:
        a_plan(world, edition)
    assert refused.value.code == code


@pytest.mark.parametrize("who", ["yan", "psych", "stranger"])
def test_who_may_not_apply(who):
    world = a_county(1)
    strangers = {"yan": world.yan, "psych": world.psychs[0], "stranger": an_actor(PostKind.SCHOOL_LEADER, a_school())}

    with pytest.raises(PermissionDenied):
        applying.apply_plan(
            actor=strangers[who], edition=an_edition(), organisation=world.bureau, starts_on=YEAR[0], at=NOON
        )


def test_a_worker_applies_big_plans():
    world, edition = a_county(), an_edition()

    job = applying.start(
        actor=world.shao, edition=edition, organisation=world.bureau, starts_on=YEAR[0], ends_on=YEAR[1], at=NOON
    )
    settle(NOON)

    job.refresh_from_db()
    assert job.state == "done", job.said
    assert Plan.objects.get(pk=job.result["plan_id"]).tasks.count() == job.result["tasks"]


@pytest.mark.parametrize(
    ("period", "on", "days"),
    [
        ({"period": "school_year"}, date(2026, 7, 1), ("2026-09-01", "2027-08-31")),
        ({"period": "school_year"}, date(2027, 3, 1), ("2026-09-01", "2027-08-31")),
        ({"period": "calendar_year"}, date(2026, 3, 1), ("2026-01-01", "2026-12-31")),
        ({"period": "dates", "starts": "04-02", "ends": "04-29"}, date(2026, 5, 1), ("2027-04-02", "2027-04-29")),
        ({"period": "dates", "starts": "12-20", "ends": "01-10"}, date(2026, 12, 25), ("2026-12-20", "2027-01-10")),
        ({"period": "open", "applies_to": ["bureau"]}, date(2026, 7, 15), ("2026-07-15", "2027-08-31")),
        ({"period": "open", "applies_to": ["court"]}, date(2026, 7, 15), ("2026-07-15", "2026-12-31")),
    ],
)
def test_proposed_days(period, on, days):
    assert tuple(day.isoformat() for day in proposed(Pack(period), on)) == days
