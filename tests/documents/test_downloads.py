"""Downloads keep their Chinese names and cannot smuggle anything into the header."""

from urllib.parse import unquote

import pytest

from xinqiao.documents.downloads import MAX_NAME_CHARACTERS, XLSX, attachment, disposition, safe_filename


def real_name(header):
    return unquote(header.split("filename*=UTF-8''")[1])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("七年级(1)班名册.xlsx", "七年级(1)班名册.xlsx"),
        ('坏"名\r\nSet-Cookie: x.xlsx', "坏_名_Set-Cookie_ x.xlsx"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("报告\u202exslx.exe", "报告_xslx.exe"),
        ("", "file"),
    ],
)
def test_names_are_made_safe(given, kept):
    assert safe_filename(given) == kept
    header = disposition(given)
    assert real_name(header) == kept
    assert "\n" not in header
    assert header.isascii()


def test_a_long_name_keeps_its_ending():
    name = safe_filename("长" * 300 + ".xlsx")
    assert len(name) == MAX_NAME_CHARACTERS
    assert name.endswith(".xlsx")


def test_old_clients_get_an_ascii_name_with_the_ending():
    assert 'filename="download.xlsx"' in disposition("名册.xlsx")
    assert 'filename="roster 1.csv"' in disposition("roster 1.csv")


@pytest.mark.parametrize("data", [b"abc", [b"a", b"bc"]])
def test_the_answer_is_a_private_download(data):
    response = attachment("名册.xlsx", XLSX, data)
    assert b"".join(response) == b"abc"
    assert response["Content-Type"] == XLSX
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Content-Type-Options"] == "nosniff"
