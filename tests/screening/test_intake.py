"""What the intake saves, refuses and announces. Runs on the database of the settings, so on both."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from tests.factories import NOON, a_student
from tests.screening.factories import student_actor
from tests.screening.intake_client import Page
from tests.screening.intake_room import CALM, SAFETY, Room
from xinqiao.outbox.models import Announcement
from xinqiao.screening import clocks, tokens
from xinqiao.screening.models import Result, Sheet, Sitting
from xinqiao.screening.services.campaigns import close_campaign
from xinqiao.screening.services.sittings import decline_sitting, stop_sitting

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.postgres]


@pytest.fixture
def room():
    return Room()


def told() -> list[dict]:
    return list(Announcement.objects.filter(topic="answer.urgent").order_by("id").values_list("payload", flat=True))


# --- saving -------------------------------------------------------------------------------------------------------
def test_a_save_is_there_when_it_is_acknowledged(room):
    answer = room.house.ask(room.pages[0].request(CALM, clocks=[2345, 9, 0, 700_000, 0, 0, 0, 0, 0]))
    assert (answer.status, answer.said) == (200, {"ok": True, "seq": 1})
    sheet = room.sheet()
    assert room.answers() == CALM
    assert (sheet.sequence, sheet.saved_at, sheet.submitted_at, sheet.client_key) == (1, NOON, None, "")
    assert clocks.unpack(sheet.clocks, 9)[:4] == [2340, None, None, 655_350]
    assert answer.headers["cache-control"] == "no-store"


def test_unanswered_items_are_left_open(room):
    assert room.house.ask(room.pages[0].request({"q1": "2", "q2": None})).status == 200
    assert room.answers() == {f"q{n}": "2" if n == 1 else None for n in range(1, 10)}


def test_a_class_saves_at_once_and_each_gets_its_own_answer(room):
    requests = [page.request(CALM | {"q1": str(place)}) for place, page in enumerate(room.pages)]
    assert [answer.status for answer in room.house.ask_all(*requests)] == [200] * 3
    assert [room.answers(place)["q1"] for place in range(3)] == ["0", "1", "2"]


def test_saves_may_arrive_in_any_order(room):
    page = room.pages[0]
    late = page.request({"q1": "1"}, seq=2)
    assert room.house.ask(page.request({"q1": "3"}, seq=5)).said == {"ok": True, "seq": 5}
    assert room.house.ask(late).said == {"ok": True, "seq": 5, "newer": True}
    assert room.answers()["q1"] == "3"


def test_saves_of_one_sheet_in_one_moment_follow_each_other(room):
    page = room.pages[0]
    requests = [page.request({"q1": str(number % 4)}, seq=number) for number in range(1, 21)]
    answers = room.house.ask_all(*requests)
    assert {answer.status for answer in answers} == {200}
    assert (room.sheet().sequence, room.answers()["q1"]) == (20, "0")


def test_the_same_save_twice_is_one(room):
    request = room.pages[0].request(CALM)
    first, second = room.house.ask(request), room.house.ask(request)
    assert first.said == second.said == {"ok": True, "seq": 1}


def test_another_device_with_the_same_number_is_told_to_load_again(room):
    page = room.pages[0]
    room.house.ask(page.request({"q1": "1"}, seq=4))
    answer = room.house.ask(page.request({"q1": "2"}, seq=4))
    assert (answer.status, answer.said["code"], answer.said["seq"]) == (409, "newer", 4)
    assert room.answers()["q1"] == "1"


def test_a_save_starts_a_sitting_that_was_only_invited(room):
    Sitting.objects.update(state="invited", started_at=None)
    room.house.ask(room.pages[0].request(CALM))
    sitting = room.sitting()
    assert (sitting.state, sitting.started_at) == ("started", NOON)
    assert room.sitting(1).state == "invited"


# --- submitting ---------------------------------------------------------------------------------------------------
def test_a_submit_ends_the_sitting_and_is_announced_once(room):
    page = room.pages[0]
    request = page.request(CALM, submit="one-and-only")
    first, again = room.house.ask(request), room.house.ask(request)
    assert first.said == again.said == {"ok": True, "seq": 1, "submitted": True, "done": True}
    sitting, sheet = room.sitting(), room.sheet()
    assert (sitting.state, sitting.submitted_at, sheet.submitted_at) == ("submitted", NOON, NOON)
    assert sheet.client_key == "one-and-only"
    assert [a.payload for a in Announcement.objects.filter(topic="sitting.submitted")] == [{"sitting_id": sitting.pk}]


def test_a_submit_may_carry_the_number_of_the_save_before_it(room):
    room.house.ask(room.pages[0].request(CALM, seq=3))
    assert room.house.ask(room.pages[0].request(CALM, seq=3, submit="k")).said["submitted"]


@pytest.mark.parametrize("more", [{}, {"submit": "another"}])
def test_nothing_is_saved_after_a_submit(room, more):
    page = room.pages[0]
    room.house.ask(page.request(CALM, submit="first"))
    answer = room.house.ask(page.request({"q1": "3"}, **more))
    assert (answer.status, answer.said["code"]) == (409, "submitted")
    assert "已经交过了" in answer.said["words"]
    assert room.answers()["q1"] == "1"


def test_a_submit_behind_another_device_is_not_taken(room):
    page = room.pages[0]
    room.house.ask(page.request({"q1": "3"}, seq=9))
    answer = room.house.ask(page.request(CALM, seq=5, submit="k"))
    assert (answer.status, answer.said["code"], room.sheet().submitted_at) == (409, "newer", None)


def test_a_sitting_is_complete_when_all_its_parts_are():
    room = Room({"phq-9": ["junior:2025"], "gad-7": ["junior:2025"]})
    second = room.page(room.world.students[0], 2)
    first = room.house.ask(room.pages[0].request(CALM, submit="a"))
    assert (first.said["done"], room.sitting().state) == (False, "started")
    assert not Announcement.objects.filter(topic="sitting.submitted").exists()
    assert room.house.ask(second.request({"q1": "0"}, submit="b")).said["done"]
    assert room.sitting().state == "submitted"


def test_two_parts_submitted_in_one_moment_complete_it_once():
    room = Room({"phq-9": ["junior:2025"], "gad-7": ["junior:2025"]})
    second = room.page(room.world.students[0], 2)
    room.house.ask_all(room.pages[0].request(CALM, submit="a"), second.request({"q1": "0"}, submit="b"))
    assert room.sitting().state == "submitted"
    assert Announcement.objects.filter(topic="sitting.submitted").count() == 1


def test_a_retest_needs_only_its_part():
    room = Room({"phq-9": ["junior:2025"], "gad-7": ["junior:2025"]})
    pk = room.sitting().pk
    Sitting.objects.filter(pk=pk).update(only_part=1, retest_of=room.sitting(1))
    assert room.house.ask(room.pages[0].request(CALM, submit="a")).said["done"]


# --- somebody has to look at once ----------------------------------------------------------------------------------
def test_a_safety_answer_is_announced_with_the_save_and_once(room):
    page = room.pages[0]
    answer = room.house.ask(page.request(CALM | {SAFETY: "2"}))
    assert (answer.status, answer.said["care"], answer.said["cares"]) == (200, True, 1)
    assert told() == [{"sitting_id": room.sitting().pk, "part": 1, "items": [SAFETY]}]
    row = Announcement.objects.get(topic="answer.urgent")
    assert (row.at, row.due_at, row.attempts, row.done_at, row.trouble) == (NOON, NOON, 0, None, "")

    assert room.house.ask(page.request(CALM | {SAFETY: "3"})).said["care"]
    room.house.ask(page.request(CALM))
    room.house.ask(page.request(CALM | {SAFETY: "1"}, submit="k"))
    assert len(told()) == 1


def test_a_calm_answer_is_nobodys_business(room):
    assert "care" not in room.house.ask(room.pages[0].request(CALM)).said
    assert told() == []


def test_a_lost_first_answer_still_shows_the_card_and_tells_once(room):
    request = room.pages[0].request(CALM | {SAFETY: "1"})
    room.house.ask(request)
    assert room.house.ask(request).said["care"]
    assert len(told()) == 1


def test_each_sitting_is_told_by_itself(room):
    room.house.ask_all(*(page.request(CALM | {SAFETY: "1"}) for page in room.pages))
    assert sorted(each["sitting_id"] for each in told()) == sorted(room.sitting(n).pk for n in range(3))


def test_what_was_not_saved_is_not_announced(room):
    page = room.pages[0]
    room.house.ask(page.request(CALM, seq=7))
    room.house.ask(page.request(CALM | {SAFETY: "3"}, seq=3))
    assert told() == []


def test_the_row_and_its_announcement_stand_or_fall_together(room, monkeypatch):
    from xinqiao.screening.intake import postgres, sqlite

    for store in (sqlite, postgres):
        broken = store.ANNOUNCE.replace("0, NULL, ''", "NULL, NULL, ''")
        monkeypatch.setattr(store, "ANNOUNCE", broken)
    bad = room.pages[0].request(CALM | {SAFETY: "1"})
    answers = room.house.ask_all(bad, room.pages[1].request(CALM))
    assert [answer.status for answer in answers] == [500, 200]
    assert not Sheet.objects.filter(sitting=room.sitting()).exists()
    assert room.answers(1) == CALM


def test_an_item_withheld_for_age_is_not_stored_and_hits_nothing(room):
    child = a_student(room.world.node, birth=date(NOON.year - 11, 1, 1))
    token = tokens.issue(
        sitting_id=room.sitting().pk,
        part=1,
        instrument_hash=room.campaign.parts.get().instrument_hash,
        expires=NOON + timedelta(hours=1),
        age=child.age_on(NOON.date()),
    )
    assert "care" not in room.house.ask(Page(token).request(CALM | {SAFETY: "3"})).said
    assert SAFETY not in room.answers()
    assert told() == []


# --- closed doors ----------------------------------------------------------------------------------------------------
def test_a_campaign_that_closed_takes_nothing(room):
    room.house.ask(room.pages[0].request(CALM))
    close_campaign(actor=room.world.lin, campaign=room.campaign, at=NOON)
    answer = room.house.ask(room.pages[0].request({"q1": "3"}))
    assert (answer.status, answer.said["code"]) == (410, "closed")
    assert room.answers()["q1"] == "1"


def test_a_student_who_stopped_is_not_written(room):
    room.house.ask(room.pages[0].request(CALM))
    stop_sitting(actor=student_actor(room.world.students[0]), sitting=room.sitting(), at=NOON)
    answer = room.house.ask(room.pages[0].request({"q1": "3"}))
    assert (answer.status, answer.said["code"], Sheet.objects.count()) == (410, "stopped", 0)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer at a time: there is no such moment on SQLite")
def test_a_save_in_the_moment_of_stopping_waits_and_is_refused(room):
    """The stop holds the sitting's row; a save that came meanwhile must not slip in behind the deletion."""
    held, answered = threading.Event(), []

    def save() -> None:
        held.wait(10)
        answered.append(room.house.ask(room.pages[0].request(CALM)))

    page = threading.Thread(target=save)
    page.start()
    with transaction.atomic():
        stop_sitting(actor=student_actor(room.world.students[0]), sitting=room.sitting(), at=NOON)
        held.set()
        page.join(1.0)
        assert page.is_alive()
        assert not answered
    page.join(20)
    assert (answered[0].status, answered[0].said["code"]) == (410, "stopped")
    assert not Sheet.objects.exists()


