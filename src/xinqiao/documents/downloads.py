"""File answers whose Chinese names arrive whole in every browser, and which no browser opens as a page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"
PNG = "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u202a-\u202e\u2066-\u2069]+')
MAX_NAME_CHARACTERS = 100


def safe_filename(name: str) -> str:
    """``name`` without what Windows forbids, without direction marks, at most 100 characters, ending kept."""
    clean = _FORBIDDEN.sub("_", name).strip(" .") or "file"
    stem, dot, ending = clean.rpartition(".")
    if not dot or len(ending) > 8:
        return clean[:MAX_NAME_CHARACTERS]
    return f"{stem[: MAX_NAME_CHARACTERS - len(ending) - 1]}.{ending}"


def disposition(filename: str, kind: str = "attachment") -> str:
    """Content-Disposition with an ASCII name for old clients and the real one by RFC 5987."""
    clean = safe_filename(filename)
    plain = clean.encode("ascii", "ignore").decode().replace('"', "").strip(" ._-")
    if not plain or plain == clean.rpartition(".")[2]:
        plain = "download." + clean.rpartition(".")[2] if "." in clean else "download"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def attachment(filename: str, content_type: str, data: bytes | Iterable[bytes]) -> HttpResponseBase:
    """``data`` as a download named ``filename``; an iterable of bytes is streamed. Never kept by caches."""
    response: HttpResponseBase
    if isinstance(data, bytes):
        response = HttpResponse(data, content_type=content_type)
    else:
        response = StreamingHttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = disposition(filename)
    response["Cache-Control"] = "no-store, private"
    response["X-Content-Type-Options"] = "nosniff"
    return response
