"""The shapes of ``documents.shapes`` as Word, for papers that people go on writing in before they send or sign them.

Looks follow the habits of official papers (GB/T 9704): a centred title, 黑体 headings, 仿宋 text whose first line is
indented by two characters. The fonts are named, not embedded: Word takes the reader's own.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, cast

from django.utils.translation import gettext as _
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from xinqiao.documents import shapes

TITLE_FONT, HEADING_FONT, TEXT_FONT = "方正小标宋简体", "黑体", "仿宋"
TITLE, HEADING, TEXT, SMALL = Pt(22), Pt(16), Pt(14), Pt(11)
"""二号, 三号, 四号; tables and feet smaller."""
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}


def report(value: shapes.Report) -> bytes:
    """A report as .docx (A4 upright), every block of the PDF in the same order; bars become a table."""
    paper = Document()
    _page(paper, value.head)
    _words(paper.add_paragraph(), value.title, TITLE_FONT, TITLE, align="center")
    if value.subtitle:
        _words(paper.add_paragraph(), value.subtitle, TEXT_FONT, TEXT, align="center")
    made = "　".join(part for part in (value.head.organisation, value.head.date) if part)
    if made:
        _words(paper.add_paragraph(), made, TEXT_FONT, SMALL, align="center")
    for block in value.blocks:
        _DRAW[block.kind](paper, block)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def letter(*, title: str, number: str, to: str, paragraphs: Sequence[str], organisation: str, date: str) -> bytes:
    """A letter on one page as .docx: title and number centred, to whom, what, and at the foot on the right the office
    and the day, with room for the seal over both. ``date`` in words."""
    paper = Document()
    _page(paper, shapes.Head(organisation=organisation))
    _words(paper.add_paragraph(), title, TITLE_FONT, TITLE, align="center")
    if number:
        _words(paper.add_paragraph(), number, TEXT_FONT, SMALL, align="center")
    paper.add_paragraph()
    _words(paper.add_paragraph(), to, TEXT_FONT, TEXT)
    for text in paragraphs:
        _paragraph(paper, shapes.Paragraph(text))
    for place, text in enumerate((organisation, date)):
        foot = paper.add_paragraph()
        foot.paragraph_format.space_before = Pt(0 if place else 56)
        _words(foot, text, TEXT_FONT, TEXT, align="right")
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _page(paper: Any, head: shapes.Head) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3), Cm(2.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    paper.core_properties.author = head.organisation
    paper.core_properties.comments = ""
    normal = paper.styles["Normal"]
    normal.font.size = TEXT
    _east_asian(normal.element.get_or_add_rPr(), TEXT_FONT)
    above = "　".join(part for part in (head.form_no, head.secrecy) if part)
    if above:
        _words(section.header.paragraphs[0], above, TEXT_FONT, SMALL, align="right")
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if head.made:
        _words(foot, f"{head.made}　", TEXT_FONT, SMALL)
    _page_number(foot)


def _east_asian(properties: Any, font: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for slot in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(slot), font)


def _words(paragraph: Any, text: str, font: str, size: Any, *, align: str = "", bold: bool = False) -> None:
    run = paragraph.add_run(text)
    run.font.size = size
    run.font.bold = bold
    _east_asian(run._element.get_or_add_rPr(), font)
    if align:
        paragraph.alignment = _ALIGN[align]


def _page_number(paragraph: Any) -> None:
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._element.append(mark)


def _heading(paper: Any, block: shapes.Block) -> None:
    block = cast(shapes.Heading, block)
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(10)
    paragraph.paragraph_format.keep_with_next = True
    _words(paragraph, block.text, HEADING_FONT, HEADING if block.level == 1 else TEXT, bold=block.level > 1)


def _paragraph(paper: Any, block: shapes.Block) -> None:
    for line in cast(shapes.Paragraph, block).text.splitlines() or [""]:
        paragraph = paper.add_paragraph()
        paragraph.paragraph_format.first_line_indent = TEXT * 2
        paragraph.paragraph_format.line_spacing = Pt(28)
        _words(paragraph, line, TEXT_FONT, TEXT)


def _facts(paper: Any, block: shapes.Block) -> None:
    block = cast(shapes.Facts, block)
    columns = max(1, block.columns)
    rows = [
        [word for pair in block.rows[start : start + columns] for word in pair]
        for start in range(0, len(block.rows), columns)
    ]
    _grid(paper, [], rows, columns * 2, [])


def _table(paper: Any, block: shapes.Block) -> None:
    block = cast(shapes.Table, block)
    if block.caption:
        _words(paper.add_paragraph(), block.caption, HEADING_FONT, SMALL, align="center")
    _grid(paper, list(block.header), [list(row) for row in block.rows], len(block.header), list(block.align))


def _bars(paper: Any, block: shapes.Block) -> None:
    block = cast(shapes.Bars, block)
    _words(paper.add_paragraph(), block.caption, HEADING_FONT, SMALL, align="center")
    _grid(paper, [], [[label, shown] for label, _value, shown in block.rows], 2, ["left", "right"])


def _grid(paper: Any, header: list[str], rows: list[list[str]], columns: int, align: list[str]) -> None:
    table = paper.add_table(rows=0, cols=columns)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for place, row in enumerate([header, *rows] if header else rows):
        cells = table.add_row().cells
        for column, text in enumerate(row[:columns]):
            side = align[column] if column < len(align) and place else ("center" if header and not place else "")
            _words(
                cells[column].paragraphs[0],
                str(text),
                HEADING_FONT if header and not place else TEXT_FONT,
                SMALL,
                align=side,
            )
    if header:
        repeat = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
    paper.add_paragraph()


def _notice(paper: Any, block: shapes.Block) -> None:
    block = cast(shapes.Notice, block)
    _paragraph(paper, shapes.Paragraph(f"{block.title}：{block.text}" if block.title else block.text))


def _help(paper: Any, block: shapes.Block) -> None:
    block = cast(shapes.Help, block)
    _heading(paper, shapes.Heading(block.title, level=2))
    _grid(paper, [], [list(line) for line in block.lines], 2, [])


def _signatures(paper: Any, block: shapes.Block) -> None:
    block = cast(shapes.Signatures, block)
    for role in block.roles:
        paragraph = paper.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(14)
        words = _("%(role)s（签字）：　　　　　　　　　　年　　月　　日") % {"role": role}
        _words(paragraph, words, TEXT_FONT, TEXT, align="right")
    if block.seal:
        _words(paper.add_paragraph(), _("（盖章）"), TEXT_FONT, TEXT, align="right")


def _new_page(paper: Any, block: shapes.Block) -> None:
    paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


_DRAW = {
    "heading": _heading,
    "paragraph": _paragraph,
    "facts": _facts,
    "table": _table,
    "bars": _bars,
    "notice": _notice,
    "help": _help,
    "signatures": _signatures,
    "new_page": _new_page,
}
