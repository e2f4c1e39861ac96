"""Random histories with simulated time: people come and go, dates are missed, everybody tries everything.

After each step, once the sweeps of that minute have run: every open signal has one owner who holds a post today and
one next date; a missed date has climbed and both were told; no level without an interview, no lowering from 3–4 by one
person; a post that ended sees nothing; a false alarm is on nobody's page but the psychology teachers'.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.factories import NOON, a_post, an_actor
from tests.signals.factories import World, a_world, enrolment, on_duty
from xinqiao.access.actor import HOUSE
from xinqiao.access.enums import PostKind
from xinqiao.access.models import Post
from xinqiao.kernel.refusal import Refusal
from xinqiao.people.models import CalendarDay
from xinqiao.signals import checks, policies, sweeps
from xinqiao.signals.enums import InterviewState, SignalState, Source, Urgency
from xinqiao.signals.models import OPEN, Climb, Interview, LevelChange, Nudge, Signal
from xinqiao.signals.selectors import current_level, heirs
from xinqiao.signals.services import interviews, levels, raising, triage
from xinqiao.signals.services.interviews import Held

pytestmark = [pytest.mark.django_db, pytest.mark.property]

WORKERS = ["lin", "bai", "shen", "wei", "zhou", "shao", "he", "ding", "stranger"]
STAFF = {
    "lin": PostKind.PSYCH_TEACHER,
    "bai": PostKind.PSYCH_TEACHER,
    "shen": PostKind.MORAL_HEAD,
    "wei": PostKind.SCHOOL_LEADER,
    "he": PostKind.CLASS_TEACHER,
}
who = st.sampled_from(["lin", "bai"] * 4 + WORKERS)
number = st.integers(0, 4)
steps = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 9, 11, 61, 400, 1440, 7 * 1440])),
    st.tuples(st.just("raise"), st.integers(0, 1), st.sampled_from(list(Source)), st.sampled_from(list(Urgency))),
    st.tuples(st.just("leave"), st.sampled_from(sorted(STAFF))),
    st.tuples(st.just("come"), st.sampled_from(sorted(STAFF))),
    st.tuples(st.just("assess"), st.sampled_from(["lin", "bai"]), st.sampled_from([0, 0, 1]), st.integers(0, 4)),
    st.tuples(st.just("assess"), st.sampled_from(["lin", "bai"]), st.sampled_from([0, 0, 1]), st.integers(0, 4)),
    st.tuples(st.just("duty"), st.sampled_from(sorted(STAFF)), st.integers(1, 100)),
    *(
        st.tuples(st.just(verb), who, number, number)
        for verb in (
            "take_up",
            "hand_over",
            "merge",
            "close",
            "defer",
            "talk",
            "talk",
            "level",
            "level",
            "confirm",
            "refuse",
        )
    ),
)


class History:
    """One life of the small school. Verbs that are refused change nothing."""

    def __init__(self, world: World) -> None:
        self.world, self.at, self.forms = world, NOON, 0

    def actor(self, name):
        return self.world.again(getattr(self.world, name), self.at)

    def signal(self, place):
        """One of the open ones, so that histories go far; now and then one that ended."""
        rows = list(Signal.objects.filter(OPEN).order_by("pk")) if place < 4 else list(Signal.objects.order_by("pk"))
        return rows[place % len(rows)] if rows else None

    def step(self, kind, *facts):
        try:
            with transaction.atomic():
                getattr(self, f"do_{kind}")(*facts)
        except (Refusal, PermissionDenied):
            return
        if kind in {"wait", "leave"}:
            self.tick()

    def tick(self):
        """What the worker does within the next minute."""
        for sweep in (
            sweeps.keep_owned,
            sweeps.climb_overdue,
            sweeps.remind_before_due,
            sweeps.raise_agreed_talks,
        ):
            sweep(self.at)

    def do_wait(self, minutes):
        self.at += timedelta(minutes=minutes)

    def do_raise(self, child, source, urgency):
        self.forms += 1
        raising.raise_signal(
            actor=HOUSE,
            about=raising.About.of(enrolment(self.world.children[child])),
            source=source,
            ground=raising.Ground("result", f"h{self.forms}", urgency),
            at=self.at,
        )

    def do_assess(self, name, child, level):
        """The whole way in one step: a reason, a talk, a level."""
        actor = self.actor(name)
        signal = raising.open_review(actor=actor, enrolment=enrolment(self.world.children[child]), at=self.at)
        draft = interviews.start_interview(actor=actor, signal=signal, at=self.at)
        done = interviews.complete_interview(
            actor=actor, interview=draft, content={}, held=Held(held_at=self.at), edits=draft.edits, at=self.at
        )
        levels.set_level(actor=actor, interview=done, level=level, reason="所见", at=self.at)

    def do_leave(self, name):
        rows = Post.objects.filter(person=getattr(self.world, name).person, ends_on=None)
        rows.filter(starts_on__lte=self.at.date()).update(ends_on=self.at.date())

    def do_come(self, name):
        person = getattr(self.world, name).person
        if not Post.objects.filter(person=person, ends_on=None).exists():
            place = self.world.node if name == "he" else self.world.school
            a_post(person, STAFF[name], place, starts_on=self.at.date())

    def do_duty(self, name, hours):
        post = Post.objects.filter(person=getattr(self.world, name).person, ends_on=None).first()
        if post:
            on_duty(self.world, post, self.at, hours)

    def do_take_up(self, name, place, _other):
        if signal := self.signal(place):
            triage.take_up(actor=self.actor(name), signal=signal, at=self.at)

    def do_hand_over(self, name, place, other):
        if (signal := self.signal(place)) and (posts := heirs(signal, self.at)):
            triage.hand_over(actor=self.actor(name), signal=signal, to=posts[other % len(posts)], at=self.at)

    def do_merge(self, name, place, other):
        if (signal := self.signal(place)) and (into := self.signal(other)):
            triage.merge(actor=self.actor(name), signal=signal, into=into, at=self.at)

    def do_close(self, name, place, _other):
        if signal := self.signal(place):
            triage.close_as_no_concern(actor=self.actor(name), signal=signal, reason="误会", at=self.at)

    def do_defer(self, name, place, days):
        if signal := self.signal(place):
            until = self.at + timedelta(days=days)
            triage.defer(actor=self.actor(name), signal=signal, until=until, why="absent", at=self.at)

    def do_talk(self, name, place, days):
        if signal := self.signal(place):
            actor = self.actor(name)
            draft = interviews.start_interview(actor=actor, signal=signal, at=self.at)
            held = Held(held_at=self.at, next_on=(self.at + timedelta(days=days)).date() if days else None)
            interviews.complete_interview(
                actor=actor, interview=draft, content={"mood": "some"}, held=held, edits=draft.edits, at=self.at
            )

    def do_level(self, name, place, level):
        waiting = list(Interview.objects.filter(signal__state=SignalState.INTERVIEWED).order_by("-pk"))
        if waiting:
            interview = waiting[place % len(waiting)]
            levels.set_level(actor=self.actor(name), interview=interview, level=level, reason="所见", at=self.at)

    def do_confirm(self, name, _place, _other):
        if change := LevelChange.objects.filter(state="awaiting").first():
            levels.confirm_lowering(actor=self.actor(name), change=change, at=self.at)

    def do_refuse(self, name, _place, _other):
        if change := LevelChange.objects.filter(state="awaiting").first():
            levels.refuse_lowering(actor=self.actor(name), change=change, reason="再看看", at=self.at)


def holds(history):
    """The safety promises, each by its own reading of the rows and by the doctor's."""
    at, day = history.at, history.at.date()
    for signal in Signal.objects.filter(OPEN).select_related("owner_post"):
        post = signal.owner_post
        assert post.person_id == signal.owner_id
        assert post.starts_on <= day
        assert post.ends_on is None or post.ends_on > day
        assert signal.respond_by is not None
        assert signal.respond_by >= at
    for climb in Climb.objects.exclude(from_person=F("to_person")):
        told = Nudge.objects.filter(signal=climb.signal_id, at=climb.at)
        assert {climb.from_person_id, climb.to_person_id} <= set(told.values_list("person", flat=True))
    assert not LevelChange.objects.exclude(interview__state=InterviewState.DONE).exists()
    lowered = LevelChange.objects.filter(state="standing", previous__gte=3, level__lt=F("previous"))
    assert all(row.second_by_id and row.second_by_id != row.set_by_id for row in lowered)


