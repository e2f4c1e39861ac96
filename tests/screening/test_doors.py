"""Every address of the room, by everybody who might knock."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import LONG_AGO, NOON, a_class, a_person, a_post, an_actor
from tests.screening.factories import student_actor
from tests.screening.samples import ADDRESSES, Sample, a_sample
from xinqiao.access.actor import Actor, actor_of
from xinqiao.access.enums import PostKind
from xinqiao.screening.urls import urlpatterns

pytestmark = pytest.mark.django_db
KNOCKERS = (
    "owner",
    "officer",
    "teacher",
    "stranger",
    "other_teacher",
    "far_officer",
    "ended",
    "student",
    "other_student",
    "nobody",
)
SEES_NOTHING = {"screening:index": {"other_teacher", "far_officer"}, "screening:approvals": {"far_officer"}}
"""Doors that open on an empty page: a list without rows."""


def knocker(who: str, sample: Sample) -> Actor | None:
    world = sample.world
    if who == "nobody":
        return None
    if who == "other_teacher":
        return an_actor(PostKind.CLASS_TEACHER, a_class(world.school, entry_year=2026))
    if who == "far_officer":
        return an_actor(PostKind.BUREAU_OFFICER, world.stranger.person.posts.get().organisation)
    if who == "ended":
        person = a_person(world.school, "前任老师")
        a_post(person, PostKind.PSYCH_TEACHER, world.school, starts_on=LONG_AGO, ends_on=NOON.date())
        return actor_of(person, NOON)
    return {
        "owner": world.lin,
        "officer": world.officer,
        "teacher": world.teacher,
        "stranger": world.stranger,
        "student": student_actor(sample.ready.person),
        "other_student": student_actor(sample.done.person),
    }[who]


def test_every_address_has_a_sample():
    assert {f"screening:{pattern.name}" for pattern in urlpatterns} == set(ADDRESSES)


@pytest.mark.parametrize("who", KNOCKERS)
def test_who_gets_in(who, signed_in, at_noon):
    sample = a_sample()
    actor = knocker(who, sample)
    client = signed_in(actor) if actor else Client()
    wrong = []
    # Looking comes first: what a POST changes must not decide what the next page shows.
    for name, (arguments, method, welcome) in sorted(ADDRESSES.items(), key=lambda row: row[1][1] != "get"):
        url = reverse(name, args=[sample.argument(argument) for argument in arguments])
        answer = getattr(client, method)(url)
        to_login = answer.status_code == 302 and answer["Location"].startswith(("/accounts/login/", "/enter/"))
        shut = to_login or answer.status_code in (403, 404)
        open_to = set(welcome) | SEES_NOTHING.get(name, set())
        if shut == (who in open_to):
            wrong.append(f"{name}: {who} got {answer.status_code}")
    assert not wrong, wrong


def test_looking_is_get_and_doing_is_post(signed_in, at_noon):
    sample = a_sample()
    client = signed_in(sample.world.lin)
    for name, (arguments, method, welcome) in ADDRESSES.items():
        if method == "post" and "owner" in welcome:
            url = reverse(name, args=[sample.argument(argument) for argument in arguments])
            assert client.get(url).status_code == 405, name


def test_deep_pages_ask_for_the_password_again(signed_in, at_noon, settings, monkeypatch):
    sample = a_sample()
    client = signed_in(sample.world.lin, fresh=False)
    settings.DEMO = False
    monkeypatch.setattr("xinqiao.access.middleware.is_mfa_enabled", lambda account: True)
    for name in ("screening:answers", "screening:results_export"):
        argument = sample.done.pk if name == "screening:answers" else sample.campaign.pk
        answer = client.get(reverse(name, args=[argument]))
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