def test_a_student_who_declined_is_not_written(room):
    Sitting.objects.update(state="invited", started_at=None)
    decline_sitting(actor=student_actor(room.world.students[0]), sitting=room.sitting(), at=NOON)
    answer = room.house.ask(room.pages[0].request({"q1": "3"}))
    assert (answer.status, answer.said["code"], Sheet.objects.count()) == (410, "declined", 0)


def test_a_sitting_that_is_gone(room):
    Sheet.objects.all().delete()
    Result.objects.all().delete()
    Sitting.objects.filter(pk=room.sitting().pk).delete()
    assert room.house.ask(room.pages[0].request(CALM)).said["code"] == "unknown"


def test_refused_rows_do_not_hinder_their_neighbours(room):
    stop_sitting(actor=student_actor(room.world.students[0]), sitting=room.sitting(0), at=NOON)
    statuses = [answer.status for answer in room.house.ask_all(*(page.request(CALM) for page in room.pages))]
    assert statuses == [410, 200, 200]


# --- the house ----------------------------------------------------------------------------------------------------
def test_health_goes_all_the_way(room):
    answer = room.house.ask({"path": "/healthz", "method": "GET", "headers": {}, "body": b""})
    assert (answer.status, answer.said) == (200, {"ok": True})


def test_everything_else_is_djangos(room):
    assert room.house.ask({"path": "/screening/", "method": "GET", "headers": {}, "body": b""}).status == 299