def doctor_agrees(history):
    assert not list(checks.violations(history.at))


def sights(history):
    """Nobody sees by a post that ended; a false alarm stays with those who read it anyway."""
    for name in WORKERS:
        actor = history.actor(name)
        seen = policies.visible_signals(actor, history.at)
        if not actor.posts:
            assert not seen.exists()
        if not actor.holds(PostKind.PSYCH_TEACHER) or name == "stranger":
            assert not seen.filter(state__in=[SignalState.CLOSED]).exists()
    assert not policies.visible_signals(history.actor("stranger"), history.at).exists()


@pytest.fixture
def world():
    world = a_world(children=2)
    an_actor(PostKind.SCHOOL_ADMIN, world.school)
    for offset in range(3, 8):
        CalendarDay.objects.create(
            organisation=None, day=(NOON + timedelta(days=offset)).date(), kind="holiday", name="放假"
        )
    return world


@settings(suppress_health_check=list(HealthCheck))
@given(start=st.integers(0, 4), story=st.lists(steps, min_size=6, max_size=30))
def test_promises_hold_in_every_history(world, start, story):
    """The world is made once; each history is lived in a transaction that is undone."""
    with transaction.atomic():
        history = History(world)
        history.do_raise(0, Source.SAFETY, Urgency.URGENT)
        history.step("assess", "lin", 0, start)
        for each in story:
            history.step(*each)
            holds(history)
        doctor_agrees(history)
        sights(history)
        for state in Signal.objects.values_list("state", flat=True).distinct():
            event(f"signal {state}")
        for state in LevelChange.objects.values_list("state", flat=True).distinct():
            event(f"change {state}")
        if LevelChange.objects.filter(state="standing", previous__gte=3, level__lt=F("previous")).exists():
            event("lowered by two")
        if Climb.objects.exists():
            event("climbed")
        transaction.set_rollback(True)


