"""Violations planted in the rows themselves, past every verb and constraint: the doctor names each."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

import pytest
from django.db import connection

from tests.factories import NOON, a_person
from tests.plants import plants
from tests.screening import factories as screening
from tests.signals.factories import a_level, a_signal, a_world, end_posts
from xinqiao.audit.models import Entry
from xinqiao.cases.services.opening import open_case
from xinqiao.insight.commands import run_doctor
from xinqiao.insight.doctor import examine

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def free():
    """SQL without the checks of the database, as an intruder or a broken disk would write."""

    def run(sql: str, *values: object) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute(sql, values)
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")

    return run


def codes(at=NOON) -> set[str]:
    return {f"{finding.subject.split(':')[0]} {finding.code}" for finding in examine(at)}


@plants("audit.trail")
def test_a_changed_trail(free):
    a_signal(a_world())
    assert "audit.chain trail" not in codes()
    free("UPDATE audit_entry SET who = 'x' WHERE id = %s", Entry.objects.first().pk)
    assert "audit.chain trail" in codes()


@plants("vault.sealed")
def test_a_sealed_value_that_does_not_open(free):
    world = a_world()
    change = a_level(world, 2)
    free("UPDATE signals_levelchange SET reason = %s WHERE id = %s", b"\x01 not sealed at all", change.pk)
    assert "signals.levelchange sealed" in codes()


def test_an_account_without_a_post():
    world = a_world()
    idle = a_person(world.school)
    assert f"accounts.account:{idle.account_id}" in {finding.subject for finding in examine(NOON)}


def test_an_open_signal_without_owner_or_date(free):
    world = a_world(second_teacher=False)
    signal = a_signal(world)
    free("UPDATE signals_signal SET respond_by = NULL WHERE id = %s", signal.pk)
    assert "signals.signal next_date" in codes()
    end_posts(world.lin, NOON)
    assert "signals.signal owner" in codes()


def test_a_case_without_a_next_date_or_closed_by_one(free):
    world = a_world()
    a_level(world, 2)
    case = open_case(actor=world.lin, person=world.children[0], reason="访谈后需要支持", at=NOON)
    free("UPDATE cases_case SET next_at = NULL WHERE id = %s", case.pk)
    assert codes() & {"cases.case next_date", "cases.case climb"}


def test_a_sheet_nobody_read():
    world = screening.a_world()
    campaign = screening.a_campaign(world)
    screening.says_yes(world.students[0])
    screening.a_sheet(screening.sitting_of(campaign, world.students[0]))
    assert "screening.sheet sheet_unread" not in codes(NOON + timedelta(minutes=9))
    assert "screening.sheet sheet_unread" in codes(NOON + timedelta(minutes=11))


def test_a_path_that_does_not_fit(free):
    world = a_world()
    free("UPDATE people_organisation SET path = '/0/x/' WHERE id = %s", world.school.pk)
    assert "people.organisation path" in codes()


def test_exit_codes_and_json(capsys):
    a_person(a_world().school)
    assert run_doctor(argparse.Namespace(json=True)) == 1
    found = json.loads(capsys.readouterr().out)
    assert {"code", "subject", "words"} == set(found[0])
