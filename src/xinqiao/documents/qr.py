"""QR codes, as SVG for pages and PDFs and as PNG for pictures."""

from __future__ import annotations

import io

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

QUIET_ZONE = 4
"""Light modules around the code that readers need (ISO/IEC 18004 asks for four)."""


def _code(text: str) -> segno.QRCode:
    if not text:
        raise ValueError("a QR code needs a text")
    return segno.make_qr(text, error="m")


def drawing(text: str) -> str:
    """Bare SVG of the code, one unit a module, quiet zone included; for PDFs."""
    out = io.BytesIO()
    _code(text).save(out, kind="svg", xmldecl=False, svgclass=None, lineclass=None, border=QUIET_ZONE, light="#fff")
    return out.getvalue().decode().strip()


def svg(text: str, *, label: str) -> SafeString:
    """SVG to put into a page; scales with its box (class ``qr``) and is read aloud as ``label``."""
    width, _height = _code(text).symbol_size(border=QUIET_ZONE)
    inner = drawing(text)
    modules = mark_safe(inner[inner.index(">") + 1 : inner.rindex("</svg>")])  # noqa: S308 - drawn by segno, no text
    box = '<svg class="qr" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    return format_html(box, width, width, label, modules)


def png(text: str, scale: int = 8) -> bytes:
    """PNG, ``scale`` pixels a module."""
    out = io.BytesIO()
    _code(text).save(out, kind="png", scale=scale, border=QUIET_ZONE)
    return out.getvalue()
