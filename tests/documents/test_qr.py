"""QR codes: the picture is the text, on pages without inline style."""

import struct

import pytest
import segno

from xinqiao.documents import qr

TEXT = "https://xinqiao.example/enter/s/abcdefgh1234"


def test_the_svg_scales_is_named_and_needs_no_style():
    drawn = qr.svg(TEXT, label='登录 "码"')
    assert 'role="img"' in drawn
    assert 'aria-label="登录 &quot;码&quot;"' in drawn
    assert "style" not in drawn
    assert drawn.count("<svg") == 1


def test_the_png_is_as_large_as_asked():
    width = struct.unpack(">I", qr.png(TEXT, scale=5)[16:20])[0]
    assert width == segno.make_qr(TEXT, error="m").symbol_size(scale=5, border=4)[0]


def test_an_empty_text_is_refused():
    with pytest.raises(ValueError, match="text"):
        qr.svg("", label="空")
