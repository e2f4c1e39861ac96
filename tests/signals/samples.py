"""One row behind every address of the room, for tests that knock at all doors.

``a_sample()`` builds a school with signals in every open state; ``ADDRESSES`` names each URL with the arguments it
takes, the method it answers and who gets in: ``owner`` (psychology teacher), ``colleague`` (another one), ``leader``,
``teacher`` (class teacher), ``subject`` (subject teacher), ``student``, ``rep`` (peer supporter). Everybody else is
refused or finds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.factories import NOON
from tests.signals.factories import DAY, World, a_level, a_peer_rep, a_signal, a_world, an_interview, student
from xinqiao.access.actor import Actor
from xinqiao.people.models import Enrolment
from xinqiao.signals.models import Interview, LevelChange, Signal
from xinqiao.signals.services import interviews


@dataclass
class Sample:
    """Rows by the names the addresses use."""

    world: World
    rep: Actor
    student: Actor
    raised: Signal
    draft: Interview
    done: Interview
    lowering: LevelChange
    child: Enrolment

    def argument(self, name: str) -> object:
        return self.child.person_id if name == "person" else getattr(self, name).pk


def a_sample() -> Sample:
    world = a_world(children=5)
    one, two, three, four, five = world.children
    a_level(world, 3, four, at=NOON - 2 * DAY)
    return Sample(
        world=world,
        rep=a_peer_rep(world.node),
        student=student(five),
        raised=a_signal(world, one),
        draft=interviews.start_interview(actor=world.lin, signal=a_signal(world, two), at=NOON),
        done=an_interview(world, a_signal(world, three)),
        lowering=a_level(world, 1, four, at=NOON - DAY),
        child=Enrolment.objects.get(person=one),
    )


_TRIAGE = ("owner", "colleague")
_STAFF = ("owner", "colleague", "leader", "teacher", "subject", "officer", "stranger", "other_teacher", "ended")
_SAYS = ("owner", "colleague", "leader", "teacher", "stranger", "other_teacher")
# url name → (arguments, method, who gets in)
ADDRESSES: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "signals:queue": ((), "get", (*_SAYS, "subject", "officer")),
    "signals:rows": ((), "get", (*_SAYS, "subject", "officer")),
    "signals:export": ((), "get", (*_TRIAGE, "stranger")),
    "signals:show": (("raised",), "get", _TRIAGE),
    "signals:grounds": (("raised",), "get", _TRIAGE),
    "signals:take_up": (("raised",), "post", _TRIAGE),
    "signals:hand_over": (("raised",), "post", _TRIAGE),
    "signals:merge": (("raised",), "post", _TRIAGE),
    "signals:defer": (("raised",), "post", _TRIAGE),
    "signals:close": (("raised",), "post", _TRIAGE),
    "signals:start_interview": (("raised",), "post", _TRIAGE),
    "signals:review": (("person",), "post", _TRIAGE),
    "signals:interview": (("draft",), "get", _TRIAGE),
    "signals:interview_save": (("draft",), "post", _TRIAGE),
    "signals:interview_complete": (("draft",), "post", _TRIAGE),
    "signals:decide": (("done",), "get", _TRIAGE),
    "signals:seconds": ((), "get", ("owner", "colleague", "leader", "stranger")),
    "signals:second": (("lowering",), "get", ("colleague", "leader")),
    "signals:observe": ((), "get", _SAYS),
    "signals:observe_about": (("child",), "get", ("owner", "colleague", "leader", "teacher")),
    "signals:quick": ((), "get", (*_SAYS, "subject")),
    "signals:quick_about": (("child",), "get", ("owner", "colleague", "leader", "teacher", "subject")),
    "signals:mine": ((), "get", _STAFF),
    "signals:talk": ((), "get", ("student", "rep")),
    "signals:peer": ((), "get", ("rep",)),
    "signals:thanks": ((), "get", ("student", "rep")),
}
SEES_NOTHING = {"signals:queue", "signals:rows", "signals:export", "signals:seconds", "signals:mine", "signals:observe"}
"""Doors that open for other schools too, on a page without a row of the sample."""
