"""Files as schools hand them in, and as somebody with bad intent might. Each gets a clear word."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rosters.factories import a_workbook, saved
from xinqiao.rosters import faults
from xinqiao.rosters.reading import heads, zipguard
from xinqiao.rosters.reading.ole import MAGIC
from xinqiao.rosters.reading.trouble import Unreadable
from xinqiao.rosters.reading.workbook import FORMULA_FAILED, MAX_BYTES, open_workbook

ROWS = [("2026001", "林小禾", "女", "2013-05-01", "七年级1班")]
CSV = "学号,姓名,班级\n0012,林小禾,七年级1班\n0013,何山,七年级1班\n"


def refused(data: bytes) -> str:
    with pytest.raises(Unreadable) as unreadable:
        heads.choose_sheet(open_workbook(data))
    said = faults.say(unreadable.value.code, unreadable.value.facts)
    assert "%(" not in said
    assert "请" in said  # every refusal says what to do
    return unreadable.value.code


def rewritten(data: bytes, change) -> bytes:
    """The same zip with some parts changed: ``change(name, content)`` gives the new content, None drops the part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def an_ole_file(*streams: tuple[str, bytes]) -> bytes:
    """A compound file with a few streams of at least 4096 bytes, enough to be recognised."""
    sector = 512
    bodies = [content.ljust(max(4096, -(-len(content) // sector) * sector), b"\0") for _name, content in streams]
    count = sum(len(body) // sector for body in bodies)
    fat, starts, at = [], [], 0
    for body in bodies:
        length = len(body) // sector
        starts.append(at)
        fat += [*range(at + 1, at + length), 0xFFFFFFFE]
        at += length
    fat += [0xFFFFFFFE, 0xFFFFFFFD]  # the directory, then the table itself

    def entry(name: str, kind: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le")
        head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
        return (
            head
            + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
            + b"\0" * 36
            + struct.pack("<IQ", start, size)
        )

    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0)
    for (name, _content), start, body in zip(streams, starts, bodies, strict=True):
        directory += entry(name, 2, start, len(body))
    header = MAGIC + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, count, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<I", count + 1) + struct.pack("<108I", *[0xFFFFFFFF] * 108)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff")
    return header + b"".join(bodies) + directory.ljust(sector, b"\0") + table


def biff(*records: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<HH", number, len(body)) + body for number, body in records)


class TestGoodFiles:
    def test_xlsx(self):
        book = open_workbook(a_workbook(ROWS))
        assert (book.kind, [s.name for s in book.sheets]) == ("xlsx", ["学生"])
        assert list(book.rows("学生"))[1][1] == "林小禾"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
    def test_csv_in_every_encoding_a_school_uses(self, encoding):
        book = open_workbook(CSV.encode(encoding))
        rows = list(book.rows(""))
        assert rows[1] == ["0012", "林小禾", "七年级1班"]

    def test_rare_characters_survive_gb18030(self):
        data = "学号,姓名,班级\n1,𠮷野,七年级1班\n".encode("gb18030")
        assert list(open_workbook(data).rows(""))[1][1] == "𠮷野"

    @pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
    def test_every_separator(self, separator):
        text = f"学号{separator}姓名{separator}班级\n1{separator}林小禾{separator}七年级1班\n"
        assert list(open_workbook(text.encode()).rows(""))[1] == ["1", "林小禾", "七年级1班"]

    def test_the_name_of_the_file_means_nothing(self):
        # a CSV called .xls and an .xlsx called .csv are both common, so no name is asked for
        assert (open_workbook(CSV.encode()).kind, open_workbook(a_workbook(ROWS)).kind) == ("csv", "xlsx")

    def test_a_date_kept_as_a_date_arrives_as_one(self):
        book = open_workbook(a_workbook([("1", "林小禾", "女", date(2013, 5, 1), "七年级1班")]))
        assert list(book.rows("学生"))[1][3] == date(2013, 5, 1)

    def test_a_formula_without_a_value_is_seen(self):
        data = a_workbook([("1", "=A1&B1", "女", "", "七年级1班")])
        assert list(open_workbook(data).rows("学生"))[1][1] is FORMULA_FAILED

    def test_a_formula_that_failed_is_seen(self):
        marked = rewritten(
            a_workbook([("1", 5, "女", "", "七年级1班")]),
            lambda name, content: (
                content.replace(b'<c r="B2" t="n">', b'<c r="B2" t="e">').replace(b"<v>5</v>", b"<v>#N/A</v>")
                if name.endswith("sheet1.xml")
                else content
            ),
        )
        assert list(open_workbook(marked).rows("学生"))[1][1] is FORMULA_FAILED

    def test_the_old_kind_with_1904_dates(self):
        # DATEMODE 1, then one cell far enough to the right to be counted
        records = biff(
            (0x0809, b"\0\6\5\0" + b"\0" * 12), (0x0022, b"\1\0"), (0x0203, struct.pack("<HHHd", 9, 3, 0, 1.0))
        )
        from xinqiao.rosters.reading import ole

        seen = ole.look(an_ole_file(("Workbook", records)))
        assert (seen.date1904, seen.rows, seen.columns) == (True, 10, 4)


class TestWhichSheet:
    def test_the_one_with_a_head_is_taken(self):
        book = openpyxl.Workbook()
        book.active.title = "说明"
        book.active.append(["请认真填写"])
        page = book.create_sheet("学生")
        page.append(["学号", "姓名", "班级"])
        page.append(["1", "林小禾", "七年级1班"])
        assert heads.choose_sheet(open_workbook(saved(book))).sheet == "学生"

    def test_a_hidden_one_is_not_looked_at(self):
        book = openpyxl.Workbook()
        book.active.append(["备注"])
        page = book.create_sheet("旧名册")
        page.append(["学号", "姓名", "班级"])
        page.append(["1", "林小禾", "七年级1班"])
        page.sheet_state = "hidden"
        assert refused(saved(book)) == "no_head"


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "empty"),
            (b"  \r\n \x00", "empty"),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not_a_workbook"),
            (b"\xff\xd8\xff\xe0" + b"\0" * 100, "not_a_workbook"),
            (b"%PDF-1.7 ...", "not_a_workbook"),
            (b"Rar!\x1a\x07\x00", "not_a_workbook"),
            (b"<html><table><tr><td>x</td></tr></table></html>", "not_a_workbook"),
            (b"\xef\xbb\xbf<!DOCTYPE html><html></html>", "not_a_workbook"),
            (b"<?xml version='1.0'?><Workbook/>", "not_a_workbook"),
            (b"PK\x03\x04 cut off", "truncated"),
            (MAGIC, "truncated"),
            (MAGIC + b"\0" * 600, "truncated"),
            ("只有一列的文字\n没有表格".encode(), "not_a_table"),
            (bytes(random.Random(1).randbytes(5000)), "encoding"),
            ('学号,姓名\n1,"林\n'.encode() + ("2,x" * 9_000 + "\n").encode() * 3, "quotes"),
            ("甲,乙\n1,2\n".encode(), "no_head"),
        ],
    )
    def test_by_content(self, data, code):
        assert refused(data) == code

    def test_too_big(self):
        assert refused(b"x" * (MAX_BYTES + 1)) == "too_big"

    def test_an_empty_workbook(self):
        assert refused(saved(openpyxl.Workbook())) == "empty"

    def test_a_truncated_workbook(self):
        data = a_workbook(ROWS * 50)
        assert refused(data[: len(data) // 2]) == "truncated"

    def test_a_workbook_with_a_broken_part(self):
        data = rewritten(a_workbook(ROWS), lambda n, c: c[: len(c) // 2] if n.endswith("sheet1.xml") else c)
        assert refused(data) in {"truncated", "empty", "no_head"}

    def test_a_workbook_without_its_sheet(self):
        data = rewritten(a_workbook(ROWS), lambda n, c: None if n.endswith("sheet1.xml") else c)
        assert refused(data) == "truncated"

    def test_macros(self):
        assert refused(with_part(a_workbook(ROWS), "xl/vbaProject.bin", b"macro")) == "macros"

    def test_macros_by_content_type(self):
        def enabled(name, content):
            if name != "[Content_Types].xml":
                return content
            plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
            return content.replace(plain, b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")

        assert refused(rewritten(a_workbook(ROWS), enabled)) == "macros"

    def test_strict_ooxml(self):
        def strict(name, content):
            return content.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            )

        assert refused(rewritten(a_workbook(ROWS), strict)) == "strict"

    def test_a_document_of_another_kind(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("word/document.xml", "<document/>")
        assert refused(out.getvalue()) == "not_a_workbook"

    def test_a_plain_archive(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("名册.xlsx", a_workbook(ROWS))
        assert refused(out.getvalue()) == "not_a_workbook"

    def test_a_password(self):
        assert refused(an_ole_file(("EncryptionInfo", b"x"), ("EncryptedPackage", b"x"))) == "password"

    def test_a_password_on_the_old_kind(self):
        records = biff((0x0809, b"\0\6\5\0" + b"\0" * 12), (0x002F, b"\1\0\1\0" + b"\0" * 50))
        assert refused(an_ole_file(("Workbook", records))) == "password"

    def test_an_old_document(self):
        assert refused(an_ole_file(("WordDocument", b"x"))) == "not_a_workbook"

    def test_macros_in_the_old_kind(self):
        assert refused(an_ole_file(("Workbook", b""), ("_VBA_PROJECT", b"x"))) == "macros"


class TestBombs:
    def test_a_part_that_unfolds(self):
        blank = b"<!--" + b" " * (20 * 1024 * 1024) + b"-->"
        data = rewritten(
            a_workbook(ROWS), lambda n, c: c.replace(b"<sheetData>", blank + b"<sheetData>") if "sheet1" in n else c
        )
        assert len(data) < 100_000
        assert refused(data) == "bomb"

    def test_many_parts_that_unfold_together(self, monkeypatch):
        monkeypatch.setattr(zipguard, "MAX_UNPACKED", 5 * 1024 * 1024)
        data = a_workbook(ROWS)
        for number in range(8):
            data = with_part(data, f"xl/media/{number}.bin", bytes(1024 * 1024))
        assert refused(data) == "bomb"

    def test_too_many_parts(self):
        data = a_workbook(ROWS)
        out = io.BytesIO(data)
        with zipfile.ZipFile(out, "a") as archive:
            for number in range(zipguard.MAX_MEMBERS):
                archive.writestr(f"x/{number}", b"")
        assert refused(out.getvalue()) == "bomb"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_entities(self, encoding):
        laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
        data = rewritten(
            a_workbook(ROWS),
            lambda n, c: laughs.encode(encoding) if n.endswith(("styles.xml", "sharedStrings.xml")) else c,
        )
        assert refused(data) == "entities"

    def test_an_entity_cut_across_two_reads(self):
        filler = b"<!--" + b"x" * ((1 << 20) - 8) + b"-->"

        def planted(name, content):
            return content.replace(b"<sheetData>", filler + b"<!DOCTYPE x><sheetData>") if "sheet1" in name else content

        assert refused(rewritten(a_workbook(ROWS), planted)) in {"entities", "bomb"}

    @pytest.mark.parametrize("corner", [b"XFD1048576", b"A1048576", b"XFD2"])
    def test_a_grid_that_unfolds(self, corner):
        """Two cells in opposite corners: the library would lay out a grid of terabytes and end the process."""

        def far(name, content):
            row = b'<row r="1048576"><c r="' + corner + b'"><v>1</v></c></row></sheetData>'
            return content.replace(b"</sheetData>", row) if "sheet1" in name else content

        assert refused(rewritten(a_workbook(ROWS), far)) in {"too_wide", "too_many_rows"}

    def test_cells_without_places_are_counted_too(self):
        def bare(name, content):
            if "sheet1" not in name:
                return content
            wide = b"<row>" + b"<c/>" * 400 + b"<c><v>1</v></c></row>"
            return content.replace(b"</sheetData>", wide + b"</sheetData>")

        assert refused(rewritten(a_workbook(ROWS), bare)) == "too_wide"

    def test_cells_that_only_have_a_colour_do_no_harm(self):
        def coloured(name, content):
            row = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
            return content.replace(b"</sheetData>", row) if "sheet1" in name else content

        book = open_workbook(rewritten(a_workbook(ROWS), coloured))
        assert list(book.rows("学生"))[1][1] == "林小禾"

    def test_a_grid_that_unfolds_in_the_old_kind(self):
        far = [(0x0203, struct.pack("<HHHd", row, column, 0, 1.0)) for row, column in ((0, 0), (65535, 65535))]
        records = biff((0x0809, b"\0\6\5\0" + b"\0" * 12), *far)
        assert refused(an_ole_file(("Workbook", records))) == "too_wide"

    def test_two_parts_of_one_name(self):
        data = a_workbook(ROWS)
        with pytest.warns(UserWarning, match="Duplicate name"):
            data = with_part(data, "xl/worksheets/sheet1.xml", b"<worksheet/>")
        assert refused(data) == "duplicate_parts"

    def test_a_chain_of_sectors_that_runs_in_a_circle(self):
        data = bytearray(an_ole_file(("Workbook", b"")))
        table = len(data) - 512
        data[table : table + 4] = struct.pack("<I", 0)
        assert refused(bytes(data)) == "truncated"


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_but_never_breaks_the_house(data):
    whole = data.draw(st.sampled_from([a_workbook(ROWS), an_ole_file(("Workbook", b"")), CSV.encode("gb18030")]))
    bent = bytearray(whole)
    for _change in range(data.draw(st.integers(1, 6))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        bent = bent[: data.draw(st.integers(1, len(bent)))]
    try:
        head = heads.choose_sheet(open_workbook(bytes(bent)))
    except Unreadable as unreadable:
        assert faults.say(unreadable.code, unreadable.facts)  # noqa: PT017 - either way is right
    else:
        assert head.columns
