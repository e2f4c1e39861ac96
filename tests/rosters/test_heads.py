"""Where a table begins and what its columns are taken for."""

from __future__ import annotations

import openpyxl
import pytest

from tests.rosters.factories import saved
from xinqiao.rosters.reading import heads, words
from xinqiao.rosters.reading.heads import Column, column_letter, find_head, mapping_of, meaning
from xinqiao.rosters.reading.trouble import Trouble
from xinqiao.rosters.reading.workbook import open_workbook

STUDENT = ["1", "2026001", "林小禾", "女", "2013.5.1", "七(1)"]


def head_of(*rows, merges=None):
    return find_head([list(row) for row in rows], "学生", merges)


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("姓名", "name"),
        ("学生姓名", "name"),
        ("姓 名", "name"),
        ("*姓名（必填）", "name"),
        ("Name", "name"),
        ("学号", "student_number"),
        ("校内学号", "student_number"),
        ("学籍号", "registration_number"),
        ("全国学籍号", "registration_number"),
        ("身份证号码", "id_number"),
        ("身份证件号", "id_number"),
        ("性别", "sex"),
        ("出生日期", "birth_date"),
        ("出生年月", "birth_date"),
        ("年级", "grade"),
        ("班级", "class_name"),
        ("班号", "class_name"),
        ("所在班级", "class_name"),
        ("入学年份", "entry_year"),
        ("学段", "stage"),
        ("学校名称", "school"),
        ("是否寄宿", "boarding"),
        ("就读方式", "boarding"),
        ("特殊群体", "groups"),
        ("是否留守儿童", "groups"),
        ("单亲", "groups"),
        ("监护人姓名", "guardian1_name"),
        ("家长", "guardian1_name"),
        ("家长手机号", "guardian1_phone"),
        ("联系电话", "guardian1_phone"),
        ("与学生关系", "guardian1_relation"),
        ("监护人信息/姓名", "guardian1_name"),
        ("监护人信息/联系电话", "guardian1_phone"),
        ("监护人2姓名", "guardian2_name"),
        ("第二监护人电话", "guardian2_phone"),
        ("父亲姓名", "guardian1_name"),
        ("母亲电话", "guardian2_phone"),
        ("父亲/手机号", "guardian1_phone"),
        ("民族", ""),
        ("家庭住址", ""),
        ("父亲工作单位", ""),
        ("七年级1班", ""),
        ("女", ""),
    ],
)
def test_words_of_a_head(label, field):
    assert meaning(label)[0] == field


def test_the_word_for_a_parent_also_tells_the_relation():
    assert meaning("父亲电话")[2] == "father"
    assert meaning("母亲姓名")[2] == "mother"
    assert meaning("是否留守")[2] == "留守"


def test_a_head_in_the_first_row():
    head = head_of(["序号", "学号", "姓名", "性别", "出生日期", "班级"], STUDENT)
    assert (head.row, head.depth, head.first) == (1, 1, 2)
    assert [c.field for c in head.columns] == ["", "student_number", "name", "sex", "birth_date", "class_name"]


def test_titles_and_notes_above_are_passed_over():
    head = head_of(
        ["某校2026学年花名册"],
        ["填表人：周老师", "", "日期：9月"],
        [],
        ["序号", "学号", "姓名", "性别", "出生日期", "班级"],
        STUDENT,
    )
    assert (head.row, head.first) == (4, 5)
    assert head.passed_over == ("某校2026学年花名册", "填表人:周老师 日期:9月")


def test_a_merged_head_of_two_rows():
    book = openpyxl.Workbook()
    page = book.active
    page.append(["花名册"])
    page.append(["学号", "姓名", "监护人", "", "", "班级"])
    page.append(["", "", "姓名", "关系", "电话", ""])
    page.append(["1", "林小禾", "林一", "父亲", "13800138000", "七年级1班"])
    for area in ("A1:F1", "A2:A3", "B2:B3", "C2:E2", "F2:F3"):
        page.merge_cells(area)
    head = heads.choose_sheet(open_workbook(saved(book)))
    assert (head.row, head.depth, head.first) == (2, 2, 4)
    fields = [column.field for column in head.columns]
    assert fields == ["student_number", "name", "guardian1_name", "guardian1_relation", "guardian1_phone", "class_name"]


