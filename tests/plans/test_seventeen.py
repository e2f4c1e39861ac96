"""The seventeen plans at work: each applied to an organisation it fits, its period lived to the end, every clause seen.

No clause may be unknown: it is met, under way, or honestly open, in words that say what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO

import pytest
from django.utils.timezone import make_aware
from PIL import Image

from tests.factories import NOON, a_person, a_post
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.directory import services as directory
from xinqiao.directory.rules import read_openings
from xinqiao.indicators import registry
from xinqiao.indicators.keeping import refresh
from xinqiao.packs.core import read
from xinqiao.packs.core.clauses import listing
from xinqiao.packs.core.shapes import Pack
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation, Person, Term
from xinqiao.people.services import add_organisation
from xinqiao.plans import policies, standing
from xinqiao.plans.enums import Standing, TaskState
from xinqiao.plans.models import Plan
from xinqiao.plans.services import applying, attaching, tasks
from xinqiao.registry.rules import posts_that_fit

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PACKS = [f"p{number:02}" for number in range(1, 18)]
CLAUSES = {
    "01": 9, "02": 4, "03": 11, "04": 16, "05": 8, "06": 7, "07": 3, "08": 6, "09": 3, "10": 4, "11": 3, "12": 2,
    "13": 1, "14": 20, "15": 7, "16": 16, "17": 4,
}  # fmt: skip
"""How many clauses of the plans are on the list, by plan: 124 in all."""
BY_HAND = 12
"""Tasks of each plan that go through the verbs; the others are settled as if they had."""


def shipped(name: str) -> Pack:
    text = files("xinqiao.packs").joinpath("shipped", f"{name}.yaml").read_text(encoding="utf-8")
    return Pack(read.compile_pack(read.load(text)))


@dataclass
class Place:
    """An organisation the pack fits, everybody who may work there, and whoever else takes part."""

    owner: Organisation
    named: dict[str, list[int]] = field(default_factory=dict)
    lead: Person | None = None


def staffed(parent: Organisation | None, kind: str, name: str) -> Organisation:
    """An organisation with a person in each post that may be held there."""
    if kind in ("grade", "class"):
        node = _part_of(parent, kind)
    else:
        more = {"system": "63"} if kind == "school" else {}
        node = add_organisation(parent=parent, kind=kind, name=name, **more)
    for post in posts_that_fit(kind):
        if post != PostKind.PEER_REP:
            a_post(a_person(node), post, node, starts_on=date(2020, 1, 1))
    return node


def _part_of(school: Organisation, kind: str) -> Organisation:
    """A grade of the school, or a class in a grade of its own."""
    cohort = {"stage": "senior", "entry_year": 2020 + Organisation.objects.filter(parent=school, kind="grade").count()}
    grade = add_organisation(parent=school, kind="grade", name="年级", **cohort)
    return grade if kind == "grade" else add_organisation(parent=grade, kind="class", name="班级", number=1, **cohort)


def a_place_for(pack: Pack) -> Place:
    kind = pack.data["applies_to"][0]
    place = Place(staffed(None, kind, "示例单位"))
    for year in (2025, 2026, 2027):
        for name, first, last in (
            ("第一学期", date(year, 9, 1), date(year + 1, 1, 20)),
            ("第二学期", date(year + 1, 2, 20), date(year + 1, 7, 8)),
        ):
            Term.objects.create(organisation=place.owner, school_year=year, name=name, starts_on=first, ends_on=last)
    for unit in pack.units.values():
        if unit.where == "below":
            for number in (1, 2):
                staffed(place.owner, unit.kind, f"{unit.title.zh}{number}")
        elif unit.where == "named":
            above = place.owner if unit.kind in ("school", "grade", "class") else None
            place.named[unit.id] = [staffed(above, unit.kind or "other", unit.title.zh).pk]
    leads = (PostKind.BUREAU_OFFICER, PostKind.SCHOOL_LEADER, PostKind.UNIT_OFFICER)
    place.lead = place.owner.posts.filter(kind__in=leads).order_by("pk").first().person
    return place


def period_of(pack: Pack) -> tuple[date, date]:
    if pack.period == "school_year":
        return date(2026, 9, 1), date(2027, 8, 31)
    if pack.period == "dates":
        starts, ends = (date.fromisoformat(f"2027-{pack.data[name]}") for name in ("starts", "ends"))
        return starts, ends
    return date(2027, 1, 1), date(2027, 12, 31)


def at_noon(on: date) -> datetime:
    return make_aware(datetime.combine(on, time(12)))


def applied(pack: Pack, place: Place) -> Plan:
    starts_on, ends_on = period_of(pack)
    edition = Edition.objects.create(
        pack=pack.id, version=pack.version, title=pack.title.zh, source="", data=dict(pack.data),
        digest=read.digest(pack.data), state="published", written_at=NOON, published_at=NOON,
    )  # fmt: skip
    at = at_noon(starts_on)
    return applying.apply_plan(
        actor=actor_of(place.lead, at), edition=edition, organisation=place.owner, starts_on=starts_on,
        ends_on=ends_on, named=place.named, at=at,
    )  # fmt: skip


def lived(plan: Plan) -> None:
    """Every task handed in and accepted on its last day: the first of each measure by its people, the rest at once."""
    first = {}
    for task in plan.tasks.order_by("due_on", "pk").select_related("unit", "owner__person"):
        first.setdefault(task.measure, task)
    for task in list(first.values())[:BY_HAND]:
        at = at_noon(max(task.due_on, plan.starts_on))
        owner = actor_of(task.owner.person, at)
        kept = [
            attaching.attach(actor=owner, task=task, upload=BytesIO(a_photo(n)), name=f"{n}.jpg", picture=True,
                             people_agree=True, at=at).pk
            for n in range(task.needs["pictures"])
        ] + [
            attaching.attach(actor=owner, task=task, upload=BytesIO(b"%d" % n), name=f"{n}.txt", at=at).pk
            for n in range(task.needs["files"])
        ]  # fmt: skip
        tasks.hand_in(actor=owner, task=task, text="已经完成。", attachments=kept, at=at)
        task.refresh_from_db()
        if task.state == TaskState.HANDED_IN:
            near = Organisation.objects.filter(pk__in=[task.asker_id, task.unit_id])
            people = [post.person for node in near for post in node.posts.select_related("person")]
            able = [a for a in (actor_of(person, at) for person in people) if policies.may_review(a, task)]
            assert able, f"nobody accepts {task.measure}"
            tasks.accept(actor=able[0], task=task, at=at)
    rest = plan.tasks.exclude(state__in=[TaskState.ACCEPTED, TaskState.WAIVED])
    rest.update(state=TaskState.ACCEPTED, settled_at=at_noon(plan.ends_on))


@cache
def a_photo(number: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (32, 24), (40 * number % 256, 150, 120)).save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize("name", PACKS)
def test_a_plan_lived_to_its_end_leaves_no_clause_unknown(name):
    pack = shipped(name)
    plan = applied(pack, a_place_for(pack))
    assert plan.tasks.exists()
    unsettled = plan.tasks.filter(state=TaskState.OPEN)
    assert not unsettled.filter(owner=None).exists(), "every open task is owned"
    assert not unsettled.filter(due_on__gt=plan.ends_on + timedelta(days=31)).exists()
    before = {row.clause.id: row for row in standing.clauses(plan, plan.starts_on)}
    lived(plan)
    refresh(plan.organisation, at=at_noon(plan.ends_on))
    after = standing.clauses(plan, plan.ends_on)
    assert len(after) == CLAUSES[name[1:]]
    for row in after:
        assert row.standing in Standing.values, row
        assert row.words, row
        assert row.evidence in ("live", "reported"), row
        assert row.section, f"{row.clause.id} is carried by nothing"
        assert row.links or row.section == "rules", row
        if row.section == "measures" and row.evidence == "reported":
            assert row.standing == Standing.MET, row
            assert before[row.clause.id].standing != Standing.MET


def test_every_clause_of_the_seventeen_is_carried_once():
    rows = listing([shipped(name) for name in PACKS], lambda code: registry.get(code).live is not None)
    by_plan = {plan: [row.clause for row in rows if row.clause.startswith(f"{plan}.")] for plan in CLAUSES}
    assert {plan: len(set(found)) for plan, found in by_plan.items()} == CLAUSES
    assert len(rows) == sum(CLAUSES.values()) == 124
    assert all(row.carrier_section and row.evidence in ("live", "reported") for row in rows)


def test_every_figure_a_pack_names_is_declared():
    known = registry.known()
    named = {
        (name, code)
        for name in PACKS
        for pack in [shipped(name)]
        for code in [
            *(target.indicator for target in pack.targets.values()),
            *(watch.indicator for watch in (*pack.rules.values(), *pack.records.values())),
            *(measure.evidence.live for measure in pack.measures.values()),
        ]
        if code
    }
    assert {(name, code) for name, code in named if code not in known} == set()


def test_a_record_changed_changes_the_figure_and_the_clause():
    pack = shipped("p14")
    place = a_place_for(pack)
    plan = applied(pack, place)
    on = plan.starts_on + timedelta(days=20)

    def seen(clause: str) -> tuple[str, str]:
        refresh(plan.organisation, at=at_noon(on))
        row = next(row for row in standing.clauses(plan, on) if row.clause.id == clause)
        return row.standing, row.words

    before = seen("14.3")
    schools = list(Organisation.objects.filter(parent=place.owner, kind="school").order_by("pk"))
    for number, school in enumerate(schools):
        keeper = actor_of(school.posts.get(kind=PostKind.PSYCH_TEACHER).person, at_noon(on))
        directory.set_service(
            actor=keeper, organisation=school, service=school.services.filter(kind="room").first(), at=at_noon(on),
            openings=read_openings("周一至周五 12:20-13:40"),
            facts={
                "kind": "room", "title": "心理辅导室", "place": "203", "phone": "", "address": "", "people": "",
                "around_the_clock": False, "equipment": [], "opened_on": on,
            },
        )  # fmt: skip
        after = seen("14.3")
        assert after != before
        assert (after[0] == Standing.MET) == (number == len(schools) - 1), "met when the last school has it"
        before = after
