"""PDF by typst: data goes in as JSON, never as markup, so nothing a person typed can become a command."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from django.utils.translation import gettext as _

from xinqiao.documents import qr, shapes

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates_typ"
FONTS = HERE / "fonts"
FONT_FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")

_one_at_a_time = Lock()


class FontsMissing(RuntimeError):
    """The fonts that are put into every PDF are not in the package."""


class CannotDraw(RuntimeError):
    """typst refused the document; carries its own words for the log."""


def report(value: shapes.Report) -> bytes:
    """A report as PDF (A4 upright)."""
    return render("report", shapes.plain(value))


def slips(value: shapes.SlipSheet) -> bytes:
    """Sign-in slips as PDF: ten a page to cut along dashed lines, a new page for each class."""
    data = shapes.plain(value)
    for slip in data["slips"]:
        # typst takes bytes from JSON as numbers; a picture of modules draws ten times as fast as an SVG.
        slip["qr"] = list(qr.png(slip["url"], scale=2))
    data["words"] = {
        "class": _("班级"),
        "student_no": _("学号"),
        "name": _("姓名"),
        "code": _("登录码"),
        "cut": _("沿虚线裁开，请当面交给本人"),
    }
    return render("slips", data, tagged=False)


def render(template: str, data: dict[str, Any], *, tagged: bool = True) -> bytes:
    """``templates_typ/<template>.typ`` filled with ``data`` (plain JSON values) as PDF bytes.

    ``tagged`` adds the structure that screen readers follow; cards to cut out do without and stay a fifth of the size.
    Raises FontsMissing when the package was not built, CannotDraw when typst refuses the document.
    """
    if not (TEMPLATES / f"{template}.typ").is_file():
        raise LookupError(f"no PDF template {template!r}")
    filled = {"page_words": _page_words(), **data}
    inputs = {"data": json.dumps(filled, ensure_ascii=False)}
    with _one_at_a_time:
        try:
            out = _compiler(rare=_has_rare(inputs["data"])).compile(
                input=str(TEMPLATES / f"{template}.typ"), format="pdf", sys_inputs=inputs, pdf_tags=tagged
            )
        except typst.TypstError as error:
            raise CannotDraw(str(error)) from error
    if not isinstance(out, bytes):
        raise CannotDraw(f"typst gave {type(out).__name__} instead of one file")
    return out


def _page_words() -> dict[str, str]:
    return {
        "page": _("第 {page} 页，共 {pages} 页"),
        "form_no": _("编号"),
        "date": _("日期"),
        "made": _("制表"),
        "version": _("版本"),
        "signature": _("{role}签名："),
        "signed_on": _("日期：      年    月    日"),
        "seal": _("单位盖章处"),
    }


def _has_rare(text: str) -> bool:
    """Whether a character lies beyond the basic plane, as in some family names: our fonts may not have it."""
    return any(character > "\U0001ffff" for character in text)


@lru_cache(maxsize=2)
def _compiler(*, rare: bool) -> typst.Compiler:
    """One compiler with the fonts loaded once.

    System fonts are left out, so that every machine draws the same pages; only a text with rare characters may
    borrow those characters from the machine's fonts (Windows has them in SimSun-ExtB).
    """
    missing = [name for name in FONT_FILES if not (FONTS / name).is_file()]
    if missing:
        raise FontsMissing(
            _("缺少 PDF 字体 %(names)s。请运行 python scripts/build_assets.py，或重新安装完整的安装包。")
            % {"names": "、".join(missing)}
        )
    return typst.Compiler(root=str(TEMPLATES), font_paths=[str(FONTS)], ignore_system_fonts=not rare)
