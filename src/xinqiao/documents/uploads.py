"""Files that people hand in: looked at, cleaned, and only then kept.

What a file is, its first bytes say, not its name. Photos are drawn anew, so that place, camera and whatever else hides
in them stay behind. Office files with macros are refused.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from xinqiao.documents.downloads import safe_filename
from xinqiao.kernel.refusal import Refusal

LARGEST = 20 * 1024 * 1024
"""Bytes. A phone photo has 3–8 MB, a scanned report rarely 15."""
LONGEST_SIDE = 2560
"""Pixels of a kept photo: sharp on A4 at 200 dpi."""
MOST_PIXELS = 80_000_000
"""A picture that unpacks to more is refused before it is drawn."""
OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "wps": "application/vnd.ms-works",
    "jpg": "image/jpeg",
    "png": "image/png",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_MACROS = "_VBA_PROJECT".encode("utf-16-le")


@dataclass(frozen=True)
class Clean:
    """A file that may be kept. name: safe to show and to give to a download; its ending says what the file is.
    digest: sha-256 of ``data``."""

    data: bytes
    name: str
    content_type: str
    digest: str

    @property
    def size(self) -> int:
        return len(self.data)


def clean(upload: BinaryIO, *, name: str = "", picture: bool = False) -> Clean:
    """What may be kept of an uploaded file. ``name``: as the person's machine called it (default: ``upload.name``).

    Raises Refusal (codes size, empty, type, macros, picture; field "files" or "pictures"), naming the file and saying
    what to do.
    """
    given = PurePath((name or getattr(upload, "name", "") or "").replace("\\", "/")).name
    field = "pictures" if picture else "files"
    data = upload.read(LARGEST + 1)
    if not data:
        raise Refusal(_("“%(name)s”是空文件，请重新选择。") % {"name": given}, code="empty", field=field)
    if len(data) > LARGEST:
        raise Refusal(
            _("“%(name)s”超过 20 MB。请压缩后再上传，或拆成几个文件。") % {"name": given}, code="size", field=field
        )
    ending = _kind(data, given, field)
    if ending in {"jpg", "png"}:
        data, ending = _drawn_anew(data, given, field)
    elif picture:
        raise Refusal(
            _("“%(name)s”不是照片。请上传 JPG 或 PNG 图片，其他材料请放在“文件”里。") % {"name": given},
            code="picture",
            field=field,
        )
    return Clean(data, _named(given, ending), TYPES[ending], hashlib.sha256(data).hexdigest())


def _kind(data: bytes, given: str, field: str) -> str:
    head = data[:16]
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith((b"\xff\xd8\xff", b"GIF8", b"BM")) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"PK\x03\x04"):
        return _office(data, given, field)
    if head.startswith(_OLE):
        return _old_office(data, given, field)
    if head[4:8] == b"ftyp" and head[8:11] not in (b"hei", b"mif", b"hev"):
        return "m4a" if head[8:11] == b"M4A" else "mp4"
    if head.startswith(b"ID3") or head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "mp3"
    ending = PurePath(given).suffix.lower().lstrip(".")
    if ending in {"txt", "csv"} and b"\x00" not in data:
        return ending
    raise _not_taken(given, field)


def _not_taken(given: str, field: str) -> Refusal:
    return Refusal(
        _("“%(name)s”这种文件不能上传。可以上传 PDF、Word、Excel、PPT、JPG、PNG、MP3、MP4 和文本文件。")
        % {"name": given},
        code="type",
        field=field,
    )


def _macros(given: str, field: str) -> Refusal:
    return Refusal(
        _("“%(name)s”含有宏，不能上传。请另存为不含宏的格式（如 .docx、.xlsx 或 PDF）。") % {"name": given},
        code="macros",
        field=field,
    )


def _office(data: bytes, given: str, field: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = package.namelist()
    except zipfile.BadZipFile:
        raise _not_taken(given, field) from None
    if any(part.lower().endswith("vbaproject.bin") for part in names):
        raise _macros(given, field)
    for folder, ending in OFFICE.items():
        if "[Content_Types].xml" in names and any(part.startswith(folder) for part in names):
            return ending
    raise _not_taken(given, field)


def _old_office(data: bytes, given: str, field: str) -> str:
    ending = PurePath(given).suffix.lower().lstrip(".")
    if _OLE_MACROS in data:
        raise _macros(given, field)
    if ending not in {"doc", "xls", "ppt", "wps"}:
        raise _not_taken(given, field)
    return ending


def _drawn_anew(data: bytes, given: str, field: str) -> tuple[bytes, str]:
    """The picture without anything but its pixels: turned upright, no larger than needed."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refusal(
                    _("“%(name)s”的像素太多，打不开。请用手机的普通模式拍照，或缩小后再上传。") % {"name": given},
                    code="picture",
                    field=field,
                )
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            lossless = picture.format == "PNG"
            plain = upright.convert("RGBA" if lossless and upright.mode in {"RGBA", "LA", "P"} else "RGB")
    except Refusal:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refusal(
            _("“%(name)s”打不开，可能没有传完整。请重新拍照或另选一张。") % {"name": given}, code="picture", field=field
        ) from None
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())  # no info of the source comes along
    out = io.BytesIO()
    if lossless:
        bare.save(out, "PNG", optimize=True)
        return out.getvalue(), "png"
    bare.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue(), "jpg"


def _named(given: str, ending: str) -> str:
    return safe_filename(f"{PurePath(given).stem.strip(' ._') or 'file'}.{ending}")
