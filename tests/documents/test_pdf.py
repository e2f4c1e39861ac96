"""PDFs carry their own fonts, their text can be found again, and data is never a command."""

import io

import pytest
from pypdf import PdfReader

from xinqiao.documents import pdf
from xinqiao.documents import shapes as s

HEAD = s.Head("青禾区实验中学", form_no="XQ-3", date="2026年11月23日", secrecy="内部资料", made="林老师", version="2")


def text_of(data):
    reader = PdfReader(io.BytesIO(data))
    return [page.extract_text() for page in reader.pages]


def report(*blocks, title="总体报告"):
    return pdf.report(s.Report(HEAD, title, list(blocks)))


def test_every_page_has_school_number_secrecy_and_page_of_pages():
    pages = text_of(report(s.Paragraph("第一页"), s.NewPage(), s.Paragraph("第二页")))
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        flat = page.replace(" ", "")
        for words in ("青禾区实验中学", "编号XQ-3", "内部资料", f"第{number}页，共2页"):
            assert words in flat, (words, flat)


def test_only_our_embedded_fonts_are_used():
    reader = PdfReader(io.BytesIO(report(s.Paragraph("汉字 and Latin 123"))))
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        assert "NotoSansSC" in descendant["/BaseFont"]
        descriptor = descendant["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.mark.parametrize(
    "words",
    ["#set text(red)", "*星号* _下划线_ $x^2$", '#read("/etc/passwd")', "@label <tag> `code`", '"引号" \\反斜杠'],
)
def test_typed_text_is_drawn_as_typed(words):
    flat = "".join(text_of(report(s.Paragraph(words), s.Table([words], [[words]]), s.Notice(words)))).replace(" ", "")
    assert flat.count(words.replace(" ", "")) == 4


def test_a_suppressed_bar_is_written_but_not_drawn():
    """Hidden and nought leave the same picture: only the words beside the bar differ."""
    hidden = report(s.Bars("人数", [("七年级", 42, "42人"), ("八年级", None, "<10")]))
    nought = report(s.Bars("人数", [("七年级", 42, "42人"), ("八年级", 0, "<10")]))
    assert "<10" in "".join(text_of(hidden))
    assert filled_shapes(nought) - filled_shapes(hidden) <= 1


def filled_shapes(data):
    return sum(page.get_contents().get_data().count(b"\nf") for page in PdfReader(io.BytesIO(data)).pages)


def test_all_blocks_draw_together():
    data = report(
        s.Heading("一、概况"),
        s.Facts([("学校", "实验中学"), ("应参加", "1204 人")]),
        s.Table(["年级", "人数"], [["七年级", "402"]] * 60, caption="表1", align=["left", "right"], widths=[2, 1]),
        s.Bars("空", []),
        s.Bars("全零", [("甲", 0, "0")]),
        s.Help("需要人说说话时", [("热线", "12356")]),
        s.Signatures(["心理教师", "分管校长"], seal=True),
    )
    pages = text_of(data)
    assert len(pages) >= 2
    assert all("年级" in page for page in pages[:2]), "the table's head is repeated"
    assert "12356" in "".join(pages)


def slip(number, class_name="七年级(1)班"):
    return s.Slip(
        class_name, f"2026{number:04}", "阿卜杜热合曼·买买提吐尔逊江", f"KQ7M-{number:04}", f"http://x/{number}"
    )


def test_slips_start_a_new_page_with_each_class():
    slips = [slip(n) for n in range(11)] + [slip(n, "七年级(2)班") for n in range(11, 13)]
    pages = text_of(pdf.slips(s.SlipSheet(HEAD, "登录条", ["扫码进入。"], "12356", slips)))
    codes = [sum(f"KQ7M-{n:04}" in page.replace(" ", "") for n in range(13)) for page in pages]
    assert codes == [10, 1, 2]


def test_without_fonts_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(pdf, "FONTS", tmp_path)
    pdf._compiler.cache_clear()
    try:
        with pytest.raises(pdf.FontsMissing, match=r"build_assets\.py"):
            report(s.Paragraph("字"))
    finally:
        pdf._compiler.cache_clear()


def test_rare_family_names_may_borrow_system_fonts(monkeypatch):
    asked = []
    real = pdf._compiler
    monkeypatch.setattr(pdf, "_compiler", lambda *, rare: asked.append(rare) or real(rare=False))
    report(s.Paragraph("普通"))
    report(s.Paragraph("𠮷"))
    assert asked == [False, True]


def test_an_unknown_template_and_an_impossible_shape_are_errors():
    with pytest.raises(LookupError):
        pdf.render("nothing", {})
    with pytest.raises(pdf.CannotDraw):
        pdf.render("report", {"title": "没有页眉"})
