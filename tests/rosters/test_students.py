"""A row becomes a line: what is known, what is wrong with it, and which rows are no students at all."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from xinqiao.rosters import faults
from xinqiao.rosters.reading import identity, students
from xinqiao.rosters.reading.classnames import ClassKey, SchoolContext
from xinqiao.rosters.reading.heads import find_head, mapping_of
from xinqiao.rosters.reading.students import GuardianLine, Reading, read_lines

TODAY = date(2026, 11, 23)
HEAD = ["学号", "姓名", "性别", "出生日期", "班级"]


def lines_of(head, *rows, corrections=None, school="青禾区第一实验学校", system="63"):
    table = [list(head), *(list(row) for row in rows)]
    found = find_head(table, "学生", None)
    mapping = mapping_of(found.columns, corrections)
    reading = Reading(found, mapping, SchoolContext(system, 2026), TODAY, school)
    return read_lines(table, reading)


def codes(line):
    return [(fault.column, fault.code) for fault in line.faults]


def test_a_whole_row():
    (line,) = lines_of(HEAD, ["2026001", "林小禾", "女", "2013.5.1", "七(1)班"])
    assert (line.number, line.name, line.student_number, line.sex) == (2, "林小禾", "2026001", "f")
    assert (line.birth_date, line.key) == (date(2013, 5, 1), ClassKey("junior", 2026, 1))
    assert not line.faults


def test_rows_that_are_no_students_are_passed_over():
    found = lines_of(
        ["序号", *HEAD],
        ["1", "2026001", "林小禾", "女", "", "七年级1班"],
        ["", "", "", "", "", ""],
        ["2", "", "", "", "", ""],
        ["序号", *HEAD],
        ["3", "2026002", "何山", "男", "", "七年级1班"],
        ["合计", "", "2人", "", "", ""],
        ["填表人：周老师", "", "", "", "", ""],
    )
    assert [line.name for line in found] == ["林小禾", "何山"]
    assert [line.number for line in found] == [2, 6]


def test_what_is_missing_is_said_for_its_cell():
    (line,) = lines_of(HEAD, ["", "林小禾", "", "", ""])
    assert codes(line) == [(0, "missing"), (4, "missing")]
    assert line.faulty


def test_several_faults_of_one_row_are_all_said():
    (line,) = lines_of(HEAD, [1e17, "林小禾2", "男女", "2013.2.30", "火箭班"])
    assert [code for _column, code in codes(line)] == ["name_digits", "digits_lost", "sex", "date_none", "class_name"]


def test_a_fault_beside_the_point_does_not_keep_the_student_out():
    (line,) = lines_of(
        [*HEAD, "家长姓名", "家长电话", "住宿"], ["1", "林小禾", "", "", "七年级1班", "林一", "1380", "也许"]
    )
    assert not line.faulty
    assert [code for _column, code in codes(line)] == ["yes_or_no", "phone_form"]
    assert line.guardians == (GuardianLine("林一", "other", ""),)


def test_grade_and_class_in_two_columns():
    (line,) = lines_of(["学号", "姓名", "年级", "班级"], [1.0, "林小禾", "初一", 3.0])
    assert line.key == ClassKey("junior", 2026, 3)


def test_year_of_entry_and_class_in_two_columns():
    rows = [["1", "林小禾", written, "3班"] for written in ("2022", "2022年", "2022-09-01", date(2022, 9, 1))]
    found = lines_of(["学号", "姓名", "入学年份", "班级"], *rows)
    assert {line.key for line in found} == {ClassKey("primary", 2022, 3)}


def test_a_stage_column_clears_up_a_year():
    (line,) = lines_of(["学号", "姓名", "学段", "入学年份", "班级"], ["1", "林小禾", "初中", "2025", "3班"])
    assert line.key == ClassKey("junior", 2025, 3)


def test_two_columns_that_disagree():
    (line,) = lines_of(["学号", "姓名", "年级", "班级"], ["1", "林小禾", "七年级", "八年级1班"])
    assert codes(line) == [(3, "class_conflict")]


def test_a_five_four_school_that_shows_how_it_counts():
    found = lines_of(["学号", "姓名", "班级"], ["1", "林小禾", "初一1班"], ["2", "何山", "初四1班"], system="54")
    assert [line.key.entry_year for line in found] == [2026, 2023]


def test_a_row_of_another_school_is_refused():
    head = ["学号", "姓名", "班级", "学校"]
    ours, short, other = lines_of(
        head,
        ["1", "林小禾", "七年级1班", "青禾区第一实验学校"],
        ["2", "何山", "七年级1班", "第一实验学校"],
        ["3", "白云川", "七年级1班", "第二中学"],
    )
    assert not ours.faulty
    assert not short.faulty
    assert codes(other) == [(3, "school_other")]


def test_numbers_given_twice_are_refused_on_both_rows_and_name_each_other():
    one, two, three = lines_of(
        HEAD,
        ["7", "林小禾", "", "", "七年级1班"],
        ["7", "何山", "", "", "七年级1班"],
        ["8", "白云川", "", "", "七年级1班"],
    )
    assert (one.faults[0].code, one.faults[0].facts["rows"]) == ("number_twice", "3")
    assert two.faults[0].facts["rows"] == "2"
    assert not three.faulty


def test_the_same_name_in_one_class_is_pointed_out_and_kept():
    one, _two = lines_of(HEAD, ["1", "林小禾", "", "", "七年级1班"], ["2", "林小禾", "", "", "七年级1班"])
    assert codes(one) == [(1, "same_name")]
    assert not one.faulty


class TestIdentity:
    head = (*HEAD, "身份证号", "学籍号")
    switched_on = {5: "id_number", 6: "registration_number"}
    number = "11010120130501002" + identity.check_character("11010120130501002")

    def test_fills_in_birth_date_and_sex(self):
        (line,) = lines_of(
            self.head, ["1", "林小禾", "", "", "七年级1班", self.number, ""], corrections=self.switched_on
        )
        assert (line.identity, line.birth_date, line.sex) == (self.number, date(2013, 5, 1), "f")

    def test_is_found_inside_a_registration_number(self):
        row = ["1", "林小禾", "", "", "七年级1班", "", "G" + self.number]
        (line,) = lines_of(self.head, row, corrections=self.switched_on)
        assert line.identity == self.number

    @pytest.mark.parametrize(
        ("sex", "birth", "registered", "code"),
        [
            ("男", "", "", "identity_sex"),
            ("", "2013-05-02", "", "identity_birth"),
            ("", "", "11010120130501004", "identity_two"),
        ],
    )
    def test_that_contradicts_the_row_is_refused(self, sex, birth, registered, code):
        registration = f"G{registered}{identity.check_character(registered)}" if registered else ""
        row = ["1", "林小禾", sex, birth, "七年级1班", self.number, registration]
        (line,) = lines_of(self.head, row, corrections=self.switched_on)
        assert [fault.code for fault in line.faults] == [code]

    def test_given_twice(self):
        rows = [[n, name, "", "", "七年级1班", self.number, ""] for n, name in (("1", "林小禾"), ("2", "何山"))]
        found = lines_of(self.head, *rows, corrections=self.switched_on)
        assert all("identity_twice" in students.iterate_codes([line]) for line in found)


class TestGuardiansAndGroups:
    def test_father_and_mother(self):
        head = [*HEAD, "父亲姓名", "父亲电话", "母亲姓名", "母亲电话"]
        (line,) = lines_of(head, ["1", "林小禾", "", "", "七年级1班", "林一", "13800138000", "周二", ""])
        assert line.guardians == (GuardianLine("林一", "father", "13800138000"), GuardianLine("周二", "mother", ""))

    def test_a_phone_without_a_name_still_reaches_somebody(self):
        (line,) = lines_of([*HEAD, "联系电话"], ["1", "林小禾", "", "", "七年级1班", "13800138000"])
        assert line.guardians == (GuardianLine("林小禾的监护人", "other", "13800138000"),)

    @pytest.mark.parametrize(
        ("written", "groups"),
        [("是", ("留守",)), ("√", ("留守",)), ("留守儿童", ("留守",)), ("否", ()), ("", ())],
    )
    def test_a_circumstance_with_a_column_of_its_own(self, written, groups):
        (line,) = lines_of([*HEAD, "是否留守"], ["1", "林小禾", "", "", "七年级1班", written])
        assert line.groups == groups

    def test_nothing_is_known_when_there_is_no_column(self):
        (line,) = lines_of(HEAD, ["1", "林小禾", "", "", "七年级1班"])
        assert line.groups is None


def test_every_code_has_words():
    sources = [path.read_text(encoding="utf-8") for path in Path(students.__file__).parent.glob("*.py")]
    used = {
        code
        for source in sources
        for code in re.findall(r'(?:BadCell|Unreadable|Trouble|blame)\([^")]*"(\w+)"', source)
    }
    assert len(used) > 40
    assert used <= {*faults.FILE, *faults.CELL}
