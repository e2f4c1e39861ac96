"""Each of the packs that come with the house, put to work where it fits and lived through: every clause is met, late or
honestly open by its end, with a sentence that says why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from tests.factories import SHANGHAI, a_bureau, a_class, a_person, a_post, a_school, a_student
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import PostKind
from xinqiao.packs.commands import shipped_files
from xinqiao.packs.core import read
from xinqiao.packs.core.words import posts_at
from xinqiao.packs.models import Edition
from xinqiao.people.models import Organisation, Term
from xinqiao.people.services import add_organisation
from xinqiao.plans import checks, standing, sweeps
from xinqiao.plans.calendars import proposed
from xinqiao.plans.enums import Standing
from xinqiao.plans.models import Task
from xinqiao.plans.services import applying, keeping, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SCHOOL_YEAR = date(2026, 9, 1)
BY_HAND = 6
"""Tasks that go through the verbs; the others are settled at a stroke."""


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=SHANGHAI)


def an_organisation(kind: str, parent: Organisation | None) -> Organisation:
    if kind == "school":
        return a_school(parent or a_bureau())
    if kind == "class":
        return a_class(parent)
    if kind == "grade":
        return a_class(parent).parent
    return add_organisation(parent=parent, kind=kind, name=f"某{kind}")


def staffed(node: Organisation) -> Organisation:
    """Somebody in every post that exists there, two of those who run things."""
    for kind in posts_at(node.kind):
        for _ in range(2 if kind.endswith(("officer", "head")) else 1):
            person = a_person(node)
            a_post(person, PostKind(kind), node, starts_on=date(2020, 1, 1))
    return node


def a_world(data) -> tuple[Organisation, dict[str, list[int]]]:
    """An organisation the pack applies to, two organisations of each kind below it that it asks for, and somebody for
    each unit that is named."""
    root = staffed(an_organisation(data["applies_to"][0], None))
    for unit in data["units"]:
        if unit["where"] == "below":
            for _ in range(2):
                node = staffed(an_organisation(unit["kind"], root))
                if unit["kind"] == "school":
                    a_student(a_class(node))
    named = {}
    for unit in data["units"]:
        if unit["where"] == "named":
            inner = unit["kind"] in ("class", "grade", "school")
            named[unit["id"]] = [staffed(an_organisation(unit["kind"], root if inner else None)).pk]
    for number, (start, end) in enumerate([((9, 1), (1, 22)), ((2, 22), (7, 9))]):
        for year in (2026, 2027):
            day = date(year + number, *start)
            Term.objects.create(
                organisation=root, school_year=year, name=f"T{number}", starts_on=day,
                ends_on=date(year + 1, *end),
            )  # fmt: skip
    return root, named


@pytest.mark.parametrize("file", shipped_files(), ids=lambda path: path.stem)
def test_a_shipped_pack_runs_to_its_end(file):
    source = file.read_text(encoding="utf-8")
    data = read.compile_pack(read.load(source))
    edition = Edition.objects.filter(pack=data["pack"]).first() or Edition.objects.create(
        pack=data["pack"], version=data["version"], title=data["title"], source=source, data=data,
        digest=read.digest(data), state="published", written_at=morning(SCHOOL_YEAR),
        published_at=morning(SCHOOL_YEAR),
    )  # fmt: skip
    root, named = a_world(data)
    starts_on, ends_on = proposed(edition.read, SCHOOL_YEAR)
    starts_on = max(starts_on, SCHOOL_YEAR)
    officer = next(
        actor_of(post.person, morning(starts_on))
        for post in root.posts.filter(kind__in=["bureau_officer", "unit_officer", "school_leader"])
    )
    at = morning(starts_on)
    seen = applying.preview(
        actor=officer, edition=edition, organisation=root, starts_on=starts_on, ends_on=ends_on, named=named, at=at
    )
    assert not seen.gaps
    plan = applying.apply_plan(
        actor=officer, edition=edition, organisation=root, starts_on=starts_on, ends_on=ends_on, named=named, at=at
    )
    assert plan.tasks.count() == seen.total > 0
    assert not list(checks.violations(at))

    live_through(plan, starts_on, plan.ends_on)

    rows = standing.clauses(plan, plan.ends_on)
    assert {row.clause.id for row in rows} == set(data["clauses"])
    for row in rows:
        assert row.section, f"{row.clause.id} is carried by nothing"
        assert row.standing in Standing.values
        assert row.words
        assert row.evidence in ("live", "reported")
    for row in rows:
        if row.section == "measures" and row.evidence == "reported":
            assert row.standing == "met", (row.clause.id, row.words)
    assert sum(standing.summary(rows).values()) == len(rows)
    assert standing.progress(plan, plan.ends_on).total.late == 0


def live_through(plan, first: date, last: date) -> None:
    """Month by month: what has begun is handed in and accepted, some of it by the verbs, some of it late."""
    day, by_hand = first, BY_HAND
    while day <= last + timedelta(days=31):
        now = morning(min(day, last))
        sweeps.tasks(now)
        keeping.roll(plan_id=plan.pk, at=now)
        begun = Task.objects.filter(plan=plan, state__in=["open", "taken"], starts_on__lte=now.date())
        for task in begun.order_by("due_on", "pk")[: min(by_hand, 2)]:
            by_hand -= 1
            task.needs = {"text": True}
            task.save()
            owner = actor_of(task.owner.person, now)
            tasks.hand_in(actor=owner, task=task, text="按要求完成。", at=now)
            task.refresh_from_db()
            if task.state == "handed_in":
                tasks.accept(actor=reviewer(task, now), task=task, at=now)
        begun.update(state="accepted", settled_at=now)
        day += timedelta(days=28)
    Task.objects.filter(plan=plan, state__in=["open", "taken"]).update(state="accepted", settled_at=morning(last))


def reviewer(task, at):
    """Somebody who may accept it, other than whoever did it."""
    from xinqiao.access.models import Post
    from xinqiao.plans.policies import may_review

    near = {*task.asker.ancestors_ids(), *task.unit.ancestors_ids()}
    for post in Post.objects.filter(organisation__in=near).exclude(person=task.owner.person):
        actor = actor_of(post.person, at)
        if may_review(actor, task):
            return actor
    raise AssertionError("nobody may accept it")
