"""``xinqiao doctor`` finds what was planted, and nothing in a sound house; commands begin one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import NOON, TODAY, a_person, a_post, a_student
from tests.plants import plants
from tests.registry.factories import a_world
from xinqiao.access.actor import actor_of
from xinqiao.access.enums import Action, PostKind
from xinqiao.access.models import DutyTurn, Post
from xinqiao.accounts.models import Account
from xinqiao.config.cli import main
from xinqiao.people.models import CalendarDay, Enrolment, Organisation, Person
from xinqiao.people.services import load_national_calendar
from xinqiao.registry.checks import violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    load_national_calendar([TODAY.year])
    return a_world()


def found() -> set[str]:
    return {finding.code for finding in violations(NOON)}


def test_a_sound_house_has_no_findings(world):
    assert found() == set()


def nobody_answers(world):
    Post.objects.filter(person__in=[world.lin.person, world.leader.person]).update(ends_on=TODAY)


def closed_class(world):
    Organisation.objects.filter(pk=world.node.pk).update(closed_on=TODAY)
    Post.objects.filter(organisation=world.node).update(ends_on=TODAY)


def wrong_path(world):
    Organisation.objects.filter(pk=world.other.pk).update(path=f"/{world.other.pk}/")


def wrong_school(world):
    Enrolment.objects.filter(person=world.students[0]).update(school=world.next_door)


def post_at_a_closed_place(world):
    Organisation.objects.filter(pk=world.other.pk).update(closed_on=TODAY)
    a_post(a_person(world.school), PostKind.CLASS_TEACHER, world.other)


def post_where_it_does_not_fit(world):
    a_post(a_person(world.school), PostKind.CLASS_TEACHER, world.school)


def peer_rep_of_another_class(world):
    a_post(a_student(world.node), PostKind.PEER_REP, world.other)


def duty_of_somebody_gone(world):
    post = a_post(a_person(world.school), PostKind.MORAL_HEAD, world.school, ends_on=TODAY)
    DutyTurn.objects.create(school=world.school, post=post, starts_at=NOON, ends_at=NOON + timedelta(days=1))


def no_calendar(world):
    CalendarDay.objects.all().delete()


PLANTS = [
    (nobody_answers, "chain"),
    (closed_class, "closed_class"),
    (wrong_path, "path"),
    (wrong_school, "school"),
    (post_at_a_closed_place, "post_closed"),
    (post_where_it_does_not_fit, "post_place"),
    (peer_rep_of_another_class, "peer_rep"),
    (duty_of_somebody_gone, "duty"),
    (no_calendar, "calendar"),
]


@pytest.mark.parametrize(("plant", "code"), PLANTS)
@plants(*(f"registry.{code}" for _plant, code in PLANTS), each="code")
def test_what_is_planted_is_found(world, plant, code):
    plant(world)
    assert code in found()


def test_a_house_begins_with_one_administrator(capsys):
    arguments = ["begin", "--name", "青禾区教育局", "--admin", "石工", "--username", "shigong", "--json"]
    assert main(arguments) == 0
    made = json.loads(capsys.readouterr().out)
    assert Account.objects.get(username="shigong").check_password(made["password"])
    actor = actor_of(Person.objects.get(name="石工"), timezone.now())
    assert actor.may(Action.MANAGE_POSTS, f"/{made['organisation']}/")
    assert main(arguments) == 2


def test_a_single_school_begins_too(capsys):
    asked = ["begin", "--kind", "school", "--name", "独立中学", "--system", "54", "--admin", "管", "--username", "guan"]
    assert main(asked) == 0
    assert "一次性密码" in capsys.readouterr().out
    assert Organisation.objects.get().system == "54"


def test_the_calendar_is_loaded_and_a_wrong_year_refused(capsys):
    assert main(["calendar", "load", "2026", "2027", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["changed"] > 20
    assert told["arranged"]["2026"] is True
    assert main(["calendar", "load", "1850"]) == 2
