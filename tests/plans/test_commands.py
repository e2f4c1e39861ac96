"""``xinqiao plans apply|status`` as somebody at a terminal meets it."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from tests.plans.factories import a_county, agencies, an_edition
from xinqiao.access.actor import actor_of
from xinqiao.config.cli import main
from xinqiao.people.models import Organisation
from xinqiao.plans.models import Plan, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    world = a_county()
    Organisation.objects.filter(pk=world.bureau.pk).update(code="B01")
    an_edition()
    return world


def call(*words):
    return main(["plans", *words])


def apply(world, *more):
    login = actor_of(world.shao.person, timezone.now()).account.username
    days = ("--starts", "2026-09-01", "--ends", "2027-08-31")
    return call("apply", "county", "--organisation", "b01", "--by", login, *days, *more)


def test_a_preview_changes_nothing_and_yes_applies(county, capsys):
    assert apply(county, "--json") == 0
    seen = json.loads(capsys.readouterr().out)
    assert (seen["plan"], seen["gaps"]) == (None, [])
    assert not Plan.objects.exists()

    assert apply(county, "--yes", "--json") == 0
    done = json.loads(capsys.readouterr().out)
    assert done["tasks"] == Task.objects.count()
    assert done["measures"] == seen["measures"]

    assert apply(county, "--yes") == 2
    assert "已经在实施" in capsys.readouterr().err


def test_status_counts_and_says_where_it_is_late(county, capsys):
    apply(county, "--yes")
    capsys.readouterr()
    assert call("status", "--json") in (0, 1)
    (plan,) = json.loads(capsys.readouterr().out)
    assert plan["pack"] == "county"
    assert sum(plan["standing"].values()) == len(plan["clauses"]) == 8
    assert plan["tasks"]["total"] == Task.objects.count()

    Task.objects.update(starts_on="2026-09-01", due_on="2026-09-02")
    assert call("status", "--organisation", "B01", "--clauses") == 1
    assert "已逾期" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("apply", "nothing", "--organisation", "B01", "--by", "x"), "方案库里没有"),
        (("apply", "county", "--organisation", "NO", "--by", "x"), "没有代码"),
        (("apply", "county", "--organisation", "B01", "--by", "nobody"), "没有账号"),
        (("status", "--organisation", "NO"), "没有代码"),
    ],
)
def test_misuse_is_said_in_words(county, capsys, words, said):
    assert call(*words) == 2
    assert said in capsys.readouterr().err


def test_units_are_chosen_by_code(capsys):
    world = agencies()
    an_edition("agencies")
    Organisation.objects.filter(pk=world.court.pk).update(code="C01")
    Organisation.objects.filter(pk=world.partners[0].pk).update(code="D01")
    login = world.officer.account.username

    assert call(
        "apply", "agencies", "--organisation", "C01", "--by", login, "--starts", "2026-11-23", "--unit",
        "partners=D01", "--yes",
    ) == 0  # fmt: skip
    assert Task.objects.filter(unit=world.partners[0]).exists()
    assert call("apply", "agencies", "--organisation", "C01", "--by", login, "--unit", "partners") == 2
    assert "写法不对" in capsys.readouterr().err
