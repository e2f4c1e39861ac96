"""``xinqiao roster check|import``: exit codes, JSON, and that a check changes nothing."""

from __future__ import annotations

import argparse
import json

import pytest

from tests.factories import a_school
from tests.rosters.factories import a_workbook
from xinqiao.people.models import Enrolment
from xinqiao.rosters import commands
from xinqiao.rosters.models import RosterImport

pytestmark = pytest.mark.django_db

GOOD = [("2026001", "林小禾", "女", "2013-05-01", "七年级1班"), ("2026002", "何山", "男", "", "七年级2班")]
FAULTY = [*GOOD, ("2026003", "白云川", "男", "2013.2.30", "七年级1班")]


@pytest.fixture
def school():
    return a_school()


@pytest.fixture
def write(tmp_path):
    def written(rows, name="名册.xlsx"):
        path = tmp_path / name
        path.write_bytes(rows if isinstance(rows, bytes) else a_workbook(rows))
        return str(path)

    return written


def ran(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args(["roster", *arguments])
    return args.run(args)


def test_a_check_of_a_good_file(school, write, capsys):
    assert ran("check", write(GOOD), "--school", school.code) == 0
    said = capsys.readouterr().out
    assert "新学生 2" in said
    assert not RosterImport.objects.exists()
    assert not Enrolment.objects.exists()


def test_a_check_that_finds_something(school, write, capsys):
    assert ran("check", write(FAULTY), "--school", school.code, "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"new": 2, "faulty": 1, "warned": 0}
    (fault,) = report["faults"]
    assert (fault["row"], fault["column"], fault["field"], fault["code"]) == (4, "D", "birth_date", "date_none")


def test_a_file_that_cannot_be_read(school, write, capsys):
    assert ran("check", write(b"%PDF-1.7"), "--school", school.code) == 1
    assert "不是名册表格" in capsys.readouterr().err


def test_an_import_without_apply_waits_for_somebody(school, write, capsys):
    assert ran("import", write(GOOD), "--school", school.code) == 0
    assert RosterImport.objects.get().state == "ready"
    assert not Enrolment.objects.exists()


def test_an_import_with_apply(school, write, capsys):
    assert ran("import", write(FAULTY), "--school", school.code, "--apply") == 1  # one row is faulty, and said
    assert Enrolment.objects.filter(school=school, ends_on=None).count() == 2
    assert "已导入" in capsys.readouterr().out


def test_the_same_import_again_has_nothing_to_do(school, write, capsys):
    ran("import", write(GOOD), "--school", school.code, "--apply")
    assert ran("import", write(GOOD), "--school", school.code, "--apply") == 0
    assert "没有需要导入的变化" in capsys.readouterr().err


def test_a_column_can_be_corrected(school, write, capsys):
    rows = [("x", "2026001", "林小禾", "七年级1班")]
    path = write(a_workbook(rows, head=("学号", "考生", "姓名", "班级")))
    assert ran("check", path, "--school", school.code, "--column", "A=", "--column", "B=student_number", "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"]["new"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "nothing.xlsx", "--school", "S"],
        ["import", __file__, "--school", "no-such-school"],
        ["check", __file__, "--school", "S", "--column", "A=shoe_size"],
    ],
)
def test_misuse(school, arguments, capsys):
    arguments = [school.code if a == "S" else a for a in arguments]
    assert ran(*arguments) == 2
    assert capsys.readouterr().err
