"""Random histories with simulated time: work is done, returned, forgotten; people come and go; the plan pauses, changes
and rolls on.

After each step, once the sweeps of that day have run: every unsettled task has one owner who holds the post today and a
last day; a late task is marked, and was shown to somebody else when its day came; nothing is asked for twice; the
roll-up is the sum of the units; the doctor finds nothing.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.factories import NOON, a_post, a_school
from tests.plans.factories import a_county, a_plan, an_edition
from xinqiao.access.actor import actor_of
from xinqiao.access.models import Post
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import CalendarDay
from xinqiao.plans import checks, standing, sweeps
from xinqiao.plans.counting import Counts, counted
from xinqiao.plans.enums import Standing
from xinqiao.plans.models import HandIn, Plan, Task
from xinqiao.plans.rules import OPEN_STATES, UNSETTLED
from xinqiao.plans.selectors import heirs
from xinqiao.plans.services import giving, keeping, running, tasks

pytestmark = [pytest.mark.django_db, pytest.mark.property]
WORKERS = ("psych", "second", "moral", "head")
OFFICE = ("shao", "yan", "zhou")
number = st.integers(0, 40)
steps = st.one_of(
    *(
        st.tuples(st.just(verb), number)
        for verb in ("do", "do", "finish", "finish", "take", "withdraw", "on", "forget", "forget")
    ),
    *(st.tuples(st.just(verb), number) for verb in ("accept", "accept", "back", "waive", "again", "later", "call")),
    *(st.tuples(st.just(verb), number) for verb in ("leave", "come", "pause", "resume", "mode", "amend", "move")),
    *(st.tuples(st.just(verb), number) for verb in ("school", "close", "holiday", "wait", "wait", "wait")),
)
WAITS = (1, 2, 3, 8, 20, 45, 90)


class History:
    """One life of a small county. Verbs that are refused change nothing. 邵 may be replaced, but the office is never
    empty: with nobody at all there is nobody to answer, and the doctor says so."""

    def __init__(self) -> None:
        self.world = a_county(2)
        self.at = NOON
        self.plan = a_plan(self.world)
        self.newer = an_edition(version="1.1", change=self._changed)
        self.places = {
            actor.person.pk: Post.objects.get(person=actor.person)
            for actor in (
                *self.world.psychs, *self.world.seconds, *self.world.morals, *self.world.heads,
                self.world.shao, self.world.yan,
            )
        }  # fmt: skip

    @staticmethod
    def _changed(data):
        data["measures"][0]["when"] = {"every": "fortnight"}
        data["measures"][2]["owners"] = ["moral_head"]

    def step(self, verb, n):
        plan, before = Plan.objects.get(pk=self.plan.pk), self.at
        try:
            with transaction.atomic():
                getattr(self, f"do_{verb}")(plan, n)
        except (Refusal, PermissionDenied):
            return
        finally:
            self.tick(self.at > before)

    def tick(self, day_passed):
        sweeps.tasks(self.at)
        if not day_passed:
            return
        keeping.roll(plan_id=self.plan.pk, at=self.at)
        keeping.settle_by_records(plan_id=self.plan.pk, at=self.at)
        sweeps.tasks(self.at)

    def officer(self):
        for actor in (self.world.shao, self.world.yan, self.world.zhou):
            now = self.world.again(actor, self.at)
            if now.posts:
                return now
        raise AssertionError

    def pick(self, n, *states):
        rows = list(Task.objects.filter(state__in=states or OPEN_STATES).order_by("due_on", "pk")[:12])
        return rows[n % len(rows)] if rows else None

    def owner(self, task):
        return actor_of(task.owner.person, self.at)

    def do_do(self, plan, n):
        if task := self.pick(n):
            Task.objects.filter(pk=task.pk).update(needs={"text": True})
            tasks.hand_in(actor=self.owner(task), task=task, text="做了", at=self.at)

    def do_finish(self, plan, n):
        """The usual way in one step: handed in and accepted."""
        if task := self.pick(n):
            self.do_do(plan, n)
            task.refresh_from_db()
            if task.state == "handed_in":
                head = self.world.again(self.world.heads[n % 2], self.at)
                tasks.accept(actor=head if task.accept == "unit" else self.officer(), task=task, at=self.at)

    def do_take(self, plan, n):
        if task := self.pick(n):
            tasks.take(actor=self.owner(task), task=task, at=self.at)

    def do_withdraw(self, plan, n):
        if task := self.pick(n, "handed_in"):
            tasks.withdraw(actor=self.owner(task), task=task, at=self.at)

    def do_on(self, plan, n):
        task = self.pick(n)
        if task and (posts := heirs(task, self.at.date())):
            tasks.hand_on(actor=self.owner(task), task=task, to=posts[n % len(posts)], at=self.at)

    def do_forget(self, plan, n):
        self.at += timedelta(days=WAITS[n % 3])

    def do_wait(self, plan, n):
        self.at += timedelta(days=WAITS[n % len(WAITS)])

    def do_accept(self, plan, n):
        if task := self.pick(n, "handed_in"):
            actor = self.world.again(self.world.heads[n % 2], self.at) if task.accept == "unit" else self.officer()
            tasks.accept(actor=actor, task=task, at=self.at)

    def do_back(self, plan, n):
        if task := self.pick(n, "handed_in"):
            tasks.give_back(actor=self.officer(), task=task, words="补", at=self.at)

    def do_waive(self, plan, n):
        if task := self.pick(n, *UNSETTLED):
            tasks.waive(actor=self.officer(), task=task, reason="不需要", at=self.at)

    def do_again(self, plan, n):
        if task := self.pick(n, "waived", "accepted"):
            due = self.at.date() + timedelta(days=n) if n % 2 else None
            tasks.reopen(actor=self.officer(), task=task, reason="要做", due_on=due, at=self.at)

    def do_later(self, plan, n):
        if task := self.pick(n):
            due = max(task.due_on, self.at.date()) + timedelta(days=n)
            tasks.postpone(actor=self.officer(), task=task, due_on=due, reason="停课", at=self.at)

    def do_call(self, plan, n):
        request = giving.Request("报送小结", self.at.date() + timedelta(days=n), owners=["psych_teacher"])
        tasks.give(
            actor=self.officer(), asker=self.world.bureau, units=self.world.schools, request=request, at=self.at,
            plan=plan if n % 2 else None,
        )  # fmt: skip

    def do_leave(self, plan, n):
        people = list(self.places)
        Post.objects.filter(person=people[n % len(people)], ends_on=None, starts_on__lt=self.at.date()).update(
            ends_on=self.at.date()
        )

    def do_come(self, plan, n):
        person, post = list(self.places.items())[n % len(self.places)]
        if not Post.objects.filter(person=person, ends_on=None).exists():
            a_post(post.person, post.kind, post.organisation, starts_on=self.at.date())

    def do_pause(self, plan, n):
        running.pause(actor=self.officer(), plan=plan, reason="停课", at=self.at)

    def do_resume(self, plan, n):
        running.resume(actor=self.officer(), plan=plan, at=self.at)

    def do_mode(self, plan, n):
        mode = "emergency" if plan.mode == "normal" else "normal"
        running.set_mode(actor=self.officer(), plan=plan, mode=mode, reason="变化", at=self.at)

    def do_amend(self, plan, n):
        changes = [
            {"set": {"measures.summary-month.when": {"every": "month", "by": str(1 + n % 28)}}},
            {"set": {"measures.room.owners": [("psych_teacher", "moral_head", "school_leader")[n % 3]]}},
            {"remove": ["measures.activity-first"]},
        ][n % 3]
        running.amend(actor=self.officer(), plan=plan, changes=changes, reason="改", at=self.at)

    def do_move(self, plan, n):
        running.move_to(actor=self.officer(), plan=plan, edition=self.newer, at=self.at)

    def do_school(self, plan, n):
        if len(self.world.schools) < 4:
            self.world.schools.append(a_school(self.world.bureau))

    def do_close(self, plan, n):
        if len(self.world.schools) > 2:
            school = self.world.schools.pop()
            school.closed_on = self.at.date()
            school.save()

    def do_holiday(self, plan, n):
        day = self.at.date() + timedelta(days=n * 3)
        CalendarDay.objects.get_or_create(
            organisation=self.world.bureau, day=day, defaults={"kind": "holiday", "name": "假"}
        )


def holds(history: History) -> None:
    """The promises, by a reading of the rows of its own."""
    today = history.at.date()
    plan = Plan.objects.get(pk=history.plan.pk)
    seen: Counter = Counter()
    waiting = Counter(HandIn.objects.filter(verdict="").values_list("task", flat=True))
    for task in Task.objects.select_related("owner", "climbed_to", "plan"):
        if task.measure:
            seen[task.measure, task.unit_id, task.slot] += 1
        if task.state not in UNSETTLED:
            assert task.settled_at is not None
            continue
        owner = task.owner
        assert owner.starts_on <= today
        assert owner.ends_on is None or owner.ends_on > today
        assert task.starts_on <= task.due_on
        if task.state in OPEN_STATES and (task.plan is None or task.plan.state == "running"):
            if task.due_on < today:
                assert task.late_on is not None
            if task.due_on + timedelta(days=7) <= today:
                assert task.climbed == 2
        assert waiting[task.pk] == (task.state == "handed_in")
    assert not [key for key, count in seen.items() if count > 1]
    progress = standing.progress(plan, today)
    assert sum((row.counts for row in progress.units), Counts()) == progress.total
    assert counted(plan.tasks.all(), "plan", today).get(plan.pk, Counts()) == progress.total
    assert not [f"{each.code} {each.subject}" for each in checks.violations(history.at)]


@settings(max_examples=settings.default.max_examples // 3, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=4, max_size=22))
def test_every_unsettled_task_is_owned_dated_and_counted_once(moves):
    with transaction.atomic():
        history = History()
        for verb, n in moves:
            history.step(verb, n)
            holds(history)
        rows = standing.clauses(Plan.objects.get(pk=history.plan.pk), history.at.date())
        assert all(row.standing in Standing.values and row.words for row in rows)
        for state in sorted(set(Task.objects.values_list("state", flat=True))):
            event(f"task {state}")
        for kind in sorted(set(history.plan.changes.values_list("kind", flat=True))):
            event(f"plan {kind}")
        if Task.objects.filter(climbed_to__isnull=False).exists():
            event("climbed")
        transaction.set_rollback(True)
