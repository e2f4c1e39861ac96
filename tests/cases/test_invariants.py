"""Random histories with simulated time: levels rise and fall, people come and go, students move, dates are missed.

After each step, once the sweeps of that minute have run: everything open has one holder who holds the post today and
reaches the student, and one date ahead; a missed date is in the log with both people, and both see it; a case is closed
by two; nobody sees by a post that ended; class teachers see no case, and nothing of a student who is not theirs.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.cases.factories import World, a_world, left, moved, tick
from tests.factories import NOON, a_class, a_post, an_actor
from tests.signals.factories import enrolment
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import Depth, PostKind
from xinqiao.access.models import Post
from xinqiao.cases import checks, policies
from xinqiao.cases.models import CareDuty, Case, CaseClimb, CaseTask, DutyClimb, FollowUp, TaskClimb
from xinqiao.cases.selectors import adults_around, heirs_of_case, heirs_of_duty, heirs_of_task
from xinqiao.cases.services import care, closing, duties, opening
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import CalendarDay, Enrolment
from xinqiao.signals.models import LevelChange
from xinqiao.signals.services import interviews, levels, raising
from xinqiao.signals.services.interviews import Held

pytestmark = [pytest.mark.django_db, pytest.mark.property]
STAFF = {
    "he": PostKind.CLASS_TEACHER,
    "other": PostKind.CLASS_TEACHER,
    "gao": PostKind.GRADE_HEAD,
    "lin": PostKind.PSYCH_TEACHER,
    "bai": PostKind.PSYCH_TEACHER,
    "shen": PostKind.MORAL_HEAD,
    "wei": PostKind.SCHOOL_LEADER,
}
WORKERS = [*STAFF, "ding", "zhou", "shao", "stranger"]
who = st.sampled_from(["lin", "bai"] * 5 + WORKERS)
number = st.integers(0, 4)
child = st.sampled_from([0, 0, 1])
VERBS = ("finish", "attempt", "pass_duty", "open", "plan", "task", "finish_task", "pass_task", "follow_up", "next_date")
steps = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 11, 16, 61, 400, 1440, 3 * 1440, 9 * 1440]), number),
    st.tuples(st.just("wait"), st.sampled_from([1, 11, 61, 1440]), number),
    st.tuples(st.just("level"), child, number),
    st.tuples(st.just("level"), child, number),
    st.tuples(st.just("leave"), st.sampled_from(sorted(STAFF)), number),
    st.tuples(st.just("come"), st.sampled_from(sorted(STAFF)), number),
    st.tuples(st.just("come"), st.sampled_from(["lin", "bai"]), number),
    st.tuples(st.just("move"), child, number),
    st.tuples(st.just("gone"), st.just(1), number),
    *(
        st.tuples(st.just(verb), who, number)
        for verb in (*VERBS, "hand_over", "ask", "ask", "second", "second", "back")
    ),
    st.tuples(st.just("second"), st.sampled_from(["bai", "wei"]), number),
    st.tuples(st.just("reopen"), who, number),
    st.tuples(st.just("holders"), child, number),
    st.tuples(st.just("holders"), child, number),
    st.tuples(st.just("end"), child, number),
    st.tuples(st.just("end"), child, number),
)


class History:
    """One life of the small school. Verbs that are refused change nothing."""

    def __init__(self, world: World) -> None:
        self.world, self.at = world, NOON

    def actor(self, name):
        return self.world.again(getattr(self.world, name), self.at)

    def step(self, kind, *facts):
        try:
            with transaction.atomic():
                getattr(self, f"do_{kind}")(*facts)
        except (Refusal, PermissionDenied, Enrolment.DoesNotExist):
            return
        tick(self.at)

    def pick(self, rows, place):
        found = list(rows.order_by("pk"))
        return found[place % len(found)] if found else None

    def do_wait(self, minutes, _number):
        self.at += timedelta(minutes=minutes)

    def do_level(self, place, level):
        """The whole way in one step, by whichever psychology teacher is there."""
        name = "lin" if self.actor("lin").posts else "bai"
        actor, subject = self.actor(name), enrolment(self.world.children[place])
        if not actor.posts:
            return
        signal = raising.open_review(actor=actor, enrolment=subject, at=self.at)
        draft = interviews.start_interview(actor=actor, signal=signal, at=self.at)
        done = interviews.complete_interview(
            actor=actor, interview=draft, content={}, held=Held(held_at=self.at), edits=draft.edits, at=self.at
        )
        change = levels.set_level(actor=actor, interview=done, level=level, reason="所见", at=self.at)
        if change.state == "awaiting":
            levels.confirm_lowering(actor=self.actor("wei"), change=change, at=self.at)

    def do_leave(self, name, _number):
        rows = Post.objects.filter(person=getattr(self.world, name).person, ends_on=None)
        rows.filter(starts_on__lte=self.at.date()).update(ends_on=self.at.date())

    def do_come(self, name, _number):
        actor = getattr(self.world, name)
        if not Post.objects.filter(person=actor.person, ends_on=None).exists():
            place = Post.objects.filter(person=actor.person).order_by("pk").first().organisation
            a_post(actor.person, STAFF[name], place, starts_on=self.at.date())

    def do_move(self, place, _number):
        subject = enrolment(self.world.children[place])
        to = a_class(self.world.school, number=9 if subject.class_node == self.world.node else 1)
        if subject.starts_on < self.at.date():
            moved(subject.person, to, self.at)

    def do_gone(self, place, _number):
        if enrolment(self.world.children[place]).starts_on < self.at.date():
            left(self.world.children[place], self.at)

    def do_finish(self, name, place):
        if duty := self.pick(CareDuty.objects.filter(state="open"), place):
            duties.finish_duty(actor=self.actor(name), duty=duty, words="做了", at=self.at)

    def do_attempt(self, name, place):
        if duty := self.pick(CareDuty.objects.filter(state="open", kind="guardian_contact"), place):
            facts = {"guardian": None, "channel": "phone", "words": "通话"}
            duties.log_attempt(actor=self.actor(name), duty=duty, reached=place == 4, at=self.at, **facts)

    def do_pass_duty(self, name, place):
        duty = self.pick(CareDuty.objects.filter(state="open"), place)
        if duty and (posts := heirs_of_duty(duty, self.at)):
            duties.pass_duty(actor=self.actor(name), duty=duty, to=posts[place % len(posts)], at=self.at)

    def do_open(self, name, place):
        person = self.world.children[place % 2]
        opening.open_case(actor=self.actor(name), person=person, reason="想有人听", at=self.at)

    def case(self, place, *states):
        return self.pick(Case.objects.filter(state__in=states), place)

    def do_plan(self, name, place):
        if case := self.case(place, "open"):
            parts = {"needs": "一", "goals": "二", "measures": "三"}
            day = (self.at + timedelta(days=9)).date()
            contact = adults_around(case, self.at)[0].person
            care.write_plan(actor=self.actor(name), case=case, parts=parts, contact=contact, review_on=day, at=self.at)

    def do_task(self, name, place):
        case = self.case(0, "open")
        if case and (posts := adults_around(case, self.at)):
            due = self.at + timedelta(hours=1 + 30 * place)
            to = posts[place % len(posts)]
            care.give_task(actor=self.actor(name), case=case, what="打招呼", to=to, due_at=due, at=self.at)

    def do_finish_task(self, name, place):
        if task := self.pick(CaseTask.objects.filter(state="open"), place):
            verb = care.lift_task if place == 4 else care.finish_task
            verb(actor=self.actor(name), task=task, words="做了", at=self.at)

    def do_pass_task(self, name, place):
        task = self.pick(CaseTask.objects.filter(state="open"), place)
        if task and (posts := heirs_of_task(task, self.at)):
            care.pass_task(actor=self.actor(name), task=task, to=posts[place % len(posts)], at=self.at)

    def do_follow_up(self, name, place):
        if row := self.pick(FollowUp.objects.filter(state="due", case__state="open"), 0):
            actor, case = self.actor(name), row.case
            if place == 4:
                care.lift_follow_up(actor=actor, follow_up=row, words="不需要", at=self.at)
            elif place == 3:
                care.plan_follow_up(actor=actor, case=case, due_at=self.at + timedelta(hours=5), at=self.at)
            else:
                day = self.at + timedelta(hours=20)
                care.finish_follow_up(
                    actor=actor, follow_up=row, steady=place > 0, words="看过", next_at=day, at=self.at
                )

    def do_next_date(self, name, place):
        if case := self.case(0, "open", "closing"):
            day = self.at + timedelta(days=1 + 5 * place)
            opening.set_next_date(actor=self.actor(name), case=case, next_at=day, at=self.at)

    def do_hand_over(self, name, place):
        case = self.case(0, "open", "closing")
        if case and (posts := heirs_of_case(case, self.at)):
            to = posts[place % len(posts)]
            opening.hand_over(actor=self.actor(name), case=case, to=to, reason="忙", at=self.at)

    def do_ask(self, name, place):
        """Everything that stands in the way is cleared first, so that histories get to the end of a case."""
        case, actor = self.case(0, "open"), self.actor(name)
        if case is None:
            return
        for task in case.tasks.filter(state="open"):
            care.lift_task(actor=actor, task=task, words="不需要", at=self.at)
        for row in case.follow_ups.filter(state="due"):
            care.lift_follow_up(actor=actor, follow_up=row, words="不需要", at=self.at)
        outcome = ["stable", "stable", "referred", "declined", "left"][place]
        closing.ask_closing(actor=actor, case=case, outcome=outcome, words="评估", at=self.at)

    def do_holders(self, place, number):
        """Whoever holds something does it."""
        rows = CaseTask.objects.filter(state="open") if place else CareDuty.objects.filter(state="open")
        if row := self.pick(rows.exclude(**({} if place else {"kind": "open_case"})), number):
            actor = actor_of(row.holder, self.at)
            if place:
                care.finish_task(actor=actor, task=row, words="做了", at=self.at)
            else:
                duties.finish_duty(actor=actor, duty=row, words="做了", at=self.at)

    def do_end(self, place, number):
        """A level that falls and a closing by two, so that many histories get that far."""
        self.do_level(place, number % 2)
        tick(self.at)
        self.do_ask("lin", 0)
        if number > 1:
            self.do_second("bai", 0)

    def do_second(self, name, _place):
        if case := self.case(0, "closing"):
            closing.confirm_closing(actor=self.actor(name), case=case, at=self.at)

    def do_back(self, name, place):
        if case := self.case(0, "closing"):
            closing.return_closing(actor=self.actor(name), case=case, reason="早" if place else "", at=self.at)

    def do_reopen(self, name, place):
        if case := self.case(place, "closed"):
            closing.reopen(actor=self.actor(name), case=case, reason="又来", at=self.at)


def _in_post(post, person_id, day):
    return post.person_id == person_id and post.starts_on <= day and (post.ends_on is None or post.ends_on > day)


def holds(history):
    """The safety promises, by a reading of the rows of its own."""
    at, day = history.at, history.at.date()
    places = {row.person_id: row.class_node.path for row in Enrolment.objects.filter(ends_on=None)}
    for model, date, post, person in (
        (CareDuty, "due_at", "holder_post", "holder_id"),
        (CaseTask, "due_at", "holder_post", "holder_id"),
        (Case, "next_at", "owner_post", "owner_id"),
    ):
        state = {"state__in": ["open", "closing"]}
        for row in model.objects.filter(**state).select_related(f"{post}__organisation"):
            held = getattr(row, post)
            assert _in_post(held, getattr(row, person), day), row
            assert getattr(row, date) is not None
            assert getattr(row, date) > at
            if held.organisation.kind in {"class", "grade"}:
                student = row.case.person_id if model is CaseTask else row.person_id
                assert places[student].startswith(held.organisation.path)
    for row in Case.objects.filter(state="closed"):
        assert row.closed_by_id
        assert row.closed_by_id != row.closing_asked_by_id
        assert not row.tasks.filter(state="open").exists()
        assert not row.follow_ups.filter(state="due").exists()
    for case in Case.objects.exclude(state="closed"):
        first = case.follow_ups.filter(state="due", due_at__gt=at).order_by("due_at").first()
        assert first is None or case.next_at <= first.due_at
    for log in (DutyClimb, CaseClimb, TaskClimb):
        assert all(row.missed_at <= row.at for row in log.objects.all())
    assert not CareDuty.objects.exclude(change__state="standing").exists()


def both_see_it(history):
    """What climbed is seen by who let it pass, while they hold that post, and by who has it now."""
    at, day = history.at, history.at.date()
    for model, key, visible in (
        (DutyClimb, "duty", policies.visible_duties),
        (CaseClimb, "case", policies.visible_cases),
        (TaskClimb, "task", policies.visible_tasks),
    ):
        rows = model.objects.exclude(**{f"{key}__state__in": ["done", "lifted", "closed"]})
        for row in rows.select_related("from_post__organisation", "from_person", key):
            if not _in_post(row.from_post, row.from_person_id, day):
                continue
            if row.from_post.organisation.kind in policies.NARROW:
                continue
            pk = getattr(row, f"{key}_id")
            assert visible(actor_of(row.from_person, at), at).filter(pk=pk).exists(), row


def sights(history):
    """Nobody sees by a post that ended; who works in a class sees no case, no level and only who is there."""
    at = history.at
    places = {row.person_id: row.class_node.path for row in Enrolment.objects.filter(ends_on=None)}
    for name in WORKERS:
        actor = history.actor(name)
        cases = policies.visible_cases(actor, at)
        seen = policies.visible_duties(actor, at)
        if not actor.posts or name == "stranger":
            assert not seen.exists()
            assert not cases.exists()
            assert not policies.visible_tasks(actor, at).exists()
        if name in {"he", "other", "gao", "ding"}:
            assert not cases.exists()
            for person_id in seen.values_list("person", flat=True):
                assert any(places[person_id].startswith(post.path) for post in actor.posts)
        if name in {"zhou", "shao"}:
            assert not policies.named_cases(actor, at).exists()
            assert all(policies.reads_duty(actor, duty) < Depth.CARE for duty in seen.select_related("class_node"))


@pytest.fixture
def world():
    world = a_world(children=2)
    an_actor(PostKind.SCHOOL_ADMIN, world.school)
    for offset in range(3, 8):
        day = (NOON + timedelta(days=offset)).date()
        CalendarDay.objects.create(organisation=None, day=day, kind="holiday", name="放假")
    return world


SOAKS = settings().max_examples > 1_000


@settings(max_examples=settings().max_examples if SOAKS else 40, suppress_health_check=list(HealthCheck))
@given(start=st.integers(1, 4), story=st.lists(steps, min_size=8, max_size=30))
def test_promises_hold_in_every_history(world, start, story):
    """The world is made once; each history is lived in a transaction that is undone."""
    with transaction.atomic():
        history = History(world)
        history.step("level", 0, start)
        history.step("open", "lin", 0)
        for each in story:
            history.step(*each)
            holds(history)
        found = list(checks.violations(history.at))
        assert not found
        both_see_it(history)
        sights(history)
        _tell(history)
        transaction.set_rollback(True)


def _tell(history):
    """For ``--hypothesis-show-statistics``: whether histories get anywhere."""
    for model in (CareDuty, Case, CaseTask):
        for state in model.objects.values_list("state", flat=True).distinct().order_by("state"):
            event(f"{model.__name__} {state}")
    for log in (DutyClimb, CaseClimb, TaskClimb):
        if log.objects.exists():
            event(log.__name__)
    if LevelChange.objects.filter(state="standing").count() > 1:
        event("several levels")


def test_a_school_that_empties_hands_everything_up_and_gets_it_back(world):
    """The grim path, on purpose: everybody leaves one after another, then a psychology teacher comes."""
    history = History(world)
    history.step("level", 0, 4)
    history.step("open", "lin", 0)
    history.step("task", "lin", 0)
    for name in ("he", "gao", "lin", "bai", "shen", "wei"):
        history.step("wait", 1440, 0)
        history.step("leave", name, 0)
        tick(history.at)
        holds(history)
    assert {duty.holder_post.kind for duty in CareDuty.objects.filter(state="open")} <= {
        PostKind.BUREAU_EXPERT,
        PostKind.BUREAU_OFFICER,
    }
    case = Case.objects.get()
    assert case.owner_post.kind in {PostKind.BUREAU_EXPERT, PostKind.BUREAU_OFFICER}
    sights(history)
    history.step("come", "bai", 0)
    holder = "zhou" if case.owner == world.zhou.person else "shao"
    history.step("hand_over", holder, 0)
    case.refresh_from_db()
    assert case.owner == world.bai.person
    assert not list(checks.violations(history.at))