def test_a_head_of_two_rows_in_a_text_table_is_filled_forward():
    upper = ["学号", "姓名", "监护人", "", "", "班级"]
    lower = ["", "", "姓名", "关系", "电话", ""]
    head = head_of(upper, lower, ["1", "林小禾", "林一", "父亲", "13800138000", "七年级1班"])
    assert head.depth == 2
    assert head.columns[4].field == "guardian1_phone"


def test_a_column_called_student_number_that_holds_registration_numbers_is_recognised():
    rows = [["G110101201305010011", "林小禾", "七年级1班"]] * 3
    head = head_of(["学号", "姓名", "班级"], *rows)
    first = head.columns[0]
    assert (first.field, first.reason, first.samples) == ("", "off", ("******",))


def test_identity_numbers_are_recognised_and_left_out():
    head = head_of(["学号", "姓名", "班级", "身份证号"], ["1", "林小禾", "七年级1班", "110101201305010011"])
    assert (head.columns[3].field, head.columns[3].reason) == ("", "off")


def test_what_the_house_does_not_collect_is_left_out_with_a_reason():
    head = head_of(["学号", "姓名", "班级", "民族", "家庭住址", "备注"], ["1", "林小禾", "七年级1班", "汉", "x", ""])
    assert [c.reason for c in head.columns[3:]] == ["ethnicity", "address", "remark"]


def test_a_column_without_a_head_is_guessed_by_what_it_holds():
    head = head_of(["学号", "姓名", "", "班级"], ["1", "林小禾", "女", "七年级1班"], ["2", "何山", "男", "七年级1班"])
    assert head.columns[2].field == "sex"
    assert head.columns[2].confidence < 0.9


def test_of_two_columns_for_one_thing_the_surer_is_kept():
    head = head_of(["学号", "姓名", "班级", "联系电话", "家长电话"], ["1", "林小禾", "七年级1班", "1", "2"])
    assert [c.field for c in head.columns[3:]] == ["", "guardian1_phone"]


def test_long_numbers_are_veiled_in_samples():
    head = head_of(["学号", "姓名", "班级", "家长电话"], ["2026001", "林小禾", "七年级1班", "13800138000"])
    assert head.columns[3].samples == ("138****00",)


@pytest.mark.parametrize("rows", [[["合计", "人数"]], [["姓名"]], [["林小禾", "女"]], [[]], []])
def test_no_head(rows):
    assert head_of(*rows) is None


class TestMapping:
    columns = tuple(
        Column(at, label, field)
        for at, (label, field) in enumerate(
            [("学号", "student_number"), ("姓名", "name"), ("班", "class_name"), ("x", "")]
        )
    )

    def test_guesses_are_used_and_corrections_win(self):
        assert mapping_of(self.columns) == {0: "student_number", 1: "name", 2: "class_name"}
        assert mapping_of(self.columns, {3: "sex", 2: "", 0: "class_name"} | {2: "student_number"}) == {
            0: "class_name",
            1: "name",
            2: "student_number",
            3: "sex",
        }

    @pytest.mark.parametrize(
        ("corrections", "code"),
        [({3: "name"}, "mapping_twice"), ({1: ""}, "mapping_missing"), ({3: "shoe_size"}, "mapping_unknown")],
    )
    def test_refusals(self, corrections, code):
        with pytest.raises(Trouble) as trouble:
            mapping_of(self.columns, corrections)
        assert trouble.value.code == code


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_letters(index, letter):
    assert column_letter(index) == letter


def test_every_field_can_be_chosen_and_has_a_name():
    from xinqiao.rosters.faults import FIELD_LABELS, NOT_TAKEN

    assert set(FIELD_LABELS) == set(words.FIELDS)
    assert {*words.NOT_TAKEN, "off"} == set(NOT_TAKEN)
