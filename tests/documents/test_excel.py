"""What is written to Excel and CSV comes back exactly, and never runs."""

from datetime import UTC, date, datetime

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from xinqiao.documents import excel
from xinqiao.documents.excel import Column, Sheet, csv_bytes, workbook

TEXTS = ["=1+1", "+86 138", "-3", "@SUM(A1)", "007", "110101200001011234", "阿依古丽·吐尔逊", "𠮷田", "两\n行", "\ttab"]


def book(data, tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("low_memory", [False, True])
def test_texts_come_back_as_the_same_text(tmp_path, low_memory):
    sheet = Sheet("名册", [Column("学号")], [[text] for text in TEXTS])
    cells = [row[0] for row in book(workbook([sheet], low_memory=low_memory), tmp_path).active.iter_rows(min_row=3)]
    assert [cell.value for cell in cells] == TEXTS
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.number_format == "@" for cell in cells)


def test_a_text_like_a_formula_stays_text_when_it_is_edited(tmp_path):
    sheet = Sheet("名册", [Column("学号")], [["=1+1"], ["王"]])
    cells = [row[0] for row in book(workbook([sheet]), tmp_path).active.iter_rows(min_row=3)]
    assert [cell.quotePrefix for cell in cells] == [True, False]


def test_numbers_dates_and_shares_are_values_in_local_time(tmp_path):
    columns = [
        Column("人数", kind="number"),
        Column("日期", kind="date"),
        Column("时间", kind="datetime"),
        Column("比例", kind="percent"),
    ]
    row = [42, date(2026, 3, 2), datetime(2026, 3, 2, 1, 5, tzinfo=UTC), 0.5]
    cells = next(book(workbook([Sheet("表", columns, [row])]), tmp_path).active.iter_rows(min_row=3))
    assert cells[0].value == 42
    assert cells[1].value.date() == date(2026, 3, 2)
    assert cells[2].value == datetime(2026, 3, 2, 9, 5)
    assert (cells[3].value, cells[3].number_format) == (0.5, "0.0%")


def test_a_suppressed_number_may_be_words(tmp_path):
    sheet = Sheet("表", [Column("人数", kind="number")], [["<10"], [None]])
    cells = [row[0].value for row in book(workbook([sheet]), tmp_path).active.iter_rows(min_row=3)]
    assert cells == ["<10", None]


def test_the_sheet_prints_on_a4_with_its_heads_on_every_page(tmp_path):
    sheet = Sheet("名册", [Column("姓名"), Column("学号")], [["陈禾", "1"]], note="内部资料")
    page = book(workbook([sheet]), tmp_path).active
    assert page.page_setup.paperSize == 9
    assert page.page_setup.orientation == "landscape"
    assert page.print_title_rows == "$3:$3"
    assert page.freeze_panes == "A4"
    assert sorted(str(r) for r in page.merged_cells.ranges) == ["A1:B1", "A2:B2"]
    assert page.auto_filter.ref == "A3:B4"


def test_columns_are_as_wide_as_their_chinese_words(tmp_path):
    sheet = Sheet("名册", [Column("姓名"), Column("学号")], [["阿依古丽·吐尔逊", "1"]])
    page = book(workbook([sheet]), tmp_path).active
    assert page.column_dimensions["A"].width > page.column_dimensions["B"].width >= 6


def test_sheet_names_are_made_legal_and_different(tmp_path):
    long = "七年级/八年级：" + "很长的名字" * 9
    sheets = [Sheet(title, [Column("姓名")], []) for title in (long, long, "[]")]
    names = book(workbook(sheets), tmp_path).sheetnames
    assert len(set(names)) == 3
    assert all(0 < len(name) <= 31 and not set("[]:*?/\\") & set(name) for name in names)


def test_another_reader_sees_the_same_rows(tmp_path):
    path = tmp_path / "b.xlsx"
    path.write_bytes(workbook([Sheet("名册", [Column("姓名"), Column("学号")], [["陈禾", "007"]])]))
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert rows[1:] == [["姓名", "学号"], ["陈禾", "007"]]


def test_too_long_a_text_is_cut_and_says_so(tmp_path):
    sheet = Sheet("表", [Column("文字")], [["长" * 40_000]])
    value = book(workbook([sheet]), tmp_path).active["A3"].value
    assert len(value) == excel.MAX_CELL_CHARACTERS
    assert value.endswith("（内容过长，已截断）")


def test_more_rows_than_excel_holds_are_refused(monkeypatch):
    monkeypatch.setattr(excel, "MAX_ROWS", 3)
    with pytest.raises(excel.TooLarge, match="3 行"):
        workbook([Sheet("表", [Column("姓名")], [["陈"]] * 4)])


@pytest.mark.parametrize("row", [["一"], ["一", "二", "三"]])
def test_a_row_of_the_wrong_length_is_an_error(row):
    with pytest.raises(ValueError, match="2 columns"):
        workbook([Sheet("表", [Column("甲"), Column("乙")], [row])])


@pytest.mark.parametrize(
    ("value", "written"),
    [("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("@x", "'@x"), ("-陈", "'-陈"), ("-3.5", "-3.5"), (-3, "-3"),
     ("+8613800000000", "+8613800000000"), (None, ""), ("陈,禾", '"陈,禾"')],
)  # fmt: skip
def test_csv_texts_that_would_run_get_an_apostrophe(value, written):
    data = csv_bytes(["列"], [[value]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n")[1] == (written or '""')


def test_control_characters_do_not_reach_the_file(tmp_path):
    assert book(workbook([Sheet("表", [Column("文字")], [["a\x00b\x07c"]])]), tmp_path).active["A3"].value == "abc"
