"""What is turned away before it waits to be written, and in which words."""

from __future__ import annotations

import pytest

from tests.factories import NOON
from tests.screening.intake_room import CALM, Room
from xinqiao.screening.models import Sheet

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def room():
    return Room()


def test_an_unknown_item_is_refused_in_words(room):
    answer = room.house.ask(room.pages[0].request({"q99": "1"}))
    assert (answer.status, answer.said["code"], answer.said["field"]) == (422, "unknown_item", "q99")
    assert "q99" in answer.said["words"]


@pytest.mark.parametrize(
    ("answers", "more", "status", "field"),
    [
        ({"q1": "7"}, {}, 422, "q1"),
        ({"q1": ["1"]}, {}, 400, "answers"),
        ({"q1": 1}, {}, 422, "q1"),
        ({"q1": "1"}, {"seq": 0}, 400, "seq"),
        ({"q1": "1"}, {"seq": True}, 400, "seq"),
        ({"q1": "1"}, {"seq": 2**31}, 400, "seq"),
        ({"q1": "1"}, {"seq": "3"}, 400, "seq"),
        ({"q1": "1"}, {"answers": [1]}, 400, "answers"),
        ({"q1": "1"}, {"clocks": {"q1": 1}}, 400, "clocks"),
        ({"q1": "1"}, {"clocks": [-5] * 9}, 400, "clocks"),
        ({"q1": "1"}, {"clocks": [1.5] * 9}, 400, "clocks"),
        ({"q1": "1"}, {"clocks": [5]}, 400, "clocks"),
        ({"q1": "1"}, {"submit": ""}, 400, "submit"),
        ({"q1": "1"}, {"submit": "x" * 37}, 400, "submit"),
        ({"q1": "1"}, {"submit": 5}, 400, "submit"),
    ],
)
def test_malformed_saves_are_refused_and_nothing_is_written(room, answers, more, status, field):
    answer = room.house.ask(room.pages[0].request(**{"answers": answers, **more}))
    assert (answer.status, answer.said["field"]) == (status, field)
    assert answer.said["words"]
    assert not Sheet.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"seq": NaN}', b"[" * 20_000, b"null"])
def test_a_body_that_is_no_save(room, body):
    request = room.pages[0].request({}) | {"body": body}
    request["headers"]["Content-Length"] = str(len(body))
    assert room.house.ask(request).status == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Authorization": ""}, 401),
        ({"Content-Type": "text/plain"}, 415),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Length": "70000"}, 413),
        ({"Content-Length": "-1"}, 413),
    ],
)
def test_the_door(room, headers, status):
    answer = room.house.ask(room.pages[0].request(CALM, headers=headers))
    assert (answer.status, answer.said["ok"]) == (status, False)
    assert not Sheet.objects.exists()


def test_our_own_pages_pass_the_door(room):
    headers = {"Origin": "https://school.example", "Sec-Fetch-Site": "same-origin"}
    assert room.house.ask(room.pages[0].request(CALM, headers=headers)).status == 200


def test_a_long_body_is_refused_though_it_lies_about_its_length(room):
    request = room.pages[0].request({"q1": "x" * 70_000}, headers={"Content-Length": "10"})
    assert room.house.ask(request).status == 413


def test_only_posts_save(room):
    assert room.house.ask(room.pages[0].request(CALM) | {"method": "GET"}).status == 405


def test_a_token_is_over_when_its_day_is(room):
    room.house.now = NOON.replace(hour=18, minute=31).timestamp()
    answer = room.house.ask(room.pages[0].request(CALM))
    assert (answer.status, answer.said["code"]) == (401, "expired")


def test_refusals_speak_english_when_the_page_does(room):
    answer = room.house.ask(
        room.pages[0].request(CALM, headers={"Authorization": "", "Cookie": "a=b; django_language=en"})
    )
    assert answer.said["words"].isascii()
