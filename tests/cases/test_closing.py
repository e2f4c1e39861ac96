"""A case is closed by two, stays readable, and can be opened again."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.cases.factories import (
    DAY,
    HOUR,
    a_case,
    a_task,
    a_world,
    closed_case,
    closing_case,
    follow_ups_done,
    left,
    levelled,
)
from tests.factories import NOON
from xinqiao.audit.models import Entry
from xinqiao.cases.models import Case
from xinqiao.cases.services import care, closing, opening
from xinqiao.kernel.refusal import Refusal
from xinqiao.signals.models import LevelChange

pytestmark = pytest.mark.django_db
EVERYBODY = ["he", "other", "ding", "gao", "lin", "bai", "shen", "wei", "zhou", "shao", "stranger"]
RUNS = {"lin", "bai"}


@pytest.fixture
def world():
    return a_world()


def refused(code, verb, **facts):
    with pytest.raises(Refusal) as found, transaction.atomic():
        verb(**facts)
    assert found.value.code == code
    assert str(found.value)


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_seconds_a_closing(world, who):
    case, actor = closing_case(world), getattr(world, who)
    if who in {"bai", "shen", "wei"}:
        assert closing.confirm_closing(actor=actor, case=case, at=NOON).closed_by == actor.person
        assert Entry.objects.filter(action="case.closed", person=case.person_id).count() == 1
    else:
        with pytest.raises(PermissionDenied):
            closing.confirm_closing(actor=actor, case=case, at=NOON)
        case.refresh_from_db()
        assert case.state == "closing"


def test_the_database_knows_that_two_are_needed(world):
    case = closing_case(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(
            state="closed", closed_by=case.closing_asked_by, closed_at=NOON, next_at=None
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="closed", next_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(state="open", next_at=None)


@pytest.mark.parametrize(
    ("outcome", "level", "code"),
    [
        ("stable", 1, None),
        ("stable", 2, "level"),
        ("referred", 2, None),
        ("referred", 3, "level"),
        ("declined", 2, None),
        ("declined", 4, "level"),
        ("left", 1, "enrolled"),
        ("left", 4, "enrolled"),
        ("gone", 1, "outcome"),
    ],
)
def test_how_a_case_may_end(world, outcome, level, code):
    case = a_case(world, level)
    follow_ups_done(world, case)
    facts = {"actor": world.lin, "case": case, "outcome": outcome, "words": "评估", "at": NOON}
    if code:
        refused(code, closing.ask_closing, **facts)
    else:
        assert closing.ask_closing(**facts).state == "closing"


def test_who_left_may_leave_at_any_level(world):
    case = a_case(world, 4)
    left(case.person)
    closing.ask_closing(actor=world.lin, case=case, outcome="left", words="已移交新学校", at=NOON)
    assert closing.confirm_closing(actor=world.bai, case=case, at=NOON).state == "closed"
    assert not case.follow_ups.filter(state="due").exists()


def test_what_must_be_done_before_closing(world):
    case = a_case(world, 2)
    facts = {"actor": world.lin, "case": case, "outcome": "stable", "words": "评估", "at": NOON}
    levelled(world, 1)
    refused("follow_ups", closing.ask_closing, **facts)
    follow_ups_done(world, case, steady=False)
    refused("steady", closing.ask_closing, **facts)
    task = a_task(world, case)
    refused("tasks", closing.ask_closing, **{**facts, "outcome": "declined"})
    care.finish_task(actor=world.he, task=task, words="做过", at=NOON)
    refused("words", closing.ask_closing, **{**facts, "outcome": "declined", "words": " "})


def test_what_changed_in_between_stops_the_second_person(world):
    case = closing_case(world)
    LevelChange.objects.filter(level=1).update(level=2)
    refused("level", closing.confirm_closing, actor=world.bai, case=case, at=NOON + HOUR)


def test_returning_says_why_and_keeps_what_was_written(world):
    case = closing_case(world)
    refused("reason", closing.return_closing, actor=world.wei, case=case, at=NOON)
    case = closing.return_closing(actor=world.wei, case=case, reason="再看两周", at=NOON)
    assert (case.state, case.outcome, case.closing_asked_by) == ("open", "", None)
    assert (case.closing_words.reveal(), case.returned_words.reveal()) == ("目标达成", "再看两周")
    assert case.next_at > NOON


def test_who_asked_may_take_it_back_without_a_word(world):
    case = closing_case(world)
    assert closing.return_closing(actor=world.lin, case=case, at=NOON).state == "open"


def test_opening_again_keeps_the_closing_that_was(world):
    case = closed_case(world)
    case = closing.reopen(actor=world.lin, case=case, reason="又有情况", at=NOON + DAY)
    past = case.past_closings.get()
    assert (case.state, case.owner, case.closed_by) == ("open", world.lin.person, None)
    assert (past.outcome, past.words.reveal(), past.closed_by) == ("stable", "目标达成", world.bai.person)
    assert (past.reason.reveal(), case.reason.reveal()) == ("又有情况", "近期睡不好，想有人听")
    assert case.next_at > NOON + DAY


def test_not_while_another_one_is_open(world):
    case = closed_case(world)
    levelled(world, 2, case.person, at=NOON + DAY)
    opening.open_case(actor=world.lin, person=case.person, reason="新的缘由", at=NOON + DAY)
    refused("open", closing.reopen, actor=world.lin, case=case, reason="又有情况", at=NOON + DAY)


MOVES = [
    ("open", "confirm_closing"),
    ("open", "return_closing"),
    ("open", "reopen"),
    ("closing", "ask_closing"),
    ("closing", "reopen"),
    ("closed", "ask_closing"),
    ("closed", "confirm_closing"),
    ("closed", "return_closing"),
]


@pytest.mark.parametrize(("state", "verb"), MOVES)
def test_moves_that_are_not_in_the_table(world, state, verb):
    case = {"open": a_case, "closing": closing_case, "closed": closed_case}[state](world)
    facts = {
        "ask_closing": {"outcome": "stable", "words": "评估", "actor": world.lin},
        "confirm_closing": {"actor": world.bai},
        "return_closing": {"actor": world.bai, "reason": "早"},
        "reopen": {"actor": world.lin, "reason": "又来"},
    }[verb]
    refused("move", getattr(closing, verb), case=case, at=NOON, **facts)
