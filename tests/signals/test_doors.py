"""Every address of the room, by everybody who might knock."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.factories import LONG_AGO, NOON, a_class, a_person, a_post, an_actor
from tests.signals.samples import ADDRESSES, Sample, a_sample
from xinqiao.access.actor import Actor, actor_of
from xinqiao.access.enums import PostKind
from xinqiao.signals.models import Signal
from xinqiao.signals.urls import urlpatterns

pytestmark = pytest.mark.django_db
KNOCKERS = (
    "owner",
    "colleague",
    "leader",
    "teacher",
    "subject",
    "officer",
    "stranger",
    "other_teacher",
    "ended",
    "student",
    "rep",
    "nobody",
)


def knocker(who: str, sample: Sample) -> Actor | None:
    world = sample.world
    if who == "nobody":
        return None
    if who == "other_teacher":
        return an_actor(PostKind.CLASS_TEACHER, a_class(world.school, entry_year=2026))
    if who == "ended":
        person = a_person(world.school, "前任老师")
        a_post(person, PostKind.PSYCH_TEACHER, world.school, starts_on=LONG_AGO, ends_on=NOON.date())
        return actor_of(person, NOON)
    return {
        "owner": world.lin,
        "colleague": world.bai,
        "leader": world.wei,
        "teacher": world.he,
        "subject": world.ding,
        "officer": world.shao,
        "stranger": world.stranger,
        "student": sample.student,
        "rep": sample.rep,
    }[who]


def test_every_address_has_a_sample():
    assert {f"signals:{pattern.name}" for pattern in urlpatterns} == set(ADDRESSES)


@pytest.mark.parametrize("who", KNOCKERS)
def test_who_gets_in(who, signed_in, at_noon):
    """One sample, every address; what a knock changed is undone before the next."""
    sample = a_sample()
    actor = knocker(who, sample)
    client = signed_in(actor) if actor else Client()
    wrong = []
    for name, (arguments, method, allowed) in ADDRESSES.items():
        address = reverse(name, args=[sample.argument(each) for each in arguments])
        with transaction.atomic():
            before = list(Signal.objects.order_by("pk").values_list("pk", "state", "owner"))
            answer = getattr(client, method)(address)
            if who in allowed:
                right = answer.status_code in {200, 302, 422, 409} and "/accounts" not in answer.headers.get(
                    "Location", ""
                )
            else:
                same = list(Signal.objects.order_by("pk").values_list("pk", "state", "owner")) == before
                right = same and answer.status_code in ({302} if who == "nobody" else {403, 404})
            if not right:
                wrong.append((name, answer.status_code))
            transaction.set_rollback(True)
    assert not wrong


@pytest.mark.parametrize("who", ["leader", "officer", "stranger", "teacher", "subject", "other_teacher"])
def test_an_open_page_shows_no_row_of_others(who, signed_in, at_noon):
    """Fresh signals are for the psychology teachers; the class teacher's own reports are another list."""
    sample = a_sample()
    client = signed_in(knocker(who, sample))
    for name in ("queue", "rows", "seconds", *(() if who == "teacher" else ("mine",))):
        answer = client.get(reverse(f"signals:{name}"))
        assert answer.status_code != 200 or sample.raised.subject.name not in answer.content.decode()


@pytest.mark.parametrize("name", ["signals:export", "signals:interview"])
def test_notes_and_exports_ask_for_the_password_again(name, signed_in, at_noon, settings):
    sample = a_sample()
    client = signed_in(sample.world.lin, fresh=False)
    settings.DEMO = False
    answer = client.get(reverse(name, args=[sample.argument(each) for each in ADDRESSES[name][0]]))
    assert answer.status_code == 302
    assert "/accounts/" in answer.headers["Location"]
