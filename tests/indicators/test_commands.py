"""``xinqiao indicators list | show | refresh``, and the nightly work."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import NOON
from xinqiao.config.cli import main
from xinqiao.indicators import registry
from xinqiao.indicators.models import Reckoning, Value
from xinqiao.indicators.sweeps import ask_for_todays
from xinqiao.outbox.models import Job
from xinqiao.outbox.services import run_next_job

pytestmark = pytest.mark.django_db


def run(capsys, *arguments: str) -> tuple[int, str]:
    code = main(["indicators", *arguments])
    return code, capsys.readouterr().out


def test_every_figure_is_listed(capsys):
    code, out = run(capsys, "list", "--json")
    rows = {row["code"]: row for row in json.loads(out)}
    assert code == 0
    assert set(rows) == set(registry.known())
    assert rows["screening.coverage"]["parameters"] == {"grades": []}
    assert rows["staff.psych_full_time"]["source"] == "reported"
    assert all(row["title"] and row["formula"] and row["unit"] for row in rows.values())
    assert "credentials.a" in run(capsys, "list", "--reported")[1]


def test_working_out_and_showing(world, capsys):
    code, out = run(capsys, "refresh", "--organisation", world.school.code, "--json")
    assert code == 0
    assert json.loads(out)[0]["organisation"] == world.bureau.pk
    assert Value.objects.filter(organisation=world.bureau).exists()

    code, out = run(capsys, "show", "staff.psych_any", "--organisation", str(world.bureau.pk), "--below", "--json")

    rows = json.loads(out)
    assert code == 0
    assert [row["value"] for row in rows] == [50, 100, 0]
    assert "50%" in run(capsys, "show", "staff.psych_any")[1]


def test_misuse_says_what_to_do(world, capsys):
    assert main(["indicators", "show", "no.such"]) == 2
    assert "没有代码为" in capsys.readouterr().err
    assert main(["indicators", "refresh", "--organisation", "nowhere"]) == 2
    assert main(["indicators", "refresh", "--code", "no.such"]) == 2


def test_each_tree_is_worked_out_once_a_day_by_a_job(world):
    at = timezone.now()
    ask_for_todays(at)
    ask_for_todays(at + timedelta(minutes=10))
    assert Job.objects.filter(kind="indicators.refresh").count() == 1

    run_next_job(at)

    assert Reckoning.objects.filter(root=world.bureau, code="").exists()
    ask_for_todays(at + timedelta(minutes=20))
    assert Job.objects.filter(kind="indicators.refresh").count() == 1
    ask_for_todays(at + timedelta(days=1))
    assert Job.objects.filter(kind="indicators.refresh").count() == 2


def test_one_figure_that_fails_does_not_hold_up_the_others(world, monkeypatch, caplog):
    from dataclasses import replace

    from xinqiao.indicators.values import figure, refresh

    def broken(nodes, on, asked):
        raise RuntimeError("a room in trouble")

    row = registry.get("people.peer_reps")
    monkeypatch.setitem(registry._known, row.code, replace(row, live=broken))

    refresh(world.bureau, at=NOON)

    assert "people.peer_reps" in caplog.text
    assert figure(world.bureau, "staff.psych_any", NOON.date()).value == 50