def test_a_school_that_empties_hands_everything_up_and_gets_it_back(world):
    """The grim path, on purpose: everybody leaves one after another, then somebody is appointed."""
    history = History(world)
    for source in (Source.SAFETY, Source.QUICK):
        history.do_raise(0, source, Urgency.SOON)
    for name in ("lin", "bai", "shen", "wei"):
        history.step("wait", 1440)
        history.step("leave", name)
        holds(history)
    doctor_agrees(history)
    owners = {signal.owner_post.kind for signal in Signal.objects.filter(OPEN).select_related("owner_post")}
    assert owners <= {PostKind.BUREAU_EXPERT, PostKind.BUREAU_OFFICER}
    history.step("come", "bai")
    for place in (0, 1):
        history.step("hand_over", "zhou", place, 0)
        history.step("take_up", "bai", place, 0)
    assert {signal.owner for signal in Signal.objects.filter(OPEN)} == {world.bai.person}


def test_every_level_ever_set_follows_an_interview_of_that_student(world):
    history = History(world)
    for level in (3, 1, 4, 2):
        history.do_raise(0, Source.PEER, Urgency.SOON)
        history.step("talk", "lin", 0, 0)
        history.step("level", "lin", 0, level)
        history.step("confirm", "bai", 0, 0)
        holds(history)
        assert current_level(world.children[0].pk).level == level
