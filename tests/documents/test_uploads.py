"""What may be handed in, and what is left of it."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from xinqiao.documents import uploads
from xinqiao.kernel.refusal import Refusal


def photo(kind="JPEG", size=(400, 300), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (90, 160, 120)).save(out, kind, **options)
    return out.getvalue()


def with_place() -> bytes:
    """A photo as a phone takes it: where it was taken, which camera, lying on its side."""
    exif = Image.Exif()
    exif[0x010F] = "ExamplePhone"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (28.0, 12.0, 30.0)
    return photo(exif=exif)


def office(folder: str, *more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in ("[Content_Types].xml", f"{folder}document.xml", *more):
            package.writestr(name, "<x/>")
    return out.getvalue()


def clean(data: bytes, name: str, *, picture: bool = False):
    return uploads.clean(io.BytesIO(data), name=name, picture=picture)


TAKEN = [
    (b"%PDF-1.7 ...", "总结.pdf", "pdf"),
    (office("word/"), "总结.docx", "docx"),
    (office("xl/"), "台账.xlsx", "xlsx"),
    (office("ppt/"), "课件.pptx", "pptx"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "旧文件.doc", "doc"),
    ("会议记录".encode(), "记录.txt", "txt"),
    (b"\x00\x00\x00\x18ftypmp42" + b"x" * 20, "录像.mov", "mp4"),
    (photo("WEBP"), "照片.webp", "jpg"),
    (photo("PNG"), "海报.png", "png"),
    (office("word/"), "假装.pdf", "docx"),
]


@pytest.mark.parametrize(("data", "name", "ending"), TAKEN)
def test_the_first_bytes_say_what_it_is(data, name, ending):
    kept = clean(data, name)
    assert kept.name.endswith(f".{ending}")
    assert kept.content_type == uploads.TYPES[ending]


REFUSED = [
    (b"", "空.pdf", "empty"),
    (b"MZ\x90\x00" + b"x" * 50, "程序.pdf", "type"),
    (b"<html><script>", "页面.html", "type"),
    (b"<svg onload='x'/>", "图.svg", "type"),
    (b"PK\x03\x04 broken", "坏.docx", "type"),
    (office("word/", "word/vbaProject.bin"), "宏.docm", "macros"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "_VBA_PROJECT".encode("utf-16-le"), "宏.xls", "macros"),
    (b"\xff\xd8\xff\xe0 half a picture", "半张.jpg", "picture"),
    (b"x" * (uploads.LARGEST + 1), "太大.txt", "size"),
]


@pytest.mark.parametrize(("data", "name", "code"), REFUSED)
def test_what_is_refused_is_named_and_told_what_to_do(data, name, code):
    with pytest.raises(Refusal) as no:
        clean(data, name)
    assert no.value.code == code
    assert name in no.value.message


def test_a_photo_keeps_its_pixels_and_nothing_else():
    kept = clean(with_place(), "IMG_0001.JPG", picture=True)
    with Image.open(io.BytesIO(kept.data)) as drawn:
        assert drawn.size == (300, 400), "turned upright"
        assert not drawn.getexif()
    assert b"ExamplePhone" in with_place()
    assert b"ExamplePhone" not in kept.data


def test_a_large_photo_is_made_smaller():
    kept = clean(photo(size=(6000, 3000)), "大.jpg", picture=True)
    with Image.open(io.BytesIO(kept.data)) as drawn:
        assert drawn.size == (2560, 1280)


def test_a_report_among_the_photos_is_shown_its_place():
    with pytest.raises(Refusal, match="不是照片"):
        clean(b"%PDF-1.7", "总结.pdf", picture=True)


def test_a_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_PIXELS", 1000)
    with pytest.raises(Refusal, match="像素"):
        clean(photo(), "炸弹.jpg", picture=True)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\x\\总结.pdf", "总结.pdf"),
        ("a\u202efdp.pdf", "a_fdp.pdf"),
        (".pdf", "pdf.pdf"),
    ],
)
def test_names_are_safe_to_show_and_to_download(given, kept):
    assert clean(b"%PDF-1.7", given).name == kept
