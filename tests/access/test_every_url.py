"""Every URL × everybody who should not be there. New rooms are covered as soon as their URLs exist."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access.urls_world import Url, World, a_world, our_urls
from tests.factories import sign_in
from xinqiao.access.doors import ANYONE, GUARDIAN, OUTSIDE, SIGNED_IN, STAFF, STUDENT
from xinqiao.access.enums import Action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
URLS = our_urls()
WORDS = {ANYONE, SIGNED_IN, STAFF, STUDENT, GUARDIAN, OUTSIDE}
SIGN_INS = ("/accounts/login/", "/enter/student/", "/enter/guardian/")
FOREIGN = ["neighbour", "other class", "bureau", "ended", "nobody", "student", "guardian", "outside"]
KINDS = {"student": STUDENT, "guardian": GUARDIAN, "outside": OUTSIDE}
METHODS = ["get", "post"]
TESTED_IN_THEIR_ROOM = {"screening", "signals"}
"""Rooms that knock at their own doors with rows of their own (tests/<room>/samples.py), beside what is done here."""


@pytest.fixture
def world():
    return a_world()


def admitted(url: Url, world: World, who: str) -> bool:
    """By hand: whether the words of the door let this actor in, before any object is looked at."""
    actor, kind = world.actors[who], KINDS.get(who.removeprefix("own "), STAFF)
    needs = set(url.door.needs)
    if ANYONE in needs or kind in needs or (SIGNED_IN in needs and kind != OUTSIDE):
        return True
    return any(actor.may(need) for need in needs & set(Action.values))


def test_the_walk_finds_the_house():
    names = {url.name for url in URLS}
    assert {"access:trail", "entry:student", "jobs:show"} <= names
    assert len(names) == len(URLS)


def test_strangers_are_shown_the_way_in(world, client):
    wrong = []
    for url in URLS:
        path = world.path(url)
        for method in METHODS:
            answer = getattr(client, method)(path)
            if ANYONE in url.door.needs:
                fine = answer.status_code < 500
            else:
                fine = answer.status_code == 405 or (
                    answer.status_code == 302 and answer["Location"].startswith(SIGN_INS)
                )
            if not fine:
                wrong.append((url.name, method, answer.status_code))
    assert not wrong


@pytest.mark.parametrize("who", FOREIGN)
def test_nobody_passes_a_door_or_finds_an_object_that_is_not_theirs(world, who):
    """Without the action: 403 at the door. With it: nothing behind it that is not theirs, 404 or 403, never a page."""
    client, wrong = sign_in(Client(raise_request_exception=False), world.actors[who]), []
    for url in URLS:
        path, inside = world.path(url), admitted(url, world, who)
        if inside and not hides_objects(url, who):
            continue
        expected = {403, 404, 405} if inside else ({302} if who == "outside" else {403, 405})
        for method in METHODS:
            status = getattr(client, method)(path).status_code
            if status not in expected:
                wrong.append((url.name, method, status))
    assert not wrong


def hides_objects(url: Url, who: str) -> bool:
    """Whether everything behind this address belongs to the school and is none of this actor's business.

    A bureau stands above the school and a colleague works in it: for them only what names a child is asked here; what
    else they may see is each room's own test.
    """
    if not url.arguments or ANYONE in url.door.needs:
        return False
    return names_a_person(url) if who in {"bureau", "other class"} else True


def names_a_person(url: Url) -> bool:
    return bool({"person_id", "student_id", "child_id"} & set(url.arguments))


@pytest.mark.parametrize("who", ["insider", "bureau", "own student", "own guardian"])
def test_nothing_crashes_for_anybody(world, who):
    client, wrong = sign_in(Client(raise_request_exception=False), world.actors[who]), []
    for url in URLS:
        path = world.path(url)
        for method in METHODS:
            if getattr(client, method)(path).status_code >= 500:
                wrong.append((url.name, method))
    assert not wrong


def test_the_samples_are_real(world):
    """The colleague who holds every post of the school does get in: the refusals above are not of empty rooms."""
    client, empty = sign_in(Client(), world.actors["insider"]), []
    for url in URLS:
        path = world.path(url)
        needs = set(url.door.needs)
        if (
            not url.arguments
            or not world.is_told(url)
            or not (needs & set(Action.values) or {SIGNED_IN, STAFF} & needs)
        ):
            continue
        if not admitted(url, world, "insider"):
            continue
        status = client.get(path).status_code
        if status not in {200, 302, 405}:
            empty.append((url.name, status))
    assert not empty


def test_every_address_with_arguments_has_a_sample(world):
    missing = [
        url.name for url in URLS if not world.is_told(url) and url.name.split(":")[0] not in TESTED_IN_THEIR_ROOM
    ]
    assert not missing, f"tell what these are about in tests/<room>/url_samples.py: {missing}"
