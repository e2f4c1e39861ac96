"""Every state and every move, of plans and of tasks: what the table holds happens, the rest is refused and changes
nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import NOON
from tests.plans.factories import DAY, a_county, a_plan, a_task
from xinqiao.access.actor import actor_of
from xinqiao.kernel.refusal import Refusal
from xinqiao.plans.enums import PlanState, TaskState
from xinqiao.plans.models import HandIn, Task
from xinqiao.plans.rules import OPEN_STATES, PLAN, TASK, UNSETTLED, climbs_on, is_late
from xinqiao.plans.services import running, tasks

MOVES = ("take", "hand_in", "withdraw", "accept", "return", "waive", "reopen")


def put(world, task: Task, state: str) -> Task:
    """Bring a task into a state by the verbs themselves."""
    owner, officer = actor_of(task.owner.person, NOON), world.again(world.shao)
    if state in (TaskState.HANDED_IN, TaskState.RETURNED, TaskState.ACCEPTED):
        tasks.hand_in(actor=owner, task=task, text="做了", at=NOON)
    if state == TaskState.TAKEN:
        tasks.take(actor=owner, task=task, at=NOON)
    elif state == TaskState.RETURNED:
        tasks.give_back(actor=officer, task=task, words="补照片", at=NOON)
    elif state == TaskState.ACCEPTED:
        tasks.accept(actor=officer, task=task, at=NOON)
    elif state == TaskState.WAIVED:
        tasks.waive(actor=officer, task=task, reason="不需要", at=NOON)
    task.refresh_from_db()
    assert task.state == state
    return task


def do(world, task: Task, move: str) -> None:
    owner, officer = actor_of(task.owner.person, NOON), world.again(world.shao)
    verbs = {
        "take": lambda: tasks.take(actor=owner, task=task, at=NOON),
        "hand_in": lambda: tasks.hand_in(actor=owner, task=task, text="做了", at=NOON),
        "withdraw": lambda: tasks.withdraw(actor=owner, task=task, at=NOON),
        "accept": lambda: tasks.accept(actor=officer, task=task, at=NOON),
        "return": lambda: tasks.give_back(actor=officer, task=task, words="补", at=NOON),
        "waive": lambda: tasks.waive(actor=officer, task=task, reason="不需要", at=NOON),
        "reopen": lambda: tasks.reopen(actor=officer, task=task, reason="要做", at=NOON),
    }
    verbs[move]()


@pytest.mark.django_db
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("state", list(TaskState))
def test_every_state_and_move_of_a_task(state, move):
    world = a_county(1)
    task = put(world, a_task(a_plan(world)), state)

    if (state, move) in TASK.moves:
        do(world, task, move)
        task.refresh_from_db()
        assert task.state == TASK.moves[state, move]
    else:
        with pytest.raises(Refusal) as refused:
            do(world, task, move)
        assert refused.value.code == "move"
        task.refresh_from_db()
        assert task.state == state
    assert (task.settled_at is None) == (task.state in UNSETTLED)


@pytest.mark.django_db
@pytest.mark.parametrize("move", ["pause", "resume", "end", "archive"])
@pytest.mark.parametrize("state", list(PlanState))
def test_every_state_and_move_of_a_plan(state, move):
    world = a_county(1)
    plan, actor = a_plan(world), world.again(world.shao)
    verbs = {
        "pause": lambda: running.pause(actor=actor, plan=plan, reason="停课", at=NOON),
        "resume": lambda: running.resume(actor=actor, plan=plan, at=NOON),
        "end": lambda: running.end(actor=actor, plan=plan, reason="提前结束", at=NOON),
        "archive": lambda: running.archive(actor=actor, plan=plan, at=NOON),
    }
    for step in {"running": [], "paused": ["pause"], "ended": ["end"], "archived": ["end", "archive"]}[state]:
        verbs[step]()

    if (state, move) in PLAN.moves:
        verbs[move]()
        plan.refresh_from_db()
        assert plan.state == PLAN.moves[state, move]
        assert plan.changes.count() >= 2
    else:
        with pytest.raises(Refusal):
            verbs[move]()
        plan.refresh_from_db()
        assert plan.state == state


@pytest.mark.django_db
def test_what_nobody_accepts_is_settled_by_handing_in():
    world = a_county(1)
    task = a_task(a_plan(world), "room")

    tasks.hand_in(actor=actor_of(task.owner.person, NOON), task=task, text="按课表开放", at=NOON)

    task.refresh_from_db()
    assert (task.state, task.settled_by) == ("accepted", task.owner.person)
    assert HandIn.objects.get(task=task).verdict == "accepted"


@pytest.mark.parametrize("state", list(TaskState))
def test_late_is_only_what_the_owner_has_not_handed_in(state):
    day = NOON.date()
    assert is_late(state, day, day + timedelta(days=1)) == (state in OPEN_STATES)
    assert not is_late(state, day, day)


def test_steps_of_climbing():
    day = NOON.date()
    assert climbs_on(day, (1, 7), 0) == day + DAY
    assert climbs_on(day, (1, 7), 1) == day + 7 * DAY
    assert climbs_on(day, (1, 7), 2) is None
