"""Reports as Word: every block arrives, in Chinese fonts, and nothing is a field that runs."""

from __future__ import annotations

import io

from docx import Document
from docx.oxml.ns import qn

from xinqiao.documents import shapes, word


def a_report() -> shapes.Report:
    return shapes.Report(
        head=shapes.Head(organisation="青禾区教育局", form_no="表一", date="2026年11月23日", secrecy="内部"),
        title="年度工作报告",
        subtitle="2026–2027学年",
        blocks=[
            shapes.Heading("一、总体情况"),
            shapes.Heading("（一）队伍", level=2),
            shapes.Paragraph("第一段。\n第二段。"),
            shapes.Facts([("学校", "3 所"), ("教师", "12 人"), ("学生", "3,000 人")]),
            shapes.Table(
                ["学校", "得分"], [["青禾一中", "92"], ["=1+1", "88"]], caption="表1", align=["left", "right"]
            ),
            shapes.Bars("进度", [("青禾一中", 80.0, "80%"), ("青禾二小", None, "—")]),
            shapes.Notice("小于10的数字不显示。", title="说明"),
            shapes.Help("可以找谁", [("热线", "12356")]),
            shapes.NewPage(),
            shapes.Signatures(["组长", "填表人"], seal=True),
        ],
    )


def read(data: bytes):
    return Document(io.BytesIO(data))


def test_every_block_of_the_shapes_is_drawn():
    paper = read(word.report(a_report()))
    text = "\n".join(p.text for p in paper.paragraphs)
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    for wanted in ("年度工作报告", "一、总体情况", "第二段。", "表1", "组长", "盖章", "说明：小于10的数字不显示。"):
        assert wanted in text
    for wanted in ("3,000 人", "青禾一中", "=1+1", "—", "12356"):
        assert wanted in cells


def test_no_shape_is_forgotten():
    kinds = {block.kind for block in a_report().blocks}
    assert kinds == set(word._DRAW) == {kind.kind for kind in shapes.Block.__args__}


def test_chinese_text_names_a_chinese_font():
    paper = read(word.report(a_report()))
    run = next(p.runs[0] for p in paper.paragraphs if p.text == "第一段。")
    assert run._element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋"


def test_the_head_of_a_long_table_comes_again_on_each_page():
    table = read(word.report(a_report())).tables[1]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
